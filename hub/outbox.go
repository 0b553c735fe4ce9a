package hub

import (
	"context"
	"slices"
	"sync"

	"chinwag/protocol"
)

// outbox holds what waits to be written to one client. The hub appends, the writer takes; each holds the lock for a few
// instructions.
//
// enqueue bounds it: a client without room gets no more entries. Other items are bounded, too: each client has one
// answer in flight, and one goodbye.
type outbox struct {
	mu     sync.Mutex
	items  []item
	bytes  int
	status *protocol.Frame // the latest state line, which has no position of its own
	final  *protocol.Frame // the goodbye that waits for nothing: it is written instead of the items

	readsEnded bool               // the goodbye is here, or was
	cancelRead context.CancelFunc // cancels the reading of the journal for an answer; nil: there is none

	client   *Client
	opened   bool // what waits is written
	writing  bool // a writer is at work: no second one begins
	aborting bool // it is over as soon as nothing waits
	closed   bool // nothing is written any more
}

// keptItems is how many items a silent client keeps room for.
const keptItems = 2

// readContext returns a context for a reading of the journal: it ends when the answer is not needed any more, because
// the goodbye comes or the client is gone.
func (o *outbox) readContext(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cancelRead = cancel; o.readsEnded {
		cancel()
	}
	return ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.cancelRead = nil
		cancel()
	}
}

// endReads cancels that reading.
func (o *outbox) endReads() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.endReadsLocked()
}

func (o *outbox) endReadsLocked() {
	o.readsEnded = true
	if o.cancelRead != nil {
		o.cancelRead()
	}
}

func (o *outbox) append(it item, bytes int) { o.appendAll([]item{it}, bytes) }

// appendAll is append for items that are written at once.
func (o *outbox) appendAll(items []item, bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.items = append(o.items, items...)
	o.bytes += bytes
	if slices.ContainsFunc(items, func(it item) bool { return it.control != nil && it.end }) {
		o.endReadsLocked()
	}
	o.schedule()
}

// schedule starts a writer if something waits. The caller has the lock.
func (o *outbox) schedule() {
	if o.opened && !o.writing && !o.closed {
		o.writing = true
		o.client.hub.flusher.add(o.client)
	}
}

// open lets writers start from now on.
func (o *outbox) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = true
	if o.isWaitingLocked() {
		o.schedule()
	}
}

// close is called by the writer at the end.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}

// abort ends the writing: at once where no writer is at work, which it reports, else when nothing waits.
func (o *outbox) abort() (now bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.aborting = true
	now = o.opened && !o.writing && !o.closed
	o.closed = o.closed || now
	return now
}

// leastBytes is what a short waiting line counts: its event is held as long.
const leastBytes = 128

// enqueue appends frames of entries, or none of them if there is no room for so many bytes. The bound is
// checked by bytes alone, so that a client that reads in time is not behind after many short lines at once.
func (o *outbox) enqueue(frames []*protocol.Frame, bytes, bound int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bytes+bytes > bound {
		return false
	}
	least := 0
	for _, frame := range frames {
		o.items = append(o.items, item{frame: frame})
		least += leastBytes * frame.Count()
	}
	o.bytes += max(bytes, least)
	if len(frames) > 0 {
		o.schedule()
	}
	return true
}

// setStatus replaces the state line. A client that does not read thus has at most one waiting. nil removes it.
func (o *outbox) setStatus(frame *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.status = frame; frame != nil {
		o.schedule()
	}
}

// cut makes frame the last one, written before all that waits.
func (o *outbox) cut(frame *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.final = frame
	o.endReadsLocked()
	o.schedule()
}

// take empties the outbox into a slice, which is overwritten.
func (o *outbox) take(into []item) (items []item, last *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	items = append(into[:0], o.items...)
	if o.status != nil {
		items = append(items, item{frame: o.status})
	}
	clear(o.items)
	o.items, o.bytes, o.status = o.items[:0], 0, nil
	return items, o.final
}

// tryIdle ends the writing if nothing waits: the next item begins it again, unless it is over.
func (o *outbox) tryIdle() (rests, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isWaitingLocked() {
		return false, false
	}
	o.writing = false
	o.closed = o.closed || o.aborting
	if cap(o.items) > keptItems {
		o.items = nil
	}
	return true, o.closed
}

func (o *outbox) isWaitingLocked() bool {
	return len(o.items) > 0 || o.status != nil || o.final != nil
}

func (o *outbox) hasItems() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items) > 0
}

func (o *outbox) isCut() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.final != nil
}
