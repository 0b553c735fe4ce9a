package journal

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func address(n int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32)
}

// Forty callers from one address and one from each of two others: the others wait for one of the forty each time, and
// no caller overtakes another from the same address.
func TestAddressesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := fairQueue{slots: 1}
		require.NoError(t, ts.acquire(t.Context(), address(1)))
		var went []string
		var all sync.WaitGroup
		wait := func(from int, name string) {
			all.Go(func() {
				assert.NoError(t, ts.acquire(t.Context(), address(from)))
				went = append(went, name)
				ts.release()
			})
			synctest.Wait() // it stands in the line
		}
		for i := range 40 {
			wait(1, fmt.Sprint("a", i))
		}
		wait(2, "b0")
		wait(2, "b1")
		wait(3, "c0")
		ts.release()
		all.Wait()
		assert.Equal(t, []string{"a0", "b0", "c0", "a1", "b1", "a2", "a3"}, went[:7])
		assert.Len(t, went, 43)
		assert.Equal(t, "a39", went[42])
		assert.Zero(t, ts.running)
		assert.Zero(t, ts.waiting)
		assert.Empty(t, ts.queues)
	})
}

func TestSoManyTakeTheirTurnsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := fairQueue{slots: 2}
		begun, over := 0, make(chan struct{})
		var all sync.WaitGroup
		for i := range 9 {
			all.Go(func() {
				assert.NoError(t, ts.acquire(t.Context(), address(i)))
				begun++
				<-over
				ts.release()
			})
			synctest.Wait()
		}
		for want := 2; want < 9; want++ {
			assert.Equal(t, want, begun)
			over <- struct{}{}
			synctest.Wait()
		}
		close(over)
		all.Wait()
		assert.Equal(t, 9, begun)
	})
}

func TestALineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := fairQueue{slots: 1, maxWaiting: 5, maxWaitingFrom: 2}
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, ts.acquire(ctx, address(1)))
		var all sync.WaitGroup
		wait := func(from int) {
			all.Go(func() { assert.ErrorIs(t, ts.acquire(ctx, address(from)), context.Canceled) })
			synctest.Wait()
		}
		wait(1)
		wait(1)
		assert.ErrorIs(t, ts.acquire(ctx, address(1)), ErrBusy, "of one address")
		wait(2)
		wait(2)
		wait(3)
		assert.ErrorIs(t, ts.acquire(ctx, address(4)), ErrBusy, "in all")
		cancel()
		all.Wait()
		assert.Zero(t, ts.waiting)
		assert.Empty(t, ts.queues)
		ts.release()
		require.NoError(t, ts.acquire(t.Context(), address(4)))
		assert.ErrorIs(t, ts.acquire(ctx, address(1)), context.Canceled)
	})
}

// A caller that gives up at the moment when its turn comes gives the turn to the next.
func TestATurnIsNotLost(t *testing.T) {
	ts := fairQueue{slots: 1}
	require.NoError(t, ts.acquire(t.Context(), address(1)))
	mine, err := ts.enqueue(address(1))
	require.NoError(t, err)
	next, err := ts.enqueue(address(1))
	require.NoError(t, err)
	ts.release() // it is the first one's turn
	<-mine
	ts.abandon(address(1), mine)
	<-next
	ts.release()
	assert.Zero(t, ts.running)
}
