package conn

import (
	"golang.org/x/time/rate"

	"chinwag/protocol"
)

// pace is the rate limit of one connection: over it the server reads more
// slowly, so that nothing is lost and the sender's own system holds it back.
type pace struct {
	limiter *rate.Limiter // nil: none
	told    bool          // the client knows that it is read more slowly
}

func (s *Server) newPace(unlimited bool) *pace {
	if unlimited || s.opts.Rate < 0 || s.opts.Burst < 0 {
		return new(pace)
	}
	return &pace{limiter: rate.NewLimiter(rate.Limit(s.opts.Rate), s.opts.Burst)}
}

// keepPace waits if lines come faster than the limit.
func (l *link) keepPace() error {
	if l.pace == nil {
		l.pace = l.server.newPace(l.unlimited)
	}
	p := l.pace
	if p.limiter == nil || p.limiter.Allow() {
		if p.limiter != nil && p.limiter.Tokens() >= float64(p.limiter.Burst()-1) {
			p.told = false
		}
		return nil
	}
	if err := l.handOver(); err != nil {
		return err
	}
	if !p.told {
		p.told = true
		if err := l.client.Tell(l.ctx, slower); err != nil {
			return err
		}
	}
	return l.pause(p.limiter)
}

var slower = protocol.Notice{Text: protocol.MustText("that is faster than the room can follow: you are read more slowly for a while, and nothing is lost")}
