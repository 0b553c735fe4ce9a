package state

import (
	"fmt"

	"chinwag/protocol"
)

// kind is the kind of a row: its first byte. The second is the version of its fields. A field that a later version adds
// comes last, and is read if the version is that high.
type kind byte

const (
	ofCommon kind = 1 + iota
	ofSession
	ofRoom
	ofTicket
	ofBlock
	ofReplies
)

var kinds = [...]struct {
	name    string
	version byte // that is written
}{
	ofCommon:  {"what is common", 3},
	ofSession: {"a session", 3},
	ofRoom:    {"a room", 1},
	ofTicket:  {"a ticket", 1},
	ofBlock:   {"somebody kept out", 1},
	ofReplies: {"the ready replies", 1},
}

// encode returns a row of that kind. Its bytes are never written to again.
func (m *Machine) encode(k kind, fields func(*coder)) []byte {
	c := coder{b: append(m.scratch[:0], byte(k), kinds[k].version), version: kinds[k].version}
	fields(&c)
	if c.err != nil {
		panic(fmt.Sprintf("state: a row of %s cannot be written: %v", kinds[k].name, c.err))
	}
	m.scratch = c.b
	return append([]byte(nil), c.b...)
}

// kindOf returns the kind of a row.
func kindOf(b []byte) (kind, error) {
	if len(b) < 2 {
		return 0, errShort
	}
	k := kind(b[0])
	if k == 0 || int(k) >= len(kinds) {
		return 0, fmt.Errorf("it is of a kind that nobody knows: %d", k)
	}
	if b[1] == 0 || b[1] > kinds[k].version {
		return 0, fmt.Errorf("%s of a version that nobody knows: %d", kinds[k].name, b[1])
	}
	return k, nil
}

// decode reads the fields of a row whose kind is known.
func decode(b []byte, fields func(*coder)) error {
	c := coder{b: b[2:], reading: true, version: b[1]}
	fields(&c)
	if c.err == nil && len(c.b) > 0 {
		c.err = errLong
	}
	return c.err
}

func (r *Room) fields(c *coder) {
	c.room(&r.Name)
	c.text(&r.Topic)
	c.bytes(r.By[:])
	c.nick(&r.From)
	number(c, &r.Emptied)
}

func (t *Ticket) fields(c *coder) {
	number(c, &t.No)
	c.bytes(t.Session[:])
	c.nick(&t.Nick)
	c.address(&t.From)
	c.time(&t.Since)
	number(c, &t.Opened)
	c.time(&t.Left)
	number(c, &t.LeftAt)
	c.text(&t.First)
	c.bytes(t.Operator[:])
	c.flags(&t.Absent, &t.Message, &t.OnHold, &t.Kept)
}

func (b *block) fields(c *coder) {
	c.string(&b.key, maxKey)
	c.time(&b.until)
}

// fields codes the common row, with the time of the decision that wrote it.
func (m *Machine) fields(c *coder) {
	m.Settings.fields(c)
	number(c, &m.Tickets)
	list(c, &m.common.Ended, MaxEnded, func(no *protocol.Ticket) { number(c, no) })
	number(c, &m.Guests)
	m.Seen.fields(c)
	number(c, &m.common.Checkpoint)
	number(c, &m.Starts)
	c.time(&m.common.Started)
	m.Dropped.fields(c)
	c.time(&m.now)
	if c.version >= 2 {
		number(c, &m.Settings.RoomsPerSession)
	}
	if c.version < 3 {
		return
	}
	several := m.Order != nil
	if c.flags(&several); !several {
		return
	}
	if c.reading {
		m.Order = &order{}
	}
	number(c, &m.head)
	number(c, &m.lastRow)
	m.Order.fields(c)
}

func (t *seen) fields(c *coder) {
	number(c, &t.Position)
	c.flags(&t.Clean)
}

func (o *order) fields(c *coder) {
	number(c, &o.Position)
	number(c, &o.Clock)
	number(c, &o.Rules)
	c.bytes(o.Epoch[:])
	number(c, &o.Entries)
	list(c, &o.Nodes, maxNodes, func(n *node) {
		number(c, &n.No)
		number(c, &n.Incarnation)
		number(c, &n.Request)
		number(c, &n.Heard)
		c.flags(&n.Ended)
		n.Seen.fields(c)
		number(c, &n.Summed)
		c.bytes(n.Sum[:])
	})
}

// fields codes the settings without RoomsPerSession, which came later, and without the ready replies: see repliesRow.
func (s *Settings) fields(c *coder) {
	c.flags(&s.Desk)
	number(c, &s.Rooms)
	number(c, &s.Hold)
	number(c, &s.Replay)
	number(c, &s.Visitors)
	number(c, &s.VisitorsPerAddress)
	number(c, &s.Messages)
	number(c, &s.MessagesKept)
	number(c, &s.MessagesPerAddress)
	number(c, &s.Silence)
	c.bytes(s.Password[:])
}

func (d *dropped) fields(c *coder) {
	for _, l := range []*losses{&d.log, &d.operators} {
		number(c, &l.messages)
		number(c, &l.absent)
		number(c, &l.expired)
	}
	c.time(&d.told)
}

const (
	maxKey = 1024 // bytes of the key of a nick or an address
)
