package journal

import "math"

// keepsNothing is the value of kept while nothing is kept back: anything may go.
const keepsNothing = math.MaxUint64

// KeepAfter implements Store. Entries that need not be kept any more go at once.
func (m *Memory) KeepAfter(position uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept != keepsNothing {
		position = max(position, m.kept)
	}
	m.kept = position
	for _, r := range m.streams {
		m.trim(r)
	}
	for len(m.streams) > m.bounds.Streams && m.forgetOne() {
	}
	m.shrink()
}

// mayDrop reports whether the oldest entry of a stream may go.
func (m *Memory) mayDrop(r *ring) bool { return len(r.entries) > 0 && r.entries[0].Seq <= m.kept }
