package sqlite

import (
	"sync"
	"sync/atomic"
)

// writeLock is held by the one goroutine that writes to the file. A commit goes before all maintenance: it waits at
// most for the step that is under way, which sees that it waits and ends early. The zero value is ready.
type writeLock struct {
	queue     sync.Mutex // of goroutines that wait in LockForMaintenance: none takes the lock twice while another waits
	mu        sync.Mutex
	changed   *sync.Cond   // made for the first goroutine that waits
	held      bool         // a goroutine has the lock
	interrupt func()       // makes the maintenance that has the lock end soon; nil: it asks commitWaits
	waiting   atomic.Int32 // commits
}

// Lock takes the lock for a commit, or for work that goes before maintenance, too.
func (l *writeLock) Lock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting.Add(1)
	if l.interrupt != nil {
		l.interrupt()
	}
	for l.held {
		l.wait()
	}
	l.waiting.Add(-1)
	l.held = true
}

// LockForMaintenance takes the lock for maintenance, when no commit waits for it. A commit that waits from then on
// calls interrupt, which must not block and may be nil.
func (l *writeLock) LockForMaintenance(interrupt func()) {
	l.queue.Lock()
	defer l.queue.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.held || l.commitWaits() {
		l.wait()
	}
	l.held, l.interrupt = true, interrupt
}

// Unlock gives the lock back.
func (l *writeLock) Unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.interrupt = false, nil
	if l.changed != nil {
		l.changed.Broadcast()
	}
}

// commitWaits reports whether a commit waits.
func (l *writeLock) commitWaits() bool { return l.waiting.Load() > 0 }

func (l *writeLock) wait() {
	if l.changed == nil {
		l.changed = sync.NewCond(&l.mu)
	}
	l.changed.Wait()
}
