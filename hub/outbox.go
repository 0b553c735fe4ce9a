package hub

import (
	"context"
	"slices"
	"sync"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// outbox holds what waits to be written to one client. The hub appends, the writer takes; each holds the lock
// for a few instructions.
//
// put bounds it: the hub stops feeding a client without room. Other items are bounded, too: each client has one
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

// item is a line of the journal or, with an aside, something else.
type item struct {
	frame *protocol.Frame
	*control
}

// control is an item that is no entry: an answer, a replay, a change of streams, or the goodbye.
type control struct {
	after         position      // a client that is behind reads up to here first
	slots         int64         // released when the item is written
	catchup       *catchup      // from here on the writer reads from the journal
	switchSession *watermark    // from here on another session is told, and the reading for the one before ends
	shift         *streamChange // a client that is behind reads other streams from here on
	replay        *replay       // a stretch of the journal to replay
	transcript    *transcript   // the conversation at the desk to replay
	search        *search       // what to find in the journal
	redact        *state.Redact // what to erase from the journal
	ref           protocol.Ref  // of the command that asks for one of these
	end           bool          // the last item
}

// waits reports whether the writer may have to wait for something other than the peer.
func (it item) waits() bool {
	a := it.control
	return a != nil && (a.catchup != nil || a.switchSession != nil || a.replay != nil || a.transcript != nil || a.search != nil || a.redact != nil)
}

// position is a point in the journal for one session: a position, and the number of entries up to there in each of
// its streams. Later entries are then not reported as missing.
type position struct {
	seq     uint64
	streams []journal.StreamCursor
}

// streamSeq is the number of the last entry of a stream at the place. i is the probable index of the stream.
func (p *position) streamSeq(i int, st journal.Stream) (nth uint64, known bool) {
	if i < len(p.streams) && p.streams[i].Stream == st {
		return p.streams[i].StreamSeq, true
	}
	for i := range p.streams {
		if p.streams[i].Stream == st {
			return p.streams[i].StreamSeq, true
		}
	}
	return 0, false
}

// streamChange is a change of the streams that a client that is behind reads.
type streamChange struct {
	leave journal.Stream       // "": none
	enter journal.StreamCursor // without a stream: none
	front journal.Stream       // the stream of the room in front, from here on
}

// catchup is the progress of a writer that reads from the journal.
type catchup struct {
	no          uint64 // its number: see Client.reading
	cursor      journal.Cursor
	view        journalView
	lastEvent   roomEvent // that was read
	lastUnknown bool      // the last event told is not known yet
}

// apply applies a change of streams.
func (b *catchup) apply(s *streamChange) {
	b.view.front = s.front
	streams := b.cursor.Streams
	gone := func(st journal.Stream) func(journal.StreamCursor) bool {
		return func(r journal.StreamCursor) bool { return r.Stream == st }
	}
	if s.leave != "" {
		streams = slices.DeleteFunc(streams, gone(s.leave))
	}
	if s.enter.Stream != "" {
		streams = append(slices.DeleteFunc(streams, gone(s.enter.Stream)), s.enter)
	}
	b.cursor.Streams = streams
}

// replay is a stretch of the journal to replay.
type replay struct {
	view journalView
	state.Replay
}

// search is what a client looks for in the journal.
type search struct {
	view journalView
	state.Search
}

// shows reports whether e is replayed.
func (p *replay) shows(e *journal.Entry) bool {
	return e.Event.IsMessage() && !p.view.ignores(e)
}

// readContext returns a context for a reading of the journal: it ends when the answer is not needed any more,
// because the goodbye comes or the client is gone.
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
	if o.isWaitingLocked() {
		o.schedule() // lines put off are written now
	}
	now = o.opened && !o.writing && !o.closed
	o.closed = o.closed || now
	return now
}

// leastBytes is what a short waiting line counts: its event is held as long.
const leastBytes = 128

// enqueue appends lines of the journal, or none of them if there is no room for so many bytes. Lines that may wait
// are written with the next item, or after wake. The bound is checked by bytes alone, so that a client that
// reads in time is not behind after many short lines at once.
func (o *outbox) enqueue(frames []*protocol.Frame, bytes, bound int, mayWait bool) bool {
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
	if len(frames) > 0 && !mayWait {
		o.schedule()
	}
	return true
}

// wake starts a writer if something waits.
func (o *outbox) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isWaitingLocked() {
		o.schedule()
	}
}

// setStatus replaces the state line. A client that does not read thus has at most one waiting. nil removes it.
func (o *outbox) setStatus(frame *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.status = frame; frame != nil {
		o.schedule()
	}
}

// cut makes line the last one, written before all that waits.
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

func (o *outbox) isWaiting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items) > 0
}

func (o *outbox) isCut() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.final != nil
}
