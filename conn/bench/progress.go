package bench

import (
	"fmt"
	"time"
)

// showProgress rewrites a line over and over. The goroutine that counts also writes it, so the counts need no lock: see
// poll.
func (r *run) showProgress() (stop func()) {
	if r.Progress == nil {
		return func() {}
	}
	r.swarm.show = func() {
		fmt.Fprintf(r.Progress, "\r\x1b[K%s %s: %d of %d in, %d lines, %d deliveries", r.result.Server, r.result.Scenario, r.in, r.Members, r.said(), r.tally.seen)
	}
	return func() { fmt.Fprint(r.Progress, "\r\x1b[K") }
}

const showEvery = 250 * time.Millisecond

// progress shows the state of the run, now and then.
func (s *swarm) progress() {
	if s.show != nil && time.Since(s.shown) > showEvery {
		s.shown = time.Now()
		s.show()
	}
}
