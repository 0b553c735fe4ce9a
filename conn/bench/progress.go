package bench

import (
	"fmt"
	"time"
)

// showProgress writes a line over and over. What it tells was counted by another
// goroutine a moment ago, so it is told by that one: see poll.
func (r *run) showProgress() (stop func()) {
	if r.Progress == nil {
		return func() {}
	}
	r.crowd.show = func() {
		fmt.Fprintf(r.Progress, "\r\x1b[K%s %s: %d of %d in, %d lines, %d deliveries", r.result.Server, r.result.Scenario, r.in, r.Members, r.said(), r.tally.seen)
	}
	return func() { fmt.Fprint(r.Progress, "\r\x1b[K") }
}

const showEvery = 250 * time.Millisecond

// progress shows where the run is, now and then.
func (c *crowd) progress() {
	if c.show != nil && time.Since(c.shown) > showEvery {
		c.shown = time.Now()
		c.show()
	}
}
