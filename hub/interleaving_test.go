package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// rawc is a connection driven by hand.
type rawc struct {
	c      *Client
	cancel context.CancelFunc
	ctx    context.Context
	p      *persona
	done   chan error
}

func rawConnect(t *testing.T, w *world) *rawc {
	ctx, cancel := context.WithCancel(context.Background())
	c, err := w.h.Attach(ctx, Identity{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rawc{c: c, cancel: cancel, ctx: ctx, p: newPersona(w.h, true), done: make(chan error, 1)}
	go func() {
		r.done <- deliver(ctx, c, func(l []*protocol.Line) error { return r.p.read(ctx, l) })
		cancel()
	}()
	return r
}

func (r *rawc) close() { r.cancel(); r.c.Close(r.ctx, protocol.Lost) }

func gatedWith(b journal.Bounds, o Options) (*world, *gatedStore) {
	w := newWorld(b, o)
	g := &gatedStore{open: true, Store: w.truth.Store, gate: make(chan error)}
	w.truth.Store = g
	return w, g
}

func (r *rawc) do(cmd protocol.Command) { _ = r.c.Do(r.ctx, cmd) }

// Panic: come back while coming back, and gone before it is recorded.
func TestTwoWhoComeBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		c0 := rawConnect(t, w)
		c0.do(protocol.Hello{})
		synctest.Wait()
		tok := c0.p.token
		c0.close()
		synctest.Wait()
		c1, c2 := rawConnect(t, w), rawConnect(t, w)
		g.open = false
		c1.do(protocol.Hello{Token: tok})
		c2.do(protocol.Hello{Token: tok})
		c2.close()
		synctest.Wait()
		g.open = true
		g.gate <- nil
		synctest.Wait()
		c1.close()
		w.close()
	})
}

// Come back while a /join is under way.
func TestReplacedWhileMoving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{Replay: -1})
		c0, ann, tea := rawConnect(t, w), rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		tea.do(protocol.Hello{Nick: nick("tea"), Room: roomNamed("tea")})
		c0.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		tok, ep, seq := c0.p.token, c0.p.epoch, c0.p.last
		g.open = false
		c0.do(protocol.Join{Room: roomNamed("tea")})
		synctest.Wait()
		c1 := rawConnect(t, w)
		c1.p.pause() // its reader is slow, so it reads the record on
		c1.do(protocol.Hello{Token: tok, Resume: &protocol.Resume{Epoch: ep, Seq: seq}})
		synctest.Wait()
		g.gate <- nil // the /join
		synctest.Wait()
		g.open = true
		ann.do(protocol.Say{Text: protocol.MustText("said in the lobby after bob has left")})
		tea.do(protocol.Say{Text: protocol.MustText("said in tea while bob is there")})
		synctest.Wait()
		c1.p.resume()
		synctest.Wait()
		got := strings.Join(c1.p.told(), "\n")
		t.Log(got)
		assert.NotContains(t, got, "after bob has left")
		assert.Contains(t, got, "while bob is there")
		for _, c := range []*rawc{c0, ann, tea, c1} {
			c.close()
		}
		w.close()
	})
}

// A guest who is behind says hello.
func TestHelloOfAGuestWhoIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := gatedWith(journal.Bounds{}, Options{Replay: -1, Outbox: 300})
		ann, tea := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		tea.do(protocol.Hello{Nick: nick("tea"), Room: roomNamed("tea")})
		ctx, cancel := context.WithCancel(context.Background())
		c, _ := w.h.Attach(ctx, Identity{})
		p, step := newPersona(w.h, true), make(chan bool)
		go deliver(ctx, c, func(l []*protocol.Line) error {
			<-step
			return p.read(ctx, l)
		})
		step <- true // the greeting
		time.Sleep(time.Second)
		synctest.Wait()
		for i := range 30 {
			ann.do(protocol.Say{Text: protocol.MustText(fmt.Sprint("before hello ", i))})
			synctest.Wait()
		}
		step <- true // line 0; now it has the mark that it is behind, and writes what was before that
		synctest.Wait()
		_ = c.Do(ctx, protocol.Hello{Nick: nick("bot"), Room: roomNamed("tea")})
		synctest.Wait()
		tea.do(protocol.Say{Text: protocol.MustText("tea one")})
		synctest.Wait()
		ann.do(protocol.Say{Text: protocol.MustText("in the lobby, when bot is in tea")})
		synctest.Wait()
		tea.do(protocol.Say{Text: protocol.MustText("tea two")})
		synctest.Wait()
		close(step)
		synctest.Wait()
		tea.do(protocol.Say{Text: protocol.MustText("tea three")})
		synctest.Wait()
		got := strings.Join(p.told(), "\n")
		t.Log(got)
		assert.NotContains(t, got, "when bot is in tea")
		for _, s := range []string{"tea one", "tea two", "tea three"} {
			assert.Equal(t, 1, strings.Count(got, s), s)
		}
		for _, c := range []*rawc{ann, tea} {
			c.close()
		}
		cancel()
		c.Close(ended, protocol.Lost)
		w.close()
	})
}

