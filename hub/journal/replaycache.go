package journal

import (
	"slices"
	"sync"
	"time"
)

const (
	maxReplays  = 64              // streams whose last messages are held
	replayLines = 64              // of each, at most
	replayBytes = 512 << 10       // of all that is held
	replayTTL   = 5 * time.Second // after which the store may have pruned some
)

// replayCache holds the last messages of a few streams, however far back they lie. Every session that enters a room is
// shown them, and when thousands enter they ask for the same. A new message drops what is held of its stream.
type replayCache struct {
	mu          sync.Mutex
	replays     map[Stream]replay
	bytes       int    // of their entries
	lastMessage uint64 // position after which there was no message
	redactions  int    // calls of Redact: an answer read before one is not kept
}

// replay is an answer of Store.Newest.
type replay struct {
	n       int // that were asked for
	entries []Entry
	bytes   int
	more    bool
	read    time.Time
}

// Newest is Store's, and may be a few seconds behind what the store prunes. The caller must not change the entries.
func (j *Journal) Newest(streams []Stream, upto uint64, n int) ([]Entry, bool, error) {
	if len(streams) != 1 || n > replayLines {
		return j.Store.Newest(streams, upto, n)
	}
	found, redactions := j.replays.get(streams[0], upto, n)
	if found != nil {
		return found.entries, found.more, nil
	}
	read := time.Now()
	entries, more, err := j.Store.Newest(streams, upto, n)
	if err == nil {
		j.replays.put(streams[0], upto, replay{n: n, entries: slices.Clip(entries), more: more, read: read}, redactions)
	}
	return entries, more, err
}

func (c *replayCache) get(st Stream, upto uint64, n int) (found *replay, redactions int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.replays[st]
	if !ok || r.n != n || time.Since(r.read) > replayTTL || len(r.entries) > 0 && r.entries[len(r.entries)-1].Seq > upto {
		return nil, c.redactions
	}
	return &r, c.redactions
}

// put holds a replay that was read up to a position, unless there was a message after that position, or a call of
// Redact since redactions were counted.
func (c *replayCache) put(st Stream, upto uint64, r replay, redactions int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.redactions != redactions || upto < c.lastMessage {
		return
	}
	for i := range r.entries {
		r.bytes += r.entries[i].Size()
	}
	c.drop(st)
	if c.replays == nil || len(c.replays) == maxReplays || c.bytes+r.bytes > replayBytes {
		c.replays, c.bytes = map[Stream]replay{}, 0
	}
	c.replays[st] = r
	c.bytes += r.bytes
}

// drop drops what is held of a stream: it does not end there any more.
func (c *replayCache) drop(st Stream) {
	c.bytes -= c.replays[st].bytes
	delete(c.replays, st)
}

// update drops the replays that these entries have made old.
func (c *replayCache) update(entries []Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range entries {
		if entries[i].Event.IsMessage() {
			c.lastMessage = entries[i].Seq
			c.drop(entries[i].Stream)
		}
	}
}

// redact drops everything.
func (c *replayCache) redact() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.redactions++
	c.replays, c.bytes = nil, 0
}
