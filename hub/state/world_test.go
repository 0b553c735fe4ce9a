package state

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// world is a machine with what is around it: clients that are called by a name, a store, and commits that may be held
// and fail.
type world struct {
	t       testing.TB
	m       *Machine
	store   store
	pending []outcome // decided, and not recorded yet
	now     time.Time
	intents uint64
	conns   uint64
	at      Node // to which clients connect
	clients map[string]*client
	names   map[uint64]string // whose each connection is or was
	undoing bool              // decisions are to be undone: what was before each is kept
	large   bool              // so much is in it that it is not checked after each decision
}

// client is one end of a connection, whose session is known by its secret.
type client struct {
	name   string
	id     uuid.UUID  // of its session
	next   uuid.UUID  // of the session that it begins, unless it goes on with another
	conn   uint64     // 0: none
	was    uint64     // the one before it was lost, and
	lost   Disconnect // how that was
	secret Secret
}

// outcome is a decision that is kept: the machine's own holds until the next only.
type outcome struct {
	number uint64
	in     Intent
	before string // what the machine knew before it
	Decision
}

// store is what is recorded.
type store struct {
	rows    map[int64][]byte
	entries []Event
	legacy  uint64 // position of the last entry from before there were rows
}

func newWorld(t testing.TB, set Settings) *world {
	w := emptyWorld(t)
	w.decide(Intent{Op: Start{Settings: set}})
	w.commit(1)
	return w
}

// emptyWorld is one in which no server has started.
func emptyWorld(t testing.TB) *world {
	w := &world{t: t, m: New(), now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), clients: map[string]*client{}, names: map[uint64]string{}}
	w.store.rows = map[int64][]byte{}
	w.m.stepped = transitions.note
	return w
}

// inherits is the first start on a journal that goes up to head, and has no rows.
func (w *world) inherits(set Settings, head uint64, l Legacy) []outcome {
	w.store.legacy = head
	w.m.SetHead(head)
	return w.decide(Intent{Op: Start{Settings: set, Legacy: &l}})
}

func defaults() Settings {
	return Settings{
		Rooms: 100, RoomsPerSession: 64, Hold: 2 * time.Minute, Replay: 20, Visitors: 1000, VisitorsPerAddress: 10,
		Messages: 7 * 24 * time.Hour, MessagesKept: 100, MessagesPerAddress: 10, Silence: 10 * time.Minute,
		Replies: []Canned{{"hours", protocol.MustText("We are here from 9 to 5.")}},
	}
}

// decide decides about an intent, and about what follows from it at once.
func (w *world) decide(in Intent) (made []outcome) {
	w.t.Helper()
	for {
		w.intents++
		in.Time = w.now
		binary.BigEndian.PutUint64(in.ID[:8], w.intents)
		o := w.decideOne(in)
		if made = append(made, o); o.Next == nil {
			return made
		}
		in.Op, in.Secrets = o.Next, nil
	}
}

// decideOne decides about an intent as it is, and checks what must always be true.
func (w *world) decideOne(in Intent) outcome {
	w.t.Helper()
	o := outcome{in: in}
	if w.undoing {
		o.before = w.m.dump(true)
	}
	o.Decision = *w.m.Decide(&in)
	o.number = w.m.Number()
	o.Events, o.Rows, o.Answers = slices.Clone(o.Events), slices.Clone(o.Rows), slices.Clone(o.Answers)
	w.pending = append(w.pending, o)
	if !w.large {
		w.mustHold(&in)
	}
	return o
}

func (w *world) mustHold(in *Intent) {
	w.t.Helper()
	if err := w.m.check(); err != nil {
		made := w.pending[len(w.pending)-1]
		w.t.Fatalf("after %T%+v of %s, which made\n%s\n%v", in.Op, in.Op, w.nameOf(in.Session), made.bytes(), err)
	}
}

// commit records the first n decisions that wait.
func (w *world) commit(n int) {
	w.t.Helper()
	for _, o := range w.pending[:n] {
		w.store.keep(o)
	}
	w.m.Release(w.pending[n-1].number)
	w.pending = slices.Delete(w.pending, 0, n)
}

// keepAll records all decisions that wait.
func (w *world) keepAll() {
	if n := len(w.pending); n > 0 {
		w.commit(n)
	}
}

// fail has the first decision that waits, and so all after it, not be recorded.
func (w *world) fail() {
	w.m.Rollback(w.pending[0].number)
	w.pending = nil
}

func (s *store) keep(o outcome) {
	for _, e := range o.Events {
		if e.Seq != 0 {
			s.entries = append(s.entries, e)
		}
	}
	for _, r := range o.Rows {
		if r.Value == nil {
			delete(s.rows, r.ID)
		} else {
			s.rows[r.ID] = r.Value
		}
	}
}

// all are the rows in an order of their own.
func (s *store) all() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(s.rows)) {
			if !yield(Row{id, s.rows[id]}, nil) {
				return
			}
		}
	}
}

// load makes a machine of what is recorded, and says how many entries it took.
func (s *store) load() (m *Machine, tail int, err error) {
	if m, err = Load(s.all()); err != nil {
		return nil, 0, err
	}
	for _, e := range s.entries {
		if e.Seq > m.Checkpoint() {
			tail++
			m.Replay(e.Seq, e.Stream, e.Author, e.What)
		}
	}
	m.SetHead(s.head())
	return m, tail, nil
}

