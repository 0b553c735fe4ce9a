package hub

import (
	"errors"
	"fmt"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// StoredJournal is what CheckJournal reads of a journal.
type StoredJournal interface {
	stateSource
	legacyStore
}

// CheckJournal checks that the rows of a journal are consistent, and agree with its entries. A journal without rows has
// nothing to compare: it was imported, or written by an older program.
func CheckJournal(r StoredJournal) (problems []string, err error) {
	m, err := loadMachine(r)
	if row, ok := errors.AsType[*state.RowError](err); ok {
		return []string{fmt.Sprintf("what is true now cannot be read: row %d: %v", row.Row, row.Why)}, nil
	}
	if err != nil || m.IsNew() {
		return nil, err
	}
	c := consistencyCheck{stored: r, m: m}
	for _, wrong := range m.Check() {
		c.problem("what is true now does not belong together: %s", wrong)
	}
	if err := c.legacy(); err != nil {
		return nil, err
	}
	return c.problems, c.places()
}

// consistencyCheck compares the entries of a journal with its rows.
type consistencyCheck struct {
	stored   StoredJournal
	m        *state.Machine
	problems []string
}

func (c *consistencyCheck) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// legacy compares with what a start would take from the entries if there were no rows.
func (c *consistencyCheck) legacy() error {
	found, err := c.stored.LegacyState()
	if err != nil {
		return err
	}
	l := legacyOf(&found)
	if last := c.m.View().LastTicket; l.Ticket > last {
		c.problem("ticket %s was given, and what is true now knows of %d", l.Ticket, last)
	}
	for _, msg := range l.Messages {
		if t := c.m.Ticket(msg.Ticket); t == nil {
			c.problem("the message %s of %s was left at the desk, and is not there", msg.Ticket, msg.Nick)
		} else if t.Session != msg.Session || !t.Message {
			c.problem("the message %s of %s was left at the desk, and is another's now, or none", msg.Ticket, msg.Nick)
		}
	}
	for i := range found.Topics {
		c.topic(&found.Topics[i])
	}
	return nil
}

// topic compares the last topic that was set in a room. A room without one may have lost it: to /forget, or because
// there were too many rooms.
func (c *consistencyCheck) topic(e *journal.Entry) {
	name, err := protocol.ParseRoom(string(e.Stream))
	if err != nil {
		return
	}
	set, _ := e.Event.(protocol.TopicSet)
	if r := c.m.Room(name); r != nil && !r.Topic.IsBlank() && (r.Topic != set.Text || r.By != e.Author || r.From != set.From) {
		c.problem("%s: its topic was set last at position %d, and is another now", name, e.Seq)
	}
}

// places compares the rooms of sessions with the entries by which they entered, as far as these are kept.
func (c *consistencyCheck) places() error {
	for _, s := range c.m.View().Sessions {
		if s.Room == (protocol.Room{}) || s.Entered == 0 {
			continue
		}
		at, err := c.stored.Tail(s.Entered-1, 1)
		if err != nil {
			return err
		}
		if len(at) == 0 || at[0].Seq != s.Entered { // it is not kept
			continue
		}
		if in, ok := at[0].Event.(protocol.Joined); !ok || at[0].Author != s.ID || in.Meta.Room != s.Room {
			c.problem("%s is in %s since position %d, at which somebody else came, or nobody", s.Nick, s.Room, s.Entered)
		}
	}
	return nil
}
