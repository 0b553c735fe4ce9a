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
	moment    = 100 * time.Millisecond
	maxPassed = 50 // comings and goings in a moment, beyond which a room is crowded
)

// isCrowded reports whether the events of room may be delivered a moment later.
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

// crowding counts the comings and goings in a room.
type crowding struct {
	counted time.Time // beginning of the moment
	passed  int       // comings and goings since then
	crowded bool      // the present events may be delivered a moment later
}

func (r *run) tellLater(m *session) {
	if r.late = append(r.late, m); len(r.late) == 1 {
		r.lateAt = time.Now().Add(moment)
		r.rearm()
	}
}

// tellLate writes now what was put off.
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
