package hub

import (
	"errors"
	"runtime"
	"slices"
	"sync"

	"chinwag/protocol"
)

// flusher writes to one client after another what can be written at once, in a goroutine for each processor: waking one
// for each client costs a fifth of a write. A client that must be waited for gets a goroutine of its own for that time.
//
//	outbox ─ add ─> waiting ─> TryWrite ─> done
//	                             └──> Client.runDelivery, where something must be waited for
type flusher struct {
	mu        sync.Mutex
	wake      sync.Cond // of mu; something waits, or its goroutines have ended
	waiting   []*Client // each once; from next on
	next      int
	running   bool
	added     uint64     // so far
	taken     uint64     // so far
	marks     []costMark // in the order in which they are reached
	onWritten func(int)  // called with the cost of each mark when it is reached; static
}

// costMark is a cost, and how many clients have to be taken before it is reached.
type costMark struct {
	after uint64
	cost  int
}

// start starts the goroutines. end returns when they have ended; a client added later gets a goroutine of its own.
func (f *flusher) start() (end func()) {
	f.wake.L = &f.mu
	f.running = true
	var ended sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		ended.Go(f.run)
	}
	return func() {
		f.mu.Lock()
		f.running = false
		f.mu.Unlock()
		f.wake.Broadcast()
		ended.Wait()
	}
}

// add schedules the writing of what waits for c. The caller has checked that no writer is at work.
func (f *flusher) add(c *Client) {
	f.mu.Lock()
	flushes := f.running && c.tryWriter != nil
	if flushes {
		if len(f.waiting) == cap(f.waiting) && 2*f.next >= len(f.waiting) {
			f.waiting = slices.Delete(f.waiting, 0, f.next)
			f.next = 0
		}
		f.waiting = append(f.waiting, c)
		f.added++
	}
	f.mu.Unlock()
	if flushes {
		f.wake.Signal()
	} else {
		go c.runDelivery(delivery{c: c})
	}
}

func (f *flusher) run() {
	var d delivery
	for {
		if d.c = f.take(); d.c == nil {
			return
		}
		d.tryWrite()
	}
}

// markCost calls onWritten with a cost when all that waits now is written.
func (f *flusher) markCost(cost int) {
	if cost == 0 {
		return
	}
	f.mu.Lock()
	f.marks = append(f.marks, costMark{f.added, cost})
	reached := f.reachedLocked()
	f.mu.Unlock()
	if reached > 0 {
		f.onWritten(reached)
	}
}

// reachedLocked removes the marks that are reached. The caller has the lock.
func (f *flusher) reachedLocked() (cost int) {
	n := 0
	for ; n < len(f.marks) && (f.marks[n].after <= f.taken || !f.running); n++ {
		cost += f.marks[n].cost
	}
	f.marks = slices.Delete(f.marks, 0, n)
	return cost
}

// take waits for the next client; nil is the end.
func (f *flusher) take() *Client {
	c, reached := f.takeNext()
	if reached > 0 {
		f.onWritten(reached)
	}
	return c
}

func (f *flusher) takeNext() (c *Client, reached int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.next == len(f.waiting) {
		f.waiting, f.next = f.waiting[:0], 0
		if !f.running {
			return nil, 0
		}
		f.wake.Wait()
	}
	c = f.waiting[f.next]
	f.waiting[f.next] = nil
	f.next++
	f.taken++
	return c, f.reachedLocked()
}

// tryWrite writes as much of what waits as it can without waiting. d is ready for the next client then.
func (d *delivery) tryWrite() {
	var last *protocol.Frame
	c := d.c
	if c.discarding.Load() {
		c.catchup = nil
	}
	if c.catchup == nil {
		d.items, last = c.out.take(d.items)
	}
	if last != nil {
		d.items = nil // the goodbye replaces them
	}
	if c.catchup != nil || last != nil || c.ctx.Err() != nil || slices.ContainsFunc(d.items, item.waits) {
		d.handOff()
		return
	}
	all, err := true, d.collect()
	if err == nil && len(d.frames) > 0 && !c.discarding.Load() {
		if all, err = c.tryWriter.TryWrite(d.frames); all {
			d.raiseWatermark()
		}
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && c.continuesAfter(err) {
			all, err = true, nil
		}
	}
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		c.tryWriter = nil
		d.handOff()
	case err == nil && !all:
		d.tried = true
		d.handOff()
	default:
		d.finishTry(err)
	}
}

// handOff hands the rest to a goroutine of the client's own, from the beginning except for what the transport has.
func (d *delivery) handOff() {
	go d.c.runDelivery(delivery{c: d.c, items: d.items, tried: d.tried})
	*d = delivery{}
}

// finishTry is for when what was collected is written, or cannot be.
func (d *delivery) finishTry(err error) {
	c := d.c
	if err == nil {
		d.release()
	}
	if err != nil || d.saidGoodbye {
		c.writingEnded(err)
	} else if rests, over := c.out.tryIdle(); over {
		c.writingEnded(c.abortCause())
	} else if !rests {
		c.hub.flusher.add(c)
	}
	if cap(d.items) > maxItems {
		*d = delivery{} // one burst must not cost memory for ever
		return
	}
	clear(d.items)
	clear(d.frames)
	*d = delivery{items: d.items[:0], frames: d.frames[:0]}
}

// maxItems is how many items a goroutine of the flusher keeps room for.
const maxItems = 1024
