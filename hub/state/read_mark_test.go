package state

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// Of more rooms than are kept the one goes that was read least far.
func TestSoManyRoomsAreKeptAsRead(t *testing.T) {
	k := newTalk(t, "ann")
	for i := range maxRead + 1 {
		k.do("ann", protocol.Join{Room: aRoom(fmt.Sprint("r", i))})
		k.do("ann", protocol.Read{})
	}
	read := k.of("ann").Read
	assert.Len(t, read, maxRead)
	assert.Equal(t, aRoom("r1"), read[0].Room)
	assert.Equal(t, aRoom(fmt.Sprint("r", maxRead)), read[maxRead-1].Room)
}
