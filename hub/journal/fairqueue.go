package journal

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// fairQueue is a semaphore that is fair to addresses: a few callers at a time do long work. The others wait, and the
// addresses take turns: however many callers wait from one address, a caller from another waits for one of them at
// most. Callers from one address go in the order in which they came.
type fairQueue struct {
	slots          int // callers that have a turn at the same time
	maxWaiting     int // callers that may wait; 0: any number
	maxWaitingFrom int // of them from one address

	mu      sync.Mutex
	running int     // callers that have a turn
	waiting int     // callers in all queues
	queues  []queue // one for each address from which a caller waits, the next first
}

// queue holds the callers from one address.
type queue struct {
	from    netip.Prefix
	waiters []chan struct{} // each is closed when its turn has come
}

// acquire waits for the caller's turn, which release gives back. It returns ErrBusy at once where too many callers wait
// already, and the error of ctx if that ends first.
func (f *fairQueue) acquire(ctx context.Context, from netip.Prefix) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mine, err := f.enqueue(from)
	if mine == nil {
		return err
	}
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		f.abandon(from, mine)
		return ctx.Err()
	}
}

// enqueue puts the caller into the queue of its address; nil: it has its turn already, or err says why not.
func (f *fairQueue) enqueue(from netip.Prefix) (mine chan struct{}, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running < f.slots {
		f.running++
		return nil, nil
	}
	i := f.find(from)
	if f.maxWaiting > 0 && (f.waiting >= f.maxWaiting || i >= 0 && len(f.queues[i].waiters) >= f.maxWaitingFrom) {
		return nil, ErrBusy
	}
	if i < 0 {
		i = len(f.queues)
		f.queues = append(f.queues, queue{from: from})
	}
	mine = make(chan struct{})
	f.queues[i].waiters = append(f.queues[i].waiters, mine)
	f.waiting++
	return mine, nil
}

// find is the index of the queue of an address; -1: no caller waits from there.
func (f *fairQueue) find(from netip.Prefix) int {
	return slices.IndexFunc(f.queues, func(q queue) bool { return q.from == from })
}

// release gives the turn to the next caller.
func (f *fairQueue) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == 0 {
		f.running--
		return
	}
	next := f.queues[0]
	f.queues = slices.Delete(f.queues, 0, 1)
	close(next.waiters[0])
	f.waiting--
	if next.waiters = slices.Delete(next.waiters, 0, 1); len(next.waiters) > 0 {
		f.queues = append(f.queues, next)
	}
}

// abandon takes a caller that gives up out of its queue.
func (f *fairQueue) abandon(from netip.Prefix, mine chan struct{}) {
	f.mu.Lock()
	i := f.find(from)
	at := -1
	if i >= 0 {
		at = slices.Index(f.queues[i].waiters, mine)
	}
	if at < 0 { // its turn came at the same moment
		f.mu.Unlock()
		f.release()
		return
	}
	defer f.mu.Unlock()
	f.waiting--
	q := &f.queues[i]
	if q.waiters = slices.Delete(q.waiters, at, at+1); len(q.waiters) == 0 {
		f.queues = slices.Delete(f.queues, i, i+1)
	}
}
