package hub

import (
	"encoding/binary"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// A session in several rooms gets their lines in one sequence, in the order of the journal: room after room, a program
// would see 1, 4, 2 and lose 2 when it resumes from 4.
//
//	#lobby  1 . . 4 . 6          in #lobby alone:          1 4 6
//	#tea    . 2 3 . . .          in #lobby, and #tea:      1 #tea 2 #tea 3 4 6
//	#mate   . . . . 5 6          in #lobby, and #mate:     1 4 #mate 5 6
//
// A sequence is made once for all sessions that are in the same of the rooms with lines, and have the same of them in
// front. An event in several rooms (6: a new name) is told once.
//
// merger makes the sequences of one broadcast.
type merger struct {
	made  map[string]*sequence // by the rooms, as key writes them
	key   []byte
	parts []uint64
	heads []mergeHead    // of one session,
	front journal.Stream // and the stream of its room in front
	said  []mergedEntry  // by one session
}

// sequence is the merged frames for all sessions that hear the same.
type sequence struct {
	first  *journal.Entry
	frames []*protocol.Frame
	count  int // entries
	taken  bool
}

// mergeHead is what is still to be merged of one room.
type mergeHead struct {
	room      *room
	at        int // in room.pending
	elsewhere bool
}

// deliverMerged delivers to a session in several rooms what was said in them, unless that is done already. It reports
// false if the session hears just what the members of one room hear.
func (l *loop) deliverMerged(s *session) bool {
	if s.deliveredTo >= l.head { // done for another of its rooms
		return true
	}
	g := &l.merger
	g.gather(s)
	if len(g.heads) == 1 && !g.heads[0].elsewhere {
		return false
	}
	s.deliveredTo = l.head
	switch {
	case len(g.heads) == 0:
	case s.authoredIn == l.broadcastNo || s.ignored != nil:
		said := g.interleave()
		l.enqueue(s, said[0].Entry, s.mergedFrames(said))
	default:
		m := g.sequence(s)
		l.widest = max(l.widest, m.count)
		l.enqueue(s, m.first, m.share())
	}
	return true
}

// deliverPending delivers to a session what was said before in its rooms: it is about to leave or enter a room, or to
// have another in front.
func (l *loop) deliverPending(s *session) {
	if s == nil || s.feed != live || len(l.activeRooms) == 0 && len(l.delayedRooms) == 0 || s.deliveredTo >= l.head {
		return
	}
	g := &l.merger
	switch g.gather(s); {
	case len(g.heads) == 0:
	case g.isComings() && s.ignored == nil && s.readsText(): // so are answers to many that come at once
		said := g.heads[0].room.pending[g.heads[0].at:]
		l.enqueue(s, said[0], []*protocol.Frame{protocol.NewDigest(eventsOf(said)).From(0)})
	default:
		said := g.interleave()
		l.enqueue(s, said[0].Entry, s.mergedFrames(said))
	}
	s.deliveredTo = l.head
}

// gather finds what is to be merged for s.
func (g *merger) gather(s *session) {
	g.heads, g.front = g.heads[:0], s.frontStream()
	for m := range s.rooms() {
		if said := m.since(m.room.pending); len(said) > 0 {
			g.heads = append(g.heads, mergeHead{m.room, len(m.room.pending) - len(said), m.isElsewhere()})
		}
	}
}

// isComings reports whether all that is gathered are comings and goings in the room in front.
func (g *merger) isComings() bool {
	return len(g.heads) == 1 && !g.heads[0].elsewhere && !g.heads[0].room.spoken
}

// interleave merges what is gathered, into a slice that is overwritten.
func (g *merger) interleave() []mergedEntry {
	g.said = g.said[:0]
	var last roomEvent
	for len(g.heads) > 0 {
		i, least := 0, g.heads[0].entry()
		for j := 1; j < len(g.heads); j++ {
			if e := g.heads[j].entry(); e.Seq < least.Seq {
				i, least = j, e
			}
		}
		h := &g.heads[i]
		if !last.isRepeat(least) {
			g.said = append(g.said, h.next(g.front))
		}
		if h.at++; h.at == len(h.room.pending) {
			g.heads = slices.Delete(g.heads, i, i+1)
		}
	}
	return g.said
}

func (h *mergeHead) entry() *journal.Entry { return h.room.pending[h.at] }

// part is a room's part of a key: which room it is, whether it is elsewhere, and from which entry on it is told.
func (h *mergeHead) part() uint64 {
	part := uint64(h.room.no)<<32 | uint64(h.at)<<1
	if h.elsewhere {
		part++
	}
	return part
}

// next is the next entry of a room. It is told without the name of the room if it is also in the one in front.
func (h *mergeHead) next(front journal.Stream) mergedEntry {
	e := h.entry()
	if h.elsewhere && !standsIn(e.Event, front) {
		return mergedEntry{e, h.room.elsewhere(h.at), true}
	}
	return mergedEntry{e, e.Frame(), false}
}

// sequence is what is gathered for s as one sequence, shared by all sessions that hear it.
func (g *merger) sequence(s *session) *sequence {
	style := batched
	if s.summary {
		style = summarized
	}
	g.parts = g.parts[:0]
	for _, h := range g.heads {
		g.parts = append(g.parts, h.part())
	}
	slices.Sort(g.parts)
	g.key = append(g.key[:0], byte(style))
	for _, part := range g.parts {
		g.key = binary.LittleEndian.AppendUint64(g.key, part)
	}
	if m := g.made[string(g.key)]; m != nil {
		return m
	}
	said := g.interleave()
	m := &sequence{first: said[0].Entry, frames: sharedFrames(said, style), count: len(said)}
	if g.made == nil {
		g.made = map[string]*sequence{}
	}
	g.made[string(g.key)] = m
	return m
}

// share returns the lines. The first session gets those that are encoded for each room; for more sessions they are
// encoded as one.
func (m *sequence) share() []*protocol.Frame {
	if m.taken && len(m.frames) > 1 {
		m.frames = []*protocol.Frame{batchOf(m.frames)}
	}
	m.taken = true
	return m.frames
}

// forget ends the broadcast.
func (g *merger) forget() {
	if len(g.made) > maxItems || cap(g.said) > maxItems {
		*g = merger{} // one flood must not cost memory for ever
		return
	}
	clear(g.made)
	clear(g.said[:cap(g.said)])
	clear(g.heads[:cap(g.heads)])
}
