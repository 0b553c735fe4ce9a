package state

import (
	"cmp"
	"slices"
)

// Row is one row of the state as a store keeps it: a session, a room, a ticket or the like.
// A store keeps the bytes and knows nothing about them.
type Row struct {
	ID    int64  // above 0; never the number of two rows at the same time
	Value []byte // nil: the row is deleted
}

// commonRow is the number of the row for all the rest.
const commonRow = 1

// nextRow returns a number that no row has.
func (m *Machine) nextRow() int64 {
	m.lastRow++
	return m.lastRow
}

// collectRows adds the rows that the decision has changed, which are those with an image.
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
		m.common.Checkpoint = m.softUpto()
		m.putRow(commonRow, m.encode(ofCommon, m.fields))
	}
}

func (m *Machine) putRow(id int64, value []byte) {
	m.out.Rows = append(m.out.Rows, Row{ID: id, Value: value})
}

// replaceRow writes a row whose number was was before the decision and is now after it; 0: it had or has none.
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

// sessionFields codes s, with its soft fields up to the head.
func (m *Machine) sessionFields(s *Session) func(*coder) {
	return func(c *coder) {
		upto := m.head
		s.fields(c, &upto)
	}
}

// collect writes a room if it has a topic.
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

// Soft fields of a session are written with its row, and not each time that they change. A load replays the entries
// after Whole to rebuild them, so these must not become many:
//
//	... Whole ............................ head
//	      └── since of the first unwritten   softSpan: the next decisions write rows
//	                                             softLimit: one decision writes all
const (
	softSpan  = 4096
	softLimit = 6144
	softRows  = 256  // rows that one decision writes for this alone
	maxTail   = 8192 // entries that a load replays, at most
)

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
