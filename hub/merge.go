package hub

import (
	"encoding/binary"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// A session in several rooms gets their lines in one sequence, in the order of the journal: room after room, a
// program would see 1, 4, 2 and lose 2 when it resumes from 4.
//
//	#lobby  1 . . 4 . 6          in #lobby alone:          1 4 6
//	#tea    . 2 3 . . .          in #lobby, and #tea:      1 #tea 2 #tea 3 4 6
//	#mate   . . . . 5 6          in #lobby, and #mate:     1 4 #mate 5 6
//
// A sequence is made once for all sessions that are in the same of the rooms with lines, and have the same of
// them in front. An event in several rooms (6: a new name) is told once.
//
// merging makes the sequences of one broadcast.
type merging struct {
	made  map[string]*merge // by the rooms, as key writes them
	key   []byte
	parts []uint32
	heads []head         // of one session,
	front journal.Stream // and the stream of its room in front
	said  []heard        // by one session
}

// merge is one sequence, for all sessions that hear the same.
type merge struct {
	first *journal.Entry
	lines []*protocol.Frame
	count int // entries
	taken bool
}

// head is what is still to be merged of one room.
type head struct {
	room      *room
	at        int // in room.said
	elsewhere bool
}

// tellSeveral delivers to a session in several rooms what was said in them, unless that is done already. It
// reports false if the session hears just what the members of one room hear.
func (r *run) tellSeveral(s *session) bool {
	if s.told >= r.head { // done for another of its rooms
		return true
	}
	g := &r.merging
	whole, crowded := g.gather(s)
	if len(g.heads) == 1 && !g.heads[0].elsewhere {
		return false
	}
	s.told = r.head
	switch {
	case len(g.heads) == 0:
	case !whole || s.spoke == r.round || s.deaf != nil:
		said := g.pick()
		r.feed(s, said[0].Entry, s.linesOf(said), crowded)
	default:
		m := g.merge()
		r.widest = max(r.widest, m.count)
		r.feed(s, m.first, m.take(), crowded)
	}
	return true
}

// tellBefore delivers to a session what was said before in its rooms: it is about to leave or enter a room, or
// to have another in front.
func (r *run) tellBefore(s *session) {
	if s == nil || !s.live || len(r.speaking) == 0 || s.told >= r.head {
		return
	}
	g := &r.merging
	if g.gather(s); len(g.heads) > 0 {
		said := g.pick()
		r.feed(s, said[0].Entry, s.linesOf(said), false)
	}
	s.told = r.head
}

// gather finds what is to be merged for s, and reports whether that is all that was said in these rooms, and
// whether all of it may be told a moment later.
func (g *merging) gather(s *session) (whole, crowded bool) {
	g.heads, g.front = g.heads[:0], s.frontStream()
	whole, crowded = true, true
	for m := range s.rooms() {
		n := len(m.room.said)
		at := n - len(m.since(m.room.said))
		if at == n {
			whole = whole && n == 0
			continue
		}
		g.heads = append(g.heads, head{m.room, at, m.isElsewhere()})
		whole, crowded = whole && at == 0, crowded && m.room.crowded
	}
	return whole, crowded
}

// pick merges what is gathered, into a slice that is overwritten.
func (g *merging) pick() []heard {
	g.said = g.said[:0]
	var last thing
	for len(g.heads) > 0 {
		i, least := 0, g.heads[0].entry()
		for j := 1; j < len(g.heads); j++ {
			if e := g.heads[j].entry(); e.Seq < least.Seq {
				i, least = j, e
			}
		}
		h := &g.heads[i]
		if !last.again(least) {
			g.said = append(g.said, h.heard(g.front))
		}
		if h.at++; h.at == len(h.room.said) {
			g.heads = slices.Delete(g.heads, i, i+1)
		}
	}
	return g.said
}

func (h *head) entry() *journal.Entry { return h.room.said[h.at] }

// part is a room's part of a key: which of the rooms with lines it is, and whether it is elsewhere.
func (h *head) part() uint32 {
	part := 2 * uint32(h.room.order)
	if h.elsewhere {
		part++
	}
	return part
}

// heard is the next entry of a room. It is told without the name of the room if it is also in the one in front.
func (h *head) heard(front journal.Stream) heard {
	e := h.entry()
	if h.elsewhere && !standsIn(e.Event, front) {
		return heard{e, h.room.elsewhere(h.at), true}
	}
	return heard{e, e.Frame, false}
}

// merge is what is gathered as one sequence, shared by all sessions that hear it.
func (g *merging) merge() *merge {
	g.parts = g.parts[:0]
	for _, h := range g.heads {
		g.parts = append(g.parts, h.part())
	}
	slices.Sort(g.parts)
	g.key = g.key[:0]
	for _, part := range g.parts {
		g.key = binary.LittleEndian.AppendUint32(g.key, part)
	}
	if m := g.made[string(g.key)]; m != nil {
		return m
	}
	said := g.pick()
	m := &merge{first: said[0].Entry, lines: linesOfAll(said), count: len(said)}
	if g.made == nil {
		g.made = map[string]*merge{}
	}
	g.made[string(g.key)] = m
	return m
}

// take returns the lines. The first session gets those that are encoded for each room; for more sessions they
// are encoded as one.
func (m *merge) take() []*protocol.Frame {
	if m.taken && len(m.lines) > 1 {
		m.lines = []*protocol.Frame{together(m.lines)}
	}
	m.taken = true
	return m.lines
}

// forget ends the broadcast.
func (g *merging) forget() {
	if len(g.made) > maxItems || cap(g.said) > maxItems {
		*g = merging{} // one flood must not cost memory for ever
		return
	}
	clear(g.made)
	clear(g.said[:cap(g.said)])
	clear(g.heads[:cap(g.heads)])
}
