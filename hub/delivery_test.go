package hub

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// A person that is behind reads in one line that many have joined, and a program in a line for each.
func TestWhoIsBehindReadsOfACrowdTogether(t *testing.T) {
	me := uuid.New()
	said := func(e protocol.Recorded, author uuid.UUID) journal.Entry {
		return journal.Entry{Author: author, Event: e}
	}
	var entries []journal.Entry
	for i := range 20 {
		entries = append(entries, said(protocol.Joined{From: nick("bob-%d", i)}, uuid.New()))
	}
	entries = append(entries,
		said(protocol.Said{From: nick("ann"), Text: protocol.MustText("hello")}, uuid.New()),
		said(protocol.Joined{From: nick("me")}, me),
		said(protocol.Said{From: nick("ann"), Text: protocol.MustText("and you")}, uuid.New()),
		said(protocol.Left{From: nick("ann"), Reason: protocol.Departed}, uuid.New()))
	text := func(l view) string {
		var b strings.Builder
		for _, frame := range (&catchup{view: journalView{view: l}}).appendLines(nil, entries) {
			b.Write(frame.Text())
		}
		return b.String()
	}
	assert.Equal(t, "-- 20 joined: bob-0, bob-1, bob-2 and 17 more\n<ann> hello\n<ann> and you\n-- ann left\n", text(view{id: me}))
	assert.Len(t, (&catchup{view: journalView{view: view{id: me, program: true}}}).appendLines(nil, entries), 23)
}

func TestACrowdIsToldWithoutWhomOneIgnores(t *testing.T) {
	said := make([]*journal.Entry, 13)
	for i := range said {
		joined := protocol.Joined{Meta: protocol.Meta{Seq: uint64(i + 1), Room: protocol.Lobby}, From: nick("n%d", i)}
		said[i] = &journal.Entry{Seq: joined.Seq, Author: uuid.New(), Event: joined}
	}
	s := &session{view: view{ignored: newIgnoreSet([]state.Ignored{{Name: nick("bob"), Session: said[1].Author}})}}
	frames := s.frames(said)
	if assert.Len(t, frames, 1) {
		assert.Equal(t, "-- 12 joined: n0, n2, n3 and 9 more\n", string(frames[0].Text()))
	}
}

// What many lines are counted from is the same, however few are counted at a time.
func TestManyLinesAreCountedAFewAtATime(t *testing.T) {
	m := journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})
	entries := make([]journal.Entry, 2*maxCount+100)
	for i := range entries {
		entries[i] = journal.Entry{Stream: "#a", Event: protocol.Said{Text: protocol.MustText("tea")}}
	}
	require.NoError(t, m.Commit(entries, nil))
	c := newClient(New(journal.New(m), Options{}))
	c.ctx = t.Context()
	d := delivery{c: c}
	for _, n := range []int{129, maxCount, maxCount + 1, 2 * maxCount, 2*maxCount + 99, 2*maxCount + 100, 1 << 30} {
		p := &replay{Replay: state.Replay{Streams: []journal.Stream{"#a"}, Upto: uint64(len(entries)), Lines: n}}
		got, err := d.seqOfLast(p)
		require.NoError(t, err)
		assert.Equal(t, uint64(max(0, len(entries)-n)), got, n)
	}
}

// The goodbye of a client that is behind as the hub ends.
func TestG8TheGoodbyeComesToWhoIsBehind(t *testing.T) {
	h := New(journal.New(journal.NewMemory(journal.Bounds{})), Options{})
	c := newClient(h)
	close(h.done)
	to := &taking{}
	c.ctx = context.Background()
	c.writer = to
	c.catchup = &catchup{cursor: journal.Cursor{Streams: []journal.StreamCursor{{Stream: "#lobby"}}}}
	d := &delivery{c: c}
	// between take, which found nothing, and the question, the hub says goodbye and ends
	c.out.append(item{frame: protocol.NewFrame(protocol.Goodbye{}), control: &control{end: true}}, 10)
	err := d.catchUp()
	assert.NoError(t, err)
	assert.Equal(t, 1, to.lines)
}

// aReader is a client in a hub whose goroutine is the test: nothing is written, so the test asks what a writer would
// ask, whenever it likes.
func aReader() (*loop, *session, *Client) {
	s := newStage(1)
	l, c := s.loop, s.clients[0]
	m := c.session
	c.out.items = nil // the greeting
	return l, m, c
}

// readings are those that wait in the outbox.
func readings(c *Client) (all []*catchup) {
	for _, it := range c.out.items {
		if it.control != nil && it.catchup != nil {
			all = append(all, it.catchup)
		}
	}
	return all
}

// asks whether a reading that is at the head makes its member live.
func asks(l *loop, c *Client, b *catchup) headAnswer {
	answer := make(chan headAnswer, 1)
	l.handle(headQuery{c, b.no, l.head, answer})
	return <-answer
}

// A writer can come to the end of one reading while the hub has put the next into the outbox already. If it were live
// then, the next reading and the live feed would both tell what comes.
func TestOnlyTheLastReadingMakesAMemberLive(t *testing.T) {
	l, s, c := aReader()
	l.fallBehind(s, l.cursor(s))
	s.become(live)
	l.fallBehind(s, l.cursor(s))
	both := readings(c)
	require.Len(t, both, 2)
	assert.False(t, asks(l, c, both[0]).live)
	assert.Equal(t, behind, s.feed)
	assert.True(t, asks(l, c, both[1]).live)
	assert.Equal(t, live, s.feed)
}

// The reading of the guest that a connection began as says nothing about the session that the connection is now.
func TestTheReadingOfAGuestEndsWithTheGuest(t *testing.T) {
	l, guest, c := aReader()
	l.fallBehind(guest, l.cursor(guest))
	old := readings(c)[0]
	s := &session{view: view{id: uuid.New()}}
	l.unbind(guest)
	l.bind(c, s, 0)
	assert.False(t, asks(l, c, old).live)
	assert.Equal(t, resuming, s.feed)
}
