package journal

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// Two proposals that come at once wake the journal twice, and are one batch. The second time there is nothing, which
// says nothing of the disk.
func TestNothingIsNoBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New(NewMemory(Bounds{}))
		j.wake <- struct{}{}
		ctx, end := context.WithCancel(t.Context())
		go j.Run(ctx)
		synctest.Wait()
		select {
		case b := <-j.Committed():
			assert.Fail(t, "a batch of nothing", "%v", b)
		default:
		}
		end()
	})
}
