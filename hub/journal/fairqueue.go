package journal

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// turns lets a few callers at a time do long work. The others wait, and the addresses
// take turns: however many callers wait from one address, a caller from another waits for one
// of them at most. Callers from one address go in the order in which they came.
type turns struct {
	atOnce   int // callers that have a turn at the same time
	most     int // callers that may wait; 0: any number
	mostFrom int // of them from one address

	mu      sync.Mutex
	under   int    // callers that have their turn
	waiting int    // callers in all lines
	lines   []line // one for each address from which a caller waits, the next first
}

// line is the queue of callers from one address.
type line struct {
	from netip.Prefix
	who  []chan struct{} // each is closed when its turn has come
}

// take waits for the caller's turn, which leave gives back. It returns ErrBusy at once where
// too many callers wait already, and the error of ctx if that ends first.
func (t *turns) take(ctx context.Context, from netip.Prefix) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mine, err := t.stand(from)
	if mine == nil {
		return err
	}
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		t.goAway(from, mine)
		return ctx.Err()
	}
}

// stand puts the caller into the line of its address; nil: it has its turn already, or err says why not.
func (t *turns) stand(from netip.Prefix) (mine chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.under < t.atOnce {
		t.under++
		return nil, nil
	}
	i := t.find(from)
	if t.most > 0 && (t.waiting >= t.most || i >= 0 && len(t.lines[i].who) >= t.mostFrom) {
		return nil, ErrBusy
	}
	if i < 0 {
		i = len(t.lines)
		t.lines = append(t.lines, line{from: from})
	}
	mine = make(chan struct{})
	t.lines[i].who = append(t.lines[i].who, mine)
	t.waiting++
	return mine, nil
}

// find is the index of an address' line; -1: no caller waits from there.
func (t *turns) find(from netip.Prefix) int {
	return slices.IndexFunc(t.lines, func(l line) bool { return l.from == from })
}

// leave gives the turn to the next caller.
func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == 0 {
		t.under--
		return
	}
	next := t.lines[0]
	t.lines = slices.Delete(t.lines, 0, 1)
	close(next.who[0])
	t.waiting--
	if next.who = slices.Delete(next.who, 0, 1); len(next.who) > 0 {
		t.lines = append(t.lines, next)
	}
}

// goAway takes a caller that gives up out of its line.
func (t *turns) goAway(from netip.Prefix, mine chan struct{}) {
	t.mu.Lock()
	i := t.find(from)
	at := -1
	if i >= 0 {
		at = slices.Index(t.lines[i].who, mine)
	}
	if at < 0 { // its turn came at the same moment
		t.mu.Unlock()
		t.leave()
		return
	}
	defer t.mu.Unlock()
	t.waiting--
	l := &t.lines[i]
	if l.who = slices.Delete(l.who, at, at+1); len(l.who) == 0 {
		t.lines = slices.Delete(t.lines, i, i+1)
	}
}
