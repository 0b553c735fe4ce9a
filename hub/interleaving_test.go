package hub_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Two connections resume one session before the first of them is recorded, and both break: the hub goes on.
func TestTwoWhoComeBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		c0 := w.attach(true)
		c0.Call(protocol.Hello{})
		synctest.Wait()
		tok := c0.Token()
		c0.Drop()
		synctest.Wait()
		c1, c2 := w.attach(true), w.attach(true)
		w.Store.Hold()
		c1.Call(protocol.Hello{Token: tok})
		c2.Call(protocol.Hello{Token: tok})
		c2.Drop()
		synctest.Wait()
		w.Store.Open(nil)
		c1.Drop()
		w.Close()
	})
}

// A session is resumed while its move to another room is not recorded yet: it hears the new room, and not the old one.
func TestReplacedWhileMoving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		c0, ann, tea := w.attach(true), w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		tea.Call(protocol.Hello{Nick: hubtest.Nick("tea"), Room: hubtest.Room("tea")})
		c0.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		tok, at := c0.Token(), c0.Resumes()
		w.Store.Hold()
		c0.Call(protocol.Join{Room: hubtest.Room("tea")})
		synctest.Wait()
		c1 := w.attach(true)
		c1.Pause() // its reader is slow, so it reads the journal on
		c1.Call(protocol.Hello{Token: tok, Resume: &at})
		synctest.Wait()
		w.Store.Let(nil) // the /join
		w.Store.Release()
		ann.Call(protocol.Say{Text: hubtest.Text("said in the lobby after bob has left")})
		tea.Call(protocol.Say{Text: hubtest.Text("said in tea while bob is there")})
		synctest.Wait()
		c1.Resume()
		synctest.Wait()
		got := strings.Join(c1.Told(), "\n")
		t.Log(got)
		assert.NotContains(t, got, "after bob has left")
		assert.Contains(t, got, "while bob is there")
		for _, c := range []*hubtest.Client{c0, ann, tea, c1} {
			c.Drop()
		}
		w.Close()
	})
}

// A guest that is behind says hello, and so enters another room: it reads on in that room, each line once.
func TestHelloOfAGuestWhoIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1, Outbox: 300})
		ann, tea := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		tea.Call(protocol.Hello{Nick: hubtest.Nick("tea"), Room: hubtest.Room("tea")})
		step := make(chan bool)
		c := w.NewClient(true)
		c.Writer = func(read func([]*protocol.Frame) error) hub.Writer {
			return hubtest.Blocking(func(lines []*protocol.Frame) error {
				<-step
				return read(lines)
			})
		}
		c.Attach()
		step <- true // the greeting
		time.Sleep(time.Second)
		synctest.Wait()
		for i := range 30 {
			ann.Call(protocol.Say{Text: hubtest.Text(fmt.Sprint("before hello ", i))})
			synctest.Wait()
		}
		step <- true // line 0; now it has the mark that it is behind, and writes what was before that
		synctest.Wait()
		c.Call(protocol.Hello{Nick: hubtest.Nick("bot"), Room: hubtest.Room("tea")})
		synctest.Wait()
		tea.Call(protocol.Say{Text: hubtest.Text("tea one")})
		synctest.Wait()
		ann.Call(protocol.Say{Text: hubtest.Text("in the lobby, when bot is in tea")})
		synctest.Wait()
		tea.Call(protocol.Say{Text: hubtest.Text("tea two")})
		synctest.Wait()
		close(step)
		synctest.Wait()
		tea.Call(protocol.Say{Text: hubtest.Text("tea three")})
		synctest.Wait()
		got := strings.Join(c.Told(), "\n")
		t.Log(got)
		assert.NotContains(t, got, "when bot is in tea")
		for _, s := range []string{"tea one", "tea two", "tea three"} {
			assert.Equal(t, 1, strings.Count(got, s), s)
		}
		for _, c := range []*hubtest.Client{ann, tea, c} {
			c.Drop()
		}
		w.Close()
	})
}

// aheadStore returns from a commit later than it is in the journal: the store is ahead of the hub.
type aheadStore struct {
	journal.Store
	gate chan bool
	hold atomic.Bool
}

func (s *aheadStore) Commit(e []journal.Entry, rows []journal.Row) error {
	err := s.Store.Commit(e, rows)
	if s.hold.Load() {
		<-s.gate
	}
	return err
}