// after holds a commit back when it is in the record already: the store is ahead of the hub.
type aheadStore struct {
	journal.Store
	gate chan bool
	hold bool
}

func (s *aheadStore) Commit(e []journal.Entry) error {
	err := s.Store.Commit(e)
	if s.hold {
		<-s.gate
	}
	return err
}

// The record is ahead of the hub: lines are told as gone and then told.
func TestG3AHoleIsCountedUpToTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{Lines: 10}, Options{Replay: -1, Outbox: 100})
		g := &aheadStore{Store: w.truth.Store, gate: make(chan bool)}
		w.truth.Store = g
		ann, bob := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		bob.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		bob.p.told()
		bob.p.pause()
		say := func(s string) { ann.do(protocol.Say{Text: protocol.MustText(s)}) }
		for i := range 30 {
			say(fmt.Sprint("line ", i))
			synctest.Wait()
		}
		// 12 more are proposed at once and are in the record, but the hub has not been told.
		g.hold = true
		say("first of the group")
		synctest.Wait()
		for i := range 12 {
			say(fmt.Sprint("ahead ", i))
		}
		synctest.Wait()
		g.gate <- true // first of the group: the hub hears; now the 12 are committed, and held
		synctest.Wait()
		bob.p.resume()
		synctest.Wait()
		g.hold = false
		g.gate <- true
		synctest.Wait()
		said := 0
		for _, e := range bob.p.live {
			if _, ok := e.(protocol.Said); ok {
				said++
			}
		}
		t.Log(strings.Join(bob.p.told(), "\n"))
		assert.Equal(t, 43, said+bob.p.gone+bob.p.hole, "lines told and told to be gone")
		ann.close()
		bob.close()
		w.close()
	})
}

// A failed coming back, then a line for "the room".
func TestWhatIsSaidInARoomStaysThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{Replay: -1})
		far := rawConnect(t, w)
		far.do(protocol.Hello{Nick: nick("far"), Room: roomNamed("far")})
		c0 := rawConnect(t, w)
		c0.do(protocol.Hello{Nick: nick("bob"), Room: roomNamed("secret")})
		synctest.Wait()
		tok := c0.p.token
		g.open = false
		c1 := rawConnect(t, w)
		c0.close()
		synctest.Wait()
		c1.do(protocol.Hello{Token: tok})
		synctest.Wait()
		g.gate <- errors.New("disk full")
		synctest.Wait()
		g.gate <- errors.New("disk full")
		synctest.Wait()
		g.open = true
		go c1.do(protocol.Say{Text: protocol.MustText("for the room secret only")})
		synctest.Wait()
		got := strings.Join(far.p.told(), "\n")
		t.Log(got)
		t.Log("c1:", strings.Join(c1.p.told(), "\n"))
		assert.NotContains(t, got, "secret only")
		far.close()
		c1.close()
		time.Sleep(5 * time.Second)
		w.close()
	})
}

// Back, and then thrown out by the retry of an old goodbye.
func TestALeftThatWasGivenUpThrowsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{Replay: -1})
		ann, c0 := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		c0.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		tok := c0.p.token
		g.open = false
		c0.close()
		synctest.Wait()
		g.gate <- errors.New("disk full")
		synctest.Wait()
		g.open = true
		c1 := rawConnect(t, w)
		c1.do(protocol.Hello{Token: tok})
		synctest.Wait()
		ann.do(protocol.Say{Text: protocol.MustText("bob?")})
		synctest.Wait()
		time.Sleep(3 * time.Second)
		c1.do(protocol.Leave{})
		synctest.Wait()
		got := strings.Join(c1.p.told(), "\n")
		t.Log(got)
		assert.Equal(t, 1, strings.Count(got, "bob?"))
		ann.do(protocol.Who{})
		synctest.Wait()
		got = strings.Join(ann.p.told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "1 in #lobby: ann")
		ann.close()
		c1.close()
		w.close()
	})
}

// Hello that could not be recorded.
func TestAHelloThatCouldNotBeKeptMayBeSaidAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{Replay: -1})
		c := rawConnect(t, w)
		g.open = false
		c.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		g.gate <- errors.New("disk full")
		g.open = true
		synctest.Wait()
		c.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		t.Log(strings.Join(c.p.told(), "\n"))
		assert.NotEmpty(t, c.p.token)
		c.close()
		w.close()
	})
}

// The wrong name in a goodbye.
func TestOneLeavesUnderTheLastName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{Replay: -1})
		ann, c := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		c.do(protocol.Say{Text: protocol.MustText("hi")})
		synctest.Wait()
		g.open = false
		c.do(protocol.Rename{Nick: nick("bob")})
		c.c.Close(ended, protocol.Lost)
		synctest.Wait()
		g.open = true
		g.gate <- nil
		synctest.Wait()
		got := strings.Join(ann.p.told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "bob left")
		ann.close()
		w.close()
	})
}

