package state

import (
	"errors"
	"slices"

	"chinwag/protocol"
)

// Canned is a ready reply of operators.
type Canned struct {
	Name string
	Text protocol.Text
}

// repliesRow is the row of the ready replies, which may be many. A lone server has none: each start brings them. A node
// needs it: when it was just loaded, it decides commands of other nodes before its own start.
type repliesRow struct {
	row   int64  // 0: there is none
	dirty uint64 // the number of the decision that has changed them last
}

// keepReplies gives the ready replies a row, if several nodes decide.
func (m *Machine) keepReplies() {
	c := m.touchCommon()
	c.replies.dirty = m.number
	switch {
	case c.Order == nil || len(c.Settings.Replies) == 0:
		c.replies.row = 0
	case c.replies.row == 0:
		c.replies.row = m.nextRow()
	}
}

func (m *Machine) readReplies(row Row) error {
	if m.replies.row != 0 {
		return errors.New("there are two")
	}
	m.replies.row = row.ID
	return decode(row.Value, m.Settings.replyFields)
}

// maxReplies bounds what is read. No server has as many.
const maxReplies = 1 << 16

func (s *Settings) replyFields(c *coder) {
	list(c, &s.Replies, maxReplies, func(r *Canned) {
		c.words(&r.Name)
		c.text(&r.Text)
	})
}

// canned sends a ready reply.
func (m *Machine) canned(s *Session, cmd protocol.Canned) {
	if cmd.Name.IsBlank() {
		m.answer(s, protocol.CannedList{Names: m.replyNames()})
		return
	}
	i := slices.IndexFunc(m.Settings.Replies, func(c Canned) bool { return c.Name == cmd.Name.String() })
	if i < 0 {
		m.rejectf(s, "no-ready-reply", "there is no ready reply of that name: /canned lists them")
		return
	}
	text := m.Settings.Replies[i].Text
	if t := m.targetOf(s); cmd.Ticket == 0 && t != nil {
		m.replyTo(s, t, cmd.Ref, text)
		return
	}
	m.reply(s, cmd.Ticket, cmd.Ref, text)
}

func (m *Machine) replyNames() []string {
	names := []string{}
	for _, c := range m.Settings.Replies {
		names = append(names, c.Name)
	}
	return names
}

func cannedFields(v *protocol.Canned, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Name)
	number(c, &v.Ticket)
}
