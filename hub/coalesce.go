package hub

import (
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// When very many sessions come and go, writing each of these events to every member at once is most of the work. So
// comings and goings cause a write of their own at most once a second, unless the room is so small that this costs
// little. Until then they are delayed in the room, once for all members: an outbox has none. A member that is told
// anything else is told them before it, in their order.
//
//	few members, few come and go     told at once
//	many members                     told a second after the first
//	a line is said                   told before it
//	a member is answered             told to this member before it

const (
	noticeDelay = time.Second
	freeWrites  = 250    // that the comings and goings in a room may cause in a second without being delayed
	maxDelayed  = 16_384 // in all rooms; beyond, all are told
)

// noticeRate bounds how often comings and goings in a room cause writes of their own.
type noticeRate struct {
	since        time.Time // beginning of a second
	writes       int       // caused since then
	delayedUntil time.Time // when those that are pending are told; zero: they are not delayed
}

// delays reports whether what is pending in room, at least one event, is not to be told yet.
func (l *loop) delays(room *room, now time.Time) bool {
	if room.spoken || l.delayed > maxDelayed {
		return false
	}
	due := now.Sub(room.since) >= noticeDelay
	if due {
		room.since, room.writes = now, 0
	}
	isDelayed := !room.delayedUntil.IsZero()
	if isDelayed && due || !isDelayed && room.writes+len(room.members) <= freeWrites {
		room.writes += len(room.members)
		return false
	}
	if !isDelayed {
		l.delay(room)
	}
	return true
}

// delay has room tell what is pending at the end of its second.
func (l *loop) delay(room *room) {
	room.delayedUntil = room.since.Add(noticeDelay)
	if !room.listed {
		room.listed = true
		l.delayedRooms = append(l.delayedRooms, room)
	}
	if l.delayedDue.IsZero() || room.delayedUntil.Before(l.delayedDue) {
		l.delayedDue = room.delayedUntil
		l.rearm()
	}
}

// tellDelayed tells what the rooms have delayed long enough.
func (l *loop) tellDelayed(now time.Time) {
	rest := l.delayedRooms[:0]
	l.delayedDue = time.Time{}
	for _, room := range l.delayedRooms {
		switch until := room.delayedUntil; {
		case until.IsZero(): // told with a line
			room.listed = false
		case now.Before(until):
			rest = append(rest, room)
			if l.delayedDue.IsZero() || until.Before(l.delayedDue) {
				l.delayedDue = until
			}
		default:
			room.listed = false
			l.activate(room)
		}
	}
	clear(l.delayedRooms[len(rest):])
	l.delayedRooms = rest
	l.broadcast()
}

// deliverDelayed delivers to s what its rooms delay: something else is about to be written to it.
func (l *loop) deliverDelayed(s *session) {
	if s == nil || s.feed != live || len(l.delayedRooms) == 0 {
		return
	}
	for m := range s.rooms() {
		if !m.room.delayedUntil.IsZero() {
			l.deliverPending(s)
			return
		}
	}
}

// joinStyle is how several comings and goings are told.
type joinStyle uint8

const (
	batched    joinStyle = iota // each by itself, or as people read them
	textOnly                    // as people read them
	summarized                  // together: see protocol.Passed
)

// coalesce makes one frame of consecutive joins and leaves. It writes to the slice.
func coalesce(frames []*protocol.Frame, style joinStyle) []*protocol.Frame {
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
		case style == summarized:
			frames[n] = protocol.NewBatch(protocol.Summarize(allEvents(frames[from:i])))
		case i == from+1:
			frames[n] = frames[from]
		case style == textOnly:
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
