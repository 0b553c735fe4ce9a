package protocol

import (
	"time"

	"github.com/google/uuid"
)

// Event is what the server tells a client: one event, one line. The interface is sealed: each type in this package has
// its row in events, but for Replayed and Elsewhere, which wrap another.
type Event interface {
	// appendText appends the line for people, with its line end. in is the room of the event if that is to be named,
	// since it is not in front; an event that happens in no room leaves it out.
	appendText(dst []byte, in Room) []byte
}

// Recorded is an event that stands in the journal: it changes what other clients see. Embed Meta in its type: what is
// not the type's own comes from there.
type Recorded interface {
	Event
	// WithMeta is the same event with another Meta.
	WithMeta(Meta) Recorded
	// Public is the event without Ack, which only its author is told.
	Public() Recorded
	// IsMessage reports whether the event is the words of a session, so that history shows it; comings and goings are
	// not.
	IsMessage() bool

	meta() Meta
	words() (from Nick, words Text)
	ticket() Ticket
	rooms() []Room
}

// Meta is what every recorded event carries.
type Meta struct {
	Seq  uint64    `json:"seq,omitzero"`  // the position in the journal of its epoch: it only grows and is never used twice
	ID   uuid.UUID `json:"id,omitzero"`   // the same for all recipients
	Time time.Time `json:"time,omitzero"` // when the server accepted it, in UTC
	Room Room      `json:"room,omitzero"` // where it happened; zero for a private line or an announcement
}

// IsMessage is that of the events that are none.
func (Meta) IsMessage() bool { return false }

func (m Meta) meta() Meta        { return m }
func (Meta) words() (Nick, Text) { return Nick{}, Text{} }
func (Meta) ticket() Ticket      { return 0 }
func (Meta) rooms() []Room       { return nil }

// Ack is set in the event that its author receives: the acknowledgement.
type Ack struct {
	You bool `json:"you,omitzero"` // the recipient is the author
	Ref Ref  `json:"ref,omitzero"` // the id that the author gave the command
}

func (a Ack) ack() Ack { return a }

// author is the author in a sentence to the recipient.
func (a Ack) author(n Nick) string {
	if a.You {
		return "you"
	}
	return n.s
}

// Replayed is an event of the journal, told again. In JSON it is Event with "past":true.
type Replayed struct {
	Event Event
	Dated bool // it is of another day, which people are shown
	Found bool // a search found it; people are shown its position
}

func (e Replayed) appendText(dst []byte, in Room) []byte {
	return e.Event.appendText(appendWhen(append(dst, '['), e), in)
}

// Elsewhere is an event of a room that is not in front, as a person is told it: with the name of the room. To a program
// it is Event itself. It is never recorded.
type Elsewhere struct {
	Event Event
}

func (e Elsewhere) appendText(dst []byte, _ Room) []byte {
	switch inner := e.Event.(type) {
	case Elsewhere:
		return inner.appendText(dst, Room{})
	case Replayed:
		return inner.appendText(dst, MetaOf(inner.Event).Room)
	}
	return e.Event.appendText(dst, MetaOf(e.Event).Room)
}

// Notice is something else that the server says.
type Notice struct {
	Text Text `json:"text"` // in words
}

func (e Notice) appendText(dst []byte, _ Room) []byte { return sentence(dst, e.Text.s) }

// recordedIn is e, or the event in its Elsewhere; ok is false if that is not recorded.
func recordedIn(e Event) (r Recorded, ok bool) {
	r, ok = e.(Recorded)
	if other, is := e.(Elsewhere); is {
		return recordedIn(other.Event)
	}
	return r, ok
}

// MetaOf is the Meta of e, zero if e is neither a recorded event nor one Elsewhere. That of a Passed has a position and
// a room.
func MetaOf(e Event) Meta {
	if r, ok := recordedIn(e); ok {
		return r.meta()
	}
	switch e := e.(type) {
	case Elsewhere:
		return MetaOf(e.Event)
	case Passed:
		return Meta{Seq: e.Seq, Room: e.Room}
	}
	return Meta{}
}

// AckOf is the Ack of e; zero if its author is not told by e itself that the command was followed.
func AckOf(e Event) Ack {
	if a, ok := e.(interface{ ack() Ack }); ok {
		return a.ack()
	}
	return Ack{}
}

// Words are the author and the words of e. The words are empty if e is no message, or erased.
func Words(e Event) (from Nick, words Text) {
	if r, ok := recordedIn(e); ok {
		return r.words()
	}
	return Nick{}, Text{}
}

// TicketOf is the conversation at the desk that e belongs to, as operators are told it; zero if there is none.
func TicketOf(e Event) Ticket {
	if r, ok := recordedIn(e); ok {
		return r.ticket()
	}
	return 0
}

// RoomsOf are the rooms in which an event stands with one id, if there are several: see Renamed.
func RoomsOf(e Event) []Room {
	if r, ok := recordedIn(e); ok {
		return r.rooms()
	}
	return nil
}
