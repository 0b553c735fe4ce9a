package seedtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSeedsAreThoseThatAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		seed, seeds string
		each        []uint64
		one         uint64
	}{
		{"", "", []uint64{0, 1, 2}, 5},
		{"7", "", []uint64{7}, 7},
		{"", "2", []uint64{0, 1}, 5},
		{"7", "2", []uint64{7, 8}, 7},
	} {
		t.Setenv("CHINWAG_SEED", c.seed)
		t.Setenv("CHINWAG_SEEDS", c.seeds)
		var got []uint64
		Each(t, 3, func(_ *testing.T, seed uint64) { got = append(got, seed) })
		assert.Equal(t, c.each, got)
		assert.Equal(t, c.one, One(t, 5))
	}
	assert.Equal(t, "protocol/seedtest", here(t))
}
