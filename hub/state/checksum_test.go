package state

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Two members that quit leave the same state behind, whichever is the first; their entries stand in another order, and
// the checksums tell.
func TestChecksumsTellEntriesThatTheStateDoesNotShow(t *testing.T) {
	sums := map[Sum]bool{}
	for _, names := range [][]string{{"ann", "bob"}, {"bob", "ann"}} {
		v := twoNodes(t)
		for _, name := range names {
			v.types(name, "/quit")
		}
		assert.Empty(t, v.m.sessions)
		v.m.Order = &order{Position: v.m.Order.Position, Entries: v.m.Order.Entries} // requests of the nodes differ
		sums[v.m.Checksum()] = true
	}
	assert.Len(t, sums, 2)
}
