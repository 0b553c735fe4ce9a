package hub_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// inTwoRooms plays f with ann, a person that has the lobby in front and watches #tea, with bot, which is in both, and
// with bob and eve, which are programs in one each. What they do in f is one commit, but for what must wait until
// another command of the same client is answered.
func inTwoRooms(t *testing.T, f func(ann, bot, bob, eve *hubtest.Client)) (ann, bot []string) {
	t.Helper()
	tea := hubtest.Room("tea")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		a, b, bob, eve, far := w.attach(false), w.attach(true), w.attach(true), w.attach(true), w.attach(true)
		does(far, protocol.Hello{Nick: hubtest.Nick("far"), Room: hubtest.Room("far")})
		does(a, called("ann"), protocol.Watch{Room: tea}, protocol.Watch{Room: protocol.Lobby})
		does(b, protocol.Hello{Nick: hubtest.Nick("bot")}, protocol.Watch{Room: tea})
		does(bob, protocol.Hello{Nick: hubtest.Nick("bob")})
		does(eve, protocol.Hello{Nick: hubtest.Nick("eve"), Room: tea})
		a.Told()
		b.Told()
		w.Store.Hold()
		does(far, say("this is a commit of its own"))
		f(a, b, bob, eve)
		w.Store.Release()
		synctest.Wait()
		assert.True(t, slices.IsSorted(b.Positions()), "in the order of the journal")
		ann, bot = a.Told(), b.Told()
		for _, c := range []*hubtest.Client{a, b, bob, eve, far} {
			c.Drop()
		}
		w.Close()
	})
	return ann, bot
}

func does(c *hubtest.Client, cmds ...protocol.Command) {
	go func() { _ = c.Call(cmds...) }()
	synctest.Wait()
}

func TestWhatIsSaidInTwoRoomsIsOneSequence(t *testing.T) {
	ann, bot := inTwoRooms(t, func(_, _, bob, eve *hubtest.Client) {
		does(eve, say("one"))
		does(bob, say("two"))
		does(eve, say("three"), protocol.Me{Text: hubtest.Text("waves")})
		does(bob, say("four"))
	})
	assert.Equal(t, []string{"#tea <eve> one", "<bob> two", "#tea <eve> three", "#tea * eve waves", "<bob> four"}, ann)
	assert.Equal(t, []string{"<eve> one", "<bob> two", "<eve> three", "* eve waves", "<bob> four"}, bot)
}

// A program that speaks into both hears the others, and itself, in the same sequence.
func TestAnAuthorIsToldOneSequence(t *testing.T) {
	_, bot := inTwoRooms(t, func(_, bot, bob, eve *hubtest.Client) {
		does(eve, say("one"))
		does(bot, say("two"), protocol.Say{Text: hubtest.Text("three"), Room: hubtest.Room("tea")})
		does(bob, say("four"))
	})
	assert.Equal(t, []string{"<eve> one", "<bot> two", "<bot> three", "<bob> four"}, bot)
}

// An event that stands in each room of a session is told once.
func TestOneThingInTwoRoomsIsToldOnce(t *testing.T) {
	ann, bot := inTwoRooms(t, func(_, _, bob, eve *hubtest.Client) {
		does(bob, say("hello"))
		does(eve, protocol.Watch{Room: protocol.Lobby}, called("evelyn"), protocol.Away{Text: hubtest.Text("lunch")}, protocol.Quit{})
	})
	assert.Equal(t, []string{
		"<bob> hello", "-- eve joined", "-- eve is now evelyn", "-- evelyn is away: lunch", "-- evelyn left",
	}, ann)
	assert.Equal(t, []string{"<bob> hello", "-- eve joined", "-- eve is now evelyn", "-- evelyn is away: lunch", "-- evelyn left"}, bot)
}

