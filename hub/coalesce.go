package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// When very many sessions come and go, each in a commit or two, writing each of these to every member at once is most
// of the work. So in a crowded room, comings and goings alone are written with the next line, or a moment later.

const (
	lazyDelay = 100 * time.Millisecond
	maxJoins  = 50 // comings and goings in a moment, beyond which a room is crowded
)

// isLazy reports whether the events of room may be delivered a moment later.
func (*loop) isLazy(room *room) bool {
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

// coalesce makes one frame of consecutive joins and leaves. It writes to the slice.
func coalesce(frames []*protocol.Frame) []*protocol.Frame {
	n := 0
	for i := 0; i < len(frames); {
		from := i
		for i < len(frames) && joinsOrLeaves(frames[i].First()) {
			i++
		}
		switch {
		case i == from:
			frames[n] = frames[i]
			i++
		case i == from+1:
			frames[n] = frames[from]
		default:
			frames[n] = batchOf(frames[from:i])
		}
		n++
	}
	clear(frames[n:])
	return frames[:n]
}

func isJoinOrLeave(e *journal.Entry) bool { return joinsOrLeaves(e.Event) }

func joinsOrLeaves(e protocol.Event) bool {
	switch e := e.(type) {
	case protocol.Joined, protocol.Left:
		return true
	case protocol.Elsewhere:
		return joinsOrLeaves(e.Event)
	}
	return false
}
