package sqlite

import (
	"context"
	"sync"
	"time"
)

// latch is shared by readers. A checkpoint excludes them for a moment, since the WAL begins anew only when no reader is
// in it, and where reads never pause there would always be one.
type latch struct {
	mu        sync.Mutex
	readers   int
	interrupt context.CancelFunc // ends what the searcher is doing; nil: it does nothing
	excluded  chan struct{}      // closed by readmit; nil: readers are let in
	empty     chan struct{}      // closed when the last reader releases the latch; nil: exclude does not wait for that
}

// acquire waits while readers are excluded.
func (l *latch) acquire(ctx context.Context) error {
	for {
		readmitted := l.tryAcquire()
		if readmitted == nil {
			return nil
		}
		select {
		case <-readmitted:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *latch) tryAcquire() (readmitted <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.excluded != nil {
		return l.excluded
	}
	l.readers++
	return nil
}

func (l *latch) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers--
	l.signalEmpty()
}

// onExclude sets what exclude calls, for a reader that takes longer than a page. The reader takes that back with nil
// before it releases the latch.
func (l *latch) onExclude(interrupt context.CancelFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.interrupt = interrupt; interrupt != nil && l.excluded != nil {
		interrupt()
	}
}

// signalEmpty wakes exclude, if it waits and no reader is left.
func (l *latch) signalEmpty() {
	if l.readers == 0 && l.empty != nil {
		close(l.empty)
		l.empty = nil
	}
}

// exclude lets no more readers in, and reports whether all are out within patience. One caller at a time may exclude
// readers, and must readmit them.
func (l *latch) exclude(patience time.Duration) (excluded bool) {
	empty := make(chan struct{})
	l.mu.Lock()
	l.excluded, l.empty = make(chan struct{}), empty
	if l.interrupt != nil {
		l.interrupt()
	}
	l.signalEmpty()
	l.mu.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-empty:
		return true
	case <-late.C:
		return false
	}
}

func (l *latch) readmit() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.excluded)
	l.excluded, l.empty = nil, nil
}
