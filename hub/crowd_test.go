package hub

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// onlooker is somebody of a crowd, and how often they were written to.
type onlooker struct {
	c     *Client
	stop  context.CancelFunc
	ended chan error

	mu     sync.Mutex
	events []protocol.Event
	writes int
}

func look(t *testing.T, w *world, id Identity) *onlooker {
	ctx, cancel := context.WithCancel(context.Background())
	c, err := w.h.Attach(ctx, id)
	require.NoError(t, err)
	g := &onlooker{c: c, stop: cancel, ended: make(chan error, 1)}
	go func() {
		g.ended <- deliver(ctx, c, func(lines []*protocol.Line) error {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.writes++
			for _, l := range lines {
				g.events = slices.AppendSeq(g.events, l.Events())
			}
			return nil
		})
	}()
	return g
}

func (g *onlooker) do(t *testing.T, cmd protocol.Command) {
	require.NoError(t, g.c.Do(t.Context(), cmd))
	synctest.Wait()
}

func (g *onlooker) leave() {
	g.stop()
	<-g.ended
	g.c.Close(ended, protocol.Lost)
}

// heard is what somebody was told of others, a word for each.
func (g *onlooker) heard() (got []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.events {
		switch e := e.(type) {
		case protocol.Joined:
			got = append(got, e.From.String())
		case protocol.Said:
			got = append(got, e.Text.String())
		}
	}
	return got
}

// When many come one after the other, the first of them are told of at once, the
// others a moment later and together; and what is said is never told before
// those who came before it.
func TestACrowdIsToldOfAMomentLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 5 * maxPassed
		w := newWorld(journal.Bounds{}, Options{Replay: -1})
		ann := look(t, w, Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		time.Sleep(time.Second)
		before := ann.writes
		var crowd []*onlooker
		var want []string
		come := func() {
			name := nick("bob-%d", len(crowd))
			g := look(t, w, Identity{Nick: name, Brief: true})
			g.do(t, protocol.Ping{})
			crowd, want = append(crowd, g), append(want, name.String())
		}
		for range many {
			come()
		}
		assert.Len(t, ann.heard(), maxPassed)
		time.Sleep(moment)
		synctest.Wait()
		assert.Equal(t, want, ann.heard())
		assert.Equal(t, maxPassed+1, ann.writes-before)
		for i, g := range crowd {
			assert.Equal(t, strings.Join(want[i+1:], " "), strings.Join(g.heard(), " "), "%d", i)
		}

		for range many { // the room is crowded still, or again
			come()
		}
		crowd[7].do(t, protocol.Say{Text: protocol.MustText("hello")})
		want = append(want, "hello")
		assert.Equal(t, want, ann.heard(), "without a moment's wait")
		for _, g := range append(crowd, ann) {
			g.leave()
		}
		w.close()
	})
}

// What was left for later is told to whoever is thrown out, and as the server ends.
func TestWhatWasLeftForLaterComesBeforeTheGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{Replay: -1})
		ann := look(t, w, Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		time.Sleep(time.Second)
		for i := range 2 * maxPassed {
			look(t, w, Identity{Nick: nick("bob-%d", i), Brief: true}).do(t, protocol.Ping{})
		}
		assert.Len(t, ann.heard(), maxPassed)
		w.end()
		synctest.Wait()
		assert.Len(t, ann.heard(), 2*maxPassed)
		_, last := ann.events[len(ann.events)-1].(protocol.Goodbye)
		assert.True(t, last)
		w.ended.Wait()
	})
}

// Somebody whose first words have come, and were not read yet, is no guest to tell of;
// but nobody waits for them for ever.
func TestWhoHasSaidSomethingUnreadIsNotAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{Replay: -1})
		ann := look(t, w, Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		var unread atomic.Bool
		unread.Store(true)
		bob := look(t, w, Identity{Brief: true, Unread: unread.Load})
		tea := look(t, w, Identity{Brief: true, Unread: func() bool { return true }})
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Empty(t, ann.heard())
		bob.do(t, protocol.Rename{Nick: nick("bob")})
		unread.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"bob"}, ann.heard())
		time.Sleep(maxWaited * time.Second)
		synctest.Wait()
		assert.Len(t, ann.heard(), 2)
		for _, g := range []*onlooker{ann, bob, tea} {
			g.leave()
		}
		w.close()
	})
}

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
		said(protocol.Left{From: nick("ann"), Reason: protocol.Quit}, uuid.New()))
	text := func(l listener) string {
		var b strings.Builder
		for _, line := range l.appendLines(nil, entries) {
			b.Write(line.Text())
		}
		return b.String()
	}
	assert.Equal(t, "-- 20 joined: bob-0, bob-1, bob-2 and 17 more\n<ann> hello\n<ann> and you\n-- ann left\n", text(listener{id: me}))
	assert.Len(t, (&listener{id: me, program: true}).appendLines(nil, entries), 23)
}
