package hub

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// What is kept of kicks is bounded; what is free again first goes first.
func TestWhatIsKeptOfKicksIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBlocks()
		now := time.Now()
		for i := range 3 * maxBlocked {
			b.addName(nick("n%dx", i), now.Add(time.Hour+time.Duration(i)*time.Second))
			addr := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			b.addresses.add(now.Add(time.Hour+time.Duration(i)*time.Second), netip.PrefixFrom(addr, 32))
			assert.LessOrEqual(t, len(b.names), maxBlocked)
			assert.LessOrEqual(t, len(b.addresses), maxBlocked)
		}
		assert.Len(t, b.names, maxBlocked)
		assert.Len(t, b.addresses, maxBlocked)
		assert.Zero(t, b.name(nick("n%dx", 0)))
		assert.NotZero(t, b.name(nick("n%dx", 3*maxBlocked-1)))
		assert.NotZero(t, b.name(nick("n%dx", 3*maxBlocked-maxBlocked/2)), "two keys for each name")
		assert.Zero(t, b.name(nick("n%dx", 3*maxBlocked-maxBlocked/2-1)))

		// A shorter time does not make one free sooner.
		b.addName(nick("n%dx", 3*maxBlocked-1), now.Add(time.Second))
		assert.Greater(t, b.name(nick("n%dx", 3*maxBlocked-1)), protocol.Seconds(3600))

		// The latest is refused whole, also if it is free again before all others.
		b.addName(nick("latest"), now.Add(time.Minute))
		for _, key := range nick("latest").Keys() {
			assert.NotZero(t, b.names.left(key))
		}

		// What is over is forgotten with the next kick.
		time.Sleep(48 * time.Hour)
		b.addName(nick("last"), time.Now().Add(time.Minute))
		assert.Len(t, b.names, 2)
	})
}