// More rooms than are remembered, then back to before.
func TestG4TooManyRoomsAgoIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := gatedWith(journal.Bounds{}, Options{Replay: -1})
		ann, c := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		c.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		tok, ep, seq := c.p.token, c.p.epoch, c.p.last
		ann.do(protocol.Say{Text: protocol.MustText("to bob, who has not read it yet")})
		synctest.Wait()
		for i := range 17 {
			c.do(protocol.Join{Room: roomNamed(fmt.Sprint("r", i))})
			synctest.Wait()
		}
		c.close()
		synctest.Wait()
		c1 := rawConnect(t, w)
		c1.do(protocol.Hello{Token: tok, Resume: &protocol.Resume{Epoch: ep, Seq: seq}})
		synctest.Wait()
		got := strings.Join(c1.p.told(), "\n")
		t.Log(got)
		assert.True(t, strings.Contains(got, "to bob") || strings.Contains(got, "missing"), "told, or told to be missing")
		ann.close()
		c1.close()
		w.close()
	})
}

// A stream that was forgotten as a whole is a silent hole.
func TestG4AForgottenStreamIsTold(t *testing.T) {
	m := journal.NewMemory(journal.Bounds{Streams: 2})
	say := func(s journal.Stream) {
		_ = m.Commit([]journal.Entry{{Stream: s, Event: protocol.Said{From: nick("a"), Text: protocol.MustText("x")}}})
	}
	say("#lobby")
	cur := &journal.Cursor{Seq: 1, Streams: []journal.Reading{{Stream: "#lobby", Nth: 1}}}
	say("#lobby")
	for range 3 {
		say("#a")
	}
	say("#b") // the lobby, the smallest, is forgotten
	page, _ := m.Read(cur, 4, 10)
	assert.True(t, page.Gone > 0 || page.Unsure, "a line of the lobby is gone, and nobody says so")
}

// Back when the room is gone and there are too many.
func TestComingBackToARoomThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := gatedWith(journal.Bounds{}, Options{Replay: -1, Rooms: 2})
		ann, c := rawConnect(t, w), rawConnect(t, w)
		ann.do(protocol.Hello{Nick: nick("ann")})
		c.do(protocol.Hello{Nick: nick("bob"), Room: roomNamed("tea")})
		synctest.Wait()
		tok := c.p.token
		c.close()
		synctest.Wait()
		eve := rawConnect(t, w)
		eve.do(protocol.Hello{Nick: nick("eve"), Room: roomNamed("coffee")})
		synctest.Wait()
		c1 := rawConnect(t, w)
		c1.do(protocol.Hello{Token: tok})
		synctest.Wait()
		got := strings.Join(c1.p.told(), "\n")
		t.Log(got)
		assert.NotEmpty(t, c1.p.token, "welcome back")
		ann.close()
		eve.close()
		c1.close()
		w.close()
	})
}

// Kick of a held session.
func TestAKickEndsAHeldSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := gatedWith(journal.Bounds{}, Options{Replay: -1})
		c := rawConnect(t, w)
		op, _ := w.h.Attach(context.Background(), Identity{Operator: true})
		p := newPersona(w.h, false)
		ctx, cancel := context.WithCancel(context.Background())
		go deliver(ctx, op, func(l []*protocol.Line) error { return p.read(ctx, l) })
		c.do(protocol.Hello{Nick: nick("bob")})
		synctest.Wait()
		c.close()
		synctest.Wait()
		_ = op.Do(ctx, protocol.Kick{Nick: nick("bob")})
		synctest.Wait()
		got := strings.Join(p.told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "-- bob is kicked: the name is refused for 1 minute")
		op.Close(ended, protocol.Lost)
		cancel()
		w.close()
	})
}

// The goodbye of a client that is behind as the hub ends.
func TestG8TheGoodbyeComesToWhoIsBehind(t *testing.T) {
	h := New(journal.New(journal.NewMemory(journal.Bounds{})), Options{})
	c := newClient(h)
	close(h.done)
	var got []*protocol.Line
	c.ctx = context.Background()
	c.to = sender(func(l []*protocol.Line) error { got = append(got, l...); return nil })
	c.reads = &behind{cursor: journal.Cursor{Streams: []journal.Reading{{Stream: "#lobby"}}}}
	d := &delivery{c: c}
	// between take, which found nothing, and the question, the hub says goodbye and ends
	c.out.append(item{line: protocol.NewLine(protocol.Goodbye{}), aside: &aside{end: true}}, 10)
	err := d.catchUp()
	assert.NoError(t, err)
	assert.Len(t, got, 1)
}
