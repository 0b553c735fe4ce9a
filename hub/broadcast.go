package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// The lines of one room in one commit are delivered together: encoded once, with one reference in the outbox of
// each member that hears the same. A member that hears something else (it is the author, or ignores a session)
// gets the lines one by one, and a session in several rooms gets one sequence of all of them: see merge.go. Any
// other event may change what a session hears, so it is delivered after the lines before it.

// hear applies a durable entry and delivers it.
func (r *run) hear(e *journal.Entry) {
	room := r.saidIn(e)
	if room == nil {
		r.broadcast()
		r.pass(e)
		r.tell(e)
		return
	}
	if isPassage(e) {
		r.tellBefore(r.sessions[e.Author])
	}
	r.pass(e)
	if len(room.said) == 0 {
		r.speaking = append(r.speaking, room)
	}
	room.said = append(room.said, e)
	if s := r.sessions[e.Author]; s != nil && s.hears(e) {
		s.unsaid = true
	}
}

// pass updates the audience by an entry, and the clients that read from the journal.
func (r *run) pass(e *journal.Entry) {
	r.readLess(e)
	r.follow(e)
	r.readAlso(e)
}

// saidIn is the room in which e was said; nil if it is something else. A session's coming, going or new name
// does not change what the other sessions hear, so it counts as said, too: when thousands come at once they are
// announced together.
func (r *run) saidIn(e *journal.Entry) *room {
	switch ev := e.Event.(type) {
	case protocol.Said:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	case protocol.Acted:
		return r.rooms[ev.Room]
	case protocol.Joined:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	case protocol.Left:
		if s := r.sessions[e.Author]; ev.Room != protocol.DeskRoom && s != nil && s.in(ev.Room) != nil {
			return r.rooms[ev.Room]
		}
	case protocol.Renamed:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	case protocol.AwaySet:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	}
	return nil
}

// broadcast delivers what was said in the rooms since the last broadcast.
func (r *run) broadcast() {
	if len(r.speaking) == 0 {
		return
	}
	r.round++
	for i, room := range r.speaking {
		room.order = i
		r.widest = max(r.widest, room.count(r.commits))
		r.noteAuthors(room)
		room.crowded = r.isCrowded(room)
	}
	for _, room := range r.speaking {
		r.tellRoom(room)
	}
	r.merging.forget()
	for _, room := range r.speaking {
		clear(room.said)
		room.said = room.said[:0]
		if cap(room.said) > 4*window {
			room.said = nil // one flood must not cost memory for ever
		}
		room.others = nil
		r.tidy(room)
	}
	clear(r.speaking)
	r.speaking = r.speaking[:0]
}

// count is how many lines of a commit are delivered in room, with the present ones: a commit may need several
// broadcasts.
func (room *room) count(commit uint64) int {
	if room.commit != commit {
		room.commit, room.lines = commit, 0
	}
	room.lines += len(room.said)
	return room.lines
}

// noteAuthors marks the sessions that may hear something else, since some of the lines are their own. A session
// does not hear its own coming and going.
func (r *run) noteAuthors(room *room) {
	for _, e := range room.said {
		if s := r.sessions[e.Author]; s != nil {
			s.unsaid = false
			if !isPassage(e) {
				s.spoke = r.round
			}
		}
	}
}

// tellRoom delivers what was said in a room to its sessions. A session in several rooms gets the lines of all
// of them.
func (r *run) tellRoom(room *room) {
	var events []protocol.Event // of all entries
	var together []*protocol.Frame
	for _, m := range room.members {
		s := m.of
		if !s.live {
			continue
		}
		if s.watched != nil && r.tellSeveral(s) {
			continue
		}
		switch said := m.since(room.said); {
		case len(said) == 0:
		case s.spoke == r.round || s.ignoresAny(said) || s.program && len(said) < len(room.said):
			r.feed(s, said[0], s.lines(said), room.crowded)
		case len(said) < len(room.said): // all its own entries are still to come
			if events == nil {
				events = eventsOf(room.said)
			}
			r.feed(s, said[0], []*protocol.Frame{protocol.NewBatch(events[len(events)-len(said):])}, room.crowded)
		default:
			if together == nil {
				together = []*protocol.Frame{linesOf(room.said)}
			}
			r.feed(s, said[0], together, room.crowded)
		}
	}
}

