package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/state"
	"chinwag/protocol"
)

func TestTwoOnDifferentNodesTalk(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Told()
		ann.Type("hello, bob")
		bob.Type("hello, ann", "/msg ann psst")
		assert.Equal(t, []string{"<bob> hello, ann", "[bob -> you] psst"}, ann.Told())
		assert.Equal(t, []string{"<ann> hello, bob", "[you -> ann] psst"}, bob.Told())
		ann.Type("/who")
		ann.Await("2 in #lobby: ann, bob")
		ns.agree(t, ns.all...)
		ann.Leave()
		bob.Await("ann left")
		bob.Leave()
	})
}

// A program goes on with its token on another node, in the middle of a conversation, and is told the rest of it; a
// person does so with a code.
func TestAClientMovesToAnotherNode(t *testing.T) {
	for _, program := range []bool{false, true} {
		inNodes(t, 2, func(t *testing.T, ns *nodes) {
			ann, bob := ns.enter(0, "ann"), ns.all[0].NewClient(program)
			bob.Connect()
			time.Sleep(time.Second)
			bob.Do(called("bob"))
			ann.Type("one")
			bob.Await("<ann> one")
			ann.Told()
			bob.MoveTo(ns.all[1].World)
			synctest.Wait()
			ann.Type("two")
			bob.Connect()
			time.Sleep(time.Second)
			ann.Type("three")
			told := strings.Join(bob.Await("<ann> three"), "\n")
			assert.Equal(t, 1, strings.Count(told, "<ann> two"), told)
			assert.NotContains(t, told, "<ann> one")
			assert.NotContains(t, told, "missing")
			bob.Type("I am elsewhere")
			ann.Await("<bob> I am elsewhere")
			ns.agree(t, ns.all...)
			ann.Leave()
			bob.Leave()
		})
	}
}

// A node is killed: its sessions are resumed on another node before they are missed, and the others are told nothing.
func TestANodeIsKilledAndItsPeopleComeBackElsewhere(t *testing.T) {
	inNodes(t, 3, func(t *testing.T, ns *nodes) {
		ann, bob, bot := ns.enter(0, "ann"), ns.enter(1, "bob"), ns.all[1].NewClient(true)
		bot.Connect()
		bot.Do(called("bot"))
		bob.Type("before")
		time.Sleep(3 * time.Second) // the node has said how far its people are told
		ann.Told()
		bob.Told()
		bot.Told()
		ns.all[1].Kill(bob, bot)
		ann.Type("while they are away")
		time.Sleep(state.Lease + state.Beat)
		for i, c := range []*hubtest.Client{bob, bot} {
			c.MoveTo(ns.all[2*i].World)
			c.Connect()
			synctest.Wait()
			c.Await("<ann> while they are away")
		}
		bob.Type("back")
		assert.Equal(t, []string{"<bob> back"}, ann.Told(), "and nothing of a break")
		ns.all[1].Again()
		time.Sleep(time.Second)
		ns.agree(t, ns.all...)
		eve := ns.enter(1, "eve")
		eve.Type("/who")
		eve.Await("4 in #lobby: ann, bob, bot, eve")
		for _, c := range []*hubtest.Client{ann, bob, bot, eve} {
			c.Leave()
		}
	})
}

// A node that stops in good order tells nothing more after it has said up to where its clients are told. What others
// say until that has its place in the order is read on another node, once.
func TestANodeThatStopsLosesAndRepeatsNothing(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Type("before")
		ann.Told()
		bob.Told()
		ns.link(1).Pause()
		ann.Type("while it stops")
		ns.all[1].Stop()
		synctest.Wait() // its last note comes after that line
		ns.link(1).Resume()
		ns.all[1].Wait()
		require.NoError(t, ns.all[1].Err)
		bob.Wait()
		told := bob.Text()
		assert.Contains(t, told, "/resume "+bob.Code())
		assert.NotContains(t, told, "while it stops")
		bob.MoveTo(ns.all[0].World)
		bob.Connect()
		synctest.Wait()
		told = bob.Text()
		assert.Equal(t, 1, strings.Count(told, "<ann> while it stops"))
		assert.NotContains(t, told, "before")
		assert.NotContains(t, told, "once more")
		assert.Empty(t, ann.Told(), "nobody is told of a break")
		ann.Leave()
		bob.Leave()
	})
}

// A person that breaks off before its node has told it anything, since the log is slow, is told on from where it was.
func TestAPersonBreaksOffBeforeItIsToldAnything(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Type("before")
		bob.Leave()
		synctest.Wait()
		ann.Type("while bob is away")
		bob.Told()
		ns.comesAndGoes(bob, 1)
		ns.all[1].Again() // what it was told is known from the rows
		bob.Connect()
		told := strings.Join(bob.Await("<ann> while bob is away"), "\n")
		assert.NotContains(t, told, "before")
		assert.NotContains(t, told, "once more")
		ann.Leave()
		bob.Leave()
	})
}

