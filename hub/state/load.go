package state

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Load makes a Machine of the rows of a store, in any order. Soft fields are as the rows have them: the caller then
// calls Replay for the entries since, and SetHead. A row that cannot be read is a RowError.
func Load(rows iter.Seq2[Row, error]) (*Machine, error) {
	m := New()
	var l loading
	for row, err := range rows {
		if err != nil {
			return nil, fmt.Errorf("state: the rows could not be read: %w", err)
		}
		if err := l.read(m, row); err != nil {
			return nil, &RowError{row.ID, err}
		}
		m.lastRow = max(m.lastRow, row.ID)
	}
	if !l.common && len(l.seen) > 0 {
		return nil, &RowError{commonRow, errMissing}
	}
	m.guests = m.common.Guests // some of which may not have been given
	if err := l.index(m); err != nil {
		return nil, err
	}
	return m, nil
}

// RowError is a row that Load does not accept: it cannot be read, or it contradicts another.
type RowError struct {
	Row int64
	Why error // in plain words
}

func (e *RowError) Error() string { return fmt.Sprintf("state: row %d: %v", e.Row, e.Why) }

var errMissing = errors.New("of what is common: it is missing")

// loading is what was read and is in no index yet.
type loading struct {
	seen     map[int64]bool
	common   bool
	sessions []*Session
}

func (l *loading) read(m *Machine, row Row) error {
	if l.seen == nil {
		l.seen = map[int64]bool{}
	}
	if row.ID <= 0 || l.seen[row.ID] {
		return fmt.Errorf("its number is below 1, or there are two")
	}
	l.seen[row.ID] = true
	k, err := kindOf(row.Value)
	if err != nil {
		return err
	}
	if (row.ID == commonRow) != (k == ofCommon) {
		return fmt.Errorf("it is of %s", kinds[k].name)
	}
	if err := l.readAs(k, m, row); err != nil {
		return fmt.Errorf("of %s: %w", kinds[k].name, err)
	}
	return nil
}

func (l *loading) readAs(k kind, m *Machine, row Row) error {
	switch k {
	case ofCommon:
		l.common = true
		return decode(row.Value, m.fields)
	case ofSession:
		s := &Session{row: row.ID}
		l.sessions = append(l.sessions, s)
		return decode(row.Value, func(c *coder) { s.fields(c, &s.upto) })
	case ofRoom:
		return l.readRoom(m, row)
	case ofTicket:
		t := &Ticket{row: row.ID}
		if err := decode(row.Value, t.fields); err != nil {
			return err
		}
		if m.desk.tickets[t.No] != nil {
			return fmt.Errorf("there are two of the number %d", t.No)
		}
		m.indexTicket(t)
	case ofBlock:
		b := &block{row: row.ID}
		if err := decode(row.Value, b.fields); err != nil {
			return err
		}
		if m.blocks[b.key] != nil {
			return fmt.Errorf("there are two of the key %q", b.key)
		}
		m.blocks[b.key] = b
	case ofReplies:
		return m.readReplies(row)
	default:
		panic(fmt.Sprintf("state: a row of an unknown kind %d", k))
	}
	return nil
}

func (*loading) readRoom(m *Machine, row Row) error {
	r := &Room{row: row.ID}
	if err := decode(row.Value, r.fields); err != nil {
		return err
	}
	if m.rooms[r.Name] != nil || r.Name == (protocol.Room{}) {
		return fmt.Errorf("it has no name, or there are two of the name %q", r.Name)
	}
	m.rooms[r.Name] = r
	return nil
}

// index indexes the sessions in the order in which they came, so that its lists only grow at the end. A room without a
// topic has no row, and is made by its members.
func (l *loading) index(m *Machine) error {
	slices.SortFunc(l.sessions, func(a, b *Session) int { return cmp.Or(cmp.Compare(a.Entered, b.Entered), byRow(a, b)) })
	n := len(l.sessions)
	m.sessions, m.names, m.codes = make(map[uuid.UUID]*Session, n), make(map[string]*Session, 2*n), make(map[Secret]*Session, n)
	for _, s := range l.sessions {
		if m.sessions[s.ID] != nil || s.ID == uuid.Nil {
			return &RowError{s.row, fmt.Errorf("of a session: it has no id, or there are two of the id %s", s.ID)}
		}
		until := s.Until
		s.Until = time.Time{}
		names := len(m.names)
		m.indexSession(s)
		if !s.Released && len(m.names) != names+2 { // a nick has two keys
			return &RowError{s.row, fmt.Errorf("of a session: its name %q is another's, too", s.Nick)}
		}
		if s.Until = until; !until.IsZero() {
			m.held = append(m.held, s)
		}
	}
	slices.SortFunc(m.held, byUntil)
	return nil
}

// Replay redoes what an entry changed in soft fields. It is called for each entry after the checkpoint, in order,
// before the first decision. It changes nothing else: the rows hold that.
func (m *Machine) Replay(seq uint64, st Stream, author uuid.UUID, what protocol.Recorded) {
	end := max(m.head, seq) // the common row of several nodes holds it
	m.head = seq            // soft fields count as unwritten from there on
	m.replay(&Event{Seq: seq, Stream: st, Author: author, What: what})
	m.head = end
	m.Release(m.number)
}

func (m *Machine) replay(e *Event) {
	at := protocol.MetaOf(e.What).Time
	if at.After(m.now) {
		m.now = at
	}
	s := m.sessions[e.Author]
	if s == nil || e.Seq <= s.upto || !e.What.IsMessage() {
		return
	}
	m.noteSpoken(s, e)
	if s.HearsDesk && at.After(s.active) {
		m.touchSoft(s).active = at
	}
}

// SetHead sets the position of the journal's last entry.
func (m *Machine) SetHead(seq uint64) { m.head = max(m.head, seq) }
