package hub_test

import (
	"context"
	"fmt"
	"slices"
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

func TestOfTwoWhoTakeTheSameVisitorOneGetsThem(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.Store.Hold()
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.ops[1].Do(protocol.Take{Ticket: 1})
		assert.Empty(t, w.ops[1].Text(), "it is not so before it is recorded")
		w.Store.Open(nil)
		assert.Equal(t, []string{"-- op0 has @1 v1", "-- op0 has @1 v1, and /note 1 TEXT tells only operators"}, w.ops[1].Told())
		assert.Equal(t, "op0", w.holder(1))
		assert.Equal(t, "-- op0 is with you now", w.visitors[0].Text())
	})
}

func TestAClaimThatCouldNotBeRecordedIsUndone(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.Store.Hold()
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.Store.Open(errDisk)
		assert.Equal(t, "waits", w.holder(1))
		assert.Contains(t, w.ops[0].Text(), "could not be recorded")
		assert.Empty(t, w.visitors[0].Text())
		assert.Contains(t, w.ops[1].Text(), "the journal cannot be written", "operators are told that")
	})
}

// No client asks for the break of an operator's connection: it is decided again when it could not be recorded.
func TestAnOperatorLeavesWhileAClaimIsUnderWay(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.hush()
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Ticket: 1})
		drop(w.ops[0])
		w.Store.Open(errDisk)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "waits", w.holder(1))
		seen := w.ops[1].Text()
		assert.Equal(t, 1, strings.Count(seen, "@1 v1 waits again"), seen)
	})
}

func TestAnOperatorWhoIsBackBeforeTheBreakIsRecordedIsOne(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		w.Store.Hold()
		drop(w.ops[0])
		w.ops[0].Connect()
		synctest.Wait()
		w.Store.Open(nil)
		w.ops[0].Do(protocol.Take{Ticket: 1})
		require.Equal(t, "op0", w.holder(1))
		assert.True(t, w.Session(w.ops[0].Conn()).Serves)
		says(w.visitors[0], "hello?")
		assert.Contains(t, w.ops[0].Text(), "[@1 v1] hello?")
	})
}

