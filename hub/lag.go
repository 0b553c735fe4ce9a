package hub

import (
	"time"

	"chinwag/hub/state"
)

// lag is how long after it was decided something is told: the longest of the last moments. What
// gives somebody a second to read it gives that from when it is told.
type lag struct {
	since       time.Time
	now, before time.Duration // the longest since then, and in the second before that
}

// note is called when something is told.
func (l *lag) note(decided, now time.Time) {
	l.at(now)
	l.now = max(l.now, now.Sub(decided))
}

// at is how long it takes; what was told two seconds ago counts no more.
func (l *lag) at(now time.Time) time.Duration {
	switch passed := now.Sub(l.since); {
	case passed >= 2*state.Breath:
		*l = lag{since: now}
	case passed >= state.Breath:
		*l = lag{since: now, before: l.now}
	}
	return max(l.now, l.before)
}

// lateness is how long after it was decided what is told just now is told, or will be at the earliest.
func (r *run) lateness(now time.Time) time.Duration {
	late := r.lag.at(now)
	if len(r.inflight) > 0 {
		late = max(late, now.Sub(r.inflight[0].at))
	}
	return late
}
