package hub

import (
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// audience is who hears what, where telling has got to: it is folded from the same events as the
// state, but as they are told, which is later. Only the loop changes it.
type audience struct {
	head      uint64                  // position of the last entry told
	nth       map[state.Stream]uint64 // entries so far, of the streams that a session reads
	sessions  map[uuid.UUID]*session
	rooms     map[protocol.Room]*room
	operators []*session // who hear the desk
	desk      deskView
	trails    trails
}

// session is a session as far as delivery needs it.
type session struct {
	listener
	client *Client // nil: it has no connection
	live   bool    // the hub feeds the client's outbox; false: the client reads the journal
	late   bool    // it is yet to be told of a crowd
	nick   protocol.Nick

	room   *room  // nil: it is in none
	index  int32  // in room.members
	came   uint64 // position at which it entered room
	batch  uint64 // the last broadcast in which it has lines of its own
	own    int32  // how many these are
	unsaid bool   // a line of its own is not told yet
	fresh  bool   // it has come back, and its client does not read on yet

	operator bool
	serves   bool // it hears the desk
	aimed    bool // its lines go to a visitor
	hasCode  bool
	visits   protocol.Ticket   // its conversation at the desk
	standing protocol.Queueing // what it was told last of its place there
	noted    bool              // the state knows that its client is behind
	seen     *seen             // how far its last connection was written
	lefts    []left            // of the rooms that it has left, the last ones
}

// left is the end of a session's stay in a room.
type left struct {
	stream state.Stream
	seq    uint64
	nth    uint64 // of the last entry of the stream that belongs to the stay
}

const maxLefts = 16

// room is a place where sessions hear each other.
type room struct {
	name    protocol.Room
	members []*session       // in no order; session.index is the index
	said    []*journal.Entry // in this commit, and not told yet
	crowding
	commit uint64 // the number of that in which something was told last
	lines  int    // that were told in it
}

func newAudience() audience {
	return audience{
		nth: map[state.Stream]uint64{}, sessions: map[uuid.UUID]*session{}, rooms: map[protocol.Room]*room{},
		desk: newDeskView(), trails: newTrails(),
	}
}

// seen is the position of the last line of the record that was written to a connection for a session.
type seen = atomic.Uint64

// follow is what an entry that is told means for who hears what.
func (a *audience) follow(e *journal.Entry) {
	a.head = e.Seq
	if reader, one := e.Stream.Session(); !one || a.sessions[reader] != nil {
		a.nth[e.Stream] = e.Nth
	}
	if e.Stream == state.Desk {
		a.trails.take(e)
		a.closeVisit(e)
		a.desk.follow(e)
	}
	s := a.sessions[e.Author]
	if s == nil {
		return
	}
	switch ev := e.Event.(type) {
	case protocol.Joined:
		a.enter(s, ev.Room, e.Seq)
	case protocol.Left:
		if s.where() == protocol.DeskRoom && s.client != nil {
			s.client.out.post(nil) // where it stood there is out of date
		}
		if s.lefts = append(s.lefts, left{e.Stream, e.Seq, e.Nth - 1}); len(s.lefts) > maxLefts {
			s.lefts = slices.Delete(s.lefts, 0, 1)
		}
		a.leave(s)
		if ev.Reason != protocol.Moved {
			a.retire(s)
		}
	case protocol.Renamed:
		s.nick = ev.To
	case protocol.TicketChanged:
		a.ticket(s, ev)
	case protocol.DutyChanged:
		if s.operator = true; !s.serves {
			s.serves = true
			a.operators = append(a.operators, s)
		}
	}
}

// retire is the end of an operator's hearing the desk.
func (a *audience) retire(s *session) {
	if s.serves {
		s.serves, s.aimed = false, false
		a.operators = slices.DeleteFunc(a.operators, func(o *session) bool { return o == s })
		a.desk.retire(s.id)
	}
}

// closeVisit ends a visitor's conversation that an operator has closed.
func (a *audience) closeVisit(e *journal.Entry) {
	ev, ok := e.Event.(protocol.TicketChanged)
	if !ok || ev.State != protocol.Closed || a.desk.tickets[ev.Ticket] == nil {
		return
	}
	if v := a.sessions[a.desk.tickets[ev.Ticket].session]; v != nil && v.visits == ev.Ticket {
		v.visits = 0
	}
}

// ticket follows what became of a visitor, if s is the visitor.
func (a *audience) ticket(s *session, ev protocol.TicketChanged) {
	switch ev.State {
	case protocol.Waiting, protocol.Back:
		s.visits = ev.Ticket
	case protocol.LeftMessage, protocol.Gone:
		s.visits = 0
	}
}

// change is what a change that is told to nobody means for who hears what.
func (a *audience) change(s *session, c state.Change) {
	switch c := c.(type) {
	case state.EchoSet:
		s.echo = c.On
	case state.IgnoreSet:
		s.deaf = newDeafness(c.List)
	case state.TargetSet:
		s.aimed = c.Target.Ticket != 0
	case state.Promoted:
		s.operator = true
	case state.Demoted:
		s.operator = false
		a.retire(s)
	case state.NameTaken:
		s.nick = c.Nick
	}
}

func (a *audience) enter(s *session, name protocol.Room, at uint64) {
	a.leave(s)
	r := a.room(name)
	s.room, s.came, s.index = r, at, int32(len(r.members))
	r.members = append(r.members, s)
}

// leave keeps the members in one slice without holes: the last takes the place.
func (a *audience) leave(s *session) {
	r := s.room
	if r == nil {
		return
	}
	end := len(r.members) - 1
	last := r.members[end]
	r.members[s.index], last.index = last, s.index
	r.members[end] = nil
	r.members = r.members[:end]
	s.room = nil
	a.tidy(r)
}

// tidy forgets a room in which no session is, and of which nothing is to be told.
func (a *audience) tidy(r *room) {
	if len(r.members) == 0 && len(r.said) == 0 && r.name != protocol.DeskRoom {
		delete(a.rooms, r.name)
		delete(a.nth, state.OfRoom(r.name))
	}
}

// room is the room of that name, made if need be.
func (a *audience) room(name protocol.Room) *room {
	r := a.rooms[name]
	if r == nil {
		r = &room{name: name}
		a.rooms[name] = r
	}
	return r
}

// remove forgets a session that is over.
func (a *audience) remove(s *session) {
	a.leave(s)
	a.retire(s)
	delete(a.sessions, s.id)
	delete(a.nth, state.Mailbox(s.id))
	delete(a.nth, state.Visit(s.id))
}

// where is the room that s is in; zero: none.
func (s *session) where() protocol.Room {
	if s.room == nil {
		return protocol.Room{}
	}
	return s.room.name
}

// stream is what s reads of the room that it is in.
func (s *session) stream() state.Stream {
	if s.where() == protocol.DeskRoom {
		return state.Visit(s.id)
	}
	return state.OfRoom(s.where())
}

// cursor is where s stands at the head of what is told.
func (a *audience) cursor(s *session) journal.Cursor {
	streams := make([]journal.Reading, slots)
	streams[everybodySlot] = a.reading(state.Everybody)
	streams[mailboxSlot] = a.reading(state.Mailbox(s.id))
	if s.serves {
		streams[deskSlot] = a.reading(state.Desk)
	}
	if s.room != nil {
		streams[roomSlot] = a.reading(s.stream())
	}
	return journal.Cursor{Seq: a.head, Streams: streams}
}

func (a *audience) reading(st state.Stream) journal.Reading {
	return journal.Reading{Stream: st, Nth: a.nth[st]}
}
