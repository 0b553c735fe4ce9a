package conn

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"chinwag/protocol"
)

// Password reports whether a secret is the operators' password. It may be slow and need memory: at most maxHashing
// calls run at once.
type Password func(protocol.Secret) bool

const (
	maxHashing = 2  // passwords checked at once: each may take tens of megabytes
	maxWaiting = 32 // passwords in the queue: about a second's work
	maxOfOne   = 16 // of these, from one address

	// An address is remembered as right for this long; at most maxRight are.
	lately   = 24 * time.Hour
	maxRight = 64
)

// checks is the queue of passwords to check. It is bounded: a client that finds it full is told so at once, and may try
// again. An address that has been right lately goes first, so that guesses do not hold up operators.
//
// No address has more checks under way than it has wrong tries left. So clients that come at once with the right
// password all come in, and guesses at once gain nothing.
type checks struct {
	password  Password
	admission *admission

	mu      sync.Mutex
	running map[netip.Prefix]int
	now     int      // the sum of running
	waiting []*check // first of addresses that have been right lately, then of others; each part in the order of coming
	right   []rightAddress
}

// check is a password that waits for its turn.
type check struct {
	at   netip.Prefix
	sure bool                   // the address has been right lately
	turn chan *protocol.Refusal // capacity 1; receives nil when it is its turn
}

type rightAddress struct {
	at   netip.Prefix
	when time.Time
}

func newChecks(p Password, a *admission) *checks {
	return &checks{password: p, admission: a, running: map[netip.Prefix]int{}}
}

// try checks p, and returns why it is refused; nil: it is right.
func (c *checks) try(ctx context.Context, at netip.Prefix, p protocol.Secret) (*protocol.Refusal, error) {
	k, refusal := c.wait(at)
	if refusal != nil {
		return refusal, nil
	}
	select {
	case refusal := <-k.turn:
		if refusal != nil {
			return refusal, nil
		}
	case <-ctx.Done():
		c.giveUp(k)
		return nil, ctx.Err()
	}
	right := c.password(p)
	c.decided(k, right)
	if !right {
		return wrongPassword, nil
	}
	return nil, nil
}

// wait puts a check into the queue, or says why not.
func (c *checks) wait(at netip.Prefix) (*check, *protocol.Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.admission.triesLeft(at) == 0 {
		return nil, tooManyTries
	}
	k := &check{at: at, sure: c.wasRight(at), turn: make(chan *protocol.Refusal, 1)}
	place := len(c.waiting)
	if k.sure {
		place = c.firstUnsure()
	}
	switch {
	case c.waitingFrom(at) == maxOfOne, place == maxWaiting:
		return nil, tooManyTrying
	case len(c.waiting) == maxWaiting: // k takes a place before the last check, which is evicted
		c.waiting[maxWaiting-1].turn <- tooManyTrying
		c.waiting = c.waiting[:maxWaiting-1]
	}
	c.waiting = slices.Insert(c.waiting, place, k)
	c.next()
	return k, nil
}

func (c *checks) firstUnsure() int {
	if i := slices.IndexFunc(c.waiting, func(k *check) bool { return !k.sure }); i >= 0 {
		return i
	}
	return len(c.waiting)
}

func (c *checks) waitingFrom(at netip.Prefix) (n int) {
	for _, k := range c.waiting {
		if k.at == at {
			n++
		}
	}
	return n
}

// next starts the checks that may run. The caller has c.mu.
func (c *checks) next() {
	for c.now < maxHashing {
		i := slices.IndexFunc(c.waiting, func(k *check) bool { return c.running[k.at] < c.admission.triesLeft(k.at) })
		if i < 0 {
			return
		}
		k := c.waiting[i]
		c.waiting = slices.Delete(c.waiting, i, i+1)
		c.running[k.at]++
		c.now++
		k.turn <- nil
	}
}

// decided makes room for the next check, and remembers whether the address was right.
func (c *checks) decided(k *check, right bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if right {
		c.remember(k.at)
	} else {
		c.admission.wrongTry(k.at)
	}
	c.ended(k)
	if c.admission.triesLeft(k.at) == 0 { // so none of its checks is under way
		c.waiting = slices.DeleteFunc(c.waiting, func(o *check) bool {
			if o.at == k.at {
				o.turn <- tooManyTries
			}
			return o.at == k.at
		})
	}
	c.next()
}

func (c *checks) ended(k *check) {
	c.now--
	if c.running[k.at]--; c.running[k.at] == 0 {
		delete(c.running, k.at)
	}
}

// giveUp takes back a check whose client has gone, before its turn or just as that came.
func (c *checks) giveUp(k *check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.waiting, k); i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	} else if <-k.turn == nil {
		c.ended(k)
	}
	c.next()
}

func (c *checks) wasRight(at netip.Prefix) bool {
	return slices.ContainsFunc(c.right, func(r rightAddress) bool { return r.at == at && time.Since(r.when) < lately })
}

// remember keeps that an address was right. If there are maxRight, it evicts the one that was right the longest time
// ago.
func (c *checks) remember(at netip.Prefix) {
	c.right = slices.DeleteFunc(c.right, func(r rightAddress) bool { return r.at == at })
	if len(c.right) == maxRight {
		c.right = slices.Delete(c.right, 0, 1)
	}
	c.right = append(c.right, rightAddress{at, time.Now()})
}
