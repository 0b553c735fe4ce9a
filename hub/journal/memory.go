package journal

import (
	"cmp"
	"context"
	"crypto/rand"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Bounds of the memory store. Beyond them the oldest entries are pruned
// first; zero means the default, below zero no bound.
type Bounds struct {
	Lines   int // of one stream, see MaxEntries; 0: 1,000
	Bytes   int // of words in one stream; 0: 1 MiB
	Streams int // 0: 4,096; beyond, the smallest is dropped
	Total   int // bytes of words in all; 0: 64 MiB; beyond, the largest stream shrinks
}

// Memory is a store in the process: a bounded ring for each stream.
type Memory struct {
	bounds Bounds
	epoch  uuid.UUID
	key    [32]byte

	mu      sync.RWMutex
	seq     uint64
	bytes   int
	gone    uint64 // position of the newest entry in a stream that was dropped as a whole
	kept    uint64 // position up to which anything may go
	streams map[Stream]*ring
	rows    map[int64][]byte
}

type ring struct {
	tail
	count   uint64 // entries ever
	lines   int    // entries that were spoken
	bytes   int
	last    uint64 // position of the newest
	dropped uint64 // position of the newest that was pruned, 0: none
}

// NewMemory makes an empty store with an epoch and a key of its own.
func NewMemory(b Bounds) *Memory {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it cannot fail
	return NewMemoryOf(b, uuid.New(), key)
}

// NewMemoryOf makes an empty store with a given epoch and key: those that all nodes of one order share.
func NewMemoryOf(b Bounds, epoch uuid.UUID, key [32]byte) *Memory {
	b.Lines = bound(b.Lines, 1000)
	b.Bytes = bound(b.Bytes, 1<<20)
	b.Streams = bound(b.Streams, 4096)
	b.Total = bound(b.Total, 64<<20)
	return &Memory{bounds: b, epoch: epoch, key: key, streams: map[Stream]*ring{}, rows: map[int64][]byte{}, kept: keepsNothing}
}

func bound(n, standard int) int {
	if n < 0 {
		return math.MaxInt
	}
	return cmp.Or(n, standard)
}

// Epoch implements Store.
func (m *Memory) Epoch() uuid.UUID { return m.epoch }

// Head implements Store.
func (m *Memory) Head() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.seq
}

// Commit implements Store. It fails only with ErrPosition or ErrRow.
func (m *Memory) Commit(entries []Entry, rows []Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(CheckPositions(entries, m.seq), CheckRows(rows)); err != nil {
		return err
	}
	m.keepRows(rows)
	for i := range entries {
		m.keep(&entries[i])
	}
	m.shrink()
	return nil
}

func (m *Memory) keep(e *Entry) {
	r := m.streams[e.Stream]
	if r == nil {
		if len(m.streams) >= m.bounds.Streams {
			m.forgetOne()
		}
		r = &ring{dropped: m.gone} // it may be one that was dropped
		m.streams[e.Stream] = r
	}
	m.seq++
	r.count++
	e.SetPosition(m.seq, r.count)
	r.add(*e)
	r.last = e.Seq
	r.bytes += e.Size()
	m.bytes += e.Size()
	if e.Event.IsMessage() {
		r.lines++
	}
	m.trim(r)
}

// trim prunes one stream to its bounds.
func (m *Memory) trim(r *ring) {
	for (r.lines > m.bounds.Lines || len(r.entries) > MaxEntries(m.bounds.Lines) || r.bytes > m.bounds.Bytes) && m.mayDrop(r) {
		m.dropOldest(r)
	}
}

