package hub

import (
	"cmp"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// The lines of one room in one commit are delivered together: encoded once, with one reference in the outbox of each
// member that hears the same. A member that hears something else (it is the author, or ignores a session) gets the
// lines one by one, and a session in several rooms gets one sequence of all of them: see merge.go. Any other event may
// change what a session hears, so it is delivered after the lines before it.

// deliverEntry applies a recorded entry to the audience, and delivers it: at once, or with the next broadcast if it was
// said in a room.
func (l *loop) deliverEntry(e *journal.Entry) {
	room := l.roomOf(e)
	if room == nil {
		l.broadcast()
		l.applyEntry(e)
		l.deliverToStream(e)
		return
	}
	if isJoinOrLeave(e) {
		l.deliverPending(l.sessions[e.Author])
	}
	l.applyEntry(e)
	l.activate(room)
	l.widest = max(l.widest, room.countLine(l.commits))
	if isJoinOrLeave(e) {
		l.delayed++
		kept := *e // the room may keep it for longer than the memory of its decision
		e = &kept
	} else {
		room.spoken = true
	}
	room.pending = append(room.pending, e)
	if s := l.sessions[e.Author]; s != nil && s.hears(e) {
		s.ownPending = true
	}
}

// activate has the next broadcast look at room.
func (l *loop) activate(room *room) {
	if !room.active {
		room.active = true
		l.activeRooms = append(l.activeRooms, room)
	}
}

// applyEntry updates the audience by an entry, and the clients that read from the journal.
func (l *loop) applyEntry(e *journal.Entry) {
	l.stopReading(e)
	l.follow(e)
	l.startReading(e)
}

// roomOf is the room in which e was said; nil if e is something else. A session's coming, going or new name does not
// change what the other sessions hear, so it counts as said, too: when thousands come at once they are announced
// together.
func (l *loop) roomOf(e *journal.Entry) *room {
	switch ev := e.Event.(type) {
	case protocol.Said:
		if ev.Room != protocol.DeskRoom {
			return l.rooms[ev.Room]
		}
	case protocol.Acted:
		return l.rooms[ev.Room]
	case protocol.Joined:
		if ev.Room != protocol.DeskRoom {
			return l.rooms[ev.Room]
		}
	case protocol.Left:
		if s := l.sessions[e.Author]; ev.Room != protocol.DeskRoom && s != nil && s.in(ev.Room) != nil {
			return l.rooms[ev.Room]
		}
	case protocol.Renamed:
		if ev.Room != protocol.DeskRoom {
			return l.rooms[ev.Room]
		}
	case protocol.AwaySet:
		if ev.Room != protocol.DeskRoom {
			return l.rooms[ev.Room]
		}
	}
	return nil
}

// broadcast delivers what was said in the rooms since the last broadcast, and what they do not delay any longer.
func (l *loop) broadcast() {
	if len(l.activeRooms) == 0 {
		return
	}
	if l.delayed > maxDelayed {
		for _, room := range l.delayedRooms {
			if len(room.pending) > 0 {
				l.activate(room)
			}
		}
	}
	now := time.Now()
	rooms := l.activeRooms[:0]
	for _, room := range l.activeRooms {
		if room.active = false; !l.delays(room, now) {
			rooms = append(rooms, room)
		}
	}
	l.broadcastNo++
	for _, room := range rooms {
		l.markAuthors(room)
	}
	for _, room := range rooms {
		l.broadcastRoom(room)
	}
	l.merger.forget()
	for _, room := range rooms {
		l.finishBroadcast(room)
	}
	clear(l.activeRooms)
	l.activeRooms = l.activeRooms[:0]
}

// finishBroadcast empties a room whose pending entries are delivered.
func (l *loop) finishBroadcast(room *room) {
	for _, e := range room.pending {
		if isJoinOrLeave(e) {
			l.delayed--
		}
	}
	room.spoken, room.delayedUntil = false, time.Time{}
	clear(room.pending)
	room.pending = room.pending[:0]
	if cap(room.pending) > 4*maxInflight {
		room.pending = nil // one flood must not cost memory for ever
	}
	room.elsewhereFrames = nil
	l.tidy(room)
}

// countLine counts a line of a commit in room, and is how many there are so far.
func (room *room) countLine(commit uint64) int {
	if room.commit != commit {
		room.commit, room.lines = commit, 0
	}
	room.lines++
	return room.lines
}

// markAuthors marks the sessions that may hear something else, since some of the lines are their own. A session does
// not hear its own coming and going.
func (l *loop) markAuthors(room *room) {
	for _, e := range room.pending {
		if s := l.sessions[e.Author]; s != nil {
			s.ownPending = false
			if !isJoinOrLeave(e) && !(s.hears(e) && s.isToldAsOthers(e)) {
				s.authoredIn = l.broadcastNo
			}
		}
	}
}

// broadcastRoom delivers what was said in a room to its sessions. A session in several rooms gets the lines of all of
// them.
func (l *loop) broadcastRoom(room *room) {
	frames := newPendingFrames(room.pending)
	for _, m := range room.members {
		s := m.of
		if s.feed != live {
			continue
		}
		if s.watched != nil && l.deliverMerged(s) {
			continue
		}
		switch said := m.since(room.pending); {
		case len(said) == 0:
		case s.authoredIn == l.broadcastNo || s.ignoresAny(said) || s.program && len(said) < len(room.pending):
			l.enqueue(s, said[0], s.frames(said))
		default:
			l.enqueue(s, said[0], frames.of(s, len(room.pending)-len(said)))
		}
	}
}

// deliverToStream delivers e to those sessions of its stream that hear it.
func (l *loop) deliverToStream(e *journal.Entry) {
	switch e.Stream {
	case journal.Everybody:
		for _, s := range l.sessions {
			l.deliverTo(s, e)
		}
	case journal.Desk:
		for _, s := range l.operators {
			l.deliverTo(s, e)
		}
	default:
		if id, ok := e.Stream.Session(); ok {
			if s := l.sessions[id]; s != nil {
				l.deliverTo(s, e)
				if news, ok := e.Event.(protocol.VisitorNotice); ok && s.client != nil {
					s.client.out.setStatus(nil) // its state line is out of date
					if news.QueuePosition != nil {
						s.queuePosition = *news.QueuePosition
					}
				}
			}
			return
		}
		if room := l.rooms[protocol.MetaOf(e.Event).Room]; room != nil {
			l.deliverToRoom(room, e)
		}
	}
}

func (l *loop) deliverTo(s *session, e *journal.Entry) {
	if l.deliverDelayed(s); s.feed == live && s.hears(e) {
		l.enqueue(s, e, []*protocol.Frame{s.frame(e)})
	}
}

// deliverToRoom is deliverTo for all members of a room.
func (l *loop) deliverToRoom(room *room, e *journal.Entry) {
	here := mergedEntry{e, e.Frame(), false}
	there := mergedEntry{e, nil, true}
	for _, m := range room.members {
		s := m.of
		switch l.deliverDelayed(s); {
		case s.feed != live || !s.hears(e):
		case s.summary:
			l.enqueue(s, e, s.mergedFrames([]mergedEntry{here}))
		case m.isElsewhere():
			if there.frame == nil {
				there.frame = protocol.NewFrame(protocol.Elsewhere{Event: e.Event.Public()})
			}
			l.enqueue(s, e, []*protocol.Frame{s.mergedFrame(&there)})
		default:
			l.enqueue(s, e, []*protocol.Frame{s.mergedFrame(&here)})
		}
	}
}

// since leaves out what was said before m entered, or was delivered already.
func (m *membership) since(said []*journal.Entry) []*journal.Entry {
	at := max(m.came, m.of.deliveredTo)
	if len(said) == 0 || said[0].Seq > at {
		return said
	}
	i, _ := slices.BinarySearchFunc(said, at+1, func(e *journal.Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return said[i:]
}

// enqueue appends frames to the outbox of a live session; first is their first entry. Without room for all of them the
// session is behind, and reads on by itself from before the first.
func (l *loop) enqueue(s *session, first *journal.Entry, frames []*protocol.Frame) {
	bytes := 0
	for _, frame := range frames {
		bytes += size(s, frame)
	}
	if !s.client.out.enqueue(frames, bytes, l.opts.Outbox) {
		l.fallBehind(s, l.cursorBefore(s, first))
	}
}

// size is what a frame costs in the outbox of s: its bytes in the encoding that s reads.
func size(s *session, frame *protocol.Frame) int {
	if s.program {
		return len(frame.JSON())
	}
	return len(frame.Text())
}
