package hub_test

import (
	"context"
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

func TestOfTwoWhoTakeTheSameVisitorOneGetsThem(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.Record.Hold()
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.ops[1].Do(protocol.Take{Ticket: 1})
		assert.Equal(t, "-- op0 has @1 v1, and /note 1 TEXT tells only operators", w.ops[1].Text(), "before the journal has decided")
		w.ops[1].Do(protocol.Reply{Ticket: 1, Text: hubtest.Text("me")}, protocol.Close{Ticket: 1}, protocol.Next{})
		assert.NotContains(t, w.ops[1].Text(), "you have")
		w.Record.Open(nil)
		assert.Equal(t, "op0", w.holder(1))
		assert.Equal(t, "-- op0 is with you now", w.visitors[0].Text())
	})
}

func TestAClaimThatCouldNotBeRecordedIsUndone(t *testing.T) {
	for name, c := range map[string]struct {
		cmd           protocol.Command
		before, after string
	}{
		"take":  {protocol.Take{Ticket: 1}, "waits", "op0"},
		"next":  {protocol.Next{}, "waits", "op0"},
		"reply": {protocol.Reply{Ticket: 1, Text: hubtest.Text("hello")}, "waits", "op0"},
		"hand":  {protocol.Hand{Ticket: 1, To: hubtest.Nick("op1")}, "op0", "op1"},
		"close": {protocol.Close{Ticket: 1}, "op0", "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
				if c.before == "op0" {
					w.ops[0].Do(protocol.Take{Ticket: 1})
				}
				w.hush()
				w.Record.Hold()
				w.ops[0].Do(c.cmd)
				w.Record.Open(errDisk)
				assert.Equal(t, c.before, w.holder(1))
				assert.Contains(t, w.ops[0].Text(), "could not be recorded")
				assert.Empty(t, w.visitors[0].Text())
				assert.Contains(t, w.ops[1].Text(), "the record cannot be written", "operators are told that")
				w.hush()
				w.ops[0].Do(c.cmd)
				assert.Equal(t, c.after, w.holder(1))
			})
		})
	}
}

func TestAVisitWhoseBeginningCouldNotBeRecordedTakesNoPlace(t *testing.T) {
	atTheDesk(t, hub.Options{Visitors: 1}, 1, 0, false, func(w *deskWorld) {
		v := w.come(false, hub.Identity{})
		w.Record.Hold()
		v.Do(protocol.Desk{Text: hubtest.Text("hello")})
		w.Record.Open(errDisk)
		assert.Zero(t, w.Places())
		assert.Contains(t, v.Text(), "could not be recorded")
		v.Do(protocol.Desk{Text: hubtest.Text("hello")})
		assert.Equal(t, "waits", w.holder(2))
		assert.Equal(t, "hello", w.Ticket(2).First)
		drop(v)
	})
}

// B hands on what A is handing over to B, before either is in the record.
func TestAVisitorIsHandedOnBeforeTheHandOverIsRecorded(t *testing.T) {
	atTheDesk(t, hub.Options{}, 3, 1, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.Record.Hold()
		w.ops[0].Do(protocol.Hand{Ticket: 1, To: hubtest.Nick("op1")})
		w.ops[1].Do(protocol.Hand{Ticket: 1, To: hubtest.Nick("op2")})
		w.hush()
		w.Record.Let(nil)
		assert.Equal(t, "-- op0 hands you over to op1, who is with you now", w.visitors[0].Text())
		w.Record.Open(nil)
		assert.Equal(t, "-- op1 hands you over to op2, who is with you now", w.visitors[0].Text())
		assert.Equal(t, "op2", w.holder(1))
	})
}

func TestAnOperatorLeavesWhileAClaimIsUnderWay(t *testing.T) {
	for name, c := range map[string]struct {
		has   bool
		cmd   protocol.Command
		first error
		after string
	}{
		"take":               {false, protocol.Take{Ticket: 1}, nil, "waits"},
		"take that fails":    {false, protocol.Take{Ticket: 1}, errDisk, "waits"},
		"hand":               {true, protocol.Hand{Ticket: 1, To: hubtest.Nick("op1")}, nil, "op1"},
		"hand that fails":    {true, protocol.Hand{Ticket: 1, To: hubtest.Nick("op1")}, errDisk, "waits"},
		"close":              {true, protocol.Close{Ticket: 1}, nil, "closed"},
		"close that fails":   {true, protocol.Close{Ticket: 1}, errDisk, "waits"},
		"a reply that fails": {true, protocol.Reply{Ticket: 1, Text: hubtest.Text("x")}, errDisk, "waits"},
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
				if c.has {
					w.ops[0].Do(protocol.Take{Ticket: 1})
				}
				w.hush()
				w.Record.Hold()
				w.ops[0].Do(c.cmd)
				drop(w.ops[0])
				w.Record.Open(c.first)
				time.Sleep(3 * time.Second)
				synctest.Wait()
				assert.Equal(t, c.after, w.holder(1))
				if seen := w.ops[1].Text(); c.has && c.after == "waits" {
					assert.Equal(t, 1, strings.Count(seen, "@1 v1 waits again"), seen)
				}
			})
		})
	}
}