func TestAThousandLeaveTheQueueAtOnce(t *testing.T) {
	const crowd = 1000
	atTheDesk(t, hub.Options{VisitorsPerAddress: -1}, 3, 0, false, func(w *deskWorld) {
		var people []*hubtest.Client
		for range crowd {
			p := w.NewClient(true)
			p.Room = protocol.DeskRoom
			p.Connect()
			people = append(people, p)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Len(t, w.Queue(), crowd)
		slow := people[crowd-1]
		slow.Pause()
		for _, p := range people[crowd/2:] {
			p.Told()
		}
		for _, p := range people[:crowd/2] {
			p.Send(protocol.LeaveDesk{})
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for _, p := range people[crowd/2 : crowd-1] {
			seen := p.Told()
			assert.LessOrEqual(t, len(seen), 3)
			assert.NotEmpty(t, seen)
		}
		slow.Resume()
		synctest.Wait()
		assert.LessOrEqual(t, len(slow.Told()), 3, "one line waits for who does not read")
		for _, p := range people {
			p.Disconnect()
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		assert.Zero(t, w.Places())
	})
}

// How things stood is not told after it has been told how they are.
func TestHowThingsStandIsToldOnce(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 8, false, func(w *deskWorld) {
		moves := func() { // the first is on its way to a client that reads slowly, the others wait
			for range 3 {
				w.visitors[w.Queue()[0]-1].Do(protocol.LeaveDesk{})
				time.Sleep(2 * time.Second)
				synctest.Wait()
			}
		}
		asks, leaves := w.visitors[6], w.visitors[7]
		asks.Pause()
		leaves.Pause()
		moves()
		asks.Do(protocol.Who{})
		leaves.Do(protocol.LeaveDesk{})
		asks.Resume()
		leaves.Resume()
		synctest.Wait()
		assert.Equal(t, []string{"-- you are number 6 in the queue", "-- you are number 4 in the queue"}, asks.Told())
		assert.Equal(t, []string{"-- you are number 7 in the queue", "-- you are in #lobby now (6 here)"}, leaves.Told())
	})
}

// A timer that is always due would stand still here.
func TestTheVisitorsOfASilentOperatorWaitAgain(t *testing.T) {
	atTheDesk(t, hub.Options{Silence: time.Minute}, 1, 1, true, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.Store.Fail(errDisk)
		drop(w.ops[0])
		time.Sleep(5 * time.Minute)
		w.Store.Fail(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "waits", w.holder(1))
	})
}

// A late note that a visitor has left a message is not true of a visitor that is back.
func TestWhoIsBackHasNotLeftAMessage(t *testing.T) {
	atTheDesk(t, hub.Options{}, 0, 1, true, func(w *deskWorld) {
		says(w.visitors[0], "hello?")
		w.bystander.Do(protocol.Duty{On: true})
		drop(w.visitors[0]) // an operator is on duty
		w.bystander.Do(protocol.Duty{})
		time.Sleep(119 * time.Second)
		w.Store.Hold()
		time.Sleep(2 * time.Second)
		w.Store.Open(errDisk)
		w.visitors[0].Connect()
		synctest.Wait()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.False(t, w.Ticket(1).Message)
		assert.False(t, w.Ticket(1).Absent)
	})
}

func TestPromotion(t *testing.T) {
	promote := func(p *hubtest.Client) {
		assert.NoError(t, p.Conn().Promote(context.Background(), ""))
		synctest.Wait()
	}
	for name, at := range map[string]func(w *deskWorld, p *hubtest.Client){
		"in the room":     func(_ *deskWorld, _ *hubtest.Client) { time.Sleep(time.Second); synctest.Wait() },
		"at the desk":     func(_ *deskWorld, p *hubtest.Client) { p.Do(protocol.Desk{}) },
		"before arriving": func(*deskWorld, *hubtest.Client) {},
		"while arriving":  func(w *deskWorld, _ *hubtest.Client) { w.Store.Hold(); time.Sleep(time.Second); synctest.Wait() },
	} {
		for _, only := range []bool{false, true} {
			for _, err := range []error{nil, errDisk} {
				t.Run(fmt.Sprint(name, only, err), func(t *testing.T) {
					atTheDesk(t, hub.Options{Desk: only}, 1, 1, false, func(w *deskWorld) {
						p := w.NewClient(false)
						p.Identity.Brief = true
						p.Connect()
						synctest.Wait()
						at(w, p)
						w.Store.Hold()
						promote(p)
						w.Store.Open(err)
						time.Sleep(time.Second)
						synctest.Wait()
						m := w.Session(p.Conn())
						if strings.HasSuffix(name, "arriving") && err != nil {
							require.Zero(t, m, "its session could not be recorded")
							p.Do(protocol.Who{}) // and is tried again
							m = w.Session(p.Conn())
						}
						require.NotZero(t, m)
						if err != nil {
							assert.False(t, m.Operator)
							assert.False(t, m.Serves)
							p.Do(protocol.Take{Ticket: 1})
							assert.NotContains(t, p.Text(), "you have @1")
						} else {
							assert.True(t, m.Operator && m.Serves)
							want := protocol.Lobby
							if only {
								want = protocol.OperatorsRoom
							}
							assert.Equal(t, want, m.Room)
							assert.Zero(t, m.Ticket)
							p.Text()
							says(w.visitors[0], "hello")
							assert.Contains(t, p.Text(), "[@1 v1] hello")
						}
						drop(p)
						assert.Len(t, w.Sessions(), 3)
						assert.Equal(t, 1, w.Places())
					})
				})
			}
		}
	}
	t.Run("while behind", func(t *testing.T) {
		atTheDesk(t, hub.Options{Outbox: 200}, 1, 1, false, func(w *deskWorld) {
			p := w.come(false, hub.Identity{})
			says(w.visitors[0], "before")
			p.Pause()
			for i := range 20 {
				says(w.ops[0], fmt.Sprint("room ", i))
			}
			promote(p)
			for i := range 20 {
				says(w.visitors[0], fmt.Sprint("desk ", i, "."))
				says(w.ops[0], fmt.Sprint("later ", i))
			}
			p.Resume()
			synctest.Wait()
			seen := p.Text()
			assert.NotContains(t, seen, "before")
			assert.NotContains(t, seen, "missing")
			for i := range 20 {
				assert.Equal(t, 1, strings.Count(seen, fmt.Sprint("desk ", i, ".")))
			}
			drop(p)
		})
	})
}

func TestTheHubStopsWithVisitorsInIt(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 2, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.hush()
		says(w.ops[0], "one moment")
		w.Stop()
		w.Wait()
		for _, v := range w.visitors {
			v.Wait()
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while", last(v.Told()))
		}
	})
}

