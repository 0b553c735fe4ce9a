package hub

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// A resumed client names the last position that it was told. If an event begins there that is also in another of its
// rooms, it is not told again. The journal knows the event while it keeps the entry; sharedEvents knows the last ones
// whatever is kept.
type sharedEvents struct {
	all  []sharedSpan // in the order of the journal
	last roomEvent    // that was delivered
}

// sharedSpan is where an event in several rooms begins and ends in the journal: its entries have consecutive positions.
type sharedSpan struct {
	roomEvent
	from, upto uint64
}

const maxSharedEvents = 4096

// follow notes a delivered entry.
func (s *sharedEvents) follow(e *journal.Entry) {
	before := s.last
	if !s.last.isRepeat(e) {
		return
	}
	if n := len(s.all); n > 0 && s.all[n-1].id == before.id {
		s.all[n-1].upto = e.Seq
		return
	}
	if len(s.all) == 2*maxSharedEvents {
		s.all = slices.Delete(s.all, 0, maxSharedEvents)
	}
	s.all = append(s.all, sharedSpan{before, e.Seq - 1, e.Seq})
}

// at is the event that was told at a position and goes on after it; zero: none is known.
func (s *sharedEvents) at(seq uint64) roomEvent {
	i, _ := slices.BinarySearchFunc(s.all, seq+1, func(span sharedSpan, after uint64) int { return cmp.Compare(span.upto, after) })
	if i == len(s.all) || s.all[i].from > seq {
		return roomEvent{}
	}
	return s.all[i].roomEvent
}

// roomEvent is the last event that was told, in one of several rooms.
type roomEvent struct {
	id     uuid.UUID
	stream journal.Stream
}

// isRepeat reports whether e is the event that was told last, in another room.
func (r *roomEvent) isRepeat(e *journal.Entry) bool {
	if !isRooms(e.Stream) {
		r.stream = ""
		return false
	}
	id := protocol.MetaOf(e.Event).ID
	again := r.stream != "" && r.stream != e.Stream && r.id == id
	r.id, r.stream = id, e.Stream
	return again
}

// isRooms reports whether a stream is that of a room in which all members hear the same.
func isRooms(st journal.Stream) bool { return len(st) > 0 && st[0] == '#' && st != journal.Desk }
