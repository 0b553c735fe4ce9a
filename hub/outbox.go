package hub

import (
	"context"
	"slices"
	"sync"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// outbox is what waits to be written to one client. The hub appends, whoever
// writes takes; the lock is held for a few instructions by either.
//
// Its bound is that of put: the hub stops feeding a client for whom there is no room.
// What comes beside the record is bounded too: one answer is under way for each
// client, and one goodbye.
type outbox struct {
	mu    sync.Mutex
	items []item
	bytes int
	state *protocol.Line // what is told of the state of things, without a place of its own; the latest is enough
	last  *protocol.Line // the goodbye that waits for nothing: it is written instead of the items

	ending bool               // the goodbye is here, or was
	asks   context.CancelFunc // ends what is being looked for in the record; nil: that is nothing

	client   *Client
	opened   bool // what waits is written
	writing  bool // that is under way: nobody else begins
	stopping bool // it is over as soon as nothing waits
	over     bool // nothing is written any more
}

// keptItems is for how many items a silent client keeps room.
const keptItems = 2

// item is a line of the record or, with an aside, something else.
type item struct {
	line *protocol.Line
	*aside
}

// aside is what stands between the lines of the record.
type aside struct {
	after      place         // who is behind reads up to here first
	weight     int64         // given back when it is written
	behind     *behind       // from here on the writer reads by itself
	begin      *seen         // from here on it is another session that is told, and what was read for the one before is not
	shift      *shift        // a client that is behind reads other streams from here on
	past       *past         // a stretch of the record, told again
	transcript *transcript   // what belongs to one conversation at the desk, told again
	search     *search       // what is looked for in the record
	redact     *state.Redact // what is taken out of the record
	ref        protocol.Ref  // of the command that asks for one of these
	end        bool          // nothing comes after it
}

// waits reports whether who writes it may have to wait for something else than the other side.
func (it item) waits() bool {
	a := it.aside
	return a != nil && (a.behind != nil || a.begin != nil || a.past != nil || a.transcript != nil || a.search != nil || a.redact != nil)
}

// place is a position in the record as a member sees it: each of its streams has had so many
// entries there, so that nothing that came later is told to be missing.
type place struct {
	seq     uint64
	streams []journal.Reading
}

// nth is which entry of a stream was the last there. i is where it probably stands.
func (p *place) nth(i int, st journal.Stream) (nth uint64, known bool) {
	if i < len(p.streams) && p.streams[i].Stream == st {
		return p.streams[i].Nth, true
	}
	for i := range p.streams {
		if p.streams[i].Stream == st {
			return p.streams[i].Nth, true
		}
	}
	return 0, false
}

// shift is a change of what a client that is behind reads.
type shift struct {
	leave journal.Stream  // "": none
	enter journal.Reading // of no stream: none
	front journal.Stream  // what is read of the room in front, from here on
}

// behind is where a writer begins to read by itself.
type behind struct {
	reading uint64 // its number: see Client.reading
	cursor  journal.Cursor
	me      reader
	last    thing // that was read
	resumes bool  // what was told last is not known yet
}

// turn follows a change of what is read.
func (b *behind) turn(s *shift) {
	b.me.front = s.front
	streams := b.cursor.Streams
	gone := func(st journal.Stream) func(journal.Reading) bool {
		return func(r journal.Reading) bool { return r.Stream == st }
	}
	if s.leave != "" {
		streams = slices.DeleteFunc(streams, gone(s.leave))
	}
	if s.enter.Stream != "" {
		streams = append(slices.DeleteFunc(streams, gone(s.enter.Stream)), s.enter)
	}
	b.cursor.Streams = streams
}

// past is a stretch of the record that is told again.
type past struct {
	me reader
	state.Past
}

// search is what a client looks for in the record.
type search struct {
	me reader
	state.Search
}

// tells reports whether e is told again.
func (p *past) tells(e *journal.Entry) bool {
	return e.Event.IsSpoken() && !p.me.ignores(e)
}

// asking has a context for as long as something is looked for in the record: it ends when
// nobody waits for the answer any more, since the goodbye comes or the client is gone.
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

// unask ends what is being looked for.
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

// appendAll is append for what is to be written at once.
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

// begin has what waits written. The caller has the lock.
func (o *outbox) begin() {
	if o.opened && !o.writing && !o.over {
		o.writing = true
		o.client.hub.sweep.add(o.client)
	}
}

// open has what waits written from now on.
func (o *outbox) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = true
	if o.isWaitingLocked() {
		o.begin()
	}
}

// close is the end, told by who writes.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
}

// stop is the end: at once where nothing is being written, which it reports, else
// when nothing waits.
func (o *outbox) stop() (now bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopping = true
	if o.isWaitingLocked() {
		o.begin() // what may wait waits no longer
	}
	now = o.opened && !o.writing && !o.over
	o.over = o.over || now
	return now
}

// leastBytes is what a short line that waits counts: its event is held as long.
const leastBytes = 128

// put appends lines of the record, all of them or, where there is no room for so
// many bytes, none. Those that may wait are written with what comes next, or after wake.
// What is said at once may fill an empty box with its bytes alone: a client that takes
// what it is told is not behind for that.
func (o *outbox) put(lines []*protocol.Line, bytes, bound int, mayWait bool) bool {
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

// wake has what waits written.
func (o *outbox) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isWaitingLocked() {
		o.begin()
	}
}

// post tells how things stand. What was posted before and is not yet written is
// out of date, so whoever does not read costs one line. nil takes it back.
func (o *outbox) post(line *protocol.Line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state = line; line != nil {
		o.begin()
	}
}

// cut makes line the last one, before all that waits.
func (o *outbox) cut(line *protocol.Line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = line
	o.unaskLocked()
	o.begin()
}

// take empties the box into a slice, which is overwritten.
func (o *outbox) take(into []item) (items []item, last *protocol.Line) {
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

// rest ends the writing if nothing waits: the next thing that comes begins it
// again, unless it is over.
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
