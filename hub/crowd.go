package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
)

// When very many come and go, each of them in a commit or two, to write that to
// everybody at once each time is most of the work. So where a room is crowded,
// comings and goings alone are written with what is said next, or a moment later.

const (
	moment    = 100 * time.Millisecond
	maxPassed = 50 // comings and goings in a moment, beyond which a room is crowded
)

// isCrowded reports whether what has happened in room may be told a moment later.
func (r *run) isCrowded(room *room) bool {
	if slices.ContainsFunc(room.said, func(e *journal.Entry) bool { return !isPassage(e) }) {
		return false
	}
	if now := time.Now(); now.Sub(room.counted) > moment {
		room.counted, room.passed = now, 0
	}
	room.passed += len(room.said)
	return room.passed > maxPassed
}

// crowding is how many come and go in a room.
type crowding struct {
	counted time.Time // since then
	passed  int       // so many have come and gone
	crowded bool      // what is told just now may be told a moment later
}

func (r *run) tellLater(m *session) {
	if r.late = append(r.late, m); len(r.late) == 1 {
		r.lateAt = time.Now().Add(moment)
		r.rearm()
	}
}

// tellLate tells now what was left for later.
func (r *run) tellLate() {
	for _, m := range r.late {
		m.late = false
		if m.client != nil {
			m.client.out.wake()
		}
	}
	clear(r.late)
	r.late = r.late[:0]
}