// A conversation is closed as its visitor comes back.
func TestAVisitorIsNotStrandedAtTheDesk(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		v := w.visitors[0]
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Ticket: 1})
		drop(v)
		v.Told()
		v.Connect()
		synctest.Wait()
		w.Store.Let(nil)
		w.Store.Open(nil)
		assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
		heard := v.Heard()
		welcome := slices.IndexFunc(heard, func(e protocol.Event) bool { w, ok := e.(protocol.Welcome); return ok && w.Resumed })
		require.GreaterOrEqual(t, welcome, 0)
		for _, e := range heard[:welcome] {
			assert.IsType(t, protocol.Greeting{}, e, "a program hears nothing before its welcome")
		}
	})
}

func TestWhoIsBackBeforeTheVisitHasBegunHasOne(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		v := w.come(true, hub.Identity{})
		w.Store.Hold()
		v.Do(protocol.Desk{})
		drop(v)
		v.Connect()
		synctest.Wait()
		w.Store.Open(nil)
		assert.Len(t, w.Tickets(), 1)
		assert.Equal(t, 1, w.Places())
		assert.Equal(t, protocol.DeskRoom, w.Session(v.Conn()).Room)
		says(v, "hello")
		assert.Contains(t, w.ops[0].Text(), "] hello")
		drop(v)
	})
}

// The same, and it could not be recorded that the visit began.
func TestWhoIsBackAfterAVisitThatDidNotBeginIsInTheRoom(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		v := w.come(true, hub.Identity{})
		w.Store.Hold()
		v.Do(protocol.Desk{})
		drop(v)
		v.Connect()
		synctest.Wait()
		w.Store.Open(errDisk)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Contains(t, v.Text(), "You are in no room yet")
		before := w.SessionOf(v.Token())
		v.Do(protocol.Who{})
		assert.Equal(t, before.ID, w.Session(v.Conn()).ID, "its hello is tried again")
		assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
		assert.Zero(t, w.Places())
		drop(v)
	})
}

// Where there is only a desk, no client gets into a room because the journal failed.
func TestThereIsNoWayAroundTheDesk(t *testing.T) {
	atTheDesk(t, hub.Options{Desk: true}, 1, 0, false, func(w *deskWorld) {
		p := w.NewClient(false)
		p.Identity.Brief = true
		w.Store.Hold()
		p.Connect()
		p.Do(protocol.Ping{})
		w.Store.Open(errDisk)
		p.Do(protocol.Join{Room: hubtest.Room("tea")})
		assert.Equal(t, protocol.DeskRoom, w.Session(p.Conn()).Room)
		drop(p)
	})
}

// An operator that takes a visitor reads what that visitor has said, however much others say.
func TestWhatWasSaidBeforeIsShownOfThisVisitor(t *testing.T) {
	atTheDesk(t, hub.Options{Replay: 3}, 1, 2, false, func(w *deskWorld) {
		says(w.visitors[0], "one", "two", "three", "four")
		for i := range 30 {
			says(w.visitors[1], fmt.Sprint("noise ", i))
		}
		op := w.come(false, hub.Identity{Operator: true})
		op.Text()
		op.Do(protocol.Take{Ticket: 1})
		seen := op.Text()
		assert.Contains(t, seen, "[@1 v1] three\n")
		assert.Contains(t, seen, "[@1 v1] four\n")
		assert.NotContains(t, seen, "[@1 v1] two")
		assert.NotContains(t, seen, "noise")
		drop(op)
	})
}
