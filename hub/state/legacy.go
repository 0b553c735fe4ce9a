package state

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Legacy is what can be learned from the entries of a journal without rows, which an older version wrote or which was
// imported. Entries do not hold the sessions: operators can read a message at the desk, but its visitor cannot come
// back to it.
type Legacy struct {
	Topics   []LegacyTopic // at most one of a room, in the order in which they were set
	Ticket   protocol.Ticket
	Messages []LegacyMessage // at most one of a number
}

// LegacyTopic is the topic that a room has.
type LegacyTopic struct {
	Room protocol.Room
	Text protocol.Text
	By   uuid.UUID     // the session that set it, which has ended
	From protocol.Nick // its nick at that time
	Set  uint64        // position
}

// LegacyMessage is a conversation whose visitor has left a message that was not answered.
type LegacyMessage struct {
	Ticket  protocol.Ticket
	Session uuid.UUID // the visitor's, which has ended
	Nick    protocol.Nick
	Since   time.Time     // when the waiting began, as far as that is known
	Opened  uint64        // position, as far as that is known
	First   protocol.Text // the first words; empty: they are no longer kept
	Left    time.Time
	LeftAt  uint64 // position
}

// inherit makes rows from a journal without rows. If there are more topics than rooms allowed, those set last are kept.
// All messages are taken over: those that are too many or too old are dropped as at any other time.
func (m *Machine) inherit(l *Legacy) {
	taken := Legacy{Topics: m.topicsThatFit(l.Topics), Ticket: l.Ticket, Messages: l.Messages}
	m.change(uuid.Nil, Inherited{taken})
	m.tellHub(Inheritance{Rooms: len(taken.Topics), Ticket: taken.Ticket, Messages: len(taken.Messages)})
}

// topicsThatFit returns the topics set last, for at most Settings.Rooms rooms. The lobby and the room of operators
// always fit.
func (m *Machine) topicsThatFit(all []LegacyTopic) (kept []LegacyTopic) {
	n := 0
	for _, t := range slices.Backward(all) {
		always := t.Room == protocol.Lobby || t.Room == protocol.OperatorsRoom
		if n++; always || n <= m.Settings.Rooms {
			kept = append(kept, t)
		}
	}
	slices.Reverse(kept)
	return kept
}

// Inherited is what the entries of a journal without rows hold: see Legacy.
type Inherited struct{ Legacy }

func (Inherited) change() {}

func (o *Inherited) fields(c *coder) { o.Legacy.fields(c) }

// inherited applies Inherited. A room counts as empty since its topic was set.
func (m *Machine) inherited(_ *Session, c Inherited) {
	m.touchCommon().Tickets = max(m.Tickets, c.Ticket)
	for _, t := range c.Topics {
		r := m.room(t.Room)
		m.setTopic(r, t.Text, t.By, t.From)
		r.Emptied = t.Set
	}
	for _, msg := range c.Messages {
		m.inheritMessage(msg)
	}
}

func (m *Machine) inheritMessage(msg LegacyMessage) {
	m.desk.changed = true
	t := &Ticket{
		No: msg.Ticket, Session: msg.Session, Nick: msg.Nick, Since: msg.Since, Opened: msg.Opened, First: msg.First.Short(maxFirst),
		Left: msg.Left, LeftAt: msg.LeftAt, Absent: true, Message: true,
	}
	m.reindexTicket(t, func(t *Ticket) { t.row = m.nextRow() })
	m.step(ticketDiagram, t.No, "none", "Inherited", t.state())
}
