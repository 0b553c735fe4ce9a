package journal

import (
	"cmp"
	"slices"
	"time"

	"chinwag/protocol"
)

// Read implements Store.
func (m *Memory) Read(cur *Cursor, upto uint64, limit int) (Page, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var p Page
	for i := range cur.Streams {
		m.readStream(&p, &cur.Streams[i], cur.Seq, upto, limit)
	}
	p.Advance(cur, upto, limit)
	return p, nil
}

// readStream adds the entries of one stream after a position to the page, and counts those that were pruned.
func (m *Memory) readStream(p *Page, at *StreamCursor, after, upto uint64, limit int) {
	r := m.streams[at.Stream]
	if at.Stream == "" {
		return
	}
	if r == nil {
		if m.droppedSeq > after && at.StreamSeq > 0 {
			p.AtLeast, at.StreamSeq = true, 0 // once
		}
		return
	}
	if r.prunedSeq > after {
		p.CountPruned(at, r.count-uint64(len(r.entries)))
	}
	i, _ := slices.BinarySearchFunc(r.entries, after+1, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	for _, e := range r.entries[i:min(i+limit, len(r.entries))] {
		if e.Seq > upto {
			break
		}
		p.Entries = append(p.Entries, e)
	}
}

// Tail implements Store.
func (m *Memory) Tail(after uint64, limit int) (found []Entry, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, r := range m.streams {
		i, _ := slices.BinarySearchFunc(r.entries, after, func(e Entry, seq uint64) int { return cmp.Or(cmp.Compare(e.Seq, seq), -1) })
		found = append(found, r.entries[i:]...)
	}
	slices.SortFunc(found, bySeq)
	return slices.Clip(found[:min(limit, len(found))]), nil
}

// SeqOfLast implements Store.
func (m *Memory) SeqOfLast(streams []Stream, upto uint64, n int) (uint64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var messages []uint64
	for _, s := range streams {
		r := m.streams[s]
		if r == nil {
			continue
		}
		found := 0
		for i := len(r.entries) - 1; i >= 0 && found <= n; i-- {
			if e := &r.entries[i]; e.Seq <= upto && e.Event.IsMessage() {
				messages = append(messages, e.Seq)
				found++
			}
		}
	}
	if len(messages) <= n {
		return 0, nil
	}
	slices.Sort(messages)
	return messages[len(messages)-n-1], nil
}

// Newest implements Store.
func (m *Memory) Newest(streams []Stream, upto uint64, n int) (found []Entry, more bool, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, s := range streams {
		if r := m.streams[s]; r != nil {
			found = r.lastMessages(found, upto, n)
		}
	}
	slices.SortFunc(found, bySeq)
	more = len(found) > n
	return found[max(0, len(found)-n):], more, nil
}

// lastMessages appends the last n+1 messages, the newest first.
func (r *memStream) lastMessages(found []Entry, upto uint64, n int) []Entry {
	most := len(found) + n + 1
	for i := len(r.entries) - 1; i >= 0 && len(found) < most; i-- {
		if e := &r.entries[i]; e.Seq <= upto && e.Event.IsMessage() {
			found = append(found, *e)
		}
	}
	return found
}

// SeqBefore implements Store.
func (m *Memory) SeqBefore(t time.Time) (seq uint64, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, r := range m.streams {
		for i := len(r.entries) - 1; i >= 0 && r.entries[i].Seq > seq; i-- {
			if e := &r.entries[i]; protocol.MetaOf(e.Event).Time.Before(t) {
				seq = e.Seq
			}
		}
	}
	return seq, nil
}