func TestTheOneToWhomSomebodyIsHandedLeavesMeanwhile(t *testing.T) {
	for _, err := range []error{nil, errDisk} {
		atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
			w.ops[0].Do(protocol.Take{Ticket: 1})
			w.Record.Hold()
			w.ops[0].Do(protocol.Hand{Ticket: 1, To: hubtest.Nick("op1")})
			drop(w.ops[1])
			w.Record.Open(err)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if err == nil {
				assert.Equal(t, "waits", w.holder(1))
			} else {
				assert.Equal(t, "op0", w.holder(1), "who never had them cannot give them back")
			}
		})
	}
}

// The visitor was about to leave, so that there was nobody to give back.
func TestAVisitorWhoseWayOutFailsWaitsAgainIfTheOperatorHasLeft(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		w.Record.Hold()
		w.visitors[0].Do(protocol.Undesk{})
		drop(w.ops[0])
		w.hush()
		w.Record.Open(errDisk)
		assert.Equal(t, "waits", w.holder(1))
		assert.Equal(t, 1, strings.Count(w.ops[1].Text(), "@1 v1 waits again"))
	})
}

// A goodbye that is recorded late must not take from others what they have by then.
func TestALateGoodbyeTakesNobodysVisitor(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 1, false, func(w *deskWorld) {
		w.Record.Hold()
		w.ops[0].Do(protocol.Take{Ticket: 1})
		drop(w.ops[0])
		w.Record.Let(errDisk)  // the taking
		w.Record.Open(errDisk) // the goodbye
		w.ops[1].Do(protocol.Take{Ticket: 1})
		w.hush()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "op1", w.holder(1))
		assert.Empty(t, w.visitors[0].Text())
	})
}

func TestAnOperatorWhoIsBackBeforeTheBreakIsRecordedIsOne(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		w.Record.Hold()
		drop(w.ops[0])
		w.ops[0].Connect()
		synctest.Wait()
		w.Record.Open(nil)
		w.ops[0].Do(protocol.Take{Ticket: 1})
		require.Equal(t, "op0", w.holder(1))
		assert.True(t, w.Session(w.ops[0].Conn()).Serves)
		says(w.visitors[0], "hello?")
		assert.Contains(t, w.ops[0].Text(), "[@1 v1] hello?")
	})
}

// What is typed for somebody who leaves meanwhile is heard by nobody.
func TestAVisitorLeavesWhileALineIsTyped(t *testing.T) {
	for name, leave := range map[string]func(w *deskWorld, v *hubtest.Client){
		"to the room": func(w *deskWorld, v *hubtest.Client) { v.Do(protocol.Undesk{}) },
		"quits":       func(w *deskWorld, v *hubtest.Client) { v.Do(protocol.Leave{}) },
		"breaks off":  func(w *deskWorld, v *hubtest.Client) { drop(v) },
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, hub.Options{}, 1, 2, false, func(w *deskWorld) {
				v, op := w.visitors[0], w.ops[0]
				op.Do(protocol.Take{Ticket: 1})
				w.hush()
				w.Record.Hold()
				leave(w, v)
				says(op, "while it is under way")
				assert.Contains(t, op.Text(), "nobody has heard that: @1 v1 has gone")
				w.Record.Open(nil)
				says(op, "one", "two", "three")
				seen := op.Text()
				assert.Equal(t, 3, strings.Count(seen, "nobody has heard that"), seen)
				for _, p := range []*hubtest.Client{v, w.bystander, w.visitors[1]} {
					seen := p.Text()
					assert.NotContains(t, seen, "<op0>")
					assert.NotContains(t, seen, "-> @1")
				}
				time.Sleep(2 * time.Second)
				says(op, "for the room")
				assert.Contains(t, w.bystander.Text(), "<op0> for the room")
			})
		})
	}
	t.Run("and the next is assigned", func(t *testing.T) {
		atTheDesk(t, hub.Options{Desk: true}, 1, 0, false, func(w *deskWorld) {
			drop(w.bystander)
			a, b := w.come(false, hub.Identity{}), w.come(false, hub.Identity{})
			require.Equal(t, "op0", w.holder(1))
			drop(a)
			says(w.ops[0], "one", "two")
			assert.Equal(t, "op0", w.holder(2))
			assert.NotContains(t, b.Text(), "two")
			time.Sleep(2 * time.Second)
			says(w.ops[0], "hello")
			assert.Contains(t, b.Text(), "<op0> hello")
			drop(b)
		})
	})
}

