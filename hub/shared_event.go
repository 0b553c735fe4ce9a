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
func (t *sharedEvents) follow(e *journal.Entry) {
	before := t.last
	if !t.last.isRepeat(e) {
		return
	}
	if n := len(t.all); n > 0 && t.all[n-1].id == before.id {
		t.all[n-1].upto = e.Seq
		return
	}
	if len(t.all) == 2*maxSharedEvents {
		t.all = slices.Delete(t.all, 0, maxSharedEvents)
	}
	t.all = append(t.all, sharedSpan{before, e.Seq - 1, e.Seq})
}

// at is the event that was told at a position and goes on after it; zero: none is known.
func (t *sharedEvents) at(seq uint64) roomEvent {
	i, _ := slices.BinarySearchFunc(t.all, seq+1, func(s sharedSpan, after uint64) int { return cmp.Compare(s.upto, after) })
	if i == len(t.all) || t.all[i].from > seq {
		return roomEvent{}
	}
	return t.all[i].roomEvent
}

// roomEvent is the last event that was told, in one of several rooms.
type roomEvent struct {
	id     uuid.UUID
	stream journal.Stream
}

// isRepeat reports whether e is the event that was told last, in another room.
func (t *roomEvent) isRepeat(e *journal.Entry) bool {
	if !isRooms(e.Stream) {
		t.stream = ""
		return false
	}
	id := protocol.MetaOf(e.Event).ID
	again := t.stream != "" && t.stream != e.Stream && t.id == id
	t.id, t.stream = id, e.Stream
	return again
}

// isRooms reports whether a stream is that of a room in which all members hear the same.
func isRooms(st journal.Stream) bool { return len(st) > 0 && st[0] == '#' && st != journal.Desk }
