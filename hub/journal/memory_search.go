package journal

import (
	"cmp"
	"context"
	"slices"

	"chinwag/protocol"
)

// searchBatch is how many entries a search copies under one lock.
const searchBatch = 64

// Search implements Store.
func (m *Memory) Search(ctx context.Context, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error) {
	wanted := ParseQuestion(words)
	if len(wanted.Phrases()) == 0 || n <= 0 {
		return nil, upto, nil
	}
	for _, s := range streams {
		in, err := m.searchIn(ctx, s, wanted, upto, n)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, in...)
	}
	slices.SortFunc(found, bySeq)
	return found[max(0, len(found)-n):], upto, nil
}

// searchIn looks through one stream, the newest first. A commit waits only while searchBatch entries are copied.
func (m *Memory) searchIn(ctx context.Context, st Stream, wanted Question, upto uint64, n int) (found []Entry, err error) {
	var buf [searchBatch]Entry
	for upto > 0 && len(found) < n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := m.lastUpto(buf[:0], st, upto)
		if len(some) == 0 {
			break
		}
		for i := range some {
			if _, text := protocol.Words(some[i].Event); len(found) < n && wanted.Matches(text.String()) {
				found = append(found, some[i])
			}
		}
		upto = some[len(some)-1].Seq - 1
	}
	return found, nil
}

// lastUpto fills a slice with the last entries of a stream up to a position, the newest first.
func (m *Memory) lastUpto(into []Entry, st Stream, upto uint64) []Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r := m.streams[st]
	if r == nil {
		return into
	}
	end, _ := slices.BinarySearchFunc(r.entries, upto, func(e Entry, seq uint64) int { return cmp.Or(cmp.Compare(e.Seq, seq), -1) })
	for i := end - 1; i >= 0 && len(into) < cap(into); i-- {
		into = append(into, r.entries[i])
	}
	return into
}