func TestAReplyGoesToASessionAndToNoName(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 2, true, func(w *deskWorld) {
		a, b, op := w.visitors[0], w.visitors[1], w.ops[0]
		op.Do(protocol.Take{Ticket: 1})
		a.Do(protocol.Rename{Nick: hubtest.Nick("other")})
		b.Do(protocol.Rename{Nick: hubtest.Nick("ann")})
		w.hush()
		says(op, "for the first")
		assert.Equal(t, "<op0> for the first", a.Text())
		assert.Empty(t, b.Text())
		drop(a)
		says(op, "for later")
		assert.Contains(t, op.Text(), "your words are kept until they are back")
		a.Connect()
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(a.Text(), "<op0> for later"))
		assert.NotContains(t, b.Text(), "for later")
	})
}

func TestTheDeskIsBounded(t *testing.T) {
	atTheDesk(t, hub.Options{Visitors: 3, VisitorsPerAddress: 2}, 1, 0, false, func(w *deskWorld) {
		var people []*hubtest.Client
		for i := range 5 {
			p := w.come(false, hub.Identity{From: hubtest.Address(min(i, 2) / 2)})
			p.Do(protocol.Desk{})
			people = append(people, p)
		}
		for _, p := range people[:3] {
			assert.Contains(t, p.Text(), "you are at the desk now")
		}
		assert.Contains(t, people[3].Text(), "the queue is full just now")
		drop(people[2])
		same := w.come(false, hub.Identity{From: hubtest.Address(0)})
		same.Do(protocol.Desk{})
		assert.Contains(t, same.Text(), "2 from your address are at the desk already")
		people[4].Do(protocol.Desk{})
		assert.Contains(t, people[4].Text(), "you are at the desk now", "a place that is free again")
		for _, p := range append(people, same) {
			drop(p)
		}
		assert.Zero(t, w.Places())
		assert.Empty(t, w.PlacesOf())
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
			p.Send(protocol.Undesk{})
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
		moves := func() { // the first is on its way to who reads slowly, the others wait
			for range 3 {
				w.visitors[w.Queue()[0]-1].Do(protocol.Undesk{})
				time.Sleep(2 * time.Second)
				synctest.Wait()
			}
		}
		asks, leaves := w.visitors[6], w.visitors[7]
		asks.Pause()
		leaves.Pause()
		moves()
		asks.Do(protocol.Who{})
		leaves.Do(protocol.Undesk{})
		asks.Resume()
		leaves.Resume()
		synctest.Wait()
		assert.Equal(t, []string{"-- you are number 6 in the queue", "-- you are number 4 in the queue"}, asks.Told())
		assert.Equal(t, []string{"-- you are number 7 in the queue", "-- you are in #lobby now (6 here)"}, leaves.Told())
	})
}

func TestTheVisitorsOfASilentOperatorWaitAgain(t *testing.T) {
	atTheDesk(t, hub.Options{Silence: time.Minute}, 2, 1, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Take{Ticket: 1})
		for range 5 { // a program asks by itself whether we are there
			time.Sleep(20 * time.Second)
			w.ops[0].Do(protocol.Ping{})
		}
		assert.Equal(t, "waits", w.holder(1))
		assert.False(t, w.Session(w.ops[0].Conn()).Duty)
		w.ops[1].Do(protocol.Take{Ticket: 1})
		says(w.ops[0], "where were we?")
		assert.Contains(t, w.ops[0].Text(), "nobody has heard that: op1 has @1")
		assert.NotContains(t, w.bystander.Text(), "where")
	})
	t.Run("and the journal is out of order", func(t *testing.T) {
		atTheDesk(t, hub.Options{Silence: time.Minute}, 1, 1, true, func(w *deskWorld) {
			w.ops[0].Do(protocol.Take{Ticket: 1})
			w.Record.Fail(errDisk)
			drop(w.ops[0])
			time.Sleep(5 * time.Minute) // a timer that is always due would stand still here
			w.Record.Fail(nil)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			assert.Equal(t, "waits", w.holder(1))
		})
	})
}

