package hub

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// enter is a person who has just connected, and what it is told.
func (w *world) enter(t *testing.T) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}

func comeBack(code string) protocol.Command { return protocol.ComeBack{Code: protocol.MustText(code)} }

func (p *persona) codeNow() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code
}

// What a guest was told before it came back is nothing that its session was told:
// a connection that breaks at once, and a second time, loses nothing of that.
func TestG4WhatAGuestHasSeenIsNotWhatItsSessionHasSeen(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		bob.wants <- protocol.Join{Room: roomNamed("tea")}
		synctest.Wait()
		bob.breakOff()
		bob.ended.Wait()
		dan := w.enter(t)
		dan.wants <- protocol.Join{Room: roomNamed("tea")}
		dan.say("missed", "")
		synctest.Wait()

		eve := w.enter(t)
		ann.say("heard by a guest", "")
		synctest.Wait()
		require.Contains(t, eve.told(), "<guest-1> heard by a guest")
		eve.pause()
		eve.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		eve.breakOff()
		eve.resume()
		eve.ended.Wait()

		fay := w.enter(t)
		fay.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		assert.Contains(t, fay.told(), "<guest-3> missed")
		w.close(dan, fay)
	})
}

func TestResumeOfALiveSessionReplacesIt(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		ann.say("one", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> one"}, bob.told())
		bob.pause()
		ann.say("two", "")
		synctest.Wait()
		eve := w.enter(t)
		eve.told()
		eve.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		assert.Equal(t, []string{
			"-- Welcome back. What you missed follows.", "<guest-1> two", "-- guest-3 joined",
			"-- You are guest-2 in #lobby (3 here). Type to talk, /help for more; /resume " + bob.codeNow() + " after a break.",
			"-- guest-3 left",
		}, eve.told()[:5])
		bob.resume()
		bob.ended.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(bob.told()))
		eve.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		assert.Equal(t, "-- that is you already", last(eve.told()))
		ann.say("three", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> three"}, eve.told(), "live, and once")
		w.close(eve)
	})
}

// Who was thrown out for the sake of others is told the rest, and nothing twice.
func TestResumeAfterBeingExpelled(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		ann.say("one", "")
		synctest.Wait()
		var c *Client
		w.inspect(func(r *run) { c = r.named(nick("guest-2")).client })
		c.Expel(protocol.Full)
		bob.ended.Wait()
		ann.say("two", "")
		synctest.Wait()
		bob.told()
		eve := w.enter(t)
		eve.told()
		eve.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		assert.Equal(t, []string{"-- Welcome back. What you missed follows.", "<guest-1> two"}, eve.told()[:2])
		w.close(eve)
	})
}

// A person with the token of a program, and the program again after that.
func TestAPersonGoesOnWhereAProgramWas(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		ann := people[0]
		ann.say("before", "")
		synctest.Wait()
		bot := newPersona(w.h, true)
		bot.connect(t)
		synctest.Wait()
		bot.told()
		bot.breakOff()
		bot.ended.Wait()
		ann.say("meanwhile", "")
		synctest.Wait()

		eve := w.enter(t)
		eve.told()
		eve.wants <- comeBack(bot.token)
		eve.say("I am no program", "")
		synctest.Wait()
		seen := eve.told()
		assert.Equal(t, "-- Welcome back. What you missed follows.", seen[0])
		assert.Contains(t, seen, "-- You are guest-2 in #lobby (2 here). Type to talk, /help for more; /resume "+bot.token+" after a break.")
		assert.Contains(t, seen, "<guest-1> meanwhile")
		assert.NotContains(t, seen, "<guest-1> before", "it was said before the program came")
		assert.NotContains(t, seen, "<guest-2> I am no program", "a person does not hear itself, unless it wants to")
		bot.connect(t)
		synctest.Wait()
		eve.ended.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(eve.told()))
		ann.say("after", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> after", last(bot.told()))
		w.close(bot, eve)
	})
}

func TestOneCodeIsOneSession(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		bob.breakOff()
		bob.ended.Wait()
		synctest.Wait()
		ann.told()
		one, two, three := w.enter(t), w.enter(t), w.enter(t)
		gated.open = false
		one.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		two.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		three.wants <- comeBack(one.codeNow()) // of a guest who has just stopped being one
		synctest.Wait()
		gated.open = true
		gated.gate <- nil
		synctest.Wait()
		one.ended.Wait()
		assert.Equal(t, "-- goodbye: you are back on another connection", last(one.told()))
		assert.Contains(t, strings.Join(two.told(), "\n"), "-- You are guest-2 in #lobby")
		assert.Contains(t, three.told(), "-- there is no session of that code any more: it is kept for 2m after a break")
		w.inspect(func(r *run) {
			assert.Len(t, r.members, 3)
			assert.Len(t, r.tokens, 3)
			assert.Len(t, r.clients, 3)
		})
		w.close(two, three)
	})
}

func TestAnOperatorDoesNotBecomeSomebodyElse(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		op := newPersona(w.h, false)
		ctx, cancel := context.WithCancel(context.Background())
		c, err := w.h.Attach(ctx, Identity{Operator: true, Nick: nick("op"), Brief: true})
		require.NoError(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = deliver(ctx, c, func(l []*protocol.Line) error { return op.read(ctx, l) })
		}()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.NotContains(t, last(op.told()), "/resume", "an operator's console has no code")
		_ = c.Do(ctx, comeBack(people[0].codeNow()))
		synctest.Wait()
		assert.Equal(t, []string{"-- you are an operator, and stay one: somebody else may /resume that session"}, op.told())
		people[0].say("still me", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> still me", last(op.told()))
		c.Close(ctx, protocol.Lost)
		cancel()
		<-done
	})
}

// A session that could not come back, since the record does not work, may be tried again.
func TestComingBackWaitsForTheDisk(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		bob.breakOff()
		bob.ended.Wait()
		ann.say("missed", "")
		synctest.Wait()
		one, two := w.enter(t), w.enter(t)
		w.truth.fails(errors.New("disk full"))
		one.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		one.ended.Wait()
		seen := one.told()
		assert.Equal(t, "-- goodbye: the connection broke", last(seen))
		assert.Contains(t, seen, "-- that could not be recorded, so nobody has heard it: please try again in a while")
		w.truth.fails(nil)
		time.Sleep(2 * time.Second) // what was to be recorded is tried again
		two.wants <- comeBack(bob.codeNow())
		synctest.Wait()
		assert.Contains(t, two.told(), "<guest-1> missed")
		w.close(two)
	})
}