// The journal has more than the hub has delivered when a client counts a gap: no line is told twice, as missing and as
// said.
func TestG3AHoleIsCountedUpToTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := journal.Bounds{Lines: 10}
		g := &aheadStore{Store: journal.NewMemory(b), gate: make(chan bool)}
		w := newWorldOn(t, hubtest.Setup{Store: g, Bounds: b, Options: hub.Options{Replay: -1, Outbox: 100}})
		ann, bob := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		bob.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		bob.Told()
		bob.Pause()
		say := func(s string) { ann.Call(protocol.Say{Text: hubtest.Text(s)}) }
		for i := range 30 {
			say(fmt.Sprint("line ", i))
			synctest.Wait()
		}
		// 12 more are proposed at once and are in the journal, but the hub has not been told.
		g.hold.Store(true)
		say("first of the group")
		synctest.Wait()
		for i := range 12 {
			say(fmt.Sprint("ahead ", i))
		}
		synctest.Wait()
		g.gate <- true // first of the group: the hub hears; now the 12 are committed, and held
		synctest.Wait()
		bob.Resume()
		synctest.Wait()
		g.hold.Store(false)
		g.gate <- true
		synctest.Wait()
		said := 0
		for _, e := range bob.Heard() {
			if _, ok := e.(protocol.Said); ok {
				said++
			}
		}
		t.Log(strings.Join(bob.Told(), "\n"))
		missing, _ := bob.Missing()
		assert.Equal(t, 43, said+missing, "lines told and told to be gone")
		ann.Drop()
		bob.Drop()
		w.Close()
	})
}

// A session could not be resumed, since that was not recorded: a line of that connection is said in no other room.
func TestWhatIsSaidInARoomStaysThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		far := w.attach(true)
		far.Call(protocol.Hello{Nick: hubtest.Nick("far"), Room: hubtest.Room("far")})
		c0 := w.attach(true)
		c0.Call(protocol.Hello{Nick: hubtest.Nick("bob"), Room: hubtest.Room("secret")})
		synctest.Wait()
		tok := c0.Token()
		w.Store.Hold()
		c1 := w.attach(true)
		c0.Drop()
		synctest.Wait()
		c1.Call(protocol.Hello{Token: tok})
		synctest.Wait()
		w.Store.Let(errDisk)
		w.Store.Let(errDisk)
		w.Store.Release()
		go c1.Call(protocol.Say{Text: hubtest.Text("for the room secret only")})
		synctest.Wait()
		got := strings.Join(far.Told(), "\n")
		t.Log(got)
		t.Log("c1:", strings.Join(c1.Told(), "\n"))
		assert.NotContains(t, got, "secret only")
		far.Drop()
		c1.Drop()
		time.Sleep(5 * time.Second)
		w.Close()
	})
}

// The end of a connection could not be recorded, and is proposed again after the session is resumed: the session stays.
func TestALeftThatWasGivenUpThrowsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann, c0 := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		c0.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		tok := c0.Token()
		w.Store.Hold()
		c0.Drop()
		synctest.Wait()
		w.Store.Let(errDisk)
		w.Store.Release()
		c1 := w.attach(true)
		c1.Call(protocol.Hello{Token: tok})
		synctest.Wait()
		ann.Call(protocol.Say{Text: hubtest.Text("bob?")})
		synctest.Wait()
		time.Sleep(3 * time.Second)
		c1.Call(protocol.Quit{})
		synctest.Wait()
		got := strings.Join(c1.Told(), "\n")
		t.Log(got)
		assert.Equal(t, 1, strings.Count(got, "bob?"))
		ann.Call(protocol.Who{})
		synctest.Wait()
		got = strings.Join(ann.Told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "1 in #lobby: ann")
		ann.Drop()
		c1.Drop()
		w.Close()
	})
}

// A hello that could not be recorded leaves the client as it was: the next one is taken.
func TestAHelloThatCouldNotBeKeptMayBeSaidAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		c := w.attach(true)
		w.Store.Hold()
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		w.Store.Let(errDisk)
		w.Store.Release()
		synctest.Wait()
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		t.Log(strings.Join(c.Told(), "\n"))
		assert.NotEmpty(t, c.Token())
		c.Drop()
		w.Close()
	})
}

// A connection ends while its new name is not recorded yet: the others hear that the new name has left.
func TestOneLeavesUnderTheLastName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann, c := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		c.Call(protocol.Say{Text: hubtest.Text("hi")})
		synctest.Wait()
		w.Store.Hold()
		c.Call(protocol.Rename{Nick: hubtest.Nick("bob")})
		c.Conn().Detach(hubtest.Ended, protocol.Lost)
		synctest.Wait()
		w.Store.Open(nil)
		got := strings.Join(ann.Told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "bob left")
		ann.Drop()
		w.Close()
	})
}