func TestAMessageWaitsForAnAnswer(t *testing.T) {
	atTheDesk(t, hub.Options{Messages: time.Hour, Silence: -1}, 0, 0, false, func(w *deskWorld) {
		var people []*hubtest.Client
		for i := range 3 {
			p := w.come(i < 2, hub.Identity{Nick: hubtest.Nick("w%d", i)})
			p.Do(protocol.Rename{Nick: hubtest.Nick("w%d", i)}, protocol.Desk{Text: hubtest.Text(fmt.Sprint("question ", i))})
			people = append(people, p)
			if i == 2 {
				p.Do(protocol.Leave{})
			} else {
				drop(p)
			}
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		for no := protocol.Ticket(1); no <= 3; no++ {
			assert.True(t, w.Ticket(no).Message)
		}
		assert.Zero(t, w.Owner(hubtest.Nick("w0")), "the name is free again")
		op := w.come(false, hub.Identity{Operator: true})
		op.Text()
		for range 3 {
			op.Do(protocol.Next{})
		}
		op.Do(protocol.Reply{Ticket: 1, Text: hubtest.Text("answer 0")}, protocol.Reply{Ticket: 3, Text: hubtest.Text("answer 2")})
		seen := op.Text()
		for i := range 3 {
			assert.Contains(t, seen, fmt.Sprintf("you have @%d", i+1), "in order")
		}
		assert.Contains(t, seen, "nobody has heard that: @3 w2 has gone, and cannot come back to it: /close 3 ends it")
		people[0].Connect()
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(people[0].Text(), "answer 0"))
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Zero(t, w.Ticket(2).Visitor, "who did not come back in time does not")
		op.Do(protocol.Close{Ticket: 1}, protocol.Close{Ticket: 2}, protocol.Close{Ticket: 3})
		assert.Zero(t, w.Places())
		drop(people[0])
		drop(op)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Len(t, w.Sessions(), 1, "the bystander")
		assert.Zero(t, w.Codes())
		assert.Zero(t, w.HeldSessions())
	})
}

