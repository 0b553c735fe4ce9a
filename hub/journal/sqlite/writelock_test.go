package sqlite

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACommitGoesBeforeMaintenance(t *testing.T) {
	var writing writeLock
	var order []string
	var all sync.WaitGroup
	hurried := make(chan struct{})
	writing.LockForMaintenance(func() { close(hurried) })
	all.Go(func() {
		writing.Lock()
		order = append(order, "commit")
		writing.Unlock()
	})
	<-hurried // the maintenance that has the lock is told
	require.Eventually(t, writing.commitWaits, 10*time.Second, time.Millisecond)
	all.Go(func() {
		writing.LockForMaintenance(nil)
		order = append(order, "maintenance")
		writing.Unlock()
	})
	writing.Unlock()
	all.Wait()
	assert.Equal(t, []string{"commit", "maintenance"}, order)
}
