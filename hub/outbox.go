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
	mu    sync.Mutex
	items []item
	bytes int
	state *protocol.Frame // the latest state line, which has no position of its own
	last  *protocol.Frame // the goodbye that waits for nothing: it is written instead of the items

	ending bool               // the goodbye is here, or was
	asks   context.CancelFunc // cancels the reading of the journal for an answer; nil: there is none

	client   *Client
	opened   bool // what waits is written
	writing  bool // a writer is at work: no second one begins
	stopping bool // it is over as soon as nothing waits
	over     bool // nothing is written any more
}

// keptItems is how many items a silent client keeps room for.
const keptItems = 2

// item is a line of the journal or, with an aside, something else.
type item struct {
	line *protocol.Frame
	*aside
}

// aside is an item that is no entry: an answer, a replay, a change of streams, or the goodbye.
type aside struct {
	after      place         // a client that is behind reads up to here first
	weight     int64         // released when the item is written
	behind     *behind       // from here on the writer reads from the journal
	begin      *seen         // from here on another session is told, and the reading for the one before ends
	shift      *shift        // a client that is behind reads other streams from here on
	past       *past         // a stretch of the journal to replay
	transcript *transcript   // the conversation at the desk to replay
	search     *search       // what to find in the journal
	redact     *state.Redact // what to erase from the journal
	ref        protocol.Ref  // of the command that asks for one of these
	end        bool          // the last item
}

// waits reports whether the writer may have to wait for something other than the peer.
func (it item) waits() bool {
	a := it.aside
	return a != nil && (a.behind != nil || a.begin != nil || a.past != nil || a.transcript != nil || a.search != nil || a.redact != nil)
}

// place is a point in the journal for one session: a position, and the number of entries up to there in each of
// its streams. Later entries are then not reported as missing.
type place struct {
	seq     uint64
	streams []journal.StreamCursor
}

// nth is the number of the last entry of a stream at the place. i is the probable index of the stream.
func (p *place) nth(i int, st journal.Stream) (nth uint64, known bool) {
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

// shift is a change of the streams that a client that is behind reads.
type shift struct {
	leave journal.Stream       // "": none
	enter journal.StreamCursor // without a stream: none
	front journal.Stream       // the stream of the room in front, from here on
}

// behind is the progress of a writer that reads from the journal.
type behind struct {
	reading uint64 // its number: see Client.reading
	cursor  journal.Cursor
	me      reader
	last    thing // that was read
	resumes bool  // the last event told is not known yet
}

// turn applies a change of streams.
func (b *behind) turn(s *shift) {
	b.me.front = s.front
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

// past is a stretch of the journal to replay.
type past struct {
	me reader
	state.Replay
}

// search is what a client looks for in the journal.
type search struct {
	me reader
	state.Search
}

// tells reports whether e is replayed.
func (p *past) tells(e *journal.Entry) bool {
	return e.Event.IsMessage() && !p.me.ignores(e)
}

// asking returns a context for a reading of the journal: it ends when the answer is not needed any more,
// because the goodbye comes or the client is gone.
func (o *outbox) asking(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asks = cancel; o.ending {
		cancel()
	}
	return ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asks = nil
		cancel()
	}
}

// unask cancels that reading.
func (o *outbox) unask() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unaskLocked()
}

func (o *outbox) unaskLocked() {
	o.ending = true
	if o.asks != nil {
		o.asks()
	}
}

func (o *outbox) append(it item, bytes int) { o.appendAll([]item{it}, bytes) }

// appendAll is append for items that are written at once.
func (o *outbox) appendAll(items []item, bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.items = append(o.items, items...)
	o.bytes += bytes
	if slices.ContainsFunc(items, func(it item) bool { return it.aside != nil && it.end }) {
		o.unaskLocked()
	}
	o.begin()
}

// begin starts a writer if something waits. The caller has the lock.
func (o *outbox) begin() {
	if o.opened && !o.writing && !o.over {
		o.writing = true
		o.client.hub.sweep.add(o.client)
	}
}

// open lets writers start from now on.
func (o *outbox) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = true
	if o.isWaitingLocked() {
		o.begin()
	}
}

// close is called by the writer at the end.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
}

// stop ends the writing: at once where no writer is at work, which it reports, else when nothing waits.
func (o *outbox) stop() (now bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopping = true
	if o.isWaitingLocked() {
		o.begin() // lines put off are written now
	}
	now = o.opened && !o.writing && !o.over
	o.over = o.over || now
	return now
}

// leastBytes is what a short waiting line counts: its event is held as long.
const leastBytes = 128

// put appends lines of the journal, or none of them if there is no room for so many bytes. Lines that may wait
// are written with the next item, or after wake. The bound is checked by bytes alone, so that a client that
// reads in time is not behind after many short lines at once.
func (o *outbox) put(lines []*protocol.Frame, bytes, bound int, mayWait bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bytes+bytes > bound {
		return false
	}
	least := 0
	for _, l := range lines {
		o.items = append(o.items, item{line: l})
		least += leastBytes * l.Count()
	}
	o.bytes += max(bytes, least)
	if len(lines) > 0 && !mayWait {
		o.begin()
	}
	return true
}

// wake starts a writer if something waits.
func (o *outbox) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isWaitingLocked() {
		o.begin()
	}
}

// post replaces the state line. A client that does not read thus has at most one waiting. nil removes it.
func (o *outbox) post(line *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state = line; line != nil {
		o.begin()
	}
}

// cut makes line the last one, written before all that waits.
func (o *outbox) cut(line *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = line
	o.unaskLocked()
	o.begin()
}

// take empties the outbox into a slice, which is overwritten.
func (o *outbox) take(into []item) (items []item, last *protocol.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	items = append(into[:0], o.items...)
	if o.state != nil {
		items = append(items, item{line: o.state})
	}
	clear(o.items)
	o.items, o.bytes, o.state = o.items[:0], 0, nil
	return items, o.last
}

// rest ends the writing if nothing waits: the next item begins it again, unless it is over.
func (o *outbox) rest() (rests, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isWaitingLocked() {
		return false, false
	}
	o.writing = false
	o.over = o.over || o.stopping
	if cap(o.items) > keptItems {
		o.items = nil
	}
	return true, o.over
}

func (o *outbox) isWaitingLocked() bool {
	return len(o.items) > 0 || o.state != nil || o.last != nil
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