// A late note that somebody has left a message is not true of who is back.
func TestWhoIsBackHasNotLeftAMessage(t *testing.T) {
	atTheDesk(t, hub.Options{}, 0, 1, true, func(w *deskWorld) {
		says(w.visitors[0], "hello?")
		w.bystander.Do(protocol.Duty{On: true})
		drop(w.visitors[0]) // somebody is on duty
		w.bystander.Do(protocol.Duty{})
		time.Sleep(119 * time.Second)
		w.Record.Hold()
		time.Sleep(2 * time.Second)
		w.Record.Open(errDisk)
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
		"in the room":     func(w *deskWorld, p *hubtest.Client) { time.Sleep(time.Second); synctest.Wait() },
		"at the desk":     func(w *deskWorld, p *hubtest.Client) { p.Do(protocol.Desk{}) },
		"before arriving": func(*deskWorld, *hubtest.Client) {},
		"while arriving":  func(w *deskWorld, p *hubtest.Client) { w.Record.Hold(); time.Sleep(time.Second); synctest.Wait() },
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
						w.Record.Hold()
						promote(p)
						w.Record.Open(err)
						time.Sleep(time.Second)
						synctest.Wait()
						m := w.Session(p.Conn())
						require.NotZero(t, m)
						if arriving := name == "while arriving"; err != nil && !arriving {
							assert.False(t, m.Operator)
							assert.False(t, m.Serves)
							p.Do(protocol.Take{Ticket: 1})
							assert.NotContains(t, p.Text(), "you have @1")
						} else if err == nil {
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
						assert.True(t, m.Settled)
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

func TestTheFirstWordsComeAfterTheVisitorAndOnce(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		v := w.come(true, hub.Identity{})
		w.hush()
		ask := protocol.Desk{Ref: "1", Text: hubtest.Text("hello")}
		v.Do(ask)
		seen := w.ops[0].Told()
		require.Len(t, seen, 3)
		assert.Contains(t, seen[1], "waits at the desk")
		assert.Contains(t, seen[2], "] hello")
		v.Do(ask)
		w.ops[0].Do(protocol.Close{Ticket: 1})
		v.Do(ask)
		assert.Contains(t, last(v.Told()), "safe already")
		assert.Empty(t, w.Tickets(), "it was answered long ago")
		assert.NotContains(t, w.ops[0].Text(), "] hello")
		drop(v)
	})
}

func TestWhoIsAtTheDeskIsThereAlready(t *testing.T) {
	for _, only := range []bool{false, true} {
		atTheDesk(t, hub.Options{Desk: only}, 1, 1, false, func(w *deskWorld) {
			w.visitors[0].Do(protocol.Join{Room: protocol.DeskRoom})
			assert.Equal(t, "-- you are next", w.visitors[0].Text())
			assert.Equal(t, "waits", w.holder(1))
		})
	}
}

func TestAVisitorIsAssignedOnlyToWhoIsAloneAndFree(t *testing.T) {
	atTheDesk(t, hub.Options{Desk: true}, 1, 1, false, func(w *deskWorld) {
		assert.Equal(t, "waits", w.holder(1), "two are here")
		drop(w.bystander)
		assert.Equal(t, "op0", w.holder(1))
		b := w.come(false, hub.Identity{})
		assert.Equal(t, "waits", w.holder(2), "op0 has somebody")
		says(w.ops[0], "hello")
		assert.Contains(t, w.visitors[0].Text(), "<op0> hello")
		w.ops[0].Do(protocol.Duty{}, protocol.Close{})
		assert.Equal(t, "waits", w.holder(2), "and is off duty")
		w.Record.Hold()
		w.ops[0].Do(protocol.Duty{On: true})
		w.Record.Let(nil)
		w.Record.Open(errDisk)
		assert.Equal(t, "waits", w.holder(2))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, "op0", w.holder(2), "it is tried again")
		drop(b)
	})
}

func TestAKickEndsAVisit(t *testing.T) {
	for _, held := range []bool{false, true} {
		atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
			v := w.visitors[0]
			says(v, "buy my pills")
			w.ops[0].Do(protocol.Take{Ticket: 1})
			if held {
				drop(v)
			}
			w.ops[0].Do(protocol.Kick{Nick: hubtest.Nick("v1")})
			assert.Empty(t, w.Tickets())
			assert.Zero(t, w.Places())
			assert.Len(t, w.Sessions(), 2)
			assert.Contains(t, w.bystander.Text(), "@1 v1 has gone")
			says(w.ops[0], "for nobody")
			assert.NotContains(t, w.bystander.Text(), "<op0>")
		})
	}
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

// A conversation is closed, and its visitor's way out cannot be recorded.
func TestAVisitorIsNotStrandedAtTheDesk(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, false, func(w *deskWorld) {
		v := w.visitors[0]
		w.Record.Hold()
		w.ops[0].Do(protocol.Close{Ticket: 1})
		w.Record.Let(nil)
		w.Record.Open(errDisk)
		says(v, "still here")
		assert.Contains(t, v.Text(), "this conversation has just been closed, so nobody has heard that")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Contains(t, v.Text(), "-- you are in #lobby now")
		assert.NotContains(t, w.ops[0].Text(), "still here")
	})
	t.Run("both leave, and only the closing is recorded", func(t *testing.T) {
		atTheDesk(t, hub.Options{}, 1, 1, false, func(w *deskWorld) {
			v := w.visitors[0]
			w.Record.Hold()
			w.ops[0].Do(protocol.Close{Ticket: 1})
			v.Do(protocol.Undesk{})
			w.Record.Let(nil)
			w.Record.Open(errDisk)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
			assert.Zero(t, w.Session(v.Conn()).Ticket)
		})
	})
	t.Run("gone after a way out that failed", func(t *testing.T) {
		for _, program := range []bool{false, true} {
			atTheDesk(t, hub.Options{}, 1, 1, program, func(w *deskWorld) {
				v := w.visitors[0]
				w.Record.Hold()
				v.Do(protocol.Undesk{})
				drop(v)
				w.Record.Let(errDisk)
				w.Record.Open(nil)
				if program {
					v.Connect()
					synctest.Wait()
					assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
				}
				assert.Zero(t, w.Places())
				assert.Empty(t, w.Queue())
			})
		}
	})
	t.Run("closed as it comes back", func(t *testing.T) {
		atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
			v := w.visitors[0]
			w.Record.Hold()
			w.ops[0].Do(protocol.Close{Ticket: 1})
			drop(v)
			v.Told()
			v.Connect()
			synctest.Wait()
			w.Record.Let(nil)
			w.Record.Open(nil)
			assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
			welcome, entered := -1, -1
			for i, e := range v.Heard() {
				switch e := e.(type) {
				case protocol.Welcome:
					if e.Resumed {
						welcome = i
					}
				case protocol.Entered:
					entered = i
				}
			}
			assert.GreaterOrEqual(t, welcome, 0)
			assert.Greater(t, entered, welcome, "a program hears nothing before its welcome")
		})
	})
}