// A session resumes from a position before more moves than are remembered: what it has missed is told, or that it is
// missing.
func TestG4TooManyRoomsAgoIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann, c := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		tok, at := c.Token(), c.Resumes()
		ann.Call(protocol.Say{Text: hubtest.Text("to bob, who has not read it yet")})
		synctest.Wait()
		for i := range 17 {
			c.Call(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))})
			synctest.Wait()
		}
		c.Drop()
		synctest.Wait()
		c1 := w.attach(true)
		c1.Call(protocol.Hello{Token: tok, Resume: &at})
		synctest.Wait()
		got := strings.Join(c1.Told(), "\n")
		t.Log(got)
		assert.True(t, strings.Contains(got, "to bob") || strings.Contains(got, "missing"), "told, or told to be missing")
		ann.Drop()
		c1.Drop()
		w.Close()
	})
}

// The same holds for a session that has watched one room all the time, and has left another one.
func TestG4TooManyRoomsBesideOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann, c := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob"), Room: hubtest.Room("tea")})
		c.Call(protocol.Watch{Room: hubtest.Room("tea")}, protocol.Join{Room: protocol.Lobby})
		synctest.Wait()
		tok, at := c.Token(), c.Resumes()
		ann.Call(protocol.Say{Text: hubtest.Text("to bob, who has not read it yet")})
		c.Call(protocol.Say{Text: hubtest.Text("in the room that is watched"), Room: hubtest.Room("tea")})
		for i := range 17 {
			c.Call(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))})
			synctest.Wait()
		}
		c.Drop()
		synctest.Wait()
		c1 := w.attach(true)
		c1.Call(protocol.Hello{Token: tok, Resume: &at})
		synctest.Wait()
		got := strings.Join(c1.Told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "missing")
		assert.Equal(t, 1, strings.Count(got, "that is watched"), "what is remembered is told")
		ann.Drop()
		c1.Drop()
		w.Close()
	})
}

// A stream that the journal has pruned as a whole is counted as a gap.
func TestG4AForgottenStreamIsTold(t *testing.T) {
	m := journal.NewMemory(journal.Bounds{Streams: 2})
	say := func(s journal.Stream) {
		_ = m.Commit([]journal.Entry{{Stream: s, Event: protocol.Said{From: hubtest.Nick("a"), Text: hubtest.Text("x")}}}, nil)
	}
	say("#lobby")
	cur := &journal.Cursor{Seq: 1, Streams: []journal.StreamCursor{{Stream: "#lobby", StreamSeq: 1}}}
	say("#lobby")
	for range 3 {
		say("#a")
	}
	say("#b") // the lobby, the smallest, is forgotten
	page, _ := m.Read(cur, 4, 10)
	assert.True(t, page.Pruned > 0 || page.AtLeast, "a line of the lobby is gone, and is not counted")
}

// A session is resumed when its room is gone and there are as many rooms as there may be.
func TestComingBackToARoomThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1, Rooms: 2})
		ann, c := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob"), Room: hubtest.Room("tea")})
		synctest.Wait()
		tok := c.Token()
		c.Drop()
		synctest.Wait()
		eve := w.attach(true)
		eve.Call(protocol.Hello{Nick: hubtest.Nick("eve"), Room: hubtest.Room("coffee")})
		synctest.Wait()
		c1 := w.attach(true)
		c1.Call(protocol.Hello{Token: tok})
		synctest.Wait()
		got := strings.Join(c1.Told(), "\n")
		t.Log(got)
		assert.NotEmpty(t, c1.Token(), "welcome back")
		ann.Drop()
		eve.Drop()
		c1.Drop()
		w.Close()
	})
}

// A session without a connection can be kicked.
func TestAKickEndsAHeldSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		c := w.attach(true)
		op := w.NewClient(false)
		op.Identity, op.Writer = anOperator, blocking
		op.Attach()
		c.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		c.Drop()
		synctest.Wait()
		op.Call(protocol.Kick{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		got := strings.Join(op.Told(), "\n")
		t.Log(got)
		assert.Contains(t, got, "-- bob is kicked: the name is refused for 1 minute")
		op.Drop()
		w.Close()
	})
}
