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
	"chinwag/protocol"
)

// What a guest was told before it came back is nothing that its session was told: a connection that breaks at once, and
// a second time, loses nothing of that.
func TestG4WhatAGuestHasSeenIsNotWhatItsSessionHasSeen(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		bob.Send(protocol.Join{Room: hubtest.Room("tea")})
		synctest.Wait()
		bob.Disconnect()
		bob.Wait()
		dan := w.Enter(hub.Identity{})
		dan.Send(protocol.Join{Room: hubtest.Room("tea")})
		dan.Say("missed", "")
		synctest.Wait()

		eve := w.Enter(hub.Identity{})
		ann.Say("heard by a guest", "")
		synctest.Wait()
		require.Contains(t, eve.Told(), "<guest-1> heard by a guest")
		eve.Pause()
		eve.Send(comeBack(bob.Code()))
		synctest.Wait()
		eve.Disconnect()
		eve.Resume()
		eve.Wait()

		fay := w.Enter(hub.Identity{})
		fay.Send(comeBack(bob.Code()))
		synctest.Wait()
		assert.Contains(t, fay.Told(), "<guest-3> missed")
		w.Close(dan, fay)
	})
}

// A person that has come back, and was told what was missed, is not told it again after a start: neither where the
// server ends at once, nor where it has been started before.
func TestG12WhatWasToldOnComingBackIsNotToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := hub.Options{Replay: -1, Durable: true}
		w := newWorld(t, o)
		ann, bob := w.Enter(hub.Identity{Nick: hubtest.Nick("ann")}), w.Enter(hub.Identity{Nick: hubtest.Nick("bob")})
		for i := range 3 {
			bob.Disconnect()
			bob.Wait()
			ann.Do(say(fmt.Sprint("line ", i)))
			bob.Connect()
			synctest.Wait()
			assert.Equal(t, 1, strings.Count(bob.Text(), fmt.Sprint("line ", i)))
			w.Restart(o)
			for _, c := range []*hubtest.Client{ann, bob} {
				c.Wait()
				c.Connect()
			}
			synctest.Wait()
			assert.NotContains(t, bob.Text(), "> line", "start %d", i)
		}
		w.Close(ann, bob)
	})
}

// A client that does not read as the server ends is told the rest after the start: whether its connection breaks in the
// end, or the server does not wait for it any longer.
func TestG12WhatWasNotReadAtTheEndIsTold(t *testing.T) {
	for _, breaks := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := hub.Options{Replay: -1, Durable: true}
			w := newWorld(t, o)
			ann, bob := w.Enter(hub.Identity{Nick: hubtest.Nick("ann")}), w.Enter(hub.Identity{Nick: hubtest.Nick("bob")})
			bob.Told()
			bob.Pause()
			ann.Do(say("one"), say("two"))
			w.Stop()
			time.Sleep(time.Second)
			if breaks {
				bob.Disconnect()
			}
			w.Restart(o)
			bob.Resume()
			for _, c := range []*hubtest.Client{ann, bob} {
				c.Leave()
				c.Told()
				c.Connect()
			}
			time.Sleep(time.Second)
			synctest.Wait()
			told := bob.Text()
			assert.Equal(t, 1, strings.Count(told, "<ann> one"), told)
			assert.Equal(t, 1, strings.Count(told, "<ann> two"), told)
			w.Close(ann, bob)
		})
	}
}

// A program that comes with the token of a session that is over is told what was said since, and is still told all of
// it if the connection breaks on the way.
func TestG4ComingLateTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Replay: -1})
		ann, bob := w.attach(true), w.attach(true)
		ann.Call(protocol.Hello{Nick: hubtest.Nick("ann")})
		bob.Call(protocol.Hello{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		token, at := bob.Token(), bob.Resumes()
		bob.Drop()
		time.Sleep(3 * time.Minute)
		ann.Call(say("one"), say("two"))
		synctest.Wait()
		for range 2 { // as if nothing of it had arrived but the welcome
			late := w.attach(true)
			late.Call(protocol.Hello{Token: token, Resume: &at})
			synctest.Wait()
			got := late.Text()
			assert.Equal(t, 1, strings.Count(got, "<ann> one"), got)
			assert.Equal(t, 1, strings.Count(got, "<ann> two"), got)
			token = late.Token()
			late.Drop()
			synctest.Wait()
		}
		ann.Drop()
		w.Close()
	})
}

