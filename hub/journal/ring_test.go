package journal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

// Whatever comes and goes, a tail holds what a plain slice would, and nothing else.
func TestATailHoldsWhatIsLeft(t *testing.T) {
	dice := seedtest.Dice(t)
	var have ring
	var want []Entry
	for seq, most := uint64(0), 0; seq < 20_000; {
		if dice.IntN(100) == 0 {
			most = dice.IntN(300)
		}
		for range dice.IntN(20) {
			seq++
			have.add(Entry{Seq: seq})
			want = append(want, Entry{Seq: seq})
		}
		if n := len(want) - most; n > 0 {
			have.drop(n)
			want = want[n:]
		}
		require.Equal(t, len(want), len(have.entries))
		for i := range want {
			require.Equal(t, want[i].Seq, have.entries[i].Seq)
		}
		room := have.buf[:cap(have.buf)]
		held := len(have.buf) - len(have.entries)
		for i := range room {
			require.True(t, i >= held && i < len(have.buf) || room[i].Seq == 0, "what has gone is let go of")
		}
	}
}

func TestAFullTailNeedsNoMemoryAnew(t *testing.T) {
	var full ring
	for range 1000 {
		full.add(Entry{})
	}
	for range 5000 { // it finds its size
		full.add(Entry{})
		full.drop(1)
	}
	assert.Zero(t, testing.AllocsPerRun(5000, func() {
		full.add(Entry{})
		full.drop(1)
	}))
	full.drop(990)
	for range 1000 {
		full.add(Entry{})
		full.drop(1)
	}
	assert.LessOrEqual(t, cap(full.buf), 100, "room that is no longer needed is given back")
}
