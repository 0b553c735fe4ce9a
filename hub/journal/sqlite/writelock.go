package sqlite

import (
	"sync"
	"sync/atomic"
)

// turn is the right to write to the file. A commit goes before all maintenance: it
// waits at most for the slice that is under way, which sees it
// wait and ends early. The zero value is ready.
type turn struct {
	queue   sync.Mutex // of goroutines that wait in LockBehind: none takes the turn twice while another waits
	mu      sync.Mutex
	changed *sync.Cond   // made for the first goroutine that waits
	taken   bool         // a goroutine has the turn
	hurry   func()       // makes the maintenance that has the turn end soon; nil: it asks isWanted
	commits atomic.Int32 // that wait
}

// Lock takes the turn for a commit, or for work that goes before maintenance, too.
func (t *turn) Lock() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.commits.Add(1)
	if t.hurry != nil {
		t.hurry()
	}
	for t.taken {
		t.wait()
	}
	t.commits.Add(-1)
	t.taken = true
}

// LockBehind takes the turn for maintenance, when no commit waits for it. A commit
// that waits from then on calls hurry, which must not block and may be nil.
func (t *turn) LockBehind(hurry func()) {
	t.queue.Lock()
	defer t.queue.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.taken || t.isWanted() {
		t.wait()
	}
	t.taken, t.hurry = true, hurry
}

// Unlock gives the turn back.
func (t *turn) Unlock() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken, t.hurry = false, nil
	if t.changed != nil {
		t.changed.Broadcast()
	}
}

// isWanted reports whether a commit waits.
func (t *turn) isWanted() bool { return t.commits.Load() > 0 }

func (t *turn) wait() {
	if t.changed == nil {
		t.changed = sync.NewCond(&t.mu)
	}
	t.changed.Wait()
}
