package journal

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// turns lets a few at a time do what takes long. The others wait, and the addresses
// take turns: however many ask from one address, another waits for one of them at most.
// Those of one address go in the order in which they came.
type turns struct {
	atOnce   int // how many go at the same time
	most     int // callers that may wait; 0: any number
	mostFrom int // of them from one address

	mu      sync.Mutex
	under   int    // callers that have their turn
	waiting int    // callers in all lines
	lines   []line // one for each address from which a caller waits, the next first
}

// line is the callers from one address that wait, the first first.
type line struct {
	from netip.Prefix
	who  []chan struct{} // each is closed when its turn has come
}

// take waits for the caller's turn, which leave gives back. It returns ErrBusy at once where
// too many wait already, and the error of ctx if that ends first.
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

// stand gives the caller a place in the line of its address; nil: it has its turn already, or err says why not.
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

// find is the index of an address' line; -1: nobody waits from there.
func (t *turns) find(from netip.Prefix) int {
	return slices.IndexFunc(t.lines, func(l line) bool { return l.from == from })
}

// leave gives a turn on to the next.
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

// goAway takes a caller out of its line that waits no longer.
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