// linesOf is what sessions that have said none of it are told.
func linesOf(said []*journal.Entry) *protocol.Frame {
	if len(said) == 1 {
		return said[0].Frame
	}
	return protocol.NewBatch(eventsOf(said))
}

func eventsOf(said []*journal.Entry) []protocol.Event {
	events := make([]protocol.Event, len(said))
	for i, e := range said {
		events[i] = e.Frame.Event
	}
	return events
}

// tell delivers e to the sessions that hear it.
func (r *run) tell(e *journal.Entry) {
	switch e.Stream {
	case journal.Everybody:
		for _, m := range r.sessions {
			r.tellMember(m, e)
		}
	case journal.Desk:
		for _, m := range r.operators {
			r.tellMember(m, e)
		}
	default:
		if id, ok := e.Stream.Session(); ok {
			if m := r.sessions[id]; m != nil {
				r.tellMember(m, e)
				if news, ok := e.Event.(protocol.VisitorNotice); ok && m.client != nil {
					m.client.out.post(nil) // its state line is out of date
					if news.QueuePosition != nil {
						m.standing = *news.QueuePosition
					}
				}
			}
			return
		}
		if room := r.rooms[protocol.MetaOf(e.Event).Room]; room != nil {
			r.tellMembers(room, e)
		}
	}
}

func (r *run) tellMember(m *session, e *journal.Entry) {
	if m.live && m.hears(e) {
		r.feed(m, e, []*protocol.Frame{m.line(e)}, false)
	}
}

// tellMembers is tellMember for all members of a room.
func (r *run) tellMembers(room *room, e *journal.Entry) {
	here := heard{e, e.Frame, false}
	there := heard{e, nil, true}
	for _, m := range room.members {
		s := m.of
		switch {
		case !s.live || !s.hears(e):
		case m.isElsewhere():
			if there.line == nil {
				there.line = protocol.NewFrame(protocol.Elsewhere{Event: e.Event.Public()})
			}
			r.feed(s, e, []*protocol.Frame{s.lineOf(&there)}, false)
		default:
			r.feed(s, e, []*protocol.Frame{s.lineOf(&here)}, false)
		}
	}
}

// since leaves out what was said before m entered, or was delivered already.
func (m *membership) since(said []*journal.Entry) []*journal.Entry {
	at := max(m.came, m.of.told)
	if len(said) == 0 || said[0].Seq > at {
		return said
	}
	i, _ := slices.BinarySearchFunc(said, at+1, func(e *journal.Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return said[i:]
}

// lines are what m alone is told of what was said.
func (m *session) lines(said []*journal.Entry) (lines []*protocol.Frame) {
	for _, e := range said {
		if m.hears(e) {
			lines = append(lines, m.line(e))
		}
	}
	return crowd(lines)
}

// feed appends lines to the outbox of a live member; first is their first entry. Without room for all of them
// the member is behind, and reads on by itself from before the first.
func (r *run) feed(m *session, first *journal.Entry, lines []*protocol.Frame, mayWait bool) {
	bytes := 0
	for _, l := range lines {
		bytes += size(m, l)
	}
	if !m.client.out.put(lines, bytes, r.opts.Outbox, mayWait) {
		r.fallBehind(m, r.cursorBefore(m, first))
	} else if mayWait && !m.late {
		m.late = true
		r.tellLater(m)
	}
}

// cursorBefore is the cursor of s before e. In the streams that s reads, only entries said together with e have
// followed.
func (r *run) cursorBefore(s *session, e *journal.Entry) journal.Cursor {
	cur := r.cursor(s)
	cur.Seq = e.Seq - 1
	for i := range cur.Streams {
		if cur.Streams[i].Stream == e.Stream {
			cur.Streams[i].StreamSeq = e.StreamSeq - 1
		}
	}
	if s.watched != nil {
		for m := range s.rooms() {
			m.takeBack(&cur)
		}
	}
	return cur
}

// takeBack moves a cursor to before what is not delivered yet in the room of m.
func (m *membership) takeBack(cur *journal.Cursor) {
	for _, e := range m.room.said {
		if e.Seq <= cur.Seq {
			continue
		}
		for i := range cur.Streams {
			if r := &cur.Streams[i]; r.Stream == e.Stream {
				r.StreamSeq = e.StreamSeq - 1
			}
		}
		return
	}
}

// size is what line costs in m's outbox: its bytes in the encoding that m reads.
func size(m *session, line *protocol.Frame) int {
	if m.program {
		return len(line.JSON())
	}
	return len(line.Text())
}
