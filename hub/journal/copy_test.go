package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// node decides intents as those of one node of several, and commits what comes of them.
type node struct {
	t     *testing.T
	m     *state.Machine
	store journal.Store
}

// origin makes the intents of an order.
type origin struct {
	request uint64
	now     time.Time
}

func (o *origin) intent(op state.Op) *state.Intent {
	o.request++
	o.now = o.now.Add(time.Second)
	in := &state.Intent{Origin: state.Origin{Node: 1, Incarnation: 1, Request: o.request}, ID: uuid.New(), Time: o.now, Op: op}
	if _, ok := op.(state.Command); ok {
		in.Conn = state.Node(1).Conn(1)
	}
	return in
}

func (n *node) decide(ins ...*state.Intent) {
	n.t.Helper()
	for _, in := range ins {
		made := n.m.Decide(in)
		require.False(n.t, made.Void)
		var entries []journal.Entry
		for _, e := range made.Events {
			if e.Seq > 0 {
				entries = append(entries, journal.Entry{Seq: e.Seq, Stream: e.Stream, Author: e.Author, Event: e.What})
			}
		}
		require.NoError(n.t, n.store.Commit(entries, made.Rows))
		n.m.Release(n.m.Number())
	}
}

// say has its words as its id, which a start reads in the tail.
func say(words string) state.Op {
	return state.Command{Command: protocol.Say{Ref: protocol.Ref(words), Text: protocol.MustText(words)}}
}