// comesAndGoes has a person connect to a node, and break off before that has heard of it from the log.
func (ns *nodes) comesAndGoes(c *hubtest.Client, i int) {
	c.MoveTo(ns.all[i].World)
	ns.link(i).Pause()
	c.Connect()
	synctest.Wait()
	c.Leave()
	ns.link(i).Resume()
	synctest.Wait()
}

// After a kill no node knows to a second what a person was told, also after the session has come and gone elsewhere.
func TestAPersonIsToldThatLinesMayComeTwice(t *testing.T) {
	inNodes(t, 3, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Type("told a moment before")
		ns.all[1].Kill(bob)
		bob.Told()
		ns.comesAndGoes(bob, 2)
		bob.Connect()
		synctest.Wait()
		told := bob.Text()
		assert.Contains(t, told, "may come once more")
		assert.Contains(t, told, "<ann> told a moment before")
		ann.Leave()
		bob.Leave()
	})
}

// What waits for a person that does not read is told when it comes back, also if it was behind and had caught up.
func TestWhatWasNotReadAtAKillIsTold(t *testing.T) {
	inNodes(t, 2, func(_ *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		bob.Leave()
		bob.Connect()
		synctest.Wait()
		bob.Told()
		bob.Pause()
		ann.Type("unread")
		time.Sleep(3 * time.Second)
		ns.all[1].Kill(bob)
		bob.MoveTo(ns.all[0].World)
		bob.Resume()
		bob.Connect()
		bob.Await("<ann> unread")
		ann.Leave()
		bob.Leave()
	})
}

func TestOneOfTwoHasANameThatBothTakeAtOnce(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Told()
		ns.link(0).Pause() // neither node knows what the other one's client wants
		ns.link(1).Pause()
		ann.Type("/nick eve")
		bob.Type("/nick eve")
		ns.link(0).Resume()
		ns.link(1).Resume()
		synctest.Wait()
		assert.Equal(t, []string{"-- you are now eve"}, ann.Told())
		assert.ElementsMatch(t, []string{"-- ann is now eve", "-- eve is taken: please choose another name"}, bob.Told())
		ns.agree(t, ns.all...)
		ann.Leave()
		bob.Leave()
	})
}

// A node that the others have not heard of for a lease ends, and what its clients have said meanwhile is nowhere.
func TestANodeThatIsCutOffForLongEnds(t *testing.T) {
	inNodes(t, 3, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ann.Told()
		bob.Told()
		ns.link(0).CutOff()
		ann.Type("nobody hears this")
		bob.Type("a node is missing")
		ann.Await("a node is missing")
		time.Sleep(state.Lease + state.Beat)
		ns.link(0).Join()
		time.Sleep(hub.Defaults().Grace)
		require.False(t, ns.all[0].isRunning())
		ns.all[0].Wait()
		require.ErrorIs(t, ns.all[0].Err, hub.ErrNode)
		ann.Wait()
		assert.Contains(t, ann.Text(), "this server of several cannot go on just now")
		ann.MoveTo(ns.all[2].World)
		ann.Connect()
		synctest.Wait()
		ann.Type("nobody has heard me")
		bob.Await("<ann> nobody has heard me")
		ns.agree(t, ns.all[1:]...)
		for _, w := range ns.all {
			for _, e := range w.Store.Entries() {
				_, words := protocol.Words(e.Event)
				assert.NotEqual(t, "nobody hears this", words.String())
			}
		}
		ann.Leave()
		bob.Leave()
	})
}

// A node whose log gives other times decides other things: its state is found to be another one, and it ends.
func TestANodeWithAClockOfItsOwnIsFound(t *testing.T) {
	inNodes(t, 3, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(1, "bob")
		ns.link(2).Shift(time.Second)
		for i := 0; ns.all[2].isRunning(); i++ {
			require.Less(t, ns.log.Position(), uint64(state.ChecksumEvery+256))
			ann.Send(say(fmt.Sprint(i)))
			if i%64 == 0 {
				time.Sleep(100 * time.Millisecond)
			}
		}
		ns.all[2].Wait()
		require.ErrorIs(t, ns.all[2].Err, hub.ErrNode)
		ns.agree(t, ns.all[:2]...)
		bob.Told()
		ann.Type("we go on")
		bob.Await("<ann> we go on")
		ann.Leave()
		bob.Leave()
	})
}

// isRunning reports whether the hub has not ended.
func (w *world) isRunning() bool {
	select {
	case <-w.Hub.Done():
		return false
	default:
		return true
	}
}
