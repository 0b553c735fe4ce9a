package hub

import (
	"time"

	"chinwag/hub/state"
)

// deliveryDelay is the delay from decision to delivery: the longest of the last moments. A deadline for reading something
// is counted from its delivery.
type deliveryDelay struct {
	since       time.Time
	now, before time.Duration // the longest in this second, and in the second before
}

// note is called at each delivery.
func (l *deliveryDelay) note(decided, now time.Time) {
	l.at(now)
	l.now = max(l.now, now.Sub(decided))
}

// at is the present delay; deliveries of two seconds ago do not count.
func (l *deliveryDelay) at(now time.Time) time.Duration {
	switch passed := now.Sub(l.since); {
	case passed >= 2*state.PasteGuard:
		*l = deliveryDelay{since: now}
	case passed >= state.PasteGuard:
		*l = deliveryDelay{since: now, before: l.now}
	}
	return max(l.now, l.before)
}

// lateness is the delay from decision to delivery just now, or the least that it will be.
func (l *loop) lateness(now time.Time) time.Duration {
	late := l.deliveryDelay.at(now)
	if len(l.uncommitted) > 0 {
		late = max(late, now.Sub(l.uncommitted[0].at))
	}
	return late
}
