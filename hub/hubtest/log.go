package hubtest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"chinwag/hub"
	"chinwag/hub/state"
)

// ErrUnknown is what an append returns of which the fate is not known.
var ErrUnknown = errors.New("hubtest: the log has not answered")

// mostPlaces bounds an order: it is kept as a whole.
const mostPlaces = 1 << 20

// mostLate is how many appends that have failed may be under way still.
const mostLate = 8

// Log is an order of intents in memory, for the hubs of a bubble. Each node has a Link to it.
//
//	node 1 ── Append ──> Link ──┐           ┌── Link ── Read ──> node 1
//	node 2 ── Append ──> Link ──┼──> Log ───┼── Link ── Read ──> node 2
//	              └ CutOff, Join             └ Pause, Resume, Shift
//
// An unreliable one does all that hub.Log allows: appends take a while; some return an error, and all, some or none of
// their intents have places, or get them later; and what is read comes in pieces, late, and sometimes again.
type Log struct {
	seed  uint64
	calm  atomic.Bool
	ctx   context.Context // until Close
	close context.CancelFunc
	owned sync.WaitGroup // all goroutines

	mu      sync.Mutex
	order   []placed
	late    int           // appends that have failed, and are under way
	changed chan struct{} // closed when there is more, or a link was changed
	links   map[state.Node]*Link
}

// placed is an intent in its place.
type placed struct {
	at     time.Time
	intent []byte
}

// NewLog makes a log that does everything at once, and never fails. Close ends it.
func NewLog() *Log {
	l := &Log{changed: make(chan struct{}), links: map[state.Node]*Link{}}
	l.calm.Store(true)
	l.ctx, l.close = context.WithCancel(context.Background())
	return l
}

// NewUnreliableLog makes one that throws dice.
func NewUnreliableLog(seed uint64) *Log {
	l := NewLog()
	l.seed = seed
	l.calm.Store(false)
	return l
}

// Calm has an unreliable log do everything at once and never fail, from now on or, with false, no longer.
func (l *Log) Calm(is bool) { l.calm.Store(is) }

// Close ends what the log has under way, and waits for it and for all that is read: that must have ended.
func (l *Log) Close() {
	l.close()
	l.owned.Wait()
}

// Position is that of the last intent that has a place.
func (l *Log) Position() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.order))
}

// Link is a node's link to the log: the same for each life of the node.
func (l *Log) Link(node state.Node) *Link {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.links[node] == nil {
		l.links[node] = &Link{log: l, node: node, dice: l.dice(uint64(node) << 32)}
	}
	return l.links[node]
}

// dice are the log's own for a goroutine that throws them. While the log is calm they never fall on anything.
func (l *Log) dice(of uint64) dice { return dice{rand.New(rand.NewPCG(l.seed, of)), &l.calm} }

// place gives intents the next places. Time never goes back.
func (l *Log) place(intents [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now().UTC()
	if n := len(l.order); n > 0 && l.order[n-1].at.After(now) {
		now = l.order[n-1].at
	}
	for _, in := range intents {
		l.order = append(l.order, placed{now, bytes.Clone(in)})
	}
	if len(l.order) > mostPlaces {
		panic("hubtest: the log is full")
	}
	l.changeLocked()
}

// changeLocked wakes all that wait.
func (l *Log) changeLocked() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// placeLate gives intents their places in a while, though their append has failed: unless the link is cut off by then.
func (l *Log) placeLate(k *Link, intents [][]byte, after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.late == mostLate || l.ctx.Err() != nil {
		return
	}
	l.late++
	kept := make([][]byte, len(intents))
	for i := range intents {
		kept[i] = bytes.Clone(intents[i])
	}
	l.owned.Go(func() {
		if sleep(l.ctx, after) == nil && !k.isCut() {
			l.place(kept)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.late--
	})
}

// stretch are the intents from a position on that were taken at one time, at most so many; the channel is closed when
// there may be some, where there are none.
func (l *Log) stretch(k *Link, first uint64, most int) (o hub.LogBatch, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.paused || first > uint64(len(l.order)) {
		return o, l.changed
	}
	rest := l.order[first-1:]
	o.First, o.Time = first, rest[0].at.Add(k.shift)
	for _, p := range rest[:min(most, len(rest))] {
		if !p.at.Equal(rest[0].at) {
			break
		}
		o.Intents = append(o.Intents, p.intent)
	}
	return o, nil
}

type dice struct {
	*rand.Rand
	rest *atomic.Bool // they never fall on anything
}

func (d dice) oneIn(n int) bool { return !d.rest.Load() && d.IntN(n) == 0 }

// upTo is a time below most.
func (d dice) upTo(most time.Duration) time.Duration {
	if d.rest.Load() {
		return 0
	}
	return time.Duration(d.Int64N(int64(most)))
}

// sleep lets a time pass, unless ctx ends before: then it returns why.
func sleep(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
