package conn

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestTheAddressesThatWereRightAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewServer(nil, Options{Password: func(protocol.Secret) bool { return true }}).checks
		at := func(i int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)
		}
		for i := range 10 * maxRight {
			for range 2 {
				refusal, err := c.try(context.Background(), at(i), "x")
				assert.Nil(t, refusal)
				assert.NoError(t, err)
			}
		}
		assert.Len(t, c.right, maxRight)
		assert.Empty(t, c.running)
		assert.False(t, c.wasRight(at(9*maxRight-1)))
		assert.True(t, c.wasRight(at(9*maxRight)))
		time.Sleep(lately)
		assert.False(t, c.wasRight(at(9*maxRight)), "that is long ago")
	})
}

// A client that gives up leaves its place in the queue free.
func TestWhoGivesUpLeavesThePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewServer(nil, Options{Password: func(protocol.Secret) bool { time.Sleep(time.Second); return true }}).checks
		ctx, cancel := context.WithCancel(context.Background())
		for i := range 10 {
			go func() { _, _ = c.try(ctx, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 32), "x") }()
		}
		synctest.Wait()
		assert.Len(t, c.waiting, 8)
		cancel()
		synctest.Wait()
		assert.Empty(t, c.waiting)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Empty(t, c.running)
		assert.Zero(t, c.now)
	})
}
