package conn

import (
	"golang.org/x/time/rate"

	"chinwag/protocol"
)

// throttle is the rate limit of one connection: over it the server reads more slowly, so that nothing is lost and the
// sender's own system holds it back.
type throttle struct {
	limiter *rate.Limiter // nil: none
	noticed bool          // the client knows that it is read more slowly
}

func (s *Server) newThrottle(unlimited bool) *throttle {
	if unlimited || s.opts.Rate < 0 || s.opts.Burst < 0 {
		return new(throttle)
	}
	return &throttle{limiter: rate.NewLimiter(rate.Limit(s.opts.Rate), s.opts.Burst)}
}

// slowDown waits if lines come faster than the limit.
func (c *connection) slowDown() error {
	if c.throttle == nil {
		c.throttle = c.server.newThrottle(c.unlimited)
	}
	t := c.throttle
	if t.limiter == nil || t.limiter.Allow() {
		if t.limiter != nil && t.limiter.Tokens() >= float64(t.limiter.Burst()-1) {
			t.noticed = false
		}
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	if !t.noticed {
		t.noticed = true
		if err := c.client.Tell(c.ctx, slower); err != nil {
			return err
		}
	}
	return c.wait(t.limiter)
}

var slower = protocol.Notice{Text: protocol.MustText("that is faster than the room can follow: you are read more slowly for a while, and nothing is lost")}
