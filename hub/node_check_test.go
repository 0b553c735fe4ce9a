package hub_test

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// checkJournals holds that all that was ever committed on any node is one journal, and returns it. What a program has
// said is in it once.
func (p *nodesPlay) checkJournals() (entries []journal.Entry) {
	bySeq := map[uint64]journal.Entry{}
	for _, s := range p.stores {
		for _, e := range s.Entries() {
			e.StreamSeq = 0
			if had, is := bySeq[e.Seq]; is {
				assert.Equal(p.t, had, e)
			}
			bySeq[e.Seq] = e
		}
	}
	said := map[string]int{}
	for seq := uint64(1); seq <= uint64(len(bySeq)); seq++ {
		e, is := bySeq[seq]
		assert.True(p.t, is, "nobody has %d", seq)
		entries = append(entries, e)
		if ev, ok := e.Event.(protocol.Said); ok && ev.Ref != "" {
			said[fmt.Sprint(e.Author, ev.Ref)]++
		}
	}
	for ref, n := range said {
		assert.Equal(p.t, 1, n, "%s was said %d times", ref, n)
	}
	return entries
}

// hearing follows what a client was told.
type hearing struct {
	p   *nodesPlay
	c   *wanderer
	who string

	entries []journal.Entry
	want    map[uint64]thing
	last    uint64
	seen    map[uuid.UUID]bool
	gap     bool // it was told that lines are missing,
	twice   bool // or that some may come twice, since the last of them
	lossy   bool // it was told of a gap once
}

// checkTold holds that a client was told all that it should be, once and in order, but where it was told that something
// is missing, or may come twice.
func (p *nodesPlay) checkTold(c *wanderer, entries []journal.Entry, who string) {
	want, _ := wanted(entries, c.Client, c.session)
	h := &hearing{p: p, c: c, who: who, entries: entries, want: want, seen: map[uuid.UUID]bool{}}
	for _, e := range c.Heard() {
		switch e := e.(type) {
		case protocol.Gap:
			h.gap, h.lossy = true, true
		case protocol.Notice:
			h.twice = h.twice || strings.Contains(e.Text.String(), "may come once more")
		}
		if seq := protocol.MetaOf(e).Seq; seq > 0 && !h.hear(seq) {
			return
		}
	}
	h.missesNone(uint64(len(entries)) + 1)
}

// hear holds what is true of a position that is told after the last.
func (h *hearing) hear(seq uint64) (is bool) {
	thing, mine := h.want[seq]
	switch {
	case !mine:
		return h.fails(seq, "is not for it")
	case seq <= h.last && (!h.twice || h.c.Program):
		return h.fails(seq, fmt.Sprint("comes after ", h.last))
	case seq > h.last && !h.lossy && !thing.first:
		return h.fails(seq, "was told in another room")
	case !h.missesNone(seq):
		return false
	}
	h.seen[thing.id] = true
	h.last, h.gap, h.twice = seq, false, false
	return true
}

// missesNone holds that nothing is left out before a position.
func (h *hearing) missesNone(before uint64) bool {
	for seq := h.last + 1; seq < before && !h.gap; seq++ {
		if thing, is := h.want[seq]; is && !h.seen[thing.id] {
			return h.fails(seq, "was not told, and none is said to be missing")
		}
	}
	return true
}

func (h *hearing) fails(seq uint64, why string) bool {
	return assert.Fail(h.p.t, why, "%s: position %d: %s", h.who, seq, h.story())
}

func (h *hearing) story() story { return story{h.entries, h.c.session, h.c.Client} }
