package state

// Row is one row of the state as a store keeps it: a session, a room, a ticket or the like. A store keeps the bytes and
// knows nothing about them.
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

func (i *roomImage) collect(m *Machine)   { m.replaceRow(i.was.row, i.r.row, ofRoom, i.r.fields) }
func (i *ticketImage) collect(m *Machine) { m.replaceRow(i.was.row, i.t.row, ofTicket, i.t.fields) }
func (i *blockImage) collect(m *Machine)  { m.replaceRow(i.was.row, i.b.row, ofBlock, i.b.fields) }

// collect writes the ready replies. The common row itself comes last: see collectRows.
func (i *commonImage) collect(m *Machine) {
	if m.replies.dirty == m.number {
		m.replaceRow(i.was.replies.row, m.replies.row, ofReplies, m.Settings.replyFields)
	}
}