func TestResumeOfALiveSessionReplacesIt(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		ann.Say("one", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> one"}, bob.Told())
		bob.Pause()
		ann.Say("two", "")
		synctest.Wait()
		eve := w.Enter(hub.Identity{})
		eve.Told()
		eve.Send(comeBack(bob.Code()))
		synctest.Wait()
		assert.Equal(t, []string{
			"-- Welcome back. What you missed follows.", "<guest-1> two", "-- guest-3 joined",
			"-- guest-3 left",
			"-- You are guest-2 in #lobby (2 here). Type to talk, /help for more; /resume " + bob.Code() + " after a break.",
		}, eve.Told()[:5])
		bob.Resume()
		bob.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(bob.Told()))
		eve.Send(comeBack(bob.Code()))
		synctest.Wait()
		assert.Equal(t, "-- that is you already", last(eve.Told()))
		ann.Say("three", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> three"}, eve.Told(), "live, and once")
		w.Close(eve)
	})
}

// A client that was thrown out for the sake of others is told the rest when it resumes, and nothing twice.
func TestResumeAfterBeingExpelled(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		ann.Say("one", "")
		synctest.Wait()
		bob.Conn().Disconnect(protocol.Full)
		bob.Wait()
		ann.Say("two", "")
		synctest.Wait()
		bob.Told()
		eve := w.Enter(hub.Identity{})
		eve.Told()
		eve.Send(comeBack(bob.Code()))
		synctest.Wait()
		assert.Equal(t, []string{"-- Welcome back. What you missed follows.", "<guest-1> two"}, eve.Told()[:2])
		w.Close(eve)
	})
}

// A person with the token of a program, and the program again after that.
func TestAPersonGoesOnWhereAProgramWas(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		ann := people[0]
		ann.Say("before", "")
		synctest.Wait()
		bot := w.NewClient(true)
		bot.Connect()
		synctest.Wait()
		bot.Told()
		bot.Disconnect()
		bot.Wait()
		ann.Say("meanwhile", "")
		synctest.Wait()

		eve := w.Enter(hub.Identity{})
		eve.Told()
		eve.Send(comeBack(bot.Token()))
		eve.Say("I am no program", "")
		synctest.Wait()
		seen := eve.Told()
		assert.Equal(t, "-- Welcome back. What you missed follows.", seen[0])
		assert.Contains(t, seen, "-- You are guest-2 in #lobby (2 here). Type to talk, /help for more; /resume "+bot.Token()+" after a break.")
		assert.Contains(t, seen, "<guest-1> meanwhile")
		assert.NotContains(t, seen, "<guest-1> before", "it was said before the program came")
		assert.NotContains(t, seen, "<guest-2> I am no program", "a person does not hear itself, unless it wants to")
		bot.Connect()
		synctest.Wait()
		eve.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(eve.Told()))
		ann.Say("after", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> after", last(bot.Told()))
		w.Close(bot, eve)
	})
}

func TestOneCodeIsOneSession(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		bob.Disconnect()
		bob.Wait()
		synctest.Wait()
		ann.Told()
		one, two, three := w.Enter(hub.Identity{}), w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		w.Store.Hold()
		one.Send(comeBack(bob.Code()))
		synctest.Wait()
		two.Send(comeBack(bob.Code()))
		synctest.Wait()
		three.Send(comeBack(one.Code())) // of a guest that has just stopped being one
		synctest.Wait()
		w.Store.Open(nil)
		one.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(one.Told()))
		assert.Contains(t, strings.Join(two.Told(), "\n"), "-- You are guest-2 in #lobby")
		assert.Contains(t, three.Told(), "-- there is no session of that code any more: it is kept for 2m after a break")
		assert.Len(t, w.Sessions(), 3)
		assert.Equal(t, 3, w.Codes())
		assert.Equal(t, 3, w.Connections())
		w.Close(two, three)
	})
}

func TestAnOperatorDoesNotBecomeSomebodyElse(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		op := w.NewClient(false)
		op.Identity, op.Writer = hub.Identity{Operator: true, Nick: hubtest.Nick("op"), Brief: true}, blocking
		op.Attach()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.NotContains(t, last(op.Told()), "/resume", "an operator's console has no code")
		_ = op.Call(comeBack(people[0].Code()))
		synctest.Wait()
		assert.Equal(t, []string{"-- you are an operator, and stay one: somebody else may /resume that session"}, op.Told())
		people[0].Say("still me", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> still me", last(op.Told()))
		op.Drop()
		op.Wait()
	})
}

// A session that could not come back, since the journal does not work, may be tried again.
func TestComingBackWaitsForTheDisk(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		bob.Disconnect()
		bob.Wait()
		ann.Say("missed", "")
		synctest.Wait()
		one := w.Enter(hub.Identity{})
		guest := one.Code()
		w.Store.Fail(errDisk)
		one.Do(comeBack(bob.Code()))
		assert.Contains(t, one.Told(), "-- that could not be recorded, so nobody has heard it: please try again in a while")
		assert.Equal(t, guest, w.Session(one.Conn()).Code, "it is the guest that it was")
		w.Store.Fail(nil)
		one.Do(comeBack(bob.Code()))
		assert.Contains(t, one.Told(), "<guest-1> missed")
		w.Close(one)
	})
}
