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

// A start is a break like any other: what is true is in the rows of the journal, and the part that is not written at
// each change is made again from the entries since.

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
	l, err := newLoop(h)
	if err != nil {
		return Inventory{}, err
	}
	h.loaded = l
	v := l.machine.View()
	found := Inventory{Tickets: len(v.Tickets), Rooms: len(v.Rooms)}
	for _, s := range v.Sessions {
		if s.Code != (state.Secret{}) {
			found.Sessions++
		}
	}
	return found, nil
}

// load makes the state from the journal, and the audience from the state.
func (l *loop) load() error {
	m, err := loadMachine(l.hub.journal)
	if err != nil {
		return err
	}
	if m.IsNew() {
		if l.legacy, err = legacy(l.hub.journal); err != nil {
			return err
		}
	}
	l.machine, l.key, l.lastGuest = m, l.hub.journal.Key(), m.LastGuest()
	l.audience.load(m, &l.node)
	l.keptAfter = m.Checkpoint()
	l.hub.journal.KeepAfter(l.keptAfter)
	for _, s := range m.View().Sessions {
		l.skipConn(s.Conn)
	}
	return nil
}

// skipConn gives no new connection of this server the number of an earlier one: answers to that one may still be told.
func (l *loop) skipConn(conn uint64) {
	if state.HostOf(conn) == l.node.no {
		l.lastConn = max(l.lastConn, conn-l.node.no.Conn(0))
	}
}

// stateSource is what a start reads of a journal.
type stateSource interface {
	Head() uint64
	Rows(f func(journal.Row) error) error
	Tail(after uint64, limit int) ([]journal.Entry, error)
}

func loadMachine(r stateSource) (*state.Machine, error) {
	m, err := state.Load(rowsOf(r))
	if err != nil {
		return nil, fmt.Errorf("the journal's rows cannot be read: %w", err)
	}
	for at := m.Checkpoint(); ; {
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
func rowsOf(r stateSource) iter.Seq2[state.Row, error] {
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

// load makes the audience what it was when all that is true had been delivered. How many entries a stream has had by
// now is unknown.
func (a *audience) load(m *state.Machine, n *node) {
	a.head = m.Head()
	if a.head > 0 {
		a.streamSeqs[state.Everybody], a.streamSeqs[state.Desk] = journal.SeqUnknown, journal.SeqUnknown
	}
	v := m.View()
	for _, of := range v.Sessions {
		s := &session{
			view: view{id: of.ID, program: of.Program, echo: of.Echo, ignored: newIgnoreSet(of.Ignoring)}, nick: of.Nick,
			operator: of.Operator, hasCode: of.Code != state.Secret{}, hasTarget: of.Target.Ticket != 0, ticket: of.Ticket, watermark: new(watermark),
		}
		s.watermark.Store(of.Seen)
		s.remote = n.isElsewhere(of.Conn)
		a.sessions[s.id] = s
		a.streamSeqs[state.Mailbox(s.id)], a.streamSeqs[state.Conversation(s.id)] = journal.SeqUnknown, journal.SeqUnknown
		if of.Room != (protocol.Room{}) {
			a.enter(s, of.Room, of.Entered)
		}
		for _, p := range of.Watched {
			a.enter(s, p.Room, p.Entered)
		}
		for m := range s.rooms() {
			a.streamSeqs[m.stream()] = journal.SeqUnknown
		}
	}
	for _, of := range v.Operators {
		s := a.sessions[of.ID]
		s.hearsDesk = true
		a.operators = append(a.operators, s)
		if of.OnDuty {
			a.queue.duty[s.id] = true
		}
	}
	for _, t := range v.Tickets {
		a.queue.tickets[t.No] = &ticketView{session: t.Session, lost: t.Absent}
		a.transcripts.resume(t.No, t.Opened, a.head)
	}
	for _, t := range v.Queue {
		a.queue.enqueue(t.No)
	}
}

// begin decides the start, before anything else. If that cannot be recorded it is decided again.
func (l *loop) begin() {
	if !l.begun {
		l.begun = true
		began := state.Start{Settings: l.settings(), Legacy: l.legacy}
		if l.node.shares() {
			began.Rules, began.Epoch = state.Rules, l.hub.journal.Epoch()
		}
		l.propose(proposal{op: began})
	}
}

// settings are the options on which decisions depend.
func (l *loop) settings() state.Settings {
	o := l.opts
	s := state.Settings{
		Desk: o.Desk, Rooms: o.Rooms, RoomsPerSession: o.RoomsPerSession, Hold: o.Hold, Replay: o.Replay,
		Visitors: o.Visitors, VisitorsPerAddress: o.VisitorsPerAddress,
		Messages: o.Messages, MessagesKept: o.MessagesKept, MessagesPerAddress: o.MessagesPerAddress, Silence: max(0, o.Silence),
	}
	if o.Password != "" {
		s.Password = l.hash(o.Password)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Replies)) {
		s.Replies = append(s.Replies, state.Canned{Name: name, Text: o.Replies[name]})
	}
	return s
}

// keepAfter tells the journal which entries a start needs.
func (l *loop) keepAfter() {
	if whole := l.machine.Checkpoint(); whole > l.keptAfter {
		l.keptAfter = whole
		l.hub.journal.KeepAfter(whole)
	}
}
