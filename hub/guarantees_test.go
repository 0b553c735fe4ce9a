package hub_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

func TestG1NothingIsShownBeforeItIsAccepted(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, true, func(w *world, people []*hubtest.Client) {
		w.Store.Hold()
		ann, bob := people[0], people[1]
		ann.Say("hello", "r1")
		synctest.Wait()
		assert.Empty(t, bob.Told(), "not accepted yet")
		assert.Empty(t, ann.Told(), "nor acknowledged")
		w.Store.Let(nil)
		assert.Equal(t, []string{"<guest-1> hello"}, bob.Told())
		assert.Equal(t, []string{"<guest-1> hello"}, ann.Told())

		ann.Say("lost", "r2")
		synctest.Wait()
		w.Store.Let(errDisk)
		assert.Empty(t, bob.Told(), "what could not be kept is heard by nobody")
		assert.Equal(t, []string{"-- that could not be recorded, so nobody has heard it: please try again in a while"}, ann.Told())

		ann.Send(protocol.Rename{Nick: hubtest.Nick("ann")})
		synctest.Wait()
		w.Store.Let(errDisk)
		ann.Told()
		bob.Send(protocol.Rename{Nick: hubtest.Nick("ann")})
		synctest.Wait()
		w.Store.Let(nil)
		assert.Equal(t, []string{"-- you are now ann"}, bob.Told(), "a name that was not taken in the end is free")
		ann.Told()

		ann.Disconnect()
		synctest.Wait()
		w.Store.Let(errDisk)
		assert.Empty(t, bob.Told())
		time.Sleep(time.Second)
		w.Store.Let(nil)
		assert.Equal(t, []string{"-- guest-1 left (the connection broke)"}, bob.Told(), "somebody who has gone has gone: it is tried again")

		eve := w.NewClient(false)
		eve.Connect()
		time.Sleep(time.Second)
		w.Store.Let(errDisk)
		eve.Send(protocol.Say{Text: hubtest.Text("to nobody")})
		synctest.Wait()
		w.Store.Let(errDisk)
		assert.Equal(t, inNoRoom, last(eve.Told()))
		eve.Send(protocol.Join{Room: protocol.Lobby})
		synctest.Wait()
		w.Store.Let(nil)
		assert.Equal(t, []string{"-- guest-3 joined"}, bob.Told())
		w.Store.Release()
		eve.Disconnect()
		eve.Wait()
	})
}

func TestG2AllSeeOneOrder(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 5, true, func(_ *world, people []*hubtest.Client) {
		for i := range 200 {
			people[i%5].Say(fmt.Sprint(i), protocol.Ref(fmt.Sprint(i)))
		}
		synctest.Wait()
		want := people[0].Told()
		assert.Len(t, want, 200)
		for _, p := range people[1:] {
			assert.Equal(t, want, p.Told())
		}
	})
}

// G6: what waits for a member that does not read is bounded, and no other member waits for it.
func TestG6ASlowMemberCostsNobodyAnything(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 3, false, func(w *world, people []*hubtest.Client) {
		ann, bob, slow := people[0], people[1], people[2]
		slow.Pause()
		line := strings.Repeat("x", 1000)
		for i := range 2000 {
			ann.Say(fmt.Sprint(i, " ", line), "")
			if i%10 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		assert.Len(t, bob.Told(), 2000)

		_, largest := w.Outbox(slow.Conn())
		assert.Greater(t, largest, 40<<10, "the slow one's outbox is full")
		assert.LessOrEqual(t, largest, 64<<10, "and no fuller than its bound")

		time.Sleep(2 * time.Minute) // no start needs the oldest lines any more
		slow.Resume()
		synctest.Wait()
		seen := slow.Told()
		missing := 2000 - (len(seen) - 1)
		assert.Contains(t, seen, fmt.Sprintf("-- %d lines are missing here: more was said than is kept for those who read slowly", missing))
		assert.Equal(t, "<guest-1> 1999 "+line, seen[len(seen)-1], "it is back in the live feed")
	})
}

// A client that does not read is not answered further: one answer is under way.
func TestG6AnswersAreBounded(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		slow := people[1]
		slow.Pause()
		for range 3000 {
			slow.Send(protocol.History{All: true})
			slow.Send(protocol.Who{})
		}
		synctest.Wait()
		assert.Greater(t, slow.Unsent(), 5990, "its commands wait where they came from")
		items, _ := w.Outbox(slow.Conn())
		assert.LessOrEqual(t, items, 4)
		slow.Resume()
		synctest.Wait()
		assert.Len(t, slow.Told(), 6000)
	})
}