func (m *Memory) dropOldest(r *ring) {
	e := &r.entries[0]
	r.bytes -= e.Size()
	m.bytes -= e.Size()
	r.dropped = e.Seq
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

// shrinkLargest prunes an eighth of the largest stream, so that the search for
// it is paid for by many lines. It reports whether there was anything that may go.
func (m *Memory) shrinkLargest() bool {
	var largest *ring
	for _, r := range m.streams {
		if m.mayDrop(r) && (largest == nil || r.bytes > largest.bytes) {
			largest = r
		}
	}
	if largest == nil {
		return false
	}
	for n := len(largest.entries)/8 + 1; n > 0 && m.mayDrop(largest); n-- {
		m.dropOldest(largest)
	}
	return true
}

// forgetOne drops the smallest stream, and of equals the one that has been
// silent longest, so that a session which makes a thousand rooms loses its own first. It
// reports whether there was one that may go.
func (m *Memory) forgetOne() bool {
	var least Stream
	var of *ring
	for s, r := range m.streams {
		if r.last <= m.kept && (of == nil || r.bytes < of.bytes || r.bytes == of.bytes && r.last < of.last) {
			least, of = s, r
		}
	}
	if of == nil {
		return false
	}
	m.bytes -= of.bytes
	m.gone = max(m.gone, of.last)
	delete(m.streams, least)
	return true
}

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

// readStream adds the entries of one stream after a position to the page, and counts
// those that are gone.
func (m *Memory) readStream(p *Page, at *StreamCursor, after, upto uint64, limit int) {
	r := m.streams[at.Stream]
	if at.Stream == "" {
		return
	}
	if r == nil {
		if m.gone > after && at.StreamSeq > 0 {
			p.AtLeast, at.StreamSeq = true, 0 // once
		}
		return
	}
	if r.dropped > after {
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
	var spoken []uint64
	for _, s := range streams {
		r := m.streams[s]
		if r == nil {
			continue
		}
		found := 0
		for i := len(r.entries) - 1; i >= 0 && found <= n; i-- {
			if e := &r.entries[i]; e.Seq <= upto && e.Event.IsMessage() {
				spoken = append(spoken, e.Seq)
				found++
			}
		}
	}
	if len(spoken) <= n {
		return 0, nil
	}
	slices.Sort(spoken)
	return spoken[len(spoken)-n-1], nil
}

// Newest implements Store.
func (m *Memory) Newest(streams []Stream, upto uint64, n int) (found []Entry, more bool, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, s := range streams {
		if r := m.streams[s]; r != nil {
			found = r.spoken(found, upto, n)
		}
	}
	slices.SortFunc(found, bySeq)
	more = len(found) > n
	return found[max(0, len(found)-n):], more, nil
}

// spoken appends the last n+1 spoken entries, the newest first.
func (r *ring) spoken(found []Entry, upto uint64, n int) []Entry {
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

// searchAtOnce is how many entries a search copies under one lock.
const searchAtOnce = 64

// Search implements Store. A word is found within longer words, too.
func (m *Memory) Search(ctx context.Context, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error) {
	wanted := strings.Fields(strings.ToLower(words))
	if len(wanted) == 0 || n <= 0 {
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

// searchIn looks through one stream, the newest first. A commit waits only while searchAtOnce
// entries are copied.
func (m *Memory) searchIn(ctx context.Context, st Stream, words []string, upto uint64, n int) (found []Entry, err error) {
	var room [searchAtOnce]Entry
	for upto > 0 && len(found) < n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := m.newest(room[:0], st, upto)
		if len(some) == 0 {
			break
		}
		for i := range some {
			if holds(&some[i], words) && len(found) < n {
				found = append(found, some[i])
			}
		}
		upto = some[len(some)-1].Seq - 1
	}
	return found, nil
}

// newest fills a slice with the last entries of a stream up to a position, the newest first.
func (m *Memory) newest(into []Entry, st Stream, upto uint64) []Entry {
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

func holds(e *Entry, words []string) bool {
	_, text := protocol.Words(e.Event)
	folded := strings.ToLower(text.String())
	for _, w := range words {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}

// Redact implements Store.
func (m *Memory) Redact(author uuid.UUID, streams []Stream, upto uint64) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range streams {
		if r := m.streams[s]; r != nil {
			was := r.bytes
			n += r.forget(author, upto)
			m.bytes += r.bytes - was
		}
	}
	return n, nil
}

func (r *ring) forget(author uuid.UUID, upto uint64) (n int) {
	for i := range r.entries {
		e := &r.entries[i]
		if _, erased := e.Event.(protocol.Redacted); erased || e.Seq > upto || e.Author != author || !e.Event.IsMessage() {
			continue
		}
		r.bytes -= e.Size()
		*e = e.Redacted()
		r.bytes += e.Size()
		n++
	}
	return n
}
