package hub

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// A start is a break like any other: what is true is in the rows of the journal, and the part that is not
// written at each change is made again from the entries since.

// replayAtOnce is how many entries of the tail are read at once.
const replayAtOnce = 1024

// Inventory is what is still true from before a start.
type Inventory struct {
	Sessions int // that can be resumed
	Tickets  int // that are open at the desk
	Rooms    int // with sessions, or a topic
}

// Load reads what is true from the journal. Run does so if it was not called; it must not be called after Run.
func (h *Hub) Load() (Inventory, error) {
	r, err := newRun(h)
	if err != nil {
		return Inventory{}, err
	}
	h.loaded = r
	v := r.machine.View()
	found := Inventory{Tickets: len(v.Tickets), Rooms: len(v.Rooms)}
	for _, s := range v.Sessions {
		if s.Code != (state.Secret{}) {
			found.Sessions++
		}
	}
	return found, nil
}

// load makes the state from the journal, and the audience from the state.
func (r *run) load() error {
	m, err := loadMachine(r.hub.journal)
	if err != nil {
		return err
	}
	if m.IsNew() {
		if r.inherits, err = legacy(r.hub.journal); err != nil {
			return err
		}
	}
	r.machine, r.key, r.guests = m, r.hub.journal.Key(), m.LastGuest()
	r.audience.load(m, &r.node)
	r.kept = m.Whole()
	r.hub.journal.KeepAfter(r.kept)
	for _, s := range m.View().Sessions {
		r.skipConn(s.Conn)
	}
	return nil
}

// skipConn gives no new connection of this server the number of an earlier one: answers to that one may still be told.
func (r *run) skipConn(conn uint64) {
	if state.HostOf(conn) == r.node.no {
		r.conns = max(r.conns, conn-r.node.no.Conn(0))
	}
}

// whatIsTrue is what a start reads of a journal.
type whatIsTrue interface {
	Head() uint64
	Rows(f func(journal.Row) error) error
	Tail(after uint64, limit int) ([]journal.Entry, error)
}

func loadMachine(r whatIsTrue) (*state.Machine, error) {
	m, err := state.Load(rowsOf(r))
	if err != nil {
		return nil, fmt.Errorf("the record's rows cannot be read: %w", err)
	}
	for at := m.Whole(); ; {
		entries, err := r.Tail(at, replayAtOnce)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			e := &entries[i]
			m.Replay(e.Seq, e.Stream, e.Author, e.Event)
			at = e.Seq
		}
		if len(entries) < replayAtOnce {
			m.SetHead(r.Head())
			return m, nil
		}
	}
}

// errEnough ends the reading of rows.
var errEnough = errors.New("hub: enough")

// rowsOf are the rows of a journal.
func rowsOf(r whatIsTrue) iter.Seq2[state.Row, error] {
	return func(yield func(state.Row, error) bool) {
		err := r.Rows(func(row state.Row) error {
			if !yield(row, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(state.Row{}, err)
		}
	}
}

// load makes the audience what it was when all that is true had been delivered. How many entries a stream has
// had by now is unknown.
func (a *audience) load(m *state.Machine, n *node) {
	a.head = m.Head()
	if a.head > 0 {
		a.nth[state.Everybody], a.nth[state.Desk] = journal.SeqUnknown, journal.SeqUnknown
	}
	v := m.View()
	for _, of := range v.Sessions {
		s := &session{
			listener: listener{id: of.ID, program: of.Program, echo: of.Echo, deaf: newDeafness(of.Ignoring)}, nick: of.Nick,
			operator: of.Operator, hasCode: of.Code != state.Secret{}, aimed: of.Target.Ticket != 0, visits: of.Visiting, seen: new(seen),
		}
		s.seen.Store(of.Seen)
		s.remote = n.isElsewhere(of.Conn)
		a.sessions[s.id] = s
		a.nth[state.Mailbox(s.id)], a.nth[state.Conversation(s.id)] = journal.SeqUnknown, journal.SeqUnknown
		if of.Room != (protocol.Room{}) {
			a.enter(s, of.Room, of.Came)
		}
		for _, p := range of.Watched {
			a.enter(s, p.Room, p.Came)
		}
		for m := range s.rooms() {
			a.nth[m.stream()] = journal.SeqUnknown
		}
	}
	for _, of := range v.Operators {
		s := a.sessions[of.ID]
		s.serves = true
		a.operators = append(a.operators, s)
		if of.Duty {
			a.desk.duty[s.id] = true
		}
	}
	for _, t := range v.Tickets {
		a.desk.tickets[t.No] = &ticketView{session: t.Session, lost: t.Lost}
		a.trails.resume(t.No, t.Opened, a.head)
	}
	for _, t := range v.Queue {
		a.desk.enqueue(t.No)
	}
}

// begin decides the start, before anything else. If that cannot be recorded it is decided again.
func (r *run) begin() {
	if !r.begun {
		r.begun = true
		began := state.Began{Settings: r.settings(), Legacy: r.inherits}
		if r.node.shares() {
			began.Rules, began.Epoch = state.Rules, r.hub.journal.Epoch()
		}
		r.propose(proposal{op: began})
	}
}

// settings are the options on which decisions depend.
func (r *run) settings() state.Settings {
	o := r.opts
	s := state.Settings{
		Desk: o.Desk, Rooms: o.Rooms, RoomsPerSession: o.RoomsPerSession, Hold: o.Hold, Replay: o.Replay,
		Visitors: o.Visitors, VisitorsPerAddress: o.VisitorsPerAddress,
		Messages: o.Messages, MessagesKept: o.MessagesKept, MessagesPerAddress: o.MessagesPerAddress, Silence: max(0, o.Silence),
	}
	if o.Password != "" {
		s.Password = r.hash(o.Password)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Replies)) {
		s.Replies = append(s.Replies, state.Canned{Name: name, Text: o.Replies[name]})
	}
	return s
}

// keepAfter tells the journal which entries a start needs.
func (r *run) keepAfter() {
	if whole := r.machine.Whole(); whole > r.kept {
		r.kept = whole
		r.hub.journal.KeepAfter(whole)
	}
}