// The hub can stop at any moment while people attach, speak, rename and leave.
func TestTheHubStopsAtAnyMoment(t *testing.T) {
	for i := range 40 {
		w := newWorld(t, hub.Options{Grace: time.Second, Arrive: time.Millisecond})
		var crowd sync.WaitGroup
		for j := range 16 {
			crowd.Go(func() {
				for k := 0; ; k++ {
					p := w.NewClient(j%2 == 0)
					if !p.Connect() {
						return // there is no hub any more
					}
					p.Say("hello", protocol.Ref(fmt.Sprint(j, k)))
					p.Send(protocol.Rename{Nick: hubtest.Nick("n%d-%d", j, k)})
					p.Send(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", j%3))})
					p.Say("bye", protocol.Ref(fmt.Sprint(j, k, "b")))
					if k%2 == 0 {
						p.Send(protocol.Quit{})
					} else {
						p.Disconnect()
					}
					p.Wait()
				}
			})
		}
		time.AfterFunc(time.Duration(i)*200*time.Microsecond, w.Stop)
		finished := make(chan struct{})
		go func() { crowd.Wait(); w.Wait(); close(finished) }()
		select {
		case <-finished:
		case <-time.After(30 * time.Second):
			panic("something hangs on a hub that has stopped")
		}
	}
}

// G8: at the end what was accepted is told, then every client gets a goodbye.
func TestG8EverybodyGetsAGoodbye(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 3, true, func(w *world, people []*hubtest.Client) {
		for i := range 50 {
			people[0].Say(fmt.Sprint(i), protocol.Ref(fmt.Sprint(i)))
		}
		synctest.Wait()
		w.Stop()
		w.Wait()
		for _, p := range people {
			p.Wait()
			seen := p.Told()
			require.Len(t, seen, 51)
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while", seen[50])
		}
		_, err := w.Hub.Attach(context.Background(), hub.Identity{}, nil)
		assert.ErrorIs(t, err, hub.ErrStopped)
	})
}

func TestG5WhatIsSentAgainIsAcknowledgedEachTime(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, true, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		psst := protocol.Msg{Ref: "k1", To: hubtest.Nick("guest-2"), Text: hubtest.Text("psst")}
		ann.Send(psst)
		synctest.Wait()
		bob.Send(protocol.Quit{})
		synctest.Wait()
		ann.Send(psst) // to a guest that has quit meanwhile
		synctest.Wait()
		assert.Equal(t, []string{"[you -> guest-2] psst", "-- guest-2 left", "-- that line is safe already"}, ann.Told())

		w.Store.Hold()
		again := protocol.Say{Ref: "k2", Text: hubtest.Text("hello")}
		ann.Send(again)
		ann.Send(again) // while the first is under way
		ann.Send(protocol.Ping{})
		synctest.Wait()
		w.Store.Let(errDisk)
		unkept := "-- that could not be recorded, so nobody has heard it: please try again in a while"
		assert.Equal(t, []string{unkept}, ann.Told(), "the second had only been asked for, and is now said")
		ann.Send(again)
		synctest.Wait()
		w.Store.Open(nil)
		assert.Equal(t, []string{"<guest-1> hello", "-- pong", "-- that line is safe already"}, ann.Told())
	})
}

// What is under way when a session is kicked comes first; nothing of that session comes after the kick.
func TestAKickIsTheLastThingThatIsHeardOfSomebody(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		op, eve, bob := w.EnterOperator("op"), people[0], people[1]
		eve.Told()
		bob.Told()
		w.Store.Hold()
		eve.Say("before", "")
		synctest.Wait()
		op.Send(protocol.Kick{Nick: hubtest.Nick("guest-1")})
		synctest.Wait()
		eve.Say("after", "")
		synctest.Wait()
		w.Store.Open(nil)
		assert.Equal(t, []string{"<guest-1> before", "-- guest-1 was kicked by op"}, bob.Told())
		assert.Equal(t, "-- goodbye: you were kicked, please stay away for 1 minute", last(eve.Told()))
		assert.Len(t, w.Sessions(), 2)
		w.Close(op)
	})
}

// G8: a client that does not read holds up the end for no longer than the grace.
func TestG8TheGraceIsBounded(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		people[1].Pause()
		people[0].Say("hello", "")
		synctest.Wait()
		began := time.Now()
		w.Stop()
		w.Wait()
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
}
