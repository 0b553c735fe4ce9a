package state

import (
	"cmp"
	"slices"
)

// commonRow is the number of the one row for all the rest.
const commonRow = 1

// nextRow is a number that no row has.
func (m *Machine) nextRow() int64 {
	m.lastRow++
	return m.lastRow
}

// collectRows has the rows in the decision that it has changed: those of which it has kept an image.
func (m *Machine) collectRows() {
	first := len(m.undo.rows)
	for first > 0 && m.undo.rows[first-1].number == m.number {
		first--
	}
	if m.Order != nil {
		m.hashEntries()
	}
	for _, r := range m.undo.rows[first:] {
		r.back.collect(m)
	}
	m.mustHold(m.undo.rows[first:])
	m.writeSoft()
	if m.common.dirty == m.number {
		m.common.Whole = m.softUpto()
		m.putRow(commonRow, m.encode(ofCommon, m.fields))
	}
}

func (m *Machine) putRow(id int64, value []byte) {
	m.out.Rows = append(m.out.Rows, Row{ID: id, Value: value})
}

// replaceRow writes a row that had the number was before the decision, and has now now: 0 is none.
func (m *Machine) replaceRow(was, now int64, k kind, fields func(*coder)) {
	if was != 0 && was != now {
		m.putRow(was, nil)
	}
	if now != 0 {
		m.putRow(now, m.encode(k, fields))
	}
}

func (i *sessionImage) collect(m *Machine) {
	m.written(i.s)
	m.replaceRow(i.was.row, i.s.row, ofSession, m.sessionFields(i.s))
}

// sessionFields are those of s with all that is soft up to now.
func (m *Machine) sessionFields(s *Session) func(*coder) {
	return func(c *coder) {
		upto := m.head
		s.fields(c, &upto)
	}
}

// collect writes a room of which more is known than who is there.
func (i *roomImage) collect(m *Machine) {
	r := i.r
	switch {
	case r.Topic.IsBlank():
		r.row = 0
	case r.row == 0:
		r.row = m.nextRow()
	}
	m.replaceRow(i.was.row, r.row, ofRoom, r.fields)
}

func (i *ticketImage) collect(m *Machine) { m.replaceRow(i.was.row, i.t.row, ofTicket, i.t.fields) }
func (i *blockImage) collect(m *Machine)  { m.replaceRow(i.was.row, i.b.row, ofBlock, i.b.fields) }

// collect writes the ready replies. The common row itself comes last: see collectRows.
func (i *commonImage) collect(m *Machine) {
	if m.replies.dirty == m.number {
		m.replaceRow(i.was.replies.row, m.replies.row, ofReplies, m.Settings.replyFields)
	}
}

// What is soft of a session is written with its row, and not each time that it changes. A load makes it again from the
// entries after Whole, so these must not become many:
//
//	... Whole ............................ head
//	      └── since of the first unwritten   softSpan: the next decisions write rows
//	                                             softLimit: one decision writes all
const (
	softSpan  = 4096
	softLimit = 6144
	softRows  = 256  // that one decision writes for this alone
	maxTail   = 8192 // entries that a load replays, at most
)

// Whole is the position up to which nothing has to be read again at a load: the entries after it must be kept.
// What is not released yet does not count, since it may be undone.
func (m *Machine) Whole() uint64 {
	for _, r := range m.undo.rows {
		if i, ok := r.back.(*commonImage); ok {
			return i.was.Whole
		}
	}
	return m.common.Whole
}

// softUpto is the position up to which all that is soft is in the rows.
func (m *Machine) softUpto() uint64 {
	if len(m.unwritten) == 0 {
		return m.head
	}
	return m.unwritten[0].since - 1
}

// writeSoft writes the rows of sessions that have not been written for long, if the tail has become long, or once
// a second with Seen, and the common row when there are no more of them.
func (m *Machine) writeSoft() {
	long := m.head - m.common.Whole
	if _, noted := m.in.Op.(Seen); long < softSpan && !(noted && long > 0) {
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

// written takes s from the unwritten: its row is written.
func (m *Machine) written(s *Session) {
	if s.since == 0 {
		return
	}
	m.undo.softs = append(m.undo.softs, undoSoft{number: m.number, s: s, was: s.soft})
	m.unwritten.remove(s)
}

// unwritten are the sessions of which what is soft is not in their row yet, the first change
// first (soft.since). No session is in it twice.
type unwritten []*Session

// add notes that what is soft of s changes at a position.
func (u *unwritten) add(s *Session, at uint64) {
	if s.since == 0 {
		s.since = max(1, at)
		u.putBack(s)
	}
}

// putBack takes s in as its since says.
func (u *unwritten) putBack(s *Session) {
	if s.since == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(*u, s, func(a, b *Session) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.row, b.row)) })
	*u = slices.Insert(*u, i, s)
}

// remove takes s out. It may be over already, and have no row.
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
