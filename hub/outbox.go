package hub

import (
	"sync"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// outbox is what waits to be written to one client. The hub appends, the
// client's writer takes; the lock is held for a few instructions by either.
//
// Its bound is kept by the hub, which stops feeding a client that is over it.
// What comes beside the record is bounded too: one answer is under way for each
// client, and one goodbye.
type outbox struct {
	wake chan struct{} // capacity 1: the box was empty and is not

	mu    sync.Mutex
	items []item
	bytes int
	last  *protocol.Line // the goodbye that waits for nothing: it is written instead of the items
}

// item is a line of the record or, with an aside, something else.
type item struct {
	line *protocol.Line
	*aside
}

// aside is what stands between the lines of the record.
type aside struct {
	after  place            // who is behind reads up to here first
	weight int64            // given back when it is written
	behind *behind          // from here on the writer reads by itself
	enter  *journal.Reading // who is behind reads this room from here on
	past   *past            // a stretch of the record, told again
	end    bool             // nothing comes after it
}

// place is a position in the record as a member sees it: nth are those of the
// last entries of its streams there, in the order of its cursor, so that nothing that came
// later is told to be missing; 0: unknown.
type place struct {
	seq uint64
	nth [streams]uint64
}

const (
	streams    = 3 // for everybody, its mailbox, its room
	roomStream = 2
)

// behind is where a writer begins to read by itself.
type behind struct {
	cursor journal.Cursor
	me     listener
}

// past is a stretch of the record up to a position that is told again.
type past struct {
	me      listener
	streams []journal.Stream
	upto    uint64
	lines   int  // the last of them; -1: all that is kept
	end     bool // tell where it ends
}

func (o *outbox) append(it item, bytes int) (waiting int) {
	o.mu.Lock()
	empty := len(o.items) == 0
	o.items = append(o.items, it)
	o.bytes += bytes
	waiting = o.bytes
	o.mu.Unlock()
	if empty {
		o.ring()
	}
	return waiting
}

// cut makes line the last one, before all that waits.
func (o *outbox) cut(line *protocol.Line) {
	o.mu.Lock()
	o.last = line
	o.mu.Unlock()
	o.ring()
}

func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take empties the box.
func (o *outbox) take() (items []item, last *protocol.Line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	items, last = o.items, o.last
	o.items, o.bytes = nil, 0
	return items, last
}

func (o *outbox) isWaiting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items) > 0
}

func (o *outbox) isCut() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last != nil
}