// begun is a node on whose journal a session has spoken, first in the lobby and then in #tea, of which the rows hold
// all, and then in the lobby again.
func begun(t *testing.T, b journal.Bounds) (*node, *origin) {
	n, o := &node{t, state.New(), journal.NewMemory(b)}, &origin{now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
	n.decide(
		o.intent(state.Start{Settings: state.Settings{Rooms: 9, RoomsPerSession: 9, Hold: time.Minute}, Rules: state.Rules, Epoch: n.store.Epoch()}),
		o.intent(state.Open{As: uuid.New(), Conn: state.Node(1).Conn(1), Guest: 1, Code: state.Secret{1}}),
	)
	for i := range 9 {
		n.decide(o.intent(say(fmt.Sprint("in the lobby ", i))))
	}
	n.decide(o.intent(state.Command{Command: protocol.Join{Room: tea()}}), o.intent(say("in tea")))
	n.decide(o.intent(state.Command{Command: protocol.Join{Room: protocol.Lobby}}), o.intent(state.NoteSeen{Upto: n.m.Head()}))
	require.Equal(t, n.m.Head(), n.m.Checkpoint())
	n.store.KeepAfter(n.m.Checkpoint())
	n.decide(o.intent(say("in the tail 1")), o.intent(say("in the tail 2")))
	return n, o
}

func tea() protocol.Room {
	r, err := protocol.ParseRoom("tea")
	if err != nil {
		panic(err)
	}
	return r
}

// started is what a start makes of a journal.
func started(t *testing.T, s journal.Store) *node {
	m, err := state.Load(func(yield func(state.Row, error) bool) {
		require.NoError(t, s.Rows(func(r journal.Row) error { yield(r, nil); return nil }))
	})
	require.NoError(t, err)
	tail, err := s.Tail(m.Checkpoint(), 99)
	require.NoError(t, err)
	for i := range tail {
		m.Replay(tail[i].Seq, tail[i].Stream, tail[i].Author, tail[i].Event)
	}
	require.Equal(t, s.Head(), m.Head())
	return &node{t, m, s}
}

// readRows is a journal that goes on between the reading of its rows and that of its entries.
type readRows struct {
	journal.Store
	goesOn func()
}

func (s readRows) Rows(f func(journal.Row) error) error {
	err := s.Store.Rows(f)
	s.goesOn()
	return err
}

// A node that begins with a copy decides as the one whose journal it is, which has gone on meanwhile.
func TestACopyGoesOnWithTheOrder(t *testing.T) {
	one, o := begun(t, journal.Bounds{})
	since := []*state.Intent{o.intent(say("while it is copied")), o.intent(state.Command{Command: protocol.Join{Room: tea()}})}
	copied, err := journal.CopyMemory(journal.Bounds{}, readRows{one.store, func() { one.decide(since...) }})
	require.NoError(t, err)
	assert.Equal(t, one.store.Epoch(), copied.Epoch())
	assert.Equal(t, one.store.Key(), copied.Key())

	other := started(t, copied)
	assert.Equal(t, uint64(o.request)-2, other.m.Position())
	other.decide(since...)
	last := o.intent(say("in tea"))
	one.decide(last)
	other.decide(last)
	assert.Equal(t, one.m.Checksum(), other.m.Checksum())
	for _, st := range []journal.Stream{journal.OfRoom(protocol.Lobby), journal.OfRoom(tea())} {
		want, err := one.store.Read(cursor(0, st), 99, 99)
		require.NoError(t, err)
		got, err := copied.Read(cursor(0, st), 99, 99)
		require.NoError(t, err)
		require.NotEmpty(t, got.Entries)
		for i, e := range want.Entries[len(want.Entries)-len(got.Entries):] {
			if st == journal.OfRoom(tea()) { // there is none of it in the tail, so its numbers begin anew
				e.StreamSeq = uint64(i) + 1
			}
			assert.Equal(t, e, got.Entries[i])
		}
	}
}

func cursor(after uint64, st journal.Stream) *journal.Cursor {
	return &journal.Cursor{Seq: after, Streams: []journal.StreamCursor{{Stream: st, StreamSeq: journal.SeqUnknown}}}
}

// What stands before the tail is missing in a copy, and told as missing, in streams that have a tail and in those that
// have none.
func TestWhatIsNotCopiedIsToldAsGone(t *testing.T) {
	one, _ := begun(t, journal.Bounds{})
	whole := one.m.Checkpoint()
	copied, err := journal.CopyMemory(journal.Bounds{}, one.store)
	require.NoError(t, err)
	for _, st := range []journal.Stream{journal.OfRoom(protocol.Lobby), journal.OfRoom(tea())} {
		for after, unsure := range map[uint64]bool{0: true, whole - 1: true, whole: false} {
			p, err := copied.Read(cursor(after, st), 99, 99)
			require.NoError(t, err)
			assert.Equal(t, unsure, p.AtLeast, "%s after %d", st, after)
		}
	}
	p, err := copied.Read(&journal.Cursor{Streams: []journal.StreamCursor{{Stream: journal.OfRoom(protocol.Lobby), StreamSeq: 3}}}, 99, 99)
	require.NoError(t, err)
	assert.Len(t, p.Entries, 2)
	assert.Equal(t, p.Entries[0].StreamSeq-4, uint64(p.Pruned), "the number of an entry is that of the journal it is copied from")

	back, err := journal.CopyMemory(journal.Bounds{}, copied)
	require.NoError(t, err, "of a copy there are copies")
	assert.Equal(t, copied.Head(), back.Head())
}

// What a start needs is copied, however few lines are kept.
func TestACopyKeepsItsTail(t *testing.T) {
	one, o := begun(t, journal.Bounds{Lines: 2})
	one.decide(o.intent(say("in the tail 3")))
	copied, err := journal.CopyMemory(journal.Bounds{Lines: 2}, one.store)
	require.NoError(t, err)
	assert.Equal(t, one.m.Checksum(), started(t, copied).m.Checksum())
}

// Where the journal forgets what stands behind its rows before that is read, there is no copy.
func TestACopyThatIsTooLateIsNone(t *testing.T) {
	one, o := begun(t, journal.Bounds{Lines: 2})
	moved := readRows{one.store, func() {
		one.decide(o.intent(say("in the tail 3")), o.intent(state.NoteSeen{Upto: one.m.Head()}))
		one.store.KeepAfter(one.m.Checkpoint())
	}}
	_, err := journal.CopyMemory(journal.Bounds{}, moved)
	require.ErrorIs(t, err, journal.ErrMoved)
	_, err = journal.CopyMemory(journal.Bounds{}, one.store)
	require.NoError(t, err)
}

// A journal of a server that is alone does not say up to where its rows tell.
func TestOnlyTheJournalOfANodeIsCopied(t *testing.T) {
	alone := &node{t, state.New(), journal.NewMemory(journal.Bounds{})}
	alone.decide(&state.Intent{ID: uuid.New(), Op: state.Start{Settings: state.Settings{Rooms: 9, RoomsPerSession: 9}}})
	_, err := journal.CopyMemory(journal.Bounds{}, alone.store)
	require.Error(t, err)
	empty, err := journal.CopyMemory(journal.Bounds{}, journal.NewMemory(journal.Bounds{}))
	require.NoError(t, err)
	assert.Zero(t, empty.Head())
}
