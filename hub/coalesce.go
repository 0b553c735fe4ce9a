package hub

import (
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// When very many sessions come and go, writing each of these events to every member at once is most of the work. So
// comings and goings cause a write of their own at most once a second, unless the room is so small that this costs
// little. Until then the room holds them, once for all members: an outbox has none. A member that is told anything else
// is told them before it, in their order.
//
//	few members, few come and go     told at once
//	many members                     told a second after the first
//	a line is said                   told before it
//	a member is answered             told to this member before it

const (
	holdDelay  = time.Second
	freeWrites = 250    // that the comings and goings in a room may cause in a second without being held
	maxHeld    = 16_384 // held in all rooms; beyond, all are told
)

// noticeRate bounds how often comings and goings in a room cause writes of their own.
type noticeRate struct {
	since     time.Time // beginning of a second
	writes    int       // caused since then
	heldUntil time.Time // when those that are pending are told; zero: they are not held
}

// holds reports whether what is pending in room, at least one event, is not to be told yet.
func (l *loop) holds(room *room, now time.Time) bool {
	if room.spoken || l.held > maxHeld {
		return false
	}
	due := now.Sub(room.since) >= holdDelay
	if due {
		room.since, room.writes = now, 0
	}
	isHeld := !room.heldUntil.IsZero()
	if isHeld && due || !isHeld && room.writes+len(room.members) <= freeWrites {
		room.writes += len(room.members)
		return false
	}
	if !isHeld {
		l.hold(room)
	}
	return true
}

// hold has room hold what is pending until the end of its second.
func (l *loop) hold(room *room) {
	room.heldUntil = room.since.Add(holdDelay)
	if !room.listed {
		room.listed = true
		l.heldRooms = append(l.heldRooms, room)
	}
	if l.heldDue.IsZero() || room.heldUntil.Before(l.heldDue) {
		l.heldDue = room.heldUntil
		l.rearm()
	}
}

// tellHeld tells what the rooms have held long enough.
func (l *loop) tellHeld(now time.Time) {
	rest := l.heldRooms[:0]
	l.heldDue = time.Time{}
	for _, room := range l.heldRooms {
		switch until := room.heldUntil; {
		case until.IsZero(): // told with a line
			room.listed = false
		case now.Before(until):
			rest = append(rest, room)
			if l.heldDue.IsZero() || until.Before(l.heldDue) {
				l.heldDue = until
			}
		default:
			room.listed = false
			l.activate(room)
		}
	}
	clear(l.heldRooms[len(rest):])
	l.heldRooms = rest
	l.broadcast()
}

// deliverHeld delivers to s what its rooms hold: something else is about to be written to it.
func (l *loop) deliverHeld(s *session) {
	if s == nil || s.feed != live || len(l.heldRooms) == 0 {
		return
	}
	for m := range s.rooms() {
		if !m.room.heldUntil.IsZero() {
			l.deliverPending(s)
			return
		}
	}
}

// coalesce makes one frame of consecutive joins and leaves. It writes to the slice. asText: only the text is needed.
func coalesce(frames []*protocol.Frame, asText bool) []*protocol.Frame {
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
		case asText:
			frames[n] = protocol.NewDigest(allEvents(frames[from:i])).From(0)
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
