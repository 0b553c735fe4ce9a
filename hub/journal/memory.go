package journal

import (
	"cmp"
	"crypto/rand"
	"sync"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Memory is a store in the process: a bounded ring of entries for each stream.
type Memory struct {
	bounds Bounds
	epoch  uuid.UUID
	key    [32]byte

	mu         sync.RWMutex
	seq        uint64
	bytes      int
	droppedSeq uint64 // position of the newest entry in a stream that was dropped as a whole
	keepAfter  uint64 // position up to which anything may go
	streams    map[Stream]*memStream
	rows       map[int64][]byte
}

type memStream struct {
	ring
	count     uint64 // entries ever
	lines     int    // entries that are messages
	bytes     int
	newestSeq uint64 // position of the newest
	prunedSeq uint64 // position of the newest that was pruned, 0: none
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
	return &Memory{bounds: b, epoch: epoch, key: key, streams: map[Stream]*memStream{}, rows: map[int64][]byte{}, keepAfter: keepNone}
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
	m.putRows(rows)
	for i := range entries {
		m.add(&entries[i])
	}
	m.shrink()
	return nil
}

func (m *Memory) add(e *Entry) {
	r := m.streams[e.Stream]
	if r == nil {
		if len(m.streams) >= m.bounds.Streams {
			m.dropSmallest()
		}
		r = &memStream{prunedSeq: m.droppedSeq} // it may be one that was dropped
		m.streams[e.Stream] = r
	}
	m.seq++
	r.count++
	e.SetPosition(m.seq, r.count)
	r.add(*e)
	r.newestSeq = e.Seq
	size := e.Size()
	r.bytes += size
	m.bytes += size
	if e.Event.IsMessage() {
		r.lines++
	}
	m.trim(r)
}

// Redact implements Store.
func (m *Memory) Redact(author uuid.UUID, streams []Stream, upto uint64) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range streams {
		if r := m.streams[s]; r != nil {
			was := r.bytes
			n += r.redact(author, upto)
			m.bytes += r.bytes - was
		}
	}
	return n, nil
}

func (r *memStream) redact(author uuid.UUID, upto uint64) (n int) {
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
