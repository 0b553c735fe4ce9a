package hub

import (
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// state is what is true after the last entry that was applied. It is a local
// variable of Run.
type state struct {
	head    uint64                    // position of the last entry applied
	nth     map[journal.Stream]uint64 // entries so far, of the streams that somebody reads
	rooms   map[protocol.Room]*room
	members map[uuid.UUID]*member
	names   map[string]*member // by both keys of each nick: held, or on its way
	tokens  map[string]*member
	desk    desk
}

// room is a place where members hear each other.
type room struct {
	name    protocol.Room
	topic   topic
	members []*member        // in no order; member.place is the index
	said    []*journal.Entry // in this commit, and not told yet
	commit  uint64           // the number of that in which something was told last
	lines   int              // that were told in it
	coming  int              // members on their way: it must not vanish before they come
	counted time.Time        // since then
	passed  int              // so many have come and gone
}

// member is a session: somebody with a nick. It outlives its connection when it
// has a token.
type member struct {
	listener
	nick      protocol.Nick
	from      Address      // where it came from first
	at        netip.Prefix // where its connection comes from, or came from last
	token     string       // "" for those who cannot come back
	client    *Client      // nil while the connection is broken
	operator  bool
	live      bool // the hub feeds the client's outbox; false: the client reads the journal
	late      bool // it is yet to be told of a crowd
	gone      bool // its end is proposed
	withheld  bool // it is announced by its hello only
	toldFull  bool // its first line said that there is no place for it
	expected  bool // a place at the desk is kept for it
	kicked    bool // and then it is not held
	trimmed   bool // some of its visits are forgotten
	scarce    bool // some of what it wrote is not remembered
	released  bool // its nick is free again, although it may come back
	shortStay bool // it has gone as scripts do: see isShortStay
	again     bool // it has come back once
	greeted   bool // it was told who it is, or is a program
	finished  bool // its conversation was closed while it was away: it comes back to hear that
	serves    bool // it is an operator who is here, and hears the desk
	duty      bool // and takes visitors
	nobody    bool // its lines go to nobody, for a moment

	room     *room         // nil before it has entered and after it has left
	place    int32         // in room.members
	moving   int32         // moves that are proposed
	author   uint64        // the last broadcast in which it has lines of its own
	own      int32         // how many these are
	spoken   int32         // lines that it has said
	came     uint64        // position at which it entered room
	bound    protocol.Room // where it will be when all that is proposed has been applied; zero: nowhere
	last     protocol.Room // where it was when its connection broke
	replay   int           // lines of history it wants on entering
	called   protocol.Nick // what it will be called, if that is proposed
	onRoom   []func()      // what waits until it has entered
	sees     func()        // of these, what its last connection is told that has come back; nil: none
	retry    func()        // what must come true of it, and is tried again; nil: nothing
	visits   []visit       // the rooms that it was in, the last ones: for who comes back
	away     protocol.Text // "" when it is not
	ignoring []ignored     // in order; never written to
	refs     *refs
	wrote    []journal.Stream  // what it has said something in, for Forget
	forgot   time.Time         // when it has last done that
	seen     *seen             // how far its last connection was written
	unnamed  *protocol.Refusal // of the name that it wanted before it arrived; not told yet
	began    time.Time         // when it came
	until    time.Time         // when a broken session ends; zero: it is not held

	visiting protocol.Ticket   // its conversation at the desk, also a proposed one; 0: none
	ending   protocol.Ticket   // the last one that it left, which may be open where that could not be recorded
	message  protocol.Ticket   // that it left there as it went back to a room; 0: none
	turned   time.Time         // when it began to count how often it comes there,
	turns    int               // and how often that was
	before   protocol.Room     // where it was before it went to the desk
	standing protocol.Queueing // what it was told last of its place there

	served uint64    // position from which on it hears it
	target *ticket   // to whom its lines go; nil: to the room, or to nobody
	heir   *ticket   // to whom they go after that; nil: to the room
	left   *ticket   // to whom they went, until that one had gone; nil when it has shown that it knows
	hushed time.Time // up to when those that do not name where they were begun are refused
	active time.Time // when it did something last
	warned time.Time // when it was told that its address may not say much more
}

// stream is what m reads of a room.
func (m *member) stream(in protocol.Room) journal.Stream {
	if in == protocol.DeskRoom {
		return journal.Visit(m.id)
	}
	return journal.OfRoom(in)
}

// where is the room that m is in; zero: nowhere.
func (m *member) where() protocol.Room {
	if m.room == nil {
		return protocol.Room{}
	}
	return m.room.name
}

// visit is a stay in a room: from a position to that of the next visit.
type visit struct {
	stream journal.Stream
	from   uint64
	last   uint64 // the Nth of the last entry of the stream that belongs to it, its own coming at the least; 0: it goes on
}

const maxVisits = 16

func newState() *state {
	return &state{
		nth:     map[journal.Stream]uint64{},
		rooms:   map[protocol.Room]*room{},
		members: map[uuid.UUID]*member{},
		names:   map[string]*member{},
		tokens:  map[string]*member{},
		desk:    newDesk(),
	}
}

// apply makes e true. It is a pure step: all that it needs is in the state and
// in the entry, so the same entries make the same state everywhere and always.
func (s *state) apply(e *journal.Entry) {
	s.head = e.Seq
	if reader, one := e.Stream.Session(); !one || s.members[reader] != nil {
		s.nth[e.Stream] = e.Nth
	}
	if e.Stream == journal.Desk {
		defer s.desk.trails.follow(e) // it may open one
	}
	m := s.members[e.Author]
	if m == nil {
		s.desk.outlive(e)
		return // a session that is over leaves nothing else to change
	}
	switch ev := e.Event.(type) {
	case protocol.Joined:
		s.enter(m, ev.Room, e.Seq)
	case protocol.Left:
		if n := len(m.visits); n > 0 && ev.Reason == protocol.Moved {
			m.visits[n-1].last = e.Nth - 1 // its own going is not for its ears
		}
		s.leave(m)
		if ev.Reason != protocol.Moved {
			s.desk.retire(m)
		}
	case protocol.Renamed:
		s.release(m, m.nick)
		m.nick = ev.To
		if !m.released { // else the name is free, and may be somebody's by now
			s.claim(m, ev.To)
		}
		if m.operator {
			s.hearOperator(m)
		}
	case protocol.TopicSet:
		if r := s.rooms[ev.Room]; r != nil {
			r.topic = topic{text: ev.Text, by: e.Author, from: ev.From}
		}
	case protocol.AwaySet:
		m.away = ev.Text
	case protocol.Said:
		m.keep(ev.Ref, e.Seq)
	case protocol.Acted:
		m.keep(ev.Ref, e.Seq)
	case protocol.Whispered:
		m.keep(ev.Ref, e.Seq) // the addressee's copy has no ref
	case protocol.Announced, protocol.AtDesk: // to be heard
	case protocol.Asked:
		s.desk.ask(ev)
	case protocol.Replied:
		m.keep(ev.Ref, e.Seq)
		s.desk.answer(ev)
	case protocol.Noted:
		m.keep(ev.Ref, e.Seq)
	case protocol.TicketChanged:
		s.desk.change(m, ev)
	case protocol.DutyChanged:
		s.desk.employ(m, ev)
		s.hearOperator(m)
	default:
		panic("hub: an entry of an unknown kind")
	}
}

func (s *state) enter(m *member, name protocol.Room, at uint64) {
	s.leave(m) // a journal may have an entry that was given up
	r := s.room(name)
	m.room, m.came, m.place = r, at, int32(len(r.members))
	r.members = append(r.members, m)
	st := m.stream(name)
	if n := len(m.visits); n > 0 && m.visits[n-1].stream == st && m.visits[n-1].last == 0 {
		return // back after a break: what was said meanwhile belongs to the visit
	}
	if len(m.visits) == maxVisits {
		m.visits = slices.Delete(m.visits, 0, 1)
		m.trimmed = true
	}
	m.visits = append(m.visits, visit{stream: st, from: at})
}

// leave keeps the members in one slice without holes: the last takes the place.
func (s *state) leave(m *member) {
	r := m.room
	if r == nil {
		return
	}
	end := len(r.members) - 1
	last := r.members[end]
	r.members[m.place], last.place = last, m.place
	r.members[end] = nil
	r.members = r.members[:end]
	m.room, m.away = nil, protocol.Text{}
	s.tidy(r)
}

// room is the room of that name, made if need be.
func (s *state) room(name protocol.Room) *room {
	r := s.rooms[name]
	if r == nil {
		r = &room{name: name}
		s.rooms[name] = r
	}
	return r
}

// tidy lets an empty room vanish, unless somebody is on the way to it.
func (s *state) tidy(r *room) {
	if len(r.members) == 0 && r.coming == 0 && r.name != protocol.DeskRoom {
		delete(s.rooms, r.name)
		delete(s.nth, journal.OfRoom(r.name))
	}
}

// claim makes a nick m's own, so that nobody else can take it or one like it.
func (s *state) claim(m *member, n protocol.Nick) {
	for _, key := range n.Keys() {
		s.names[key] = m
	}
}

func (s *state) release(m *member, n protocol.Nick) {
	for _, key := range n.Keys() {
		if s.names[key] == m {
			delete(s.names, key)
		}
	}
}

// holder is who has a nick that cannot be told from n, or nil.
func (s *state) holder(n protocol.Nick) *member {
	for _, key := range n.Keys() {
		if m := s.names[key]; m != nil {
			return m
		}
	}
	return nil
}

// named is the member that is called n, not just like it, or nil.
func (s *state) named(n protocol.Nick) *member {
	if m := s.holder(n); m != nil && m.nick.Same(n) {
		return m
	}
	return nil
}

// add brings in a session that is nowhere yet.
func (s *state) add(m *member) {
	s.members[m.id] = m
	s.claim(m, m.nick)
}

// end forgets a session.
func (s *state) end(m *member) {
	s.release(m, m.nick)
	delete(s.members, m.id)
	delete(s.nth, journal.Mailbox(m.id))
	delete(s.nth, journal.Visit(m.id))
	s.desk.forget(m)
	if m.token != "" {
		delete(s.tokens, m.token)
	}
}

// cursor is where m stands at the head of the record.
func (s *state) cursor(m *member) journal.Cursor {
	streams := make([]journal.Reading, slots)
	streams[everybodySlot] = s.reading(journal.Everybody)
	streams[mailboxSlot] = s.reading(journal.Mailbox(m.id))
	if m.serves {
		streams[deskSlot] = s.reading(journal.Desk)
	}
	if m.room != nil {
		streams[roomSlot] = s.reading(m.stream(m.room.name))
	}
	return journal.Cursor{Seq: s.head, Streams: streams}
}

func (s *state) reading(st journal.Stream) journal.Reading {
	return journal.Reading{Stream: st, Nth: s.nth[st]}
}
