package journaltest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
)

// pages reads long lines of two streams: no page is larger than it may be, and the pages together hold every entry.
func pages(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	for i := range 60 {
		Commit(t, s, Said("#a", fmt.Sprint(i, strings.Repeat("x", 4000))), Said("#b", fmt.Sprint(i)), Said("#c", strings.Repeat("y", 4000)))
	}
	var seqs []uint64
	pages := 0
	for cur := From(0, "#a", "#b"); cur.Seq < 180; pages++ {
		bytes := 0
		p := read(t, s, cur, 180, 128)
		for i := range p.Entries {
			require.Less(t, bytes, journal.PageBytes, "the entry before was the last")
			bytes += p.Entries[i].Size()
			seqs = append(seqs, p.Entries[i].Seq)
		}
	}
	var want []uint64
	for i := range uint64(60) {
		want = append(want, 3*i+1, 3*i+2)
	}
	assert.Equal(t, want, seqs)
	assert.Equal(t, 8, pages)
}
