package journal

import "math"

// keepNone is the value of keepAfter while nothing is kept back: anything may go.
const keepNone = math.MaxUint64

// KeepAfter implements Store. Entries that need not be kept any more go at once.
func (m *Memory) KeepAfter(position uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keepAfter != keepNone {
		position = max(position, m.keepAfter)
	}
	m.keepAfter = position
	for _, r := range m.streams {
		m.trim(r)
	}
	for len(m.streams) > m.bounds.Streams && m.dropSmallest() {
	}
	m.shrink()
}

// canDrop reports whether the oldest entry of a stream may go.
func (m *Memory) canDrop(r *memStream) bool {
	return len(r.entries) > 0 && r.entries[0].Seq <= m.keepAfter
}

// trim prunes one stream to its bounds.
func (m *Memory) trim(r *memStream) {
	for (r.lines > m.bounds.Lines || len(r.entries) > MaxEntries(m.bounds.Lines) || r.bytes > m.bounds.Bytes) && m.canDrop(r) {
		m.dropOldest(r)
	}
}

func (m *Memory) dropOldest(r *memStream) {
	e := &r.entries[0]
	size := e.Size()
	r.bytes -= size
	m.bytes -= size
	r.prunedSeq = e.Seq
	if e.Event.IsMessage() {
		r.lines--
	}
	r.drop(1)
}

// shrink prunes all streams to Bounds.Total.
func (m *Memory) shrink() {
	for m.bytes > m.bounds.Total && m.shrinkLargest() {
	}
}

// shrinkLargest prunes an eighth of the largest stream, so that the search for it is paid for by many lines. It reports
// whether there was anything that may go.
func (m *Memory) shrinkLargest() bool {
	var largest *memStream
	for _, r := range m.streams {
		if m.canDrop(r) && (largest == nil || r.bytes > largest.bytes) {
			largest = r
		}
	}
	if largest == nil {
		return false
	}
	for n := len(largest.entries)/8 + 1; n > 0 && m.canDrop(largest); n-- {
		m.dropOldest(largest)
	}
	return true
}

// dropSmallest drops the smallest stream, and of equals the one that has been silent longest, so that a session which
// makes a thousand rooms loses its own first. It reports whether there was one that may go.
func (m *Memory) dropSmallest() bool {
	var least Stream
	var of *memStream
	for s, r := range m.streams {
		if r.newestSeq <= m.keepAfter && (of == nil || r.bytes < of.bytes || r.bytes == of.bytes && r.newestSeq < of.newestSeq) {
			least, of = s, r
		}
	}
	if of == nil {
		return false
	}
	m.bytes -= of.bytes
	m.droppedSeq = max(m.droppedSeq, of.newestSeq)
	delete(m.streams, least)
	return true
}
