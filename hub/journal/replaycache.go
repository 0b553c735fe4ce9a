package journal

import (
	"slices"
	"sync"
	"time"
)

const (
	maxLatest   = 64              // streams whose end is held
	latestLines = 64              // of each, at most
	latestBytes = 512 << 10       // of all that is held
	latestFor   = 5 * time.Second // after which the store may have pruned some
)

// latest holds the last spoken entries of a few streams. Every session that enters a room is
// shown them, and when thousands enter they ask for the same. A newly spoken entry drops
// what is held of its stream.
type latest struct {
	mu     sync.Mutex
	ends   map[Stream]end
	bytes  int    // of their entries
	spoken uint64 // position after which nothing was spoken
	epoch  int    // counts calls of Redact: an answer read before one is not kept
}

// end is an answer of Store.Newest.
type end struct {
	n       int // that were asked for
	entries []Entry
	bytes   int
	more    bool
	read    time.Time
}

// Newest is Store's, and may be a few seconds behind what the store prunes. The caller must not
// change the entries.
func (j *Journal) Newest(streams []Stream, upto uint64, n int) ([]Entry, bool, error) {
	if len(streams) != 1 || n > latestLines {
		return j.Store.Newest(streams, upto, n)
	}
	found, epoch := j.latest.find(streams[0], upto, n)
	if found != nil {
		return found.entries, found.more, nil
	}
	read := time.Now()
	entries, more, err := j.Store.Newest(streams, upto, n)
	if err == nil {
		j.latest.keep(streams[0], upto, end{n: n, entries: slices.Clip(entries), more: more, read: read}, epoch)
	}
	return entries, more, err
}

func (l *latest) find(st Stream, upto uint64, n int) (found *end, epoch int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.ends[st]
	if !ok || e.n != n || time.Since(e.read) > latestFor || len(e.entries) > 0 && e.entries[len(e.entries)-1].Seq > upto {
		return nil, l.epoch
	}
	return &e, l.epoch
}

// keep holds an end that was read up to a position, unless something was spoken after
// that position or forgotten since epoch.
func (l *latest) keep(st Stream, upto uint64, e end, epoch int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoch != epoch || upto < l.spoken {
		return
	}
	for i := range e.entries {
		e.bytes += e.entries[i].Size()
	}
	l.letGo(st)
	if l.ends == nil || len(l.ends) == maxLatest || l.bytes+e.bytes > latestBytes {
		l.ends, l.bytes = map[Stream]end{}, 0
	}
	l.ends[st] = e
	l.bytes += e.bytes
}

// letGo drops what is held of a stream: it is not the end any more.
func (l *latest) letGo(st Stream) {
	l.bytes -= l.ends[st].bytes
	delete(l.ends, st)
}

// changed drops the ends that these entries have made old.
func (l *latest) changed(entries []Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range entries {
		if entries[i].Event.IsMessage() {
			l.spoken = entries[i].Seq
			l.letGo(entries[i].Stream)
		}
	}
}

// forget drops everything.
func (l *latest) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	l.ends, l.bytes = nil, 0
}
