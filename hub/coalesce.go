package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
)

// When very many sessions come and go, each in a commit or two, writing each of these to every member at once
// is most of the work. So in a crowded room, comings and goings alone are written with the next line, or a
// moment later.

const (
	lazyDelay = 100 * time.Millisecond
	maxJoins  = 50 // comings and goings in a moment, beyond which a room is crowded
)

// isLazy reports whether the events of room may be delivered a moment later.
func (l *loop) isLazy(room *room) bool {
	if slices.ContainsFunc(room.pending, func(e *journal.Entry) bool { return !isJoinOrLeave(e) }) {
		return false
	}
	if now := time.Now(); now.Sub(room.counted) > lazyDelay {
		room.counted, room.joins = now, 0
	}
	room.joins += len(room.pending)
	return room.joins > maxJoins
}

// joinRate counts the comings and goings in a room.
type joinRate struct {
	counted time.Time // beginning of the moment
	joins   int       // comings and goings since then
	lazy    bool      // the present events may be delivered a moment later
}

func (l *loop) delay(s *session) {
	if l.delayed = append(l.delayed, s); len(l.delayed) == 1 {
		l.delayedUntil = time.Now().Add(lazyDelay)
		l.rearm()
	}
}

// flushDelayed writes now what was put off.
func (l *loop) flushDelayed() {
	for _, s := range l.delayed {
		s.delayed = false
		if s.client != nil {
			s.client.out.wake()
		}
	}
	clear(l.delayed)
	l.delayed = l.delayed[:0]
}
