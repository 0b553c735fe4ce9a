package state

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Legacy is what the entries of a record hold for certain where no rows have been kept beside them: it is of an
// older program, or was imported. They do not hold the sessions. So a message at the desk is for the
// operators, and its visitor cannot come back to it.
type Legacy struct {
	Topics   []LegacyTopic // one of a room at the most, in the order in which they were set
	Ticket   protocol.Ticket
	Messages []LegacyMessage // one of a number at the most
}

// LegacyTopic is the topic that a room has.
type LegacyTopic struct {
	Room protocol.Room
	Text protocol.Text
	By   uuid.UUID     // the session that has set it, and is over
	From protocol.Nick // as it was called
	Set  uint64        // position
}

// LegacyMessage is a conversation whose visitor has left a message that nobody has answered.
type LegacyMessage struct {
	Ticket  protocol.Ticket
	Session uuid.UUID // the visitor's, which is over
	Nick    protocol.Nick
	Since   time.Time     // when the waiting began, as far as that is known
	Opened  uint64        // position, as far as that is known
	First   protocol.Text // the first words; empty: they are not kept any more
	Left    time.Time
	LeftAt  uint64 // position
}

// inherit makes rows of what a record without rows holds. Of more topics than there may be rooms those are kept that
// were set last. All messages are taken: those that are too many, or too old, go as they do at any other time.
func (m *Machine) inherit(l *Legacy) {
	taken := Legacy{Topics: m.topicsThatFit(l.Topics), Ticket: l.Ticket, Messages: l.Messages}
	m.change(uuid.Nil, Inherited{taken})
	m.tellHub(Inheritance{Rooms: len(taken.Topics), Ticket: taken.Ticket, Messages: len(taken.Messages)})
}

// topicsThatFit are those of as many rooms as there may be, which are all empty now. There is always a place for those
// in which people enter.
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

// inherited is the change of that name. A room counts as empty since its topic was set.
func (m *Machine) inherited(c Inherited) {
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
	m.desk.touched = true
	t := &Ticket{
		No: msg.Ticket, Session: msg.Session, Nick: msg.Nick, Since: msg.Since, Opened: msg.Opened, First: msg.First.Short(maxFirst),
		Left: msg.Left, LeftAt: msg.LeftAt, Lost: true, Message: true,
	}
	m.reindexTicket(t, func(t *Ticket) { t.row = m.nextRow() })
}
