package hub

import (
	"errors"
	"runtime"
	"slices"
	"sync"

	"chinwag/protocol"
)

// sweep writes to one client after another what can be written at once, in a goroutine for each processor:
// waking one for each client costs a fifth of a write. A client that must be waited for gets a goroutine of its
// own for that time.
//
//	outbox ─ add ─> waiting ─> TryWrite ─> done
//	                             └──> Client.deliver, where something must be waited for
type sweep struct {
	mu      sync.Mutex
	wake    sync.Cond // of mu; something waits, or the sweepers have ended
	waiting []*Client // each once; from next on
	next    int
	working bool
	added   uint64    // so far
	taken   uint64    // so far
	notes   []note    // in the order in which they are reached
	done    func(int) // called with the cost of each note when it is reached; static
}

// note is a cost, and how many clients have to be taken before it is reached.
type note struct {
	after uint64
	cost  int
}

// begin starts the goroutines. end returns when they have ended; a client added later gets a goroutine of its
// own.
func (s *sweep) begin() (end func()) {
	s.wake.L = &s.mu
	s.working = true
	var ended sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		ended.Go(s.run)
	}
	return func() {
		s.mu.Lock()
		s.working = false
		s.mu.Unlock()
		s.wake.Broadcast()
		ended.Wait()
	}
}

// add schedules the writing of what waits for c. The caller has checked that no writer is at work.
func (s *sweep) add(c *Client) {
	s.mu.Lock()
	sweeps := s.working && c.tries != nil
	if sweeps {
		if len(s.waiting) == cap(s.waiting) && 2*s.next >= len(s.waiting) {
			s.waiting = slices.Delete(s.waiting, 0, s.next)
			s.next = 0
		}
		s.waiting = append(s.waiting, c)
		s.added++
	}
	s.mu.Unlock()
	if sweeps {
		s.wake.Signal()
	} else {
		go c.deliver(delivery{c: c})
	}
}

func (s *sweep) run() {
	var d delivery
	for {
		if d.c = s.take(); d.c == nil {
			return
		}
		d.offer()
	}
}

// note calls done with a cost when all that waits now is swept.
func (s *sweep) note(cost int) {
	if cost == 0 {
		return
	}
	s.mu.Lock()
	s.notes = append(s.notes, note{s.added, cost})
	reached := s.reached()
	s.mu.Unlock()
	if reached > 0 {
		s.done(reached)
	}
}

// reached removes the notes that are reached. The caller has the lock.
func (s *sweep) reached() (cost int) {
	n := 0
	for ; n < len(s.notes) && (s.notes[n].after <= s.taken || !s.working); n++ {
		cost += s.notes[n].cost
	}
	s.notes = slices.Delete(s.notes, 0, n)
	return cost
}

// take waits for the next client; nil is the end.
func (s *sweep) take() *Client {
	c, reached := s.takeNext()
	if reached > 0 {
		s.done(reached)
	}
	return c
}

func (s *sweep) takeNext() (c *Client, reached int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.next == len(s.waiting) {
		s.waiting, s.next = s.waiting[:0], 0
		if !s.working {
			return nil, 0
		}
		s.wake.Wait()
	}
	c = s.waiting[s.next]
	s.waiting[s.next] = nil
	s.next++
	s.taken++
	return c, s.reached()
}

// offer writes as much of what waits as it can without waiting. d is ready for the next client then.
func (d *delivery) offer() {
	var last *protocol.Frame
	c := d.c
	if c.discards.Load() {
		c.reads = nil
	}
	if c.reads == nil {
		d.items, last = c.out.take(d.items)
	}
	if last != nil {
		d.items = nil // the goodbye replaces them
	}
	if c.reads != nil || last != nil || c.ctx.Err() != nil || slices.ContainsFunc(d.items, item.waits) {
		d.leave()
		return
	}
	all, err := true, d.collect()
	if err == nil && len(d.lines) > 0 && !c.discards.Load() {
		if all, err = c.tries.TryWrite(d.lines); all {
			d.keepSeen()
		}
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && c.goesOn(err) {
			all, err = true, nil
		}
	}
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		c.tries = nil
		d.leave()
	case err == nil && !all:
		d.offered = true
		d.leave()
	default:
		d.finish(err)
	}
}

// leave hands the rest to a goroutine of the client's own, from the beginning except for what the transport
// has.
func (d *delivery) leave() {
	go d.c.deliver(delivery{c: d.c, items: d.items, offered: d.offered})
	*d = delivery{}
}

// finish is for when what was collected is written, or cannot be.
func (d *delivery) finish(err error) {
	c := d.c
	if err == nil {
		d.wrote()
	}
	if err != nil || d.ended {
		c.end(err)
	} else if rests, over := c.out.rest(); over {
		c.end(c.stopped())
	} else if !rests {
		c.hub.sweep.add(c)
	}
	if cap(d.items) > maxItems {
		*d = delivery{} // one burst must not cost memory for ever
		return
	}
	clear(d.items)
	clear(d.lines)
	*d = delivery{items: d.items[:0], lines: d.lines[:0]}
}

// maxItems is how many items a sweeper keeps room for.
const maxItems = 1024
