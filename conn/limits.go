package conn

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses is how many addresses are remembered before those without a
// connection are forgotten.
const maxAddresses = 4096

// maxTries is how often a password is tried from one address before it gets slow.
const maxTries = 5

// limits counts connections by address.
type limits struct {
	most  int
	every rate.Limit
	burst int

	mu     sync.Mutex
	byAddr map[netip.Prefix]*address
	full   int // len(byAddr) at which it is tidied next
}

type address struct {
	open    int
	limiter *rate.Limiter
	tries   *rate.Limiter // of a password; nil: none yet
	told    time.Time     // when the log was last told that it is refused
	last    *link         // the connection that came last; nil: it is gone
}

func newLimits(o Options) limits {
	every := rate.Limit(o.PerAddressRate / 60)
	if o.PerAddressRate < 0 || o.PerAddressBurst < 0 {
		every = rate.Inf
	}
	return limits{most: o.PerAddress, every: every, burst: max(1, o.PerAddressBurst), byAddr: map[netip.Prefix]*address{}, full: maxAddresses}
}

// prefixOf is what counts as one address: a whole /64 of IPv6 belongs to one
// customer, who can use every address in it.
func prefixOf(hostport string) netip.Prefix {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return netip.Prefix{} // not an internet address: all such count as one
	}
	ip := ap.Addr().Unmap()
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// enter counts a new connection in, or says why it cannot come in. tell is
// false when that was said of this address a moment ago.
func (l *limits) enter(at netip.Prefix) (why string, tell bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	if a == nil {
		l.tidy()
		a = &address{limiter: rate.NewLimiter(l.every, l.burst)}
		l.byAddr[at] = a
	}
	switch {
	case l.most >= 0 && a.open >= l.most:
		why = "chinwag/1 has too many connections from your address already: please close one of them first"
	case !a.limiter.Allow():
		why = "your address connects to chinwag/1 too often: please wait a minute"
	default:
		a.open++
		return "", false
	}
	tell = time.Since(a.told) > time.Minute
	if tell {
		a.told = time.Now()
	}
	return why, tell
}

// mayTry reports whether somebody at that address may try a password now.
func (l *limits) mayTry(at netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	if a == nil {
		return true // the server's own terminal
	}
	if a.tries == nil {
		a.tries = rate.NewLimiter(rate.Every(10*time.Second), maxTries)
	}
	return a.tries.Allow()
}

// hostOf is an address without its port, as people are shown it.
func hostOf(hostport string) string {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return hostport
	}
	return ap.Addr().Unmap().String()
}

// follow makes c the connection that came last from an address, and returns the one
// before it; nil: that is gone.
func (l *limits) follow(at netip.Prefix, c *link) (before *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	before, a.last = a.last, c
	return before
}

func (l *limits) leave(at netip.Prefix, c *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	a.open--
	if a.last == c {
		a.last = nil
	}
}

// tidy forgets addresses without a connection: those that were quiet long
// enough or, where that is not enough, all. It runs when there are twice as many
// as it left the last time, so that a flood of addresses costs little each.
func (l *limits) tidy() {
	if len(l.byAddr) < l.full {
		return
	}
	l.forget(func(a *address) bool {
		return a.limiter.Tokens() >= float64(l.burst) && (a.tries == nil || a.tries.Tokens() >= maxTries)
	})
	if 2*len(l.byAddr) > l.full {
		l.forget(func(*address) bool { return true })
	}
	l.full = max(maxAddresses, 2*len(l.byAddr))
}

func (l *limits) forget(isPast func(*address) bool) {
	for at, a := range l.byAddr {
		if a.open == 0 && isPast(a) {
			delete(l.byAddr, at)
		}
	}
}
