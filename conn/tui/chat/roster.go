package chat

import (
	"strconv"
	"sync"

	"chinwag/protocol"
)

// Roster is the client's view of its rooms and their members, from the events that it was told. It has a lock, since
// the screen completes names while events change them.
type Roster struct {
	console bool // of the server's console

	mu         sync.Mutex
	operator   bool            // knows the operator's commands
	noPassword bool            // no client becomes an operator here
	noRooms    bool            // the server is only a desk
	served     bool            // has been an operator, perhaps in a session that is over
	target     protocol.Ticket // the visitor to which lines go; 0: to the room
	targetNick protocol.Nick
	targetGone bool
	noTarget   bool                    // lines are rejected for a moment
	targetSoon bool                    // the same, and then they go to target
	queue      *protocol.QueuePosition // the place in the queue, at the desk
	servedBy   protocol.Nick           // the operator that serves this visitor
	canned     []string
	nick       protocol.Nick   // the client's own
	room       protocol.Room   // in front
	others     []protocol.Room // watched rooms, in the order of coming; the server bounds them
	watched    map[protocol.Room]bool
	count      int             // in room, as names
	names      map[string]bool // at most maxCandidates
	known      candidates      // other names to complete
}

func (r *Roster) self() protocol.Nick {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.nick
}

// front is the room in front.
func (r *Roster) front() protocol.Room {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.room
}

// wasOperator reports whether the client is an operator, or was one since it began.
func (r *Roster) wasOperator() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.served || r.operator
}

func (r *Roster) isOperator() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.operator
}

// Place is what decides which commands are allowed.
func (r *Roster) Place() protocol.Place {
	r.mu.Lock()
	defer r.mu.Unlock()
	return protocol.Place{
		Operator: r.operator, Console: r.console, Visitor: r.room == protocol.DeskRoom, Aimed: r.target != 0, Watching: len(r.others) > 0,
		NoPassword: r.noPassword, OnlyDesk: r.noRooms, Program: !r.console,
	}
}

// HasNoPassword reports whether the server makes no operators by a password.
func (r *Roster) HasNoPassword() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noPassword
}

// status is the words of the status line: nick, room, and how many members or which place in the queue.
func (r *Roster) status() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.room != protocol.DeskRoom {
		return r.nick.String() + " in " + r.room.String() + " · " + strconv.Itoa(r.count) + " here" + r.otherRooms()
	}
	at := r.nick.String() + " at the desk"
	switch {
	case r.servedBy != protocol.Nick{}:
		return at + " · " + r.servedBy.String() + " is with you"
	case r.queue == nil || r.queue.Place == 0:
		return at
	case r.queue.OnDuty == 0:
		return at + " · nobody is on duty"
	case r.queue.Place == 1:
		return at + " · you are next"
	}
	return at + " · number " + strconv.Itoa(r.queue.Place) + " in the queue"
}

// prompt says where the next line goes; destinationOf reads it.
func (r *Roster) prompt() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.noTarget:
		return nobodyPrompt
	case r.target != 0 && r.targetGone:
		return r.target.String() + " " + r.targetNick.String() + " (gone)" + promptEnd
	case r.target != 0 && r.targetSoon: // a line that is begun now is for this visitor, and accepted if it is sent a moment later
		return r.target.String() + " " + r.targetNick.String() + " (in a moment)" + promptEnd
	case r.target != 0:
		return r.target.String() + " " + r.targetNick.String() + promptEnd
	}
	return r.room.String() + promptEnd
}

// Enter notes the nick and the rooms of a session that has begun, or goes on.
func (r *Roster) Enter(w protocol.Welcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nick, r.room, r.count, r.names = w.Nick, w.Room, w.Here, map[string]bool{}
	r.resetRooms(w)
	r.queue, r.servedBy = w.Desk, protocol.Nick{}
	r.target, r.noTarget = 0, false
	r.noPassword, r.noRooms = w.NoPassword, w.NoRooms
	if !w.Resumed {
		r.known = candidates{}
	}
	r.known.room(w.Room)
	r.operator = r.console || r.operator && w.Resumed
}

// Hear updates the view. Members, the answer to /who, replaces all names, and so corrects what was missed.
func (r *Roster) Hear(e protocol.Event) {
	e = inner(e)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known.hear(e)
	switch e := e.(type) {
	case protocol.Entered:
		r.bringToFront(e.Room, e.Here)
		r.queue, r.servedBy = e.Desk, protocol.Nick{}
	case protocol.Fronted:
		r.bringToFront(e.Room, e.Here)
	case protocol.Watching:
		r.setRooms(e.Rooms)
	case protocol.Watched:
		r.watch(e.Room)
	case protocol.PartedFrom:
		r.part(e)
	case protocol.VisitorNotice:
		r.updateVisitor(e)
	case protocol.Promoted:
		r.operator, r.served = true, true
	case protocol.CannedList:
		r.canned = e.Names
	case protocol.Target:
		r.updateTarget(e)
	case protocol.TicketChanged:
		r.updateTicket(e)
	case protocol.Members:
		if e.Room != r.room {
			return
		}
		r.count, r.names = e.Here, map[string]bool{}
		for _, m := range e.Names {
			r.names = remember(r.names, m.Nick.String())
		}
	case protocol.Joined:
		if e.Room == r.room && !r.names[e.From.String()] {
			r.names = remember(r.names, e.From.String())
			r.count++
		}
	case protocol.Left:
		if r.isInFront(e) {
			delete(r.names, e.From.String())
			r.count = max(1, r.count-1)
		}
	case protocol.Renamed:
		if r.isInFront(e) {
			delete(r.names, e.From.String())
			r.names = remember(r.names, e.To.String())
		}
		if e.You {
			r.nick = e.To
		}
	}
}

// updateVisitor updates the state of a visitor at the desk.
func (r *Roster) updateVisitor(e protocol.VisitorNotice) {
	switch e.Event {
	case protocol.VisitorTaken:
		r.servedBy = e.By
	case protocol.VisitorHanded:
		r.servedBy = e.To
	case protocol.VisitorReturned, protocol.TicketClosed:
		r.servedBy = protocol.Nick{}
	}
	if e.QueuePosition != nil {
		r.queue = e.QueuePosition
	}
}

// updateTarget updates where an operator's lines go.
func (r *Roster) updateTarget(e protocol.Target) {
	r.target, r.targetNick, r.targetGone = e.Target, e.TargetNick, false
	r.targetSoon = e.Nobody && e.Event == protocol.VisitorTaken
	r.noTarget = e.Nobody && !r.targetSoon
	if r.targetSoon {
		r.target, r.targetNick = e.Ticket, e.Nick
	}
}

// updateTicket updates the visitor to which lines go.
func (r *Roster) updateTicket(e protocol.TicketChanged) {
	if e.Ticket != r.target {
		return
	}
	switch e.Event {
	case protocol.VisitorRenamed:
		r.targetNick = e.To
	case protocol.VisitorLeft:
		r.targetGone = true
	}
}
