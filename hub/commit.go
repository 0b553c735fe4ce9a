package hub

import (
	"time"

	"chinwag/hub/state"
)

// lag is the delay from decision to delivery: the longest of the last moments. A deadline for reading something
// is counted from its delivery.
type lag struct {
	since       time.Time
	now, before time.Duration // the longest in this second, and in the second before
}

// note is called at each delivery.
func (l *lag) note(decided, now time.Time) {
	l.at(now)
	l.now = max(l.now, now.Sub(decided))
}

// at is the present delay; deliveries of two seconds ago do not count.
func (l *lag) at(now time.Time) time.Duration {
	switch passed := now.Sub(l.since); {
	case passed >= 2*state.PasteGuard:
		*l = lag{since: now}
	case passed >= state.PasteGuard:
		*l = lag{since: now, before: l.now}
	}
	return max(l.now, l.before)
}

// lateness is the delay from decision to delivery just now, or the least that it will be.
func (r *run) lateness(now time.Time) time.Duration {
	late := r.lag.at(now)
	if len(r.inflight) > 0 {
		late = max(late, now.Sub(r.inflight[0].at))
	}
	return late
}
