package hub_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// onlooker is a client in a crowded room, and how often it was written to.
type onlooker struct {
	*hubtest.Client
	writes atomic.Int64
}

func look(w *world, id hub.Identity) *onlooker { return lookWith(w, id, nil) }

func lookWith(w *world, id hub.Identity, in hub.Input) *onlooker {
	g := &onlooker{Client: w.NewClient(false)}
	g.Input = in
	g.Identity = id
	g.Writer = func(read func([]*protocol.Frame) error) hub.Writer {
		return hubtest.Blocking(func(lines []*protocol.Frame) error {
			g.writes.Add(1)
			return read(lines)
		})
	}
	g.Attach()
	return g
}

func (g *onlooker) do(t *testing.T, cmd protocol.Command) {
	require.NoError(t, g.Call(cmd))
	synctest.Wait()
}

func (g *onlooker) leave() {
	g.Leave()
	g.Conn().Detach(hubtest.Ended, protocol.Lost)
}

// heard is what a client was told of others, a word for each.
func (g *onlooker) heard() (got []string) {
	for _, e := range g.Heard() {
		switch e := e.(type) {
		case protocol.Joined:
			got = append(got, e.From.String())
		case protocol.Said:
			got = append(got, e.Text.String())
		}
	}
	return got
}

// Where few come they are told of at once. Where many do, they are told of a second after the first, together; but a
// line is never told before the sessions that came before it.
func TestComingsCauseOneWriteASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann := look(w, hub.Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		time.Sleep(hub.NoticeDelay)
		before := ann.writes.Load()
		var crowd []*onlooker
		var want []string
		come := func(n int) {
			for range n {
				name := hubtest.Nick("bob-%d", len(crowd))
				g := look(w, hub.Identity{Nick: name, Brief: true})
				g.do(t, protocol.Ping{})
				crowd, want = append(crowd, g), append(want, name.String())
			}
		}
		pass := func() {
			time.Sleep(hub.NoticeDelay)
			synctest.Wait()
		}
		atOnce := 0
		for writes := 2; writes <= hub.FreeWrites; writes += atOnce + 2 { // each to all that are there
			atOnce++
		}
		come(hub.FreeWrites)
		assert.Len(t, ann.heard(), atOnce)
		pass()
		assert.Equal(t, want, ann.heard())
		assert.EqualValues(t, atOnce+1, ann.writes.Load()-before)
		for i, g := range crowd {
			assert.Equal(t, strings.Join(want[i+1:], " "), strings.Join(g.heard(), " "), "%d", i)
		}

		for range 3 { // seconds
			was := len(want)
			come(20)
			assert.Equal(t, want[:was], ann.heard())
			pass()
			assert.Equal(t, want, ann.heard())
		}
		assert.EqualValues(t, atOnce+4, ann.writes.Load()-before)

		pass()
		come(1)
		assert.Equal(t, want[:len(want)-1], ann.heard())
		crowd[7].do(t, protocol.Say{Text: hubtest.Text("hello")})
		want = append(want, "hello")
		assert.Equal(t, want, ann.heard(), "without a moment's wait")
		assert.EqualValues(t, atOnce+5, ann.writes.Load()-before)

		come(1)
		ann.do(t, protocol.Ping{})
		assert.Equal(t, want, ann.heard(), "before the answer")
		told := ann.Heard()
		_, last := told[len(told)-1].(protocol.Pong)
		assert.True(t, last)
		for _, g := range append(crowd, ann) {
			g.leave()
		}
		w.Close()
	})
}

// What is delayed is told to a client that is thrown out, and as the server ends.
func TestWhatIsDelayedComesBeforeTheGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann := look(w, hub.Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		time.Sleep(hub.NoticeDelay)
		for i := range hub.FreeWrites {
			look(w, hub.Identity{Nick: hubtest.Nick("bob-%d", i), Brief: true}).do(t, protocol.Ping{})
		}
		assert.Less(t, len(ann.heard()), hub.FreeWrites)
		w.Stop()
		synctest.Wait()
		assert.Len(t, ann.heard(), hub.FreeWrites)
		told := ann.Heard()
		_, last := told[len(told)-1].(protocol.Goodbye)
		assert.True(t, last)
		w.Wait()
	})
}

// A client whose first words have come, and were not read yet, is not announced as a guest; but after MaxDeferrals
// seconds it is.
func TestWhoHasSaidSomethingUnreadIsNotAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann := look(w, hub.Identity{Brief: true})
		ann.do(t, protocol.Ping{})
		var unread atomic.Bool
		unread.Store(true)
		bob := lookWith(w, hub.Identity{Brief: true}, hubtest.Input{Pending: unread.Load})
		tea := lookWith(w, hub.Identity{Brief: true}, hubtest.Input{Pending: func() bool { return true }})
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Empty(t, ann.heard())
		bob.do(t, protocol.Rename{Nick: hubtest.Nick("bob")})
		unread.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"bob"}, ann.heard())
		time.Sleep(hub.MaxDeferrals * time.Second)
		synctest.Wait()
		assert.Len(t, ann.heard(), 2)
		for _, g := range []*onlooker{ann, bob, tea} {
			g.leave()
		}
		w.Close()
	})
}

// A program that asks for it is told of all that come and go together by one event with twenty names at most, live and
// from the journal; and a line is not told before those that came before it.
func TestAProgramIsToldOfManyTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 2 * hub.FreeWrites
		w := newWorld(t, hub.Options{Replay: -1})
		hello := func(name string) *onlooker {
			g := look(w, hub.Identity{})
			g.do(t, protocol.Hello{Nick: hubtest.Nick("%s", name), Presence: protocol.SummaryPresence})
			return g
		}
		come := func(n int, prefix string) {
			for i := range n {
				look(w, hub.Identity{Nick: hubtest.Nick("%s-%d", prefix, i), Brief: true}).do(t, protocol.Ping{})
			}
		}
		count := func(g *onlooker) (joined, events, names int) {
			for _, e := range g.Heard() {
				switch e := e.(type) {
				case protocol.Passed:
					joined += e.Joined
					events++
					names = max(names, len(e.JoinedNames), len(e.LeftNames))
				case protocol.Joined:
					assert.Fail(t, "told of one")
				}
			}
			return joined, events, names
		}
		ann := hello("ann")
		come(many, "bob")
		late := hello("late")
		come(30, "cid")
		time.Sleep(hub.NoticeDelay)
		synctest.Wait()
		joined, events, names := count(ann)
		assert.Equal(t, many+1+30, joined)
		assert.Less(t, events, many/4)
		assert.Equal(t, protocol.MaxPassed, names)
		joined, events, _ = count(late)
		assert.Equal(t, 30, joined)
		assert.Equal(t, 1, events)

		come(1, "dot")
		late.do(t, protocol.Say{Text: hubtest.Text("hello")})
		told := ann.Heard()
		passed, ok := told[len(told)-2].(protocol.Passed)
		require.True(t, ok)
		said, ok := told[len(told)-1].(protocol.Said)
		require.True(t, ok)
		assert.Less(t, passed.Seq, said.Seq)
		w.Stop()
		synctest.Wait()
		w.Wait()
	})
}