func (s *store) head() uint64 {
	if n := len(s.entries); n > 0 {
		return s.entries[n-1].Seq
	}
	return s.legacy
}

// restart loses what is not recorded, and goes on from what is.
func (w *world) restart(set Settings) []outcome {
	w.t.Helper()
	w.reload()
	made := w.decide(Intent{Op: Start{Settings: set}})
	w.commit(len(w.pending))
	return made
}

// reload makes the machine of what is recorded.
func (w *world) reload() {
	w.t.Helper()
	m, _, err := w.store.load()
	require.NoError(w.t, err)
	w.m, w.pending = m, nil
	m.stepped = transitions.note
	for _, c := range w.clients {
		c.conn = 0
	}
}

func (w *world) client(name string) *client {
	c := w.clients[name]
	if c == nil {
		c = &client{name: name}
		w.clients[name] = c
	}
	return c
}

// connect gives c a connection that no client has had.
func (w *world) connect(c *client) uint64 {
	w.conns++
	c.conn = w.at.Conn(w.conns)
	w.names[c.conn] = c.name
	return c.conn
}

// newSession gives c an id and a secret that no session has had.
func (w *world) newSession(c *client) {
	n := uint64(len(w.clients))<<32 | w.intents + 1
	binary.BigEndian.PutUint64(c.next[:8], n)
	binary.BigEndian.PutUint64(c.secret[8:], n)
}

// nameOf is the name of the client that has a session.
func (w *world) nameOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return "the server"
	}
	for _, c := range w.clients {
		if c.id == id {
			return c.name
		}
	}
	return id.String()
}

func (w *world) nameOfConn(conn uint64) string {
	if conn == 0 {
		return "the log"
	}
	return w.names[conn]
}

// dump is all that a machine knows, in an order that does not depend on how it came to know it. exactly: with what a
// load does not make again to the letter.
func (m *Machine) dump(exactly bool) string {
	var b strings.Builder
	row := func(id int64, k kind, fields func(*coder)) {
		fmt.Fprintf(&b, "row %d: %x\n", id, m.encode(k, fields))
	}
	for _, s := range slices.SortedFunc(maps.Values(m.sessions), byRow) {
		copied := *s
		if !exactly {
			copied.active, copied.refuseUntil = time.Time{}, time.Time{}
		}
		var none uint64
		row(s.row, ofSession, func(c *coder) { copied.fields(c, &none) })
		if exactly {
			fmt.Fprintf(&b, "\tsaid %d lines, refused until %v, unwritten since %d\n", s.spoken, s.refuseUntil, s.since)
		}
	}
	for _, r := range slices.SortedFunc(maps.Values(m.rooms), func(a, b *Room) int { return strings.Compare(a.Name.String(), b.Name.String()) }) {
		row(r.row, ofRoom, r.fields)
		fmt.Fprintf(&b, "\tmembers:%s\n", sessionList(slices.Collect(r.members.all())))
	}
	for _, no := range slices.Sorted(maps.Keys(m.desk.tickets)) {
		row(m.desk.tickets[no].row, ofTicket, m.desk.tickets[no].fields)
	}
	for _, key := range slices.Sorted(maps.Keys(m.blocks)) {
		row(m.blocks[key].row, ofBlock, m.blocks[key].fields)
	}
	fmt.Fprintf(&b, "queue:%s\nabsent:%s\nmessages:%s\n", ticketList(m.desk.queue), ticketList(m.desk.absent), ticketList(m.desk.messages))
	fmt.Fprintf(&b, "operators:%s\nheld:%s\nunread:%s\n", sessionList(m.desk.operators), sessionList(m.held), sessionList(m.desk.unread))
	fmt.Fprintf(&b, "head: %d, Whole: %d\n", m.head, m.common.Checkpoint)
	if exactly {
		row(commonRow, ofCommon, m.fields)
		row(m.replies.row, ofReplies, m.Settings.replyFields)
		fmt.Fprintf(&b, "last row: %d, guests: %d, unwritten:%s\n", m.lastRow, m.guests, sessionList(m.unwritten))
	} else {
		row(commonRow, ofCommon, func(c *coder) {
			now := m.now
			m.now = time.Time{}
			m.fields(c)
			m.now = now
		})
	}
	return b.String()
}

func sessionList(list []*Session) (s string) {
	for _, one := range list {
		s += fmt.Sprint(" ", one.row)
	}
	return s
}

func ticketList(list []*Ticket) (s string) {
	for _, one := range list {
		s += " " + one.No.String()
	}
	return s
}

// mustLoad checks that what is recorded makes the machine that has recorded it.
func (w *world) mustLoad() {
	w.t.Helper()
	require.Empty(w.t, w.pending)
	m, tail, err := w.store.load()
	require.NoError(w.t, err)
	require.NoError(w.t, m.check())
	require.LessOrEqual(w.t, tail, maxTail)
	require.Equal(w.t, w.m.dump(false), m.dump(false))
	require.False(w.t, m.now.After(w.m.now))
	for id, s := range w.m.sessions {
		require.False(w.t, m.sessions[id].active.After(s.active), "%s was active at %v, and is loaded as active at %v", s.Nick, s.active, m.sessions[id].active)
	}
}
