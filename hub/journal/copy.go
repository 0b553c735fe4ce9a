package journal

import (
	"errors"
	"fmt"

	"chinwag/hub/state"
)

// ErrMoved is what CopyMemory returns when the store pruned entries after the rows while it was read. A second copy
// finds newer rows.
var ErrMoved = errors.New("journal: the store has gone on while it was copied")

// CopyMemory copies what a start needs from another store: its rows, and the entries up to their head that the rows do
// not hold. The node that writes the other store may go on meanwhile: the log brings the new node what is decided after
// these rows.
//
//	from    ──────────────── whole ──────── head ───────────>
//	copy    (told as gone)        the tail       the log brings these
//
// The copy does not count the entries of each stream before the tail, so a client that reads on from there is told that
// lines may be missing.
func CopyMemory(b Bounds, from Store) (*Memory, error) {
	m := NewMemoryOf(b, from.Epoch(), from.Key())
	whole, head, err := m.copyRows(from)
	if err != nil {
		return nil, err
	}
	m.seq, m.droppedSeq, m.keepAfter = whole, whole, whole
	return m, m.copyTail(from, head)
}

// copyRows copies all rows. It returns the position up to which they need no replay, and their head.
func (m *Memory) copyRows(from Store) (whole, head uint64, err error) {
	var rows []Row
	if err := from.Rows(func(r Row) error { rows = append(rows, r); return nil }); err != nil {
		return 0, 0, err
	}
	is, err := state.Load(func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		return 0, 0, fmt.Errorf("journal: what is copied cannot be read: %w", err)
	}
	if is.Position() == 0 && len(rows) > 0 {
		return 0, 0, errors.New("journal: the rows of a server that is alone do not say where they end")
	}
	m.putRows(rows)
	return is.Checkpoint(), is.Head(), nil
}

// copyTail copies the entries after m.seq up to head, or returns ErrMoved where one of them is missing.
func (m *Memory) copyTail(from Store, head uint64) error {
	tail, err := from.Tail(m.seq, int(head-m.seq))
	if err != nil {
		return err
	}
	for i := range tail {
		e := tail[i]
		if e.Seq != m.seq+1 {
			return ErrMoved
		}
		if m.streams[e.Stream] == nil {
			m.streams[e.Stream] = &memStream{count: e.StreamSeq - 1, prunedSeq: m.droppedSeq}
		}
		e.frame = nil
		m.add(&e)
	}
	if m.seq != head {
		return ErrMoved
	}
	return nil
}
