package hub

import (
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// audience is which session hears what, and up to where is delivered. It is folded from the same events as the state,
// but at delivery, which is later. Only the loop changes it.
type audience struct {
	head        uint64                  // position of the last entry delivered
	streamSeqs  map[state.Stream]uint64 // entries so far, of the streams that a session reads
	sessions    map[uuid.UUID]*session
	rooms       map[protocol.Room]*room
	lastRoom    uint32     // the number of the last room
	operators   []*session // operators that hear the desk
	queue       visitorQueue
	transcripts transcriptIndex
	shared      sharedEvents
}

// session is what delivery needs of a session.
type session struct {
	view
	client *Client // nil: it is unbound
	remote bool    // it has a connection to another node
	feed   feed    // unbound: it has no client here
	nick   protocol.Nick

	front       membership    // in the room in front; without a room: in none
	watched     []*membership // in the other rooms
	deliveredTo uint64        // position up to which its rooms were delivered to it, although they have it pending
	authoredIn  uint64        // the last broadcast with lines of its own
	ownPending  bool          // a line of its own is not delivered yet

	operator      bool
	hearsDesk     bool // it hears the desk
	hasTarget     bool // its lines go to a visitor
	hasCode       bool
	noted         bool                   // the state knows that its client is behind
	ticket        protocol.Ticket        // its conversation at the desk
	queuePosition protocol.QueuePosition // the last place in the queue that it was told
	watermark     *watermark             // how far its last connection was written
	pastStays     []pastStay             // of the rooms that it has left, the last ones
}

// pastStay is the end of a session's stay in a room.
type pastStay struct {
	stream state.Stream
	seq    uint64
	nth    uint64 // of the last entry of the stream that belongs to the stay
}

const maxPastStays = state.MaxStays

// room is a room with its sessions.
type room struct {
	name            protocol.Room
	members         []*membership     // in no order; membership.index is the index
	no              uint32            // its number among all rooms so far
	pending         []*journal.Entry  // not delivered yet to all members
	elsewhereFrames []*protocol.Frame // of the pending entries, for sessions that have another room in front
	active          bool              // it is in loop.activeRooms
	spoken          bool              // something else is pending than comings and goings
	listed          bool              // it is in loop.delayedRooms
	noticeRate
	commit uint64 // the number of the last commit with a line here
	lines  int    // delivered here in that commit
}

func newAudience() audience {
	return audience{
		streamSeqs: map[state.Stream]uint64{}, sessions: map[uuid.UUID]*session{}, rooms: map[protocol.Room]*room{},
		queue: newVisitorQueue(), transcripts: newTranscriptIndex(),
	}
}

// isThere reports whether a session has a connection.
func (s *session) isThere() bool { return s.client != nil || s.remote }

// watermark is the position of the last entry that was written to a connection for a session.
type watermark = atomic.Uint64

// follow updates the audience by an entry that is delivered.
func (a *audience) follow(e *journal.Entry) {
	a.head = e.Seq
	a.shared.follow(e)
	if reader, one := e.Stream.Session(); !one || a.sessions[reader] != nil {
		a.streamSeqs[e.Stream] = e.StreamSeq
	}
	if e.Stream == state.Desk {
		a.transcripts.follow(e)
		a.closeTicket(e)
		a.queue.follow(e)
	}
	s := a.sessions[e.Author]
	if s == nil {
		return
	}
	switch ev := e.Event.(type) {
	case protocol.Joined:
		a.enter(s, ev.Room, e.Seq)
	case protocol.Left:
		a.followLeft(s, ev, e)
	case protocol.Renamed:
		s.nick = ev.To
	case protocol.TicketChanged:
		a.followTicket(s, ev)
	case protocol.DutyChanged:
		if s.operator = true; !s.hearsDesk {
			s.hearsDesk = true
			a.operators = append(a.operators, s)
		}
	}
}

// followLeft takes s out of a room. A session that has left the server does not hear the desk any more.
func (a *audience) followLeft(s *session, ev protocol.Left, e *journal.Entry) {
	if ev.Room == protocol.DeskRoom && s.client != nil {
		s.client.out.setStatus(nil) // its place in the queue is out of date
	}
	a.leave(s, ev.Room)
	if ev.Reason != protocol.Moved && ev.Reason != protocol.Parted {
		a.retire(s)
		return
	}
	if s.pastStays = append(s.pastStays, pastStay{e.Stream, e.Seq, e.StreamSeq - 1}); len(s.pastStays) > maxPastStays {
		s.pastStays = slices.Delete(s.pastStays, 0, 1)
	}
}

// retire ends an operator's hearing of the desk.
func (a *audience) retire(s *session) {
	if s.hearsDesk {
		s.hearsDesk, s.hasTarget = false, false
		a.operators = slices.DeleteFunc(a.operators, func(o *session) bool { return o == s })
		a.queue.retire(s.id)
	}
}

// closeTicket ends a visitor's conversation that an operator has closed.
func (a *audience) closeTicket(e *journal.Entry) {
	ev, ok := e.Event.(protocol.TicketChanged)
	if !ok || ev.Event != protocol.TicketClosed || a.queue.tickets[ev.Ticket] == nil {
		return
	}
	if v := a.sessions[a.queue.tickets[ev.Ticket].session]; v != nil && v.ticket == ev.Ticket {
		v.ticket = 0
	}
}

// followTicket follows a visitor's ticket, if s is the visitor.
func (*audience) followTicket(s *session, ev protocol.TicketChanged) {
	switch ev.Event {
	case protocol.VisitorWaits, protocol.VisitorBack:
		s.ticket = ev.Ticket
	case protocol.VisitorLeftMessage, protocol.VisitorLeft:
		s.ticket = 0
	}
}

// applyChange updates the audience by a change that is not delivered to clients.
func (a *audience) applyChange(s *session, c state.Change) {
	switch c := c.(type) {
	case state.EchoSet:
		s.echo = c.On
	case state.IgnoreSet:
		s.ignored = newIgnoreSet(c.List)
	case state.TargetSet:
		s.hasTarget = c.Target.Ticket != 0
	case state.Promoted:
		s.operator = true
	case state.Demoted:
		s.operator = false
		a.retire(s)
	case state.NameTaken:
		s.nick = c.Nick
	}
}

// room returns the room of that name, made if need be.
func (a *audience) room(name protocol.Room) *room {
	r := a.rooms[name]
	if r == nil {
		a.lastRoom++
		r = &room{name: name, no: a.lastRoom}
		a.rooms[name] = r
	}
	return r
}

// remove deletes a session that is over.
func (a *audience) remove(s *session) {
	for _, m := range slices.Collect(s.rooms()) {
		a.leave(s, m.room.name)
	}
	a.retire(s)
	delete(a.sessions, s.id)
	delete(a.streamSeqs, state.Mailbox(s.id))
	delete(a.streamSeqs, state.Conversation(s.id))
}