// A line is told as of the room that was in front when it was said.
func TestAnotherRoomComesToTheFront(t *testing.T) {
	ann, _ := inTwoRooms(t, func(ann, _, bob, eve *hubtest.Client) {
		does(eve, say("one"))
		does(bob, say("two"))
		does(ann, protocol.Join{Room: hubtest.Room("tea")})
		does(eve, say("three"))
		does(bob, say("four"))
	})
	assert.Equal(t, []string{"#tea <eve> one", "<bob> two", "-- you are in #tea now (3 here)", "<eve> three", "#lobby <bob> four"}, ann)
	ann, _ = inTwoRooms(t, func(ann, _, bob, eve *hubtest.Client) {
		does(eve, say("one"))
		does(bob, say("two"))
		does(ann, protocol.Part{})
		does(bob, say("nobody hears this"))
		does(eve, say("three"))
	})
	assert.Equal(t, []string{"#tea <eve> one", "<bob> two", "-- you have left #lobby, and are in #tea", "<eve> three"}, ann)
}

// A session that ann ignores is not heard in any room; the others are.
func TestWhoIsIgnoredIsLeftOutOfASequence(t *testing.T) {
	ann, _ := inTwoRooms(t, func(ann, _, bob, eve *hubtest.Client) {
		does(ann, protocol.Ignore{Nick: hubtest.Nick("bob")})
		does(eve, say("one"))
		does(bob, say("nobody hears this"))
		does(eve, say("two"))
	})
	assert.Equal(t, []string{"#tea <eve> one", "#tea <eve> two"}, slices.DeleteFunc(ann, func(l string) bool { return l[0] == '-' }))
}

// A client that reads on from the journal is told each line as of the room that was in front when it was said.
func TestWhoIsBehindReadsSeveralRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1, Outbox: 100})
		tea := hubtest.Room("tea")
		ann, eve := w.Enter(hub.Identity{Nick: hubtest.Nick("ann")}), w.NewClient(true)
		eve.Connect()
		eve.Do(called("eve"), protocol.Watch{Room: tea})
		inTea := func(words string) protocol.Command { return protocol.Say{Text: hubtest.Text(words), Room: tea} }
		ann.Do(protocol.Watch{Room: tea})
		ann.Told()
		ann.Pause()
		eve.Do(say("it is not read any more"), say(strings.Repeat("it is behind", 20)))
		eve.Do(inTea("one"), say("two"), called("evelyn"))
		ann.Do(protocol.Join{Room: tea}) // and leaves the lobby by that
		eve.Do(inTea("three"), say("nobody hears this"))
		ann.Resume()
		synctest.Wait()
		assert.Equal(t, []string{
			"#tea <eve> one", "<eve> two", "-- eve is now evelyn", "-- you are in #tea now (2 here)", "<evelyn> three",
		}, ann.Told()[2:])
		w.Close(ann, eve)
	})
}

// A program that was told an event in the first of two rooms, and comes back after it, is not told it in the second,
// also where the journal has forgotten the first meanwhile.
func TestG4OneThingInTwoRoomsIsToldOnceOverABreak(t *testing.T) {
	for _, crowded := range []protocol.Room{protocol.Lobby, hubtest.Room("tea")} {
		synctest.Test(t, func(t *testing.T) {
			b := journal.Bounds{Lines: 10}
			w := newWorldOn(t, hubtest.Setup{Store: forgetful{journal.NewMemory(b)}, Bounds: b, Options: hub.Options{Replay: -1}})
			bot, eve := w.NewClient(true), w.NewClient(true)
			for _, c := range []*hubtest.Client{bot, eve} {
				c.Connect()
				c.Do(protocol.Watch{Room: hubtest.Room("tea")})
			}
			eve.Do(protocol.Watch{Room: protocol.Lobby}, protocol.Join{Room: crowded}) // there it stands first
			eve.Do(called("eve"))
			assert.Contains(t, bot.Text(), "is now eve")
			bot.Leave()
			for i := range 40 {
				eve.Do(say(strings.Repeat("x", i+1)))
			}
			bot.Connect()
			synctest.Wait()
			assert.NotContains(t, bot.Text(), "is now eve", "%s", crowded)
			w.Close(bot, eve)
		})
	}
}
