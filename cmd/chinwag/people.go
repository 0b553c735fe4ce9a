package main

import (
	"strconv"
	"sync"

	"chinwag/protocol"
)

// people is the client's view of its rooms and their members, from the events that it was told. It has a lock, since
// the screen completes names while events change them.
type people struct {
	console bool // of the server's console

	mu         sync.Mutex
	operator   bool            // knows the operator's commands
	noPassword bool            // no client becomes an operator here
	noRooms    bool            // the server is only a desk
	was        bool            // has been an operator, perhaps in a session that is over
	to         protocol.Ticket // the visitor to which lines go; 0: to the room
	toNick     protocol.Nick
	toGone     bool
	nobody     bool                    // lines are rejected for a moment
	soon       bool                    // the same, and then they go to the visitor in to
	desk       *protocol.QueuePosition // the place in the queue, at the desk
	with       protocol.Nick           // the operator that serves this visitor
	replies    []string
	nick       protocol.Nick   // the client's own
	room       protocol.Room   // in front
	others     []protocol.Room // watched rooms, in the order of coming; the server bounds them
	watched    map[protocol.Room]bool
	count      int             // in room, as names
	names      map[string]bool // at most maxSeen
	seen       seen            // other names to complete
}

func (p *people) self() protocol.Nick {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nick
}

// where is the room in front.
func (p *people) where() protocol.Room {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.room
}

// hasServed reports whether the client is an operator, or was one since it began.
func (p *people) hasServed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.was || p.operator
}

func (p *people) serves() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.operator
}

// place is what decides which commands are allowed.
func (p *people) place() protocol.Place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return protocol.Place{
		Operator: p.operator, Console: p.console, Visitor: p.room == protocol.DeskRoom, Aimed: p.to != 0, Watching: len(p.others) > 0,
		NoPassword: p.noPassword, OnlyDesk: p.noRooms, Program: !p.console,
	}
}

func (p *people) hasNoPassword() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.noPassword
}

// status is the words of the status line: nick, room, and how many members or which place in the queue.
func (p *people) status() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.room != protocol.DeskRoom {
		return p.nick.String() + " in " + p.room.String() + " · " + strconv.Itoa(p.count) + " here" + p.besides()
	}
	at := p.nick.String() + " at the desk"
	switch {
	case p.with != protocol.Nick{}:
		return at + " · " + p.with.String() + " is with you"
	case p.desk == nil || p.desk.Place == 0:
		return at
	case p.desk.OnDuty == 0:
		return at + " · nobody is on duty"
	case p.desk.Place == 1:
		return at + " · you are next"
	}
	return at + " · number " + strconv.Itoa(p.desk.Place) + " in the queue"
}

// prompt says where the next line goes; placeOf reads it.
func (p *people) prompt() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.nobody:
		return nobodyPrompt
	case p.to != 0 && p.toGone:
		return p.to.String() + " " + p.toNick.String() + " (gone)" + promptEnd
	case p.to != 0 && p.soon: // a line that is begun now is for this visitor, and accepted if it is sent a moment later
		return p.to.String() + " " + p.toNick.String() + " (in a moment)" + promptEnd
	case p.to != 0:
		return p.to.String() + " " + p.toNick.String() + promptEnd
	}
	return p.room.String() + promptEnd
}

func (p *people) enter(w protocol.Welcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nick, p.room, p.count, p.names = w.Nick, w.Room, w.Here, map[string]bool{}
	p.welcomed(w)
	p.desk, p.with = w.Desk, protocol.Nick{}
	p.to, p.nobody = 0, false
	p.noPassword, p.noRooms = w.NoPassword, w.NoRooms
	if !w.Resumed {
		p.seen = seen{}
	}
	p.seen.room(w.Room)
	p.operator = p.console || p.operator && w.Resumed
}

// hear updates the view. Members, the answer to /who, replaces all names, and so corrects
// what was missed.
func (p *people) hear(e protocol.Event) {
	e = inner(e)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.hear(e)
	switch e := e.(type) {
	case protocol.Entered:
		p.front(e.Room, e.Here)
		p.desk, p.with = e.Desk, protocol.Nick{}
	case protocol.Fronted:
		p.front(e.Room, e.Here)
	case protocol.Watching:
		p.list(e.Rooms)
	case protocol.Watched:
		p.watch(e.Room)
	case protocol.PartedFrom:
		p.part(e)
	case protocol.VisitorNotice:
		p.visit(e)
	case protocol.Promoted:
		p.operator, p.was = true, true
	case protocol.CannedList:
		p.replies = e.Names
	case protocol.Target:
		p.serve(e)
	case protocol.TicketChanged:
		p.follow(e)
	case protocol.Members:
		if e.Room != p.room {
			return
		}
		p.count, p.names = e.Here, map[string]bool{}
		for _, m := range e.Names {
			p.names = remember(p.names, m.Nick.String())
		}
	case protocol.Joined:
		if e.Room == p.room && !p.names[e.From.String()] {
			p.names = remember(p.names, e.From.String())
			p.count++
		}
	case protocol.Left:
		if p.concerns(e) {
			delete(p.names, e.From.String())
			p.count = max(1, p.count-1)
		}
	case protocol.Renamed:
		if p.concerns(e) {
			delete(p.names, e.From.String())
			p.names = remember(p.names, e.To.String())
		}
		if e.You {
			p.nick = e.To
		}
	}
}

// visit updates the state of a visitor at the desk.
func (p *people) visit(e protocol.VisitorNotice) {
	switch e.Event {
	case protocol.VisitorTaken:
		p.with = e.By
	case protocol.VisitorHanded:
		p.with = e.To
	case protocol.VisitorReturned, protocol.TicketClosed:
		p.with = protocol.Nick{}
	}
	if e.QueuePosition != nil {
		p.desk = e.QueuePosition
	}
}

// serve updates where an operator's lines go.
func (p *people) serve(e protocol.Target) {
	p.to, p.toNick, p.toGone = e.Target, e.TargetNick, false
	p.soon = e.Nobody && e.Event == protocol.VisitorTaken
	p.nobody = e.Nobody && !p.soon
	if p.soon {
		p.to, p.toNick = e.Ticket, e.Nick
	}
}

// follow updates the visitor to which lines go.
func (p *people) follow(e protocol.TicketChanged) {
	if e.Ticket != p.to {
		return
	}
	switch e.Event {
	case protocol.VisitorRenamed:
		p.toNick = e.To
	case protocol.VisitorLeft:
		p.toGone = true
	}
}
