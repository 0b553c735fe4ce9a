package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// A hash is kept in rows, and looked up by later programs.
func TestHashesOfIDsNeverChange(t *testing.T) {
	for ref, want := range map[protocol.Ref]uint64{
		"": 0, "a": 0x071717d2d36b6b11, "foobar": 0xd49f461720d7a196, "12345678": 0x758f67d162b2d202,
		"01890000-0000-7000-8000-000000000001": 0x743fe6bf5d65c9d2,
	} {
		assert.Equal(t, want, hashOf(ref), "%q", ref)
	}
}

// A ring is compared with a list, while ids are added and taken back in any order.
func TestARingHoldsTheLastIDs(t *testing.T) {
	seedtest.Each(t, 10, func(t *testing.T, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, 1))
		r, seq := newRing(), uint64(0)
		var ids []id // all that were added
		var was []id // what each of them has replaced
		for range 2000 {
			if dice.IntN(3) > 0 || len(was) == 0 {
				seq++
				one := id{dice.Uint64(), seq}
				if dice.IntN(2) == 0 {
					one.hash = 7 + seq<<32 // in one list with others
				}
				ids, was = append(ids, one), append(was, r.add(one))
			} else {
				n := 1 + dice.IntN(min(len(was), 40))
				for range n {
					r.putBack(was[len(was)-1])
					ids, was = ids[:len(ids)-1], was[:len(was)-1]
				}
			}
			if dice.IntN(100) == 0 {
				was = nil // for ever
			}
			last := ids[max(0, len(ids)-MaxIDs):]
			if dice.IntN(20) == 0 {
				require.True(t, slices.Equal(last, r.list()))
			}
			require.LessOrEqual(t, len(r.ids), MaxIDs)
			for _, one := range ids[max(0, len(ids)-MaxIDs-3):] {
				want := one.seq
				if !slices.Contains(last, one) {
					want = 0
				}
				require.Equal(t, want, r.find(one.hash))
			}
		}
	})
}

func TestNoIDIsFoundWhereNoneWasGiven(t *testing.T) {
	var none *ring
	assert.Zero(t, none.find(1))
	assert.Empty(t, none.list())
	assert.Zero(t, newRing().find(1))
}

// A ring that is full allocates nothing, whatever it is told.
func TestAFullRingAllocatesNothing(t *testing.T) {
	r, seq := newRing(), uint64(0)
	add := func() {
		seq++
		r.add(id{seq * 0x9e3779b97f4a7c15, seq})
	}
	for range MaxIDs {
		add()
	}
	assert.Zero(t, testing.AllocsPerRun(1000, add))
}

func BenchmarkRing(b *testing.B) {
	r, seq := newRing(), uint64(0)
	for b.Loop() {
		seq++
		if hash := seq * 0x9e3779b97f4a7c15; r.find(hash) == 0 {
			r.add(id{hash, seq})
		}
	}
}

func BenchmarkHashOf(b *testing.B) {
	for _, size := range []int{2, 36, 64} {
		b.Run(fmt.Sprint(size, " letters"), func(b *testing.B) {
			ref := protocol.Ref(fmt.Sprintf("%0*d", size, 7))
			for b.Loop() {
				hashOf(ref)
			}
		})
	}
}

func ringOf(ids ...id) *ring {
	r := newRing()
	for _, one := range ids {
		r.add(one)
	}
	return r
}

// The ids of a session are in its row, in their order, as many as are remembered.
func TestIDsAreInTheRow(t *testing.T) {
	full := newRing()
	for i := range uint64(MaxIDs + 100) {
		full.add(id{hashOf(protocol.Ref(fmt.Sprint(i))), 3 * (i + 1)})
	}
	for _, r := range []*ring{nil, ringOf(id{7, 1}), full} {
		w := coder{}
		w.ring(&r)
		c, read := coder{b: w.b, reading: true}, (*ring)(nil)
		c.ring(&read)
		require.NoError(t, c.err)
		assert.Empty(t, c.b)
		assert.Equal(t, r.list(), read.list())
		assert.Equal(t, r == nil, read == nil)
		for _, one := range r.list() {
			assert.Equal(t, one.seq, read.find(one.hash))
		}
	}
	for name, b := range map[string][]byte{
		"no position":     {1, 1, 2, 3, 4, 5, 6, 7, 8, 0},
		"beyond the last": append(append([]byte{2, 1, 2, 3, 4, 5, 6, 7, 8, 1}, make([]byte, 8)...), 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
	} {
		c, read := coder{b: b, reading: true}, (*ring)(nil)
		c.ring(&read)
		assert.ErrorIs(t, c.err, errNumber, name)
	}
}
