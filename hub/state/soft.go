package state

import (
	"cmp"
	"slices"
	"time"
)

// soft holds the fields of a session that are not written each time that they change. Replay rebuilds them from the
// entries since, as far as entries tell: see touchExact.
type soft struct {
	spoken      int       // lines that it has said, up to maxSpoken
	active      time.Time // when its client did something last
	refuseUntil time.Time // up to when lines that do not name where they were begun are rejected
	authored    []Stream  // in which it has said something; replaced, never written to
	authoredCut bool      // it has spoken in others, too
	ids         *ring     // of its messages; nil: none
	since       uint64    // position of the first change of these that is not in its row; 0: none
}

// Soft fields of a session are written with its row, and not each time that they change. A load replays the entries
// after the checkpoint to rebuild them, so these must not become many:
//
//	... checkpoint ....................... head
//	      └── since of the first unwritten   softSpan: the next decisions write rows
//	                                             softLimit: one decision writes all
const (
	softSpan  = 4096
	softLimit = 6144
	softRows  = 256  // rows that one decision writes for this alone
	maxTail   = 8192 // entries that a load replays, at most
)

// softUpto returns the position up to which all soft fields are in the rows.
func (m *Machine) softUpto() uint64 {
	if len(m.unwritten) == 0 {
		return m.head
	}
	return m.unwritten[0].since - 1
}

// writeSoft writes the rows that have lacked soft fields longest, if the tail has become long or, once a second, with
// Seen. It writes the common row when there are no more of them.
func (m *Machine) writeSoft() {
	long := m.head - m.common.Checkpoint
	if _, noted := m.in.Op.(NoteSeen); long < softSpan && !(noted && long > 0) {
		return
	}
	n := len(m.unwritten)
	if long < softLimit {
		n = min(n, softRows)
	}
	for range n {
		s := m.unwritten[0]
		m.written(s)
		m.putRow(s.row, m.encode(ofSession, m.sessionFields(s)))
	}
	if len(m.unwritten) == 0 {
		m.touchCommon()
	}
}

// written removes s from the unwritten: its row is written.
func (m *Machine) written(s *Session) {
	if s.since == 0 {
		return
	}
	m.undo.softs = append(m.undo.softs, undoSoft{number: m.number, s: s, was: s.soft})
	m.unwritten.remove(s)
}

// unwritten are the sessions whose row lacks changes of soft fields, in the order of since, each once.
type unwritten []*Session

// add notes that soft fields of s change at a position.
func (u *unwritten) add(s *Session, at uint64) {
	if s.since == 0 {
		s.since = max(1, at)
		u.putBack(s)
	}
}

// putBack inserts s where its since belongs.
func (u *unwritten) putBack(s *Session) {
	if s.since == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(*u, s, func(a, b *Session) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.row, b.row)) })
	*u = slices.Insert(*u, i, s)
}

// remove removes s, which may have ended and have no row.
func (u *unwritten) remove(s *Session) {
	if s.since == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(*u, s, func(a, b *Session) int { return cmp.Compare(a.since, b.since) })
	for (*u)[i] != s {
		i++
	}
	*u = slices.Delete(*u, i, i+1)
	s.since = 0
}

// Checkpoint returns the position up to which a load replays nothing: the entries after it must be kept. Decisions that
// are not released do not count, because they may be rolled back.
func (m *Machine) Checkpoint() uint64 {
	for _, r := range m.undo.rows {
		if i, ok := r.back.(*commonImage); ok {
			return i.was.Checkpoint
		}
	}
	return m.common.Checkpoint
}
