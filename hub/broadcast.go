package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What is said in one room in one commit is told together: encoded once, and one
// reference in the outbox of everybody who is told the same. Whoever is told
// something else (their own lines, or not those of somebody whom they ignore) gets
// the lines one by one. All else that happens, and so may change who is told what,
// comes after what was said before it.

// hear makes an entry true and has it told.
func (r *run) hear(e *journal.Entry) {
	if room := r.saidIn(e); room != nil {
		if _, leaves := e.Event.(protocol.Left); leaves {
			r.tellBefore(r.sessions[e.Author], room)
		}
		r.follow(e)
		r.readAlso(e)
		if len(room.said) == 0 {
			r.speaking = append(r.speaking, room)
		}
		room.said = append(room.said, e)
		if s := r.sessions[e.Author]; s != nil && s.hears(e) {
			s.unsaid = true
		}
		return
	}
	r.broadcast()
	r.follow(e)
	r.readAlso(e)
	r.tell(e)
}

// readAlso has a session that is behind read another stream from here on: of the room that it has
// entered, or of the desk.
func (r *run) readAlso(e *journal.Entry) {
	slot := -1
	switch e.Event.(type) {
	case protocol.Joined:
		slot = roomSlot
	case protocol.DutyChanged:
		slot = deskSlot
	}
	if slot < 0 {
		return
	}
	s := r.sessions[e.Author]
	if s == nil || s.client == nil || s.live || s.fresh {
		return
	}
	here := r.place(s.client)
	here.nth[slot] = 0
	if n := len(s.lefts); slot == roomSlot && n > 0 {
		here.nth[slot] = s.lefts[n-1].nth
	}
	r.append(s.client, &aside{after: here, enter: &entering{slot, journal.Reading{Stream: e.Stream, Nth: e.Nth}}}, nil)
}

// saidIn is the room in which e was said; nil if it is something else. Somebody's
// coming, going or new name takes nothing from what the others are told, so it counts
// as said, too: when thousands come at once they are told of each other together.
func (r *run) saidIn(e *journal.Entry) *room {
	switch ev := e.Event.(type) {
	case protocol.Said:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	case protocol.Acted:
		return r.rooms[ev.Room]
	case protocol.Joined:
		if m := r.sessions[e.Author]; ev.Room != protocol.DeskRoom && (m == nil || m.room == nil) {
			return r.rooms[ev.Room]
		}
	case protocol.Left:
		if m := r.sessions[e.Author]; ev.Room != protocol.DeskRoom && m != nil && m.where() == ev.Room {
			return r.rooms[ev.Room]
		}
	case protocol.Renamed:
		if ev.Room != protocol.DeskRoom {
			return r.rooms[ev.Room]
		}
	}
	return nil
}

// tellBefore tells somebody who is about to leave a room what was said in it before.
func (r *run) tellBefore(m *session, room *room) {
	if said := m.since(room.said); m.live && len(said) > 0 {
		r.feed(m, said[0], m.lines(said), false)
	}
}

// broadcast tells what was said in the rooms since the last time.
func (r *run) broadcast() {
	for _, room := range r.speaking {
		r.widest = max(r.widest, room.count(r.commits))
		r.tellRoom(room)
		clear(room.said)
		room.said = room.said[:0]
		if cap(room.said) > 4*window {
			room.said = nil // one flood must not cost memory for ever
		}
		r.tidy(room)
	}
	clear(r.speaking)
	r.speaking = r.speaking[:0]
}

// count is how many lines of a commit are told in room with those of now: they may be told in
// several broadcasts.
func (room *room) count(commit uint64) int {
	if room.commit != commit {
		room.commit, room.lines = commit, 0
	}
	room.lines += len(room.said)
	return room.lines
}