func TestWhoIsBackBeforeTheVisitHasBegunHasOne(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		v := w.come(true, hub.Identity{})
		w.Record.Hold()
		v.Do(protocol.Desk{})
		drop(v)
		v.Connect()
		synctest.Wait()
		w.Record.Open(nil)
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
		w.Record.Hold()
		v.Do(protocol.Desk{})
		drop(v)
		v.Connect()
		synctest.Wait()
		w.Record.Let(errDisk)
		w.Record.Open(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, protocol.Lobby, w.Session(v.Conn()).Room)
		assert.True(t, w.Session(v.Conn()).Settled)
		assert.Zero(t, w.Places())
		drop(v)
	})
}

// Where there is only a desk, nobody gets into a room because the journal failed.
func TestThereIsNoWayAroundTheDesk(t *testing.T) {
	atTheDesk(t, hub.Options{Desk: true}, 1, 0, false, func(w *deskWorld) {
		p := w.NewClient(false)
		p.Identity.Brief = true
		w.Record.Hold()
		p.Connect()
		p.Do(protocol.Ping{})
		w.Record.Open(errDisk)
		p.Do(protocol.Join{Room: hubtest.Room("tea")})
		assert.Equal(t, protocol.DeskRoom, w.Session(p.Conn()).Room)
		drop(p)
	})
}

// Somebody whose goodbye is on its way does not arrive.
func TestWhoLeavesDoesNotArrive(t *testing.T) {
	atTheDesk(t, hub.Options{Desk: true}, 1, 0, false, func(w *deskWorld) {
		p := w.NewClient(false)
		p.Identity.Brief = true
		p.Connect()
		says(p, "hello")
		w.Record.Hold()
		p.Do(protocol.Leave{})
		w.Record.Open(errDisk)
		time.Sleep(3 * time.Second) // it has not been silent for so long when it leaves
		synctest.Wait()
		assert.Zero(t, w.Places())
		assert.Len(t, w.Sessions(), 2)
		assert.NotContains(t, w.ops[0].Text(), "@2")
		p.Wait()
	})
}

func TestAnOperatorOnAnotherConnectionIsToldWhereLinesGo(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		op := w.ops[0]
		op.Do(protocol.Take{Ticket: 1})
		op.Connect()
		synctest.Wait()
		assert.Contains(t, op.Text(), "-- what you type goes to @1")
	})
}

// Whoever takes somebody reads what that one has said, however much others say.
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

// A message that its author left for the room is one conversation still, whatever
// could not be recorded on the way there and back.
func TestAMessageIsLeftOnce(t *testing.T) {
	atTheDesk(t, hub.Options{}, 0, 1, true, func(w *deskWorld) {
		v := w.visitors[0]
		stands := func(where protocol.Room, visiting, message protocol.Ticket) {
			t.Helper()
			m := w.Session(v.Conn())
			assert.Equal(t, where, m.Room)
			assert.Equal(t, [2]protocol.Ticket{visiting, message}, [2]protocol.Ticket{m.Ticket, m.Message})
			assert.Len(t, w.Queue(), 1)
			assert.Equal(t, min(1, int(visiting)), w.Places())
			assert.Equal(t, "waits", w.holder(1))
		}
		tries := func(cmd protocol.Command, err error) {
			w.Record.Hold()
			v.Do(cmd)
			w.Record.Open(err)
		}
		says(v, "hello?")
		tries(protocol.Undesk{}, errDisk)
		stands(protocol.DeskRoom, 1, 0)
		tries(protocol.Undesk{}, nil)
		stands(protocol.Lobby, 0, 1)
		tries(protocol.Desk{}, errDisk)
		stands(protocol.Lobby, 0, 1)
		tries(protocol.Desk{}, nil)
		stands(protocol.DeskRoom, 1, 0)
	})
}
