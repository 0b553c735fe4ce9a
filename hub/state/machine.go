package state

import (
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Machine is the state. It belongs to one goroutine.
type Machine struct {
	common
	head      uint64    // position of the last event
	now       time.Time // of the last intent
	sessions  map[uuid.UUID]*Session
	names     map[string]*Session // by both keys of each nick
	codes     map[Secret]*Session
	conns     map[uint64]*Session // by connection, where several nodes decide
	held      []*Session          // without a connection, the first to end first
	rooms     map[protocol.Room]*Room
	desk      desk
	blocks    map[string]*block
	ignoring  map[*Session]bool // sessions that ignore another
	unwritten unwritten         // sessions whose row lacks changes of soft fields
	lastRow   int64             // the highest number of a row
	guests    int               // numbers of guests given; up to common.Guests

	// of the present decision
	number   uint64 // of the decision
	in       *Intent
	ref      protocol.Ref
	out      Decision
	ids      uint16 // derived from the intent's so far
	applying bool   // an event, during which none is emitted
	undo     undoLog
	scratch  []byte // for encoding rows

	stepped func(transition) // of tests: sees each transition
}

// New makes the machine of an empty journal.
func New() *Machine {
	return &Machine{
		sessions: map[uuid.UUID]*Session{}, names: map[string]*Session{}, codes: map[Secret]*Session{}, conns: map[uint64]*Session{},
		rooms: map[protocol.Room]*Room{}, desk: newDesk(), blocks: map[string]*block{}, ignoring: map[*Session]bool{}, lastRow: commonRow,
	}
}

// Head returns the position of the last event that was decided.
func (m *Machine) Head() uint64 { return m.head }

// Decide decides an intent. Its result is valid until the next call. Rollback undoes a decision with all that come
// after it; Release keeps it for ever.
func (m *Machine) Decide(in *Intent) *Decision {
	before := m.now
	m.begin(in)
	if in.Node == 0 {
		m.decide(in)
	} else if passed := m.now.Sub(before); m.takeTurn(in, passed) {
		m.decide(in)
	} else {
		m.out.Void = true
	}
	if m.out.Void && in.Node == 0 { // it has no place in an order, and changes nothing
		return &m.out
	}
	m.updateDesk()
	m.collectRows()
	return &m.out
}

// decide decides an intent whose turn it is.
func (m *Machine) decide(in *Intent) {
	s, ok := m.sessionOf(in)
	if !ok {
		m.out.Void = true
		return
	}
	if op, ok := in.Op.(Command); ok { // most are one: no row is looked for
		m.command(s, op)
		return
	}
	ops.rowOf(in.Op).do(m, s, in.Op)
}

// sessionOf returns the session of an intent; nil: it is the server's, or that of a connection without a session. ok is
// false if the session has ended, or has another connection.
func (m *Machine) sessionOf(in *Intent) (s *Session, ok bool) {
	switch {
	case in.Node != 0:
		return m.sessionAt(in)
	case in.Session != uuid.Nil:
		s = m.sessions[in.Session]
		return s, s != nil && (in.Conn == 0 || s.Conn == in.Conn)
	}
	return nil, true
}

// sessionAt is sessionOf where several nodes decide: a node that wants something may not know yet which session its
// connection has.
func (m *Machine) sessionAt(in *Intent) (s *Session, ok bool) {
	switch op := in.Op.(type) {
	case Open:
		return m.conns[op.Conn], true
	case Resume:
		return m.conns[op.Conn], true
	case Command, Disconnect, Withdraw, Promote, Continue:
		s = m.conns[in.Conn]
		return s, s != nil
	}
	return nil, true
}

func (m *Machine) begin(in *Intent) {
	m.number++
	m.undo.marks = append(m.undo.marks, mark{m.number, m.head, m.now, m.lastRow, m.guests})
	m.in, m.ref, m.ids = in, "", 0
	if in.Time.After(m.now) {
		m.now = in.Time
	}
	m.out.reset()
	m.desk.changed, m.desk.dropped = false, 0 // a rollback may have set them
}

func (d *Decision) reset() {
	clear(d.Events)
	clear(d.Rows)
	clear(d.Answers)
	*d = Decision{Events: d.Events[:0], Rows: d.Rows[:0], Answers: d.Answers[:0]}
}

// stamp returns the stamp of the next event, in a room or in none, with a new id.
func (m *Machine) stamp(in protocol.Room) protocol.Meta {
	m.ids++
	return m.sameStamp(in)
}

// sameStamp is stamp with the id of the event before: both are about the same thing.
func (m *Machine) sameStamp(in protocol.Room) protocol.Meta {
	return protocol.Meta{Seq: m.head + 1, ID: derived(m.in.ID, m.ids-1), Time: m.now, Room: in}
}

// derived returns the nth id that comes from id. The first is id itself. The ids of one intent differ in two bytes,
// which are random in a UUID of version 7.
func derived(id uuid.UUID, n uint16) uuid.UUID {
	id[14] += byte(n >> 8)
	id[15] += byte(n)
	return id
}

// emit applies e, and adds it to the decision. The stamp of e was made by stamp or sameStamp just before.
func (m *Machine) emit(st Stream, author uuid.UUID, e protocol.Recorded) {
	m.head++
	m.out.Events = append(m.out.Events, Event{Seq: m.head, Stream: st, Author: author, What: e})
	m.apply(&m.out.Events[len(m.out.Events)-1])
}

// change applies c, and adds it to the decision.
func (m *Machine) change(author uuid.UUID, c Change) {
	m.out.Events = append(m.out.Events, Event{Author: author, Change: c})
	m.apply(&m.out.Events[len(m.out.Events)-1])
}

// answer adds an answer to s, after the events so far. A session without a connection gets none.
func (m *Machine) answer(s *Session, e protocol.Event) {
	if s != nil {
		m.tell(s.Conn, Answer{Event: e})
	}
}

// tell adds an answer to a connection.
func (m *Machine) tell(conn uint64, a Answer) {
	if conn == 0 {
		return
	}
	a.Conn, a.After = conn, len(m.out.Events)
	m.out.Answers = append(m.out.Answers, a)
}

// tellHub adds an answer to the server itself.
func (m *Machine) tellHub(e Effect) {
	m.out.Answers = append(m.out.Answers, Answer{Effect: e, After: len(m.out.Events)})
}

// effect has the hub carry out an effect for s: most read the journal.
func (m *Machine) effect(s *Session, e Effect) { m.tell(s.Conn, Answer{Effect: e}) }

// reject rejects the command that is decided.
func (m *Machine) reject(s *Session, why *protocol.Refusal) {
	m.answer(s, protocol.Refused{Refusal: *why, Ref: m.ref})
}

// rejectf is reject with a refusal made from words.
func (m *Machine) rejectf(s *Session, code, format string, args ...any) {
	m.reject(s, protocol.Refuse(code, format, args...))
}

// notice sends a sentence to s.
func (m *Machine) notice(s *Session, words string) {
	m.answer(s, protocol.Notice{Text: protocol.MustText(words)})
}

// common is what the machine keeps in one row.
type common struct {
	Settings   Settings
	Tickets    protocol.Ticket   // the last number given
	Ended      []protocol.Ticket // the last conversations that have ended; replaced, never written to
	Guests     int               // numbers of guests that are given, or reserved to be given
	Seen       seen              // of a server that is alone
	Checkpoint uint64            // position up to which all soft fields are in the rows
	Starts     int               // of the server, one soon after the other,
	Started    time.Time         // the last of them
	Dropped    dropped           // at the desk, and not reported yet
	Order      *order            // of several nodes; nil: the server is alone
	replies    repliesRow
	dirty      uint64
}
