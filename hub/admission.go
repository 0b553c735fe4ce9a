package hub

import (
	"container/list"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"chinwag/protocol"
)

// admission bounds what is in flight in the whole server, from the reading of a command to its writing to all clients
// that take it at once, so that a line is heard soon however many clients talk. Below the bound no client waits. Beyond
// it clients wait with what they have read, one address after the other; addresses that have not waited lately come
// first, so that a client that talks seldom is not slowed by those that talk all the time.
//
//	Client.Do ── admit ──> requests ─> loop ─> journal ─> told ─> flusher ── done
//	               └─ waits: fresh, then again  <────────── room ───────────┘
type admission struct {
	outbox int // bytes; static

	mu        sync.Mutex
	load      int // bytes in flight
	untold    int // of these, bytes not delivered yet
	bound     int // of load; half of it may be untold, so that the next lines are recorded while the last are written
	opened    bool
	since     time.Time     // when a part of load was done last, or the first of it came
	lately    float64       // bytes done lately
	took      time.Duration // and how long that took
	lines     float64       // delivered lately
	widest    float64       // of these, the lines in the busiest room
	addresses map[netip.Prefix]*addressWaiters
	fresh     list.List // of *addressWaiters: those that have not waited lately
	again     list.List // of *addressWaiters: those that have, and may want nothing now
}

const (
	latency    = 400 * time.Millisecond // how long what is in flight may take
	leastBound = 2 << 10                // bytes; with less, a disk that hangs for a moment would stop all clients for a while
	firstBound = 8 << 10                // bytes; before the pace is known
	mostBound  = 16 << 20               // bytes
	lineCost   = 24                     // bytes that a command counts beside its words
	fading     = 0.9                    // factor for the past when the next cost is done
)

// addressWaiters are the waiting requests of one address.
type addressWaiters struct {
	from    netip.Prefix
	waiting []*waiter
}

// waiter is a request that waits until ready is closed.
type waiter struct {
	req   commands
	cost  int
	ready chan struct{}

	// under admission.mu
	admitted bool
	taken    bool // by the hub, as it stops
}

// newAdmission also bounds what is in flight in one room to what fits into an outbox, unless that is tiny: so no client
// that reads falls behind.
func newAdmission(outbox int) *admission {
	outbox = max(outbox, 32<<10)
	return &admission{outbox: outbox, bound: firstBound, addresses: map[netip.Prefix]*addressWaiters{}}
}

// costOf is what a command counts: about what its line counts in an outbox. A program's hello counts nothing, so that
// it never waits: a program that is silent for a moment is taken for a person.
func costOf(cmd protocol.Command) int {
	cmd, _ = protocol.Split(cmd)
	if _, hello := cmd.(protocol.Hello); hello {
		return 0
	}
	return max(leastBytes, lineCost+len(protocol.WordsOf(cmd)))
}

func (c commands) cost() (n int) {
	for _, cmd := range c.cmds {
		n += costOf(cmd)
	}
	return n
}

// admit waits until req, at that cost, may be handed to the hub. taken reports that the hub has it already.
func (a *admission) admit(ctx context.Context, h *Hub, req commands, cost int) (taken bool, err error) {
	t := a.enter(req, cost)
	if t == nil {
		return false, nil
	}
	select {
	case <-t.ready:
		return t.taken, nil
	case <-ctx.Done():
		return a.leave(t), ctx.Err()
	case <-h.done:
		return a.leave(t), ErrStopped
	}
}

// enter admits req at once and returns nil, or returns a waiter for it.
func (a *admission) enter(req commands, cost int) *waiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opened || req.c.unlimited || cost == 0 || a.hasRoom() && a.fresh.Len()+a.again.Len() == 0 {
		a.add(cost)
		return nil
	}
	of := a.addresses[req.c.from]
	if of == nil {
		of = &addressWaiters{from: req.c.from}
		a.addresses[of.from] = of
		a.fresh.PushBack(of)
	}
	t := &waiter{req: req, cost: cost, ready: make(chan struct{})}
	of.waiting = append(of.waiting, t)
	return t
}

// leave gives up waiting; the turn may have come.
func (a *admission) leave(t *waiter) (taken bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case t.taken:
		return true
	case t.admitted:
		a.remove(t.cost)
	default:
		of := a.addresses[t.req.c.from]
		of.waiting = slices.DeleteFunc(of.waiting, func(w *waiter) bool { return w == t })
	}
	return false
}

func (a *admission) hasRoom() bool { return a.load < a.bound && a.untold < a.bound/2 }

func (a *admission) add(cost int) {
	if a.load == 0 {
		a.since = time.Now()
	}
	a.load += cost
	a.untold += cost
}

func (a *admission) remove(cost int) {
	a.load -= cost
	a.untold -= cost
	a.next()
}

// next admits waiters as long as there is room. The caller has the lock.
func (a *admission) next() {
	for a.hasRoom() {
		at := &a.fresh
		if at.Len() == 0 {
			at = &a.again
		}
		first := at.Front()
		if first == nil {
			return
		}
		of := at.Remove(first).(*addressWaiters)
		if len(of.waiting) == 0 { // it has been silent for a round
			delete(a.addresses, of.from)
			continue
		}
		t := of.waiting[0]
		of.waiting = slices.Delete(of.waiting, 0, 1)
		a.add(t.cost)
		t.admitted = true
		close(t.ready)
		a.again.PushBack(of)
	}
}

// answered takes off the cost of commands that ended without an entry.
func (a *admission) answered(cost int) {
	if cost == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(cost)
}

// told is called when all outboxes have so many lines, widest of them in one room.
func (a *admission) told(cost, lines, widest int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines = fading*a.lines + float64(lines)
	a.widest = fading*a.widest + float64(widest)
	a.untold -= cost
	a.next()
}

// done takes off what is delivered and written, and sets the bound by the pace of the last moments.
func (a *admission) done(cost int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.lately = fading*a.lately + float64(cost)
	a.took = time.Duration(fading*float64(a.took)) + now.Sub(a.since)
	a.since = now
	fits := float64(a.outbox) * a.lines / max(a.widest, 1)
	if a.took > 0 {
		fits = min(fits, a.lately*float64(latency)/float64(a.took))
	}
	a.bound = max(leastBound, int(min(fits, mostBound)))
	a.load -= cost
	a.next()
}

// openAll admits all requests from now on. It returns those that wait, which the hub then owns.
func (a *admission) openAll() (waiting []commands) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.opened = true
	for _, at := range []*list.List{&a.fresh, &a.again} {
		for e := at.Front(); e != nil; e = e.Next() {
			for _, t := range e.Value.(*addressWaiters).waiting {
				a.add(t.cost)
				waiting = append(waiting, t.req)
				t.taken = true
				close(t.ready)
			}
		}
		at.Init()
	}
	return waiting
}
