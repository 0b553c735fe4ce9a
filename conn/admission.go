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

// maxAddresses is how many addresses are remembered before those without a connection are evicted.
const maxAddresses = 4096

// maxRecent is how many connections of an address a new one may wait for: see connection.waitFor.
const maxRecent = 16

const (
	// maxTries is how many wrong passwords one address may send at once, and tryAgain the time until it may send one
	// more. Right ones do not count.
	maxTries = 5
	tryAgain = 10 * time.Second

	// maxNamed is how many rejected addresses the log names in a minute.
	maxNamed = 10
)

// admission counts connections by address.
type admission struct {
	max       int
	rate      rate.Limit
	perMinute float64 // connections in one
	burst     int

	mu     sync.Mutex
	byAddr map[netip.Prefix]*address
	full   int       // len(byAddr) at which it is tidied next
	began  time.Time // when the minute began that named is of
	named  int       // rejected addresses in it
}

type address struct {
	open    int
	limiter *rate.Limiter
	tries   *rate.Limiter // of wrong passwords; nil: none yet
	told    time.Time     // when the log last named it as rejected
	recent  []*connection // the newest connections that are not gone; at most maxRecent
}

func newAdmission(o Options) admission {
	every := rate.Limit(o.PerAddressRate / 60)
	if o.PerAddressRate < 0 || o.PerAddressBurst < 0 {
		every = rate.Inf
	}
	return admission{max: o.PerAddress, rate: every, perMinute: o.PerAddressRate, burst: max(1, o.PerAddressBurst), byAddr: map[netip.Prefix]*address{}, full: maxAddresses}
}

// acquire counts a new connection in, or rejects it: why is for the client, and tell for the log, or "" if the log has
// it from a moment ago.
func (a *admission) acquire(at netip.Prefix) (why, tell string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.byAddr[at]
	if of == nil {
		a.tidy()
		of = &address{limiter: rate.NewLimiter(a.rate, a.burst)}
		a.byAddr[at] = of
	}
	switch {
	case a.max >= 0 && of.open >= a.max:
		return "chinwag/1 has too many connections from your address already: please close one of them first",
			a.notice(of, "connections from %s are refused, since it has %d already: --per-address allows more", hub.AddressName(at), a.max)
	case !of.limiter.Allow():
		return "your address connects to chinwag/1 too often: please wait a minute",
			a.notice(of, "connections from %s are refused, since it makes more than %g a minute: --per-address-rate and --per-address-burst allow more", hub.AddressName(at), a.perMinute)
	}
	of.open++
	return "", ""
}

// notice is what the log says of a rejected address, once a minute: it names maxNamed addresses and then only says that
// there are more.
func (a *admission) notice(of *address, format string, args ...any) string {
	now := time.Now()
	if now.Sub(of.told) <= time.Minute {
		return ""
	}
	of.told = now
	if now.Sub(a.began) > time.Minute {
		a.began, a.named = now, 0
	}
	switch a.named++; {
	case a.named <= maxNamed:
		return fmt.Sprintf(format, args...)
	case a.named == maxNamed+1:
		return "connections from other addresses are refused, too, and these are so many that they are not named for a minute"
	}
	return ""
}

// triesLeft is how many wrong passwords that address may still send now.
func (a *admission) triesLeft(at netip.Prefix) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch of := a.byAddr[at]; {
	case of == nil: // the server's own terminal, which has no limits
		return math.MaxInt
	case of.tries == nil:
		return maxTries
	default:
		return int(of.tries.Tokens() + 1e-6) // tokens are fractions, and rounding must not cost one
	}
}

// wrongTry counts a wrong password.
func (a *admission) wrongTry(at netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.byAddr[at]
	if of == nil {
		return
	}
	if of.tries == nil {
		of.tries = rate.NewLimiter(rate.Every(tryAgain), maxTries)
	}
	of.tries.Allow()
}

// earlier returns the newest connections from the same address that came before c. It is called in the order of coming,
// before c is served.
func (a *admission) earlier(at netip.Prefix, c *connection) (earlier []*connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.byAddr[at]
	earlier = slices.Clone(of.recent)
	if len(of.recent) == maxRecent {
		of.recent = slices.Delete(of.recent, 0, 1)
	}
	of.recent = append(of.recent, c)
	return earlier
}

func (a *admission) release(at netip.Prefix, c *connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.byAddr[at]
	of.open--
	of.recent = slices.DeleteFunc(of.recent, func(r *connection) bool { return r == c })
}

// tidy evicts addresses without a connection: those that were quiet long enough or, if that frees too little, all. It
// runs when there are twice as many as it left the last time, so that each address of a flood costs little.
func (a *admission) tidy() {
	if len(a.byAddr) < a.full {
		return
	}
	a.forget(func(of *address) bool {
		return of.limiter.Tokens() >= float64(a.burst) && (of.tries == nil || of.tries.Tokens() >= maxTries)
	})
	if 2*len(a.byAddr) > a.full {
		a.forget(func(*address) bool { return true })
	}
	a.full = max(maxAddresses, 2*len(a.byAddr))
}

func (a *admission) forget(isPast func(*address) bool) {
	for at, of := range a.byAddr {
		if of.open == 0 && isPast(of) {
			delete(a.byAddr, at)
		}
	}
}