func (r *run) tellRoom(room *room) {
	r.round++
	for _, e := range room.said {
		if m := r.sessions[e.Author]; m != nil {
			if m.batch != r.round {
				m.batch, m.own = r.round, 0
			}
			m.own++
			m.unsaid = false
		}
	}
	crowded := r.isCrowded(room)
	feed := func(m *session, first *journal.Entry, lines []*protocol.Line) {
		r.feed(m, first, lines, crowded)
	}
	var events []protocol.Event // of all that was said
	var together []*protocol.Line
	for _, m := range room.members {
		switch {
		case !m.live:
			continue
		case m.batch == r.round || m.ignoresAny(room.said):
			said := m.since(room.said)
			switch {
			case len(said) == 0:
			case m.own == 1 && len(said) < len(room.said) && !m.program && !m.ignoresAny(said): // all that it has done is to come
				if events == nil {
					events = eventsOf(room.said)
				}
				feed(m, said[0], []*protocol.Line{protocol.Together(events[len(events)-len(said):])})
			default:
				feed(m, said[0], m.lines(said))
			}
		default:
			if together == nil {
				together = []*protocol.Line{linesOf(room.said)}
			}
			feed(m, room.said[0], together)
		}
	}
}

// linesOf is what those who have said none of it are told.
func linesOf(said []*journal.Entry) *protocol.Line {
	if len(said) == 1 {
		return said[0].Line
	}
	return protocol.Together(eventsOf(said))
}

func eventsOf(said []*journal.Entry) []protocol.Event {
	events := make([]protocol.Event, len(said))
	for i, e := range said {
		events[i] = e.Line.Event
	}
	return events
}

// tell tells e to who may hear it.
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
				if news, ok := e.Event.(protocol.AtDesk); ok && m.client != nil {
					m.client.out.post(nil) // how things stood is out of date
					if news.Queueing != nil {
						m.standing = *news.Queueing
					}
				}
			}
			return
		}
		if room := r.rooms[protocol.StampOf(e.Event).Room]; room != nil {
			for _, m := range room.members {
				r.tellMember(m, e)
			}
		}
	}
}

func (r *run) tellMember(m *session, e *journal.Entry) {
	if m.live && m.hears(e) {
		r.feed(m, e, []*protocol.Line{m.line(e)}, false)
	}
}

// since leaves out what was said before m came.
func (m *session) since(said []*journal.Entry) []*journal.Entry {
	if len(said) == 0 || said[0].Seq > m.came {
		return said
	}
	i, _ := slices.BinarySearchFunc(said, m.came+1, func(e *journal.Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return said[i:]
}

// lines are what m alone is told of what was said.
func (m *session) lines(said []*journal.Entry) (lines []*protocol.Line) {
	for _, e := range said {
		if m.hears(e) {
			lines = append(lines, m.line(e))
		}
	}
	if m.deaf != nil && len(lines) > 1 { // many who come at once are told as such, without those whom m ignores
		events := make([]protocol.Event, len(lines))
		for i, l := range lines {
			events[i] = l.Event
		}
		return []*protocol.Line{protocol.Together(events)}
	}
	return lines
}

// feed appends lines to the outbox of a live member, of which first is the first
// entry. Where there is no room for all of them the member is behind, and reads on
// by itself from before the first.
func (r *run) feed(m *session, first *journal.Entry, lines []*protocol.Line, mayWait bool) {
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

// cursorBefore is where m stood when e had not happened. Nothing that m reads
// has happened since but what was said together with e.
func (r *run) cursorBefore(m *session, e *journal.Entry) journal.Cursor {
	cur := r.cursor(m)
	cur.Seq = e.Seq - 1
	for i := range cur.Streams {
		if cur.Streams[i].Stream == e.Stream {
			cur.Streams[i].Nth = e.Nth - 1
		}
	}
	return cur
}

// size is what line costs in m's outbox: its bytes in the spelling that m reads.
func size(m *session, line *protocol.Line) int {
	if m.program {
		return len(line.JSON())
	}
	return len(line.Text())
}
