package conn

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"chinwag/hub"
)

// maxAddresses is how many addresses are remembered before those without a
// connection are evicted.
const maxAddresses = 4096

// maxRecent is how many connections of an address a new one may wait for: see link.follow.
const maxRecent = 16

const (
	// maxTries is how many wrong passwords one address may send at once, and tryAgain
	// the time until it may send one more. Right ones do not count.
	maxTries = 5
	tryAgain = 10 * time.Second

	// maxTold is how many rejected addresses the log names in a minute.
	maxTold = 10
)

// limits counts connections by address.
type limits struct {
	most   int
	every  rate.Limit
	minute float64 // connections in one
	burst  int

	mu     sync.Mutex
	byAddr map[netip.Prefix]*address
	full   int       // len(byAddr) at which it is tidied next
	since  time.Time // the beginning of the minute that told counts
	told   int       // rejected addresses since then
}

type address struct {
	open    int
	limiter *rate.Limiter
	tries   *rate.Limiter // of wrong passwords; nil: none yet
	told    time.Time     // when the log last named it as rejected
	recent  []*link       // the newest connections that are not gone; at most maxRecent
}

func newLimits(o Options) limits {
	every := rate.Limit(o.PerAddressRate / 60)
	if o.PerAddressRate < 0 || o.PerAddressBurst < 0 {
		every = rate.Inf
	}
	return limits{most: o.PerAddress, every: every, minute: o.PerAddressRate, burst: max(1, o.PerAddressBurst), byAddr: map[netip.Prefix]*address{}, full: maxAddresses}
}

// prefixOf is what counts as one address: a whole /64 of IPv6 belongs to one
// customer, which can use every address in it.
func prefixOf(hostport string) netip.Prefix {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return netip.Prefix{} // no internet address: all of these count as one
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

// enter counts a new connection in, or rejects it: why is for the client, and tell for the
// log, or "" if the log has it from a moment ago.
func (l *limits) enter(at netip.Prefix) (why, tell string) {
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
		return "chinwag/1 has too many connections from your address already: please close one of them first",
			l.news(a, "connections from %s are refused, since it has %d already: --per-address allows more", hub.NameOf(at), l.most)
	case !a.limiter.Allow():
		return "your address connects to chinwag/1 too often: please wait a minute",
			l.news(a, "connections from %s are refused, since it makes more than %g a minute: --per-address-rate and --per-address-burst allow more", hub.NameOf(at), l.minute)
	}
	a.open++
	return "", ""
}

// news is what the log says of a rejected address, once a minute: it names maxTold addresses
// and then only says that there are more.
func (l *limits) news(a *address, format string, args ...any) string {
	now := time.Now()
	if now.Sub(a.told) <= time.Minute {
		return ""
	}
	a.told = now
	if now.Sub(l.since) > time.Minute {
		l.since, l.told = now, 0
	}
	switch l.told++; {
	case l.told <= maxTold:
		return fmt.Sprintf(format, args...)
	case l.told == maxTold+1:
		return "connections from other addresses are refused, too, and these are so many that they are not named for a minute"
	}
	return ""
}

// triesLeft is how many wrong passwords that address may still send now.
func (l *limits) triesLeft(at netip.Prefix) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch a := l.byAddr[at]; {
	case a == nil: // the server's own terminal, which has no limits
		return math.MaxInt
	case a.tries == nil:
		return maxTries
	default:
		return int(a.tries.Tokens() + 1e-6) // tokens are fractions, and rounding must not cost one
	}
}

// wrongTry counts a wrong password.
func (l *limits) wrongTry(at netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	if a == nil {
		return
	}
	if a.tries == nil {
		a.tries = rate.NewLimiter(rate.Every(tryAgain), maxTries)
	}
	a.tries.Allow()
}

// hostOf is an address without its port, as people are shown it.
func hostOf(hostport string) string {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return hostport
	}
	return ap.Addr().Unmap().String()
}

// follow returns the newest connections from the same address that came before c. It
// is called in the order of coming, before c begins.
func (l *limits) follow(at netip.Prefix, c *link) (before []*link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	before = slices.Clone(a.recent)
	if len(a.recent) == maxRecent {
		a.recent = slices.Delete(a.recent, 0, 1)
	}
	a.recent = append(a.recent, c)
	return before
}

func (l *limits) leave(at netip.Prefix, c *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.byAddr[at]
	a.open--
	a.recent = slices.DeleteFunc(a.recent, func(r *link) bool { return r == c })
}

// tidy evicts addresses without a connection: those that were quiet long
// enough or, if that frees too little, all. It runs when there are twice as many
// as it left the last time, so that each address of a flood costs little.
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
