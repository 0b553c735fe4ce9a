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

// Those who are behind read of a crowd together, and programs of each one.
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
	text := func(l listener) string {
		var b strings.Builder
		for _, line := range (&behind{me: reader{listener: l}}).appendLines(nil, entries) {
			b.Write(line.Text())
		}
		return b.String()
	}
	assert.Equal(t, "-- 20 joined: bob-0, bob-1, bob-2 and 17 more\n<ann> hello\n<ann> and you\n-- ann left\n", text(listener{id: me}))
	assert.Len(t, (&behind{me: reader{listener: listener{id: me, program: true}}}).appendLines(nil, entries), 23)
}

func TestACrowdIsToldWithoutWhomOneIgnores(t *testing.T) {
	said := make([]*journal.Entry, 13)
	for i := range said {
		joined := protocol.Joined{Meta: protocol.Meta{Seq: uint64(i + 1), Room: protocol.Lobby}, From: nick("n%d", i)}
		said[i] = &journal.Entry{Seq: joined.Seq, Author: uuid.New(), Event: joined, Frame: protocol.NewFrame(joined)}
	}
	m := &session{listener: listener{deaf: newDeafness([]state.Ignored{{Name: nick("bob"), Session: said[1].Author}})}}
	lines := m.lines(said)
	if assert.Len(t, lines, 1) {
		assert.Equal(t, "-- 12 joined: n0, n2, n3 and 9 more\n", string(lines[0].Text()))
	}
}

// What many lines are counted from is the same, however few are counted at a time.
func TestManyLinesAreCountedAFewAtATime(t *testing.T) {
	m := journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})
	entries := make([]journal.Entry, 2*backAtOnce+100)
	for i := range entries {
		entries[i] = journal.Entry{Stream: "#a", Event: protocol.Said{Text: protocol.MustText("tea")}}
	}
	require.NoError(t, m.Commit(entries, nil))
	c := newClient(New(journal.New(m), Options{}))
	c.ctx = t.Context()
	d := delivery{c: c}
	for _, n := range []int{129, backAtOnce, backAtOnce + 1, 2 * backAtOnce, 2*backAtOnce + 99, 2*backAtOnce + 100, 1 << 30} {
		p := &past{Replay: state.Replay{Streams: []journal.Stream{"#a"}, Upto: uint64(len(entries)), Lines: n}}
		got, err := d.back(p)
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
	c.to = to
	c.reads = &behind{cursor: journal.Cursor{Streams: []journal.StreamCursor{{Stream: "#lobby"}}}}
	d := &delivery{c: c}
	// between take, which found nothing, and the question, the hub says goodbye and ends
	c.out.append(item{line: protocol.NewFrame(protocol.Goodbye{}), aside: &aside{end: true}}, 10)
	err := d.catchUp()
	assert.NoError(t, err)
	assert.Equal(t, 1, to.lines)
}

// aReader is a client in a hub whose goroutine is the test: nothing is written, so the
// test asks what a writer would ask, whenever it likes.
func aReader() (*run, *session, *Client) {
	s := newStage(1)
	r, c := s.run, s.clients[0]
	m := c.session
	c.out.items = nil // the greeting
	return r, m, c
}

// readings are those that wait in the outbox.
func readings(c *Client) (all []*behind) {
	for _, it := range c.out.items {
		if it.aside != nil && it.behind != nil {
			all = append(all, it.behind)
		}
	}
	return all
}

// asks whether a reading that is at the head makes its member live.
func asks(r *run, c *Client, b *behind) caughtUp {
	answer := make(chan caughtUp, 1)
	r.handle(catchUp{c, b.reading, r.head, answer})
	return <-answer
}

// A writer can come to the end of one reading while the hub has put the next into
// the outbox already. If it were live then, the next reading and the live feed would
// both tell what comes.
func TestOnlyTheLastReadingMakesAMemberLive(t *testing.T) {
	r, m, c := aReader()
	r.fallBehind(m, r.cursor(m))
	r.fallBehind(m, r.cursor(m))
	both := readings(c)
	require.Len(t, both, 2)
	assert.False(t, asks(r, c, both[0]).live)
	assert.False(t, m.live)
	assert.True(t, asks(r, c, both[1]).live)
	assert.True(t, m.live)
}

// The reading of the guest that a connection began as says nothing about the session
// that the connection is now.
func TestTheReadingOfAGuestEndsWithTheGuest(t *testing.T) {
	r, guest, c := aReader()
	r.fallBehind(guest, r.cursor(guest))
	old := readings(c)[0]
	m := &session{listener: listener{id: uuid.New()}}
	r.unlink(guest)
	r.link(c, m, 0)
	assert.False(t, asks(r, c, old).live)
	assert.False(t, m.live)
}
