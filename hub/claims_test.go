package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

var errDisk = errors.New("disk full")

// scene is a desk with operators and visitors at it, and somebody in the lobby.
type scene struct {
	*world
	*gatedStore
	t        *testing.T
	ops      []*persona // op0, op1, ...
	visitors []*persona // @1, @2, ...
	bystand  *persona
	broken   atomic.Bool // every commit fails
}

// atTheDesk plays f with so many of them. program: they come back after a break.
func atTheDesk(t *testing.T, o Options, ops, visitors int, program bool, f func(s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{t: t}
		s.world, s.gatedStore = gatedWith(journal.Bounds{}, o)
		s.truth.fail = func() error {
			if s.broken.Load() {
				return errDisk
			}
			return nil
		}
		defer func() { s.close(append(append(s.ops, s.visitors...), s.bystand)...) }()
		for i := range ops {
			s.ops = append(s.ops, s.come(program, Identity{Operator: true, Nick: nick("op%d", i)}))
		}
		s.bystand = s.come(false, Identity{Operator: true, Nick: nick("bystander")})
		s.do(s.bystand, protocol.Duty{})
		for i := range visitors {
			v := s.come(program, Identity{Nick: nick("v%d", i+1), From: addressOf(i % 250)})
			if !o.Desk {
				s.do(v, protocol.Desk{})
			}
			s.visitors = append(s.visitors, v)
		}
		s.hush()
		f(s)
	})
}

func (s *scene) come(program bool, id Identity) *persona {
	p := newPersona(s.h, program)
	p.identity = id
	p.identity.Brief = !program // as those of the bare door
	p.connect(s.t)
	synctest.Wait()
	if !program {
		time.Sleep(time.Second)
		synctest.Wait()
	}
	return p
}

func (s *scene) do(p *persona, cmds ...protocol.Command) {
	for _, c := range cmds {
		p.wants <- c
	}
	synctest.Wait()
}

// says has p say these lines without waiting for an answer.
func (s *scene) says(p *persona, lines ...string) {
	for _, l := range lines {
		p.wants <- protocol.Say{Text: protocol.MustText(l)}
	}
	synctest.Wait()
}

func (s *scene) shut() {
	s.open = false
	s.looked()
}

// commit lets through one group, or has it fail.
func (s *scene) commit(err error) {
	s.gate <- err
	synctest.Wait()
}

// goOn opens the gate again, for what waits before it, too.
func (s *scene) goOn(err error) {
	synctest.Wait()
	s.open = true
	s.commit(err)
}

// hush forgets what everybody was told so far.
func (s *scene) hush() {
	for _, p := range append(append([]*persona{s.bystand}, s.ops...), s.visitors...) {
		p.told()
	}
}

func (s *scene) ticket(no protocol.Ticket) *ticket { return s.run.desk.tickets[no] }

func (s *scene) holder(no protocol.Ticket) string {
	defer s.looked()
	t := s.ticket(no)
	switch {
	case t == nil:
		return "closed"
	case len(t.claims) > 0:
		return "claimed"
	case t.by == nil:
		return "waits"
	}
	return t.by.nick.String()
}

func (s *scene) drop(p *persona) {
	p.breakOff()
	synctest.Wait()
}

func words(p *persona) string { return strings.Join(p.told(), "\n") }

func text(s string) protocol.Text { return protocol.MustText(s) }

func TestOfTwoWhoTakeTheSameVisitorOneGetsThem(t *testing.T) {
	atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
		s.shut()
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		s.do(s.ops[1], protocol.Take{Ticket: 1})
		assert.Equal(t, "-- op0 has @1 v1, and /note 1 TEXT tells only operators", words(s.ops[1]), "before the journal has decided")
		s.do(s.ops[1], protocol.Reply{Ticket: 1, Text: text("me")}, protocol.Close{Ticket: 1}, protocol.Next{})
		assert.NotContains(t, words(s.ops[1]), "you have")
		s.goOn(nil)
		assert.Equal(t, "op0", s.holder(1))
		assert.Equal(t, "-- op0 is with you now", words(s.visitors[0]))
	})
}

func TestAClaimThatCouldNotBeRecordedIsUndone(t *testing.T) {
	for name, c := range map[string]struct {
		cmd           protocol.Command
		before, after string
	}{
		"take":  {protocol.Take{Ticket: 1}, "waits", "op0"},
		"next":  {protocol.Next{}, "waits", "op0"},
		"reply": {protocol.Reply{Ticket: 1, Text: text("hello")}, "waits", "op0"},
		"hand":  {protocol.Hand{Ticket: 1, To: nick("op1")}, "op0", "op1"},
		"close": {protocol.Close{Ticket: 1}, "op0", "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
				if c.before == "op0" {
					s.do(s.ops[0], protocol.Take{Ticket: 1})
				}
				s.hush()
				s.shut()
				s.do(s.ops[0], c.cmd)
				s.goOn(errDisk)
				assert.Equal(t, c.before, s.holder(1))
				assert.Contains(t, words(s.ops[0]), "could not be recorded")
				assert.Empty(t, words(s.visitors[0]))
				assert.Contains(t, words(s.ops[1]), "the record cannot be written", "operators are told that")
				s.hush()
				s.do(s.ops[0], c.cmd)
				assert.Equal(t, c.after, s.holder(1))
			})
		})
	}
}

func TestAVisitWhoseBeginningCouldNotBeRecordedTakesNoPlace(t *testing.T) {
	atTheDesk(t, Options{Visitors: 1}, 1, 0, false, func(s *scene) {
		v := s.come(false, Identity{})
		s.shut()
		s.do(v, protocol.Desk{Text: text("hello")})
		s.goOn(errDisk)
		assert.Zero(t, s.run.desk.places)
		assert.Contains(t, words(v), "could not be recorded")
		s.do(v, protocol.Desk{Text: text("hello")})
		assert.Equal(t, "waits", s.holder(2))
		assert.Equal(t, "hello", s.ticket(2).first.String())
		s.drop(v)
	})
}

// B hands on what A is handing over to B, before either is in the record.
func TestAVisitorIsHandedOnBeforeTheHandOverIsRecorded(t *testing.T) {
	atTheDesk(t, Options{}, 3, 1, false, func(s *scene) {
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		s.shut()
		s.do(s.ops[0], protocol.Hand{Ticket: 1, To: nick("op1")})
		s.do(s.ops[1], protocol.Hand{Ticket: 1, To: nick("op2")})
		s.commit(nil)
		assert.Equal(t, "claimed", s.holder(1))
		assert.Equal(t, nick("op1"), s.ticket(1).by.nick)
		s.goOn(nil)
		assert.Equal(t, "op2", s.holder(1))
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
		"hand":               {true, protocol.Hand{Ticket: 1, To: nick("op1")}, nil, "op1"},
		"hand that fails":    {true, protocol.Hand{Ticket: 1, To: nick("op1")}, errDisk, "waits"},
		"close":              {true, protocol.Close{Ticket: 1}, nil, "closed"},
		"close that fails":   {true, protocol.Close{Ticket: 1}, errDisk, "waits"},
		"a reply that fails": {true, protocol.Reply{Ticket: 1, Text: text("x")}, errDisk, "waits"},
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
				if c.has {
					s.do(s.ops[0], protocol.Take{Ticket: 1})
				}
				s.hush()
				s.shut()
				s.do(s.ops[0], c.cmd)
				s.drop(s.ops[0])
				s.goOn(c.first)
				time.Sleep(3 * time.Second)
				synctest.Wait()
				assert.Equal(t, c.after, s.holder(1))
				if seen := words(s.ops[1]); c.has && c.after == "waits" {
					assert.Equal(t, 1, strings.Count(seen, "@1 v1 waits again"), seen)
				}
			})
		})
	}
}

func TestTheOneToWhomSomebodyIsHandedLeavesMeanwhile(t *testing.T) {
	for _, err := range []error{nil, errDisk} {
		atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
			s.do(s.ops[0], protocol.Take{Ticket: 1})
			s.shut()
			s.do(s.ops[0], protocol.Hand{Ticket: 1, To: nick("op1")})
			s.drop(s.ops[1])
			s.goOn(err)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if err == nil {
				assert.Equal(t, "waits", s.holder(1))
			} else {
				assert.Equal(t, "op0", s.holder(1), "who never had them cannot give them back")
			}
		})
	}
}

// The visitor was about to leave, so that there was nobody to give back.
func TestAVisitorWhoseWayOutFailsWaitsAgainIfTheOperatorHasLeft(t *testing.T) {
	atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		s.shut()
		s.do(s.visitors[0], protocol.Undesk{})
		s.drop(s.ops[0])
		s.hush()
		s.goOn(errDisk)
		assert.Equal(t, "waits", s.holder(1))
		assert.Equal(t, 1, strings.Count(words(s.ops[1]), "@1 v1 waits again"))
	})
}

// A goodbye that is recorded late must not take from others what they have by then.
func TestALateGoodbyeTakesNobodysVisitor(t *testing.T) {
	atTheDesk(t, Options{}, 2, 1, false, func(s *scene) {
		s.shut()
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		s.drop(s.ops[0])
		s.commit(errDisk) // the taking
		s.goOn(errDisk)   // the goodbye
		s.do(s.ops[1], protocol.Take{Ticket: 1})
		s.hush()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "op1", s.holder(1))
		assert.Empty(t, words(s.visitors[0]))
	})
}

func TestAnOperatorWhoIsBackBeforeTheBreakIsRecordedIsOne(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
		s.shut()
		s.drop(s.ops[0])
		s.ops[0].connect(t)
		synctest.Wait()
		s.goOn(nil)
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		require.Equal(t, "op0", s.holder(1))
		assert.True(t, s.ticket(1).by.serves)
		s.says(s.visitors[0], "hello?")
		assert.Contains(t, words(s.ops[0]), "[@1 v1] hello?")
	})
}

// What is typed for somebody who leaves meanwhile is heard by nobody.
func TestAVisitorLeavesWhileALineIsTyped(t *testing.T) {
	for name, leave := range map[string]func(s *scene, v *persona){
		"to the room": func(s *scene, v *persona) { s.do(v, protocol.Undesk{}) },
		"quits":       func(s *scene, v *persona) { s.do(v, protocol.Leave{}) },
		"breaks off":  func(s *scene, v *persona) { s.drop(v) },
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, Options{}, 1, 2, false, func(s *scene) {
				v, op := s.visitors[0], s.ops[0]
				s.do(op, protocol.Take{Ticket: 1})
				s.hush()
				s.shut()
				leave(s, v)
				s.says(op, "while it is under way")
				assert.Contains(t, words(op), "nobody has heard that: @1 v1 has gone")
				s.goOn(nil)
				s.says(op, "one", "two", "three")
				seen := words(op)
				assert.Equal(t, 3, strings.Count(seen, "nobody has heard that"), seen)
				for _, p := range []*persona{v, s.bystand, s.visitors[1]} {
					seen := words(p)
					assert.NotContains(t, seen, "<op0>")
					assert.NotContains(t, seen, "-> @1")
				}
				time.Sleep(2 * time.Second)
				s.says(op, "for the room")
				assert.Contains(t, words(s.bystand), "<op0> for the room")
			})
		})
	}
	t.Run("and the next is assigned", func(t *testing.T) {
		atTheDesk(t, Options{Desk: true}, 1, 0, false, func(s *scene) {
			s.drop(s.bystand)
			a, b := s.come(false, Identity{}), s.come(false, Identity{})
			require.Equal(t, "op0", s.holder(1))
			s.drop(a)
			s.says(s.ops[0], "one", "two")
			assert.Equal(t, "op0", s.holder(2))
			assert.NotContains(t, words(b), "two")
			time.Sleep(2 * time.Second)
			s.says(s.ops[0], "hello")
			assert.Contains(t, words(b), "<op0> hello")
			s.drop(b)
		})
	})
}

func TestAReplyGoesToASessionAndToNoName(t *testing.T) {
	atTheDesk(t, Options{}, 1, 2, true, func(s *scene) {
		a, b, op := s.visitors[0], s.visitors[1], s.ops[0]
		s.do(op, protocol.Take{Ticket: 1})
		s.do(a, protocol.Rename{Nick: nick("other")})
		s.do(b, protocol.Rename{Nick: nick("ann")})
		s.hush()
		s.says(op, "for the first")
		assert.Equal(t, "<op0> for the first", words(a))
		assert.Empty(t, words(b))
		s.drop(a)
		s.says(op, "for later")
		assert.Contains(t, words(op), "your words are kept until they are back")
		a.connect(t)
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(words(a), "<op0> for later"))
		assert.NotContains(t, words(b), "for later")
	})
}

func TestTheDeskIsBounded(t *testing.T) {
	atTheDesk(t, Options{Visitors: 3, VisitorsPerAddress: 2}, 1, 0, false, func(s *scene) {
		var people []*persona
		for i := range 5 {
			p := s.come(false, Identity{From: addressOf(min(i, 2) / 2)})
			s.do(p, protocol.Desk{})
			people = append(people, p)
		}
		for _, p := range people[:3] {
			assert.Contains(t, words(p), "you are at the desk now")
		}
		assert.Contains(t, words(people[3]), "the queue is full just now")
		s.drop(people[2])
		same := s.come(false, Identity{From: addressOf(0)})
		s.do(same, protocol.Desk{})
		assert.Contains(t, words(same), "2 from your address are at the desk already")
		s.do(people[4], protocol.Desk{})
		assert.Contains(t, words(people[4]), "you are at the desk now", "a place that is free again")
		for _, p := range append(people, same) {
			s.drop(p)
		}
		assert.Zero(t, s.run.desk.places)
		assert.Empty(t, s.run.desk.placesFrom)
	})
}

func TestAThousandLeaveTheQueueAtOnce(t *testing.T) {
	const crowd = 1000
	atTheDesk(t, Options{VisitorsPerAddress: -1}, 3, 0, false, func(s *scene) {
		var people []*persona
		for range crowd {
			p := newPersona(s.h, true)
			p.room = protocol.DeskRoom
			p.connect(t)
			people = append(people, p)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Len(t, s.run.desk.queue, crowd)
		slow := people[crowd-1]
		slow.pause()
		for _, p := range people[crowd/2:] {
			p.told()
		}
		for _, p := range people[:crowd/2] {
			p.wants <- protocol.Undesk{}
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for _, p := range people[crowd/2 : crowd-1] {
			seen := p.told()
			assert.LessOrEqual(t, len(seen), 3)
			assert.NotEmpty(t, seen)
		}
		slow.resume()
		synctest.Wait()
		assert.LessOrEqual(t, len(slow.told()), 3, "one line waits for who does not read")
		for _, p := range people {
			p.breakOff()
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		assert.Zero(t, s.run.desk.places)
	})
}

// How things stood is not told after it has been told how they are.
func TestHowThingsStandIsToldOnce(t *testing.T) {
	atTheDesk(t, Options{}, 1, 8, false, func(s *scene) {
		moves := func() { // the first is on its way to who reads slowly, the others wait
			for range 3 {
				first := s.run.desk.queue[0].visitor.client
				for _, p := range s.visitors {
					if p.client == first {
						s.do(p, protocol.Undesk{})
					}
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
			}
		}
		asks, leaves := s.visitors[6], s.visitors[7]
		asks.pause()
		leaves.pause()
		moves()
		s.do(asks, protocol.Who{})
		s.do(leaves, protocol.Undesk{})
		asks.resume()
		leaves.resume()
		synctest.Wait()
		assert.Equal(t, []string{"-- you are number 6 in the queue", "-- you are number 4 in the queue"}, asks.told())
		assert.Equal(t, []string{"-- you are number 7 in the queue", "-- you are in #lobby now (6 here)"}, leaves.told())
	})
}

func TestTheVisitorsOfASilentOperatorWaitAgain(t *testing.T) {
	atTheDesk(t, Options{Silence: time.Minute}, 2, 1, false, func(s *scene) {
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		for range 5 { // a program asks by itself whether we are there
			time.Sleep(20 * time.Second)
			s.do(s.ops[0], protocol.Ping{})
		}
		assert.Equal(t, "waits", s.holder(1))
		assert.False(t, s.run.named(nick("op0")).duty)
		s.do(s.ops[1], protocol.Take{Ticket: 1})
		s.says(s.ops[0], "where were we?")
		assert.Contains(t, words(s.ops[0]), "nobody has heard that: op1 has @1")
		assert.NotContains(t, words(s.bystand), "where")
	})
	t.Run("and the journal is out of order", func(t *testing.T) {
		atTheDesk(t, Options{Silence: time.Minute}, 1, 1, true, func(s *scene) {
			s.do(s.ops[0], protocol.Take{Ticket: 1})
			s.broken.Store(true)
			s.drop(s.ops[0])
			time.Sleep(5 * time.Minute) // a timer that is always due would stand still here
			s.broken.Store(false)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			assert.Equal(t, "waits", s.holder(1))
		})
	})
}

func TestAMessageWaitsForAnAnswer(t *testing.T) {
	atTheDesk(t, Options{Messages: time.Hour, Silence: -1}, 0, 0, false, func(s *scene) {
		var people []*persona
		for i := range 3 {
			p := s.come(i < 2, Identity{Nick: nick("w%d", i)})
			s.do(p, protocol.Rename{Nick: nick("w%d", i)}, protocol.Desk{Text: text(fmt.Sprint("question ", i))})
			people = append(people, p)
			if i == 2 {
				s.do(p, protocol.Leave{})
			} else {
				s.drop(p)
			}
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		for no := protocol.Ticket(1); no <= 3; no++ {
			assert.True(t, s.ticket(no).message)
		}
		assert.Nil(t, s.run.named(nick("w0")), "the name is free again")
		op := s.come(false, Identity{Operator: true})
		words(op)
		for range 3 {
			s.do(op, protocol.Next{})
		}
		s.do(op, protocol.Reply{Ticket: 1, Text: text("answer 0")}, protocol.Reply{Ticket: 3, Text: text("answer 2")})
		seen := words(op)
		for i := range 3 {
			assert.Contains(t, seen, fmt.Sprintf("you have @%d", i+1), "in order")
		}
		assert.Contains(t, seen, "nobody has heard that: @3 w2 has gone, and cannot come back to it: /close 3 ends it")
		people[0].connect(t)
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(words(people[0]), "answer 0"))
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Nil(t, s.ticket(2).visitor, "who did not come back in time does not")
		s.do(op, protocol.Close{Ticket: 1}, protocol.Close{Ticket: 2}, protocol.Close{Ticket: 3})
		assert.Zero(t, s.run.desk.places)
		s.drop(people[0])
		s.drop(op)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Len(t, s.run.members, 1, "the bystander")
		assert.Empty(t, s.run.tokens)
		assert.Empty(t, s.run.held)
	})
}

// A late note that somebody has left a message is not true of who is back.
func TestWhoIsBackHasNotLeftAMessage(t *testing.T) {
	atTheDesk(t, Options{}, 0, 1, true, func(s *scene) {
		s.says(s.visitors[0], "hello?")
		s.do(s.bystand, protocol.Duty{On: true})
		s.drop(s.visitors[0]) // somebody is on duty
		s.do(s.bystand, protocol.Duty{})
		time.Sleep(119 * time.Second)
		s.shut()
		time.Sleep(2 * time.Second)
		s.goOn(errDisk)
		s.visitors[0].connect(t)
		synctest.Wait()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.False(t, s.ticket(1).message)
		assert.False(t, s.ticket(1).lost)
	})
}

func TestPromotion(t *testing.T) {
	promote := func(p *persona) {
		p.client.arrived = true
		assert.NoError(t, p.h.send(context.Background(), promote{c: p.client}))
		synctest.Wait()
	}
	for name, at := range map[string]func(s *scene, p *persona){
		"in the room":     func(s *scene, p *persona) { time.Sleep(time.Second); synctest.Wait() },
		"at the desk":     func(s *scene, p *persona) { s.do(p, protocol.Desk{}) },
		"before arriving": func(*scene, *persona) {},
		"while arriving":  func(s *scene, p *persona) { s.shut(); time.Sleep(time.Second); synctest.Wait() },
	} {
		for _, only := range []bool{false, true} {
			for _, err := range []error{nil, errDisk} {
				t.Run(fmt.Sprint(name, only, err), func(t *testing.T) {
					atTheDesk(t, Options{Desk: only}, 1, 1, false, func(s *scene) {
						p := newPersona(s.h, false)
						p.identity.Brief = true
						p.connect(t)
						synctest.Wait()
						at(s, p)
						s.shut()
						promote(p)
						s.goOn(err)
						time.Sleep(time.Second)
						synctest.Wait()
						m := p.client.member
						require.NotNil(t, m)
						if arriving := name == "while arriving"; err != nil && !arriving {
							assert.False(t, m.operator)
							assert.False(t, m.serves)
							s.do(p, protocol.Take{Ticket: 1})
							assert.NotContains(t, words(p), "you have @1")
						} else if err == nil {
							assert.True(t, m.operator && m.serves)
							want := protocol.Lobby
							if only {
								want = protocol.OperatorsRoom
							}
							assert.Equal(t, want, m.where())
							assert.Zero(t, m.visiting)
							words(p)
							s.says(s.visitors[0], "hello")
							assert.Contains(t, words(p), "[@1 v1] hello")
						}
						assert.Equal(t, m.where(), m.bound)
						s.drop(p)
						assert.Len(t, s.run.members, 3)
						assert.Equal(t, 1, s.run.desk.places)
					})
				})
			}
		}
	}
	t.Run("while behind", func(t *testing.T) {
		atTheDesk(t, Options{Outbox: 200}, 1, 1, false, func(s *scene) {
			p := s.come(false, Identity{})
			s.says(s.visitors[0], "before")
			p.pause()
			for i := range 20 {
				s.says(s.ops[0], fmt.Sprint("room ", i))
			}
			promote(p)
			for i := range 20 {
				s.says(s.visitors[0], fmt.Sprint("desk ", i, "."))
				s.says(s.ops[0], fmt.Sprint("later ", i))
			}
			p.resume()
			synctest.Wait()
			seen := words(p)
			assert.NotContains(t, seen, "before")
			assert.NotContains(t, seen, "missing")
			for i := range 20 {
				assert.Equal(t, 1, strings.Count(seen, fmt.Sprint("desk ", i, ".")))
			}
			s.drop(p)
		})
	})
}

func TestTheFirstWordsComeAfterTheVisitorAndOnce(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		v := s.come(true, Identity{})
		s.hush()
		ask := protocol.Desk{Ref: "1", Text: text("hello")}
		s.do(v, ask)
		seen := s.ops[0].told()
		require.Len(t, seen, 3)
		assert.Contains(t, seen[1], "waits at the desk")
		assert.Contains(t, seen[2], "] hello")
		s.do(v, ask)
		s.do(s.ops[0], protocol.Close{Ticket: 1})
		s.do(v, ask)
		assert.Contains(t, last(v.told()), "safe already")
		assert.Empty(t, s.run.desk.tickets, "it was answered long ago")
		assert.NotContains(t, words(s.ops[0]), "] hello")
		s.drop(v)
	})
}

func TestWhoIsAtTheDeskIsThereAlready(t *testing.T) {
	for _, only := range []bool{false, true} {
		atTheDesk(t, Options{Desk: only}, 1, 1, false, func(s *scene) {
			s.do(s.visitors[0], protocol.Join{Room: protocol.DeskRoom})
			assert.Equal(t, "-- you are next", words(s.visitors[0]))
			assert.Equal(t, "waits", s.holder(1))
		})
	}
}

func TestAVisitorIsAssignedOnlyToWhoIsAloneAndFree(t *testing.T) {
	atTheDesk(t, Options{Desk: true}, 1, 1, false, func(s *scene) {
		assert.Equal(t, "waits", s.holder(1), "two are here")
		s.drop(s.bystand)
		assert.Equal(t, "op0", s.holder(1))
		b := s.come(false, Identity{})
		assert.Equal(t, "waits", s.holder(2), "op0 has somebody")
		s.says(s.ops[0], "hello")
		assert.Contains(t, words(s.visitors[0]), "<op0> hello")
		s.do(s.ops[0], protocol.Duty{}, protocol.Close{})
		assert.Equal(t, "waits", s.holder(2), "and is off duty")
		s.shut()
		s.do(s.ops[0], protocol.Duty{On: true})
		s.commit(nil)
		s.goOn(errDisk)
		assert.Equal(t, "waits", s.holder(2))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, "op0", s.holder(2), "it is tried again")
		s.drop(b)
	})
}

func TestAKickEndsAVisit(t *testing.T) {
	for _, held := range []bool{false, true} {
		atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
			v := s.visitors[0]
			s.says(v, "buy my pills")
			s.do(s.ops[0], protocol.Take{Ticket: 1})
			if held {
				s.drop(v)
			}
			s.do(s.ops[0], protocol.Kick{Nick: nick("v1")})
			assert.Empty(t, s.run.desk.tickets)
			assert.Zero(t, s.run.desk.places)
			assert.Len(t, s.run.members, 2)
			assert.Contains(t, words(s.bystand), "@1 v1 has gone")
			s.says(s.ops[0], "for nobody")
			assert.NotContains(t, words(s.bystand), "<op0>")
		})
	}
}

func TestTheHubStopsWithVisitorsInIt(t *testing.T) {
	atTheDesk(t, Options{}, 1, 2, false, func(s *scene) {
		s.do(s.ops[0], protocol.Take{Ticket: 1})
		s.hush()
		s.says(s.ops[0], "one moment")
		s.end()
		s.ended.Wait()
		for _, v := range s.visitors {
			v.ended.Wait()
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while", last(v.told()))
		}
	})
}

// A conversation is closed, and its visitor's way out cannot be recorded.
func TestAVisitorIsNotStrandedAtTheDesk(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, false, func(s *scene) {
		v := s.visitors[0]
		s.shut()
		s.do(s.ops[0], protocol.Close{Ticket: 1})
		s.commit(nil)
		s.goOn(errDisk)
		s.says(v, "still here")
		assert.Contains(t, words(v), "this conversation has just been closed, so nobody has heard that")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Contains(t, words(v), "-- you are in #lobby now")
		assert.NotContains(t, words(s.ops[0]), "still here")
	})
	t.Run("both leave, and only the closing is recorded", func(t *testing.T) {
		atTheDesk(t, Options{}, 1, 1, false, func(s *scene) {
			v := s.visitors[0]
			s.shut()
			s.do(s.ops[0], protocol.Close{Ticket: 1})
			s.do(v, protocol.Undesk{})
			s.commit(nil)
			s.goOn(errDisk)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			assert.Equal(t, protocol.Lobby, v.client.member.where())
			assert.Zero(t, v.client.member.visiting)
		})
	})
	t.Run("gone after a way out that failed", func(t *testing.T) {
		for _, program := range []bool{false, true} {
			atTheDesk(t, Options{}, 1, 1, program, func(s *scene) {
				v := s.visitors[0]
				s.shut()
				s.do(v, protocol.Undesk{})
				s.drop(v)
				s.commit(errDisk)
				s.goOn(nil)
				if program {
					v.connect(t)
					synctest.Wait()
					assert.Equal(t, protocol.Lobby, v.client.member.where())
				}
				assert.Zero(t, s.run.desk.places)
				assert.Empty(t, s.run.desk.queue)
			})
		}
	})
	t.Run("closed as it comes back", func(t *testing.T) {
		atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
			v := s.visitors[0]
			s.shut()
			s.do(s.ops[0], protocol.Close{Ticket: 1})
			s.drop(v)
			v.told()
			v.connect(t)
			synctest.Wait()
			s.commit(nil)
			s.goOn(nil)
			assert.Equal(t, protocol.Lobby, v.client.member.where())
			welcome, entered := -1, -1
			for i, e := range v.live {
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
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		v := s.come(true, Identity{})
		s.shut()
		s.do(v, protocol.Desk{})
		s.drop(v)
		v.connect(t)
		synctest.Wait()
		s.goOn(nil)
		assert.Len(t, s.run.desk.tickets, 1)
		assert.Equal(t, 1, s.run.desk.places)
		assert.Equal(t, protocol.DeskRoom, v.client.member.where())
		s.says(v, "hello")
		assert.Contains(t, words(s.ops[0]), "] hello")
		s.drop(v)
	})
}

// The same, and it could not be recorded that the visit began.
func TestWhoIsBackAfterAVisitThatDidNotBeginIsInTheRoom(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		v := s.come(true, Identity{})
		s.shut()
		s.do(v, protocol.Desk{})
		s.drop(v)
		v.connect(t)
		synctest.Wait()
		s.commit(errDisk)
		s.goOn(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, protocol.Lobby, v.client.member.where())
		assert.Equal(t, protocol.Lobby, v.client.member.bound)
		assert.Zero(t, s.run.desk.places)
		s.drop(v)
	})
}

// Where there is only a desk, nobody gets into a room because the journal failed.
func TestThereIsNoWayAroundTheDesk(t *testing.T) {
	atTheDesk(t, Options{Desk: true}, 1, 0, false, func(s *scene) {
		p := newPersona(s.h, false)
		p.identity.Brief = true
		s.shut()
		p.connect(t)
		s.do(p, protocol.Ping{})
		s.goOn(errDisk)
		s.do(p, protocol.Join{Room: roomNamed("tea")})
		assert.Equal(t, protocol.DeskRoom, p.client.member.where())
		s.drop(p)
	})
}

// Somebody whose goodbye is on its way does not arrive.
func TestWhoLeavesDoesNotArrive(t *testing.T) {
	atTheDesk(t, Options{Desk: true}, 1, 0, false, func(s *scene) {
		p := newPersona(s.h, false)
		p.identity.Brief = true
		p.connect(t)
		s.says(p, "hello")
		s.shut()
		s.do(p, protocol.Leave{})
		s.goOn(errDisk)
		time.Sleep(3 * time.Second) // it has not been silent for so long when it leaves
		synctest.Wait()
		assert.Zero(t, s.run.desk.places)
		assert.Len(t, s.run.members, 2)
		assert.NotContains(t, words(s.ops[0]), "@2")
		p.ended.Wait()
	})
}

func TestAnOperatorOnAnotherConnectionIsToldWhereLinesGo(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
		op := s.ops[0]
		s.do(op, protocol.Take{Ticket: 1})
		old := op.stop
		op.connect(t)
		synctest.Wait()
		assert.Contains(t, words(op), "-- what you type goes to @1")
		old()
	})
}

// Whoever takes somebody reads what that one has said, however much others say.
func TestWhatWasSaidBeforeIsShownOfThisVisitor(t *testing.T) {
	atTheDesk(t, Options{Replay: 3}, 1, 2, false, func(s *scene) {
		s.says(s.visitors[0], "one", "two", "three", "four")
		for i := range 30 {
			s.says(s.visitors[1], fmt.Sprint("noise ", i))
		}
		op := s.come(false, Identity{Operator: true})
		words(op)
		s.do(op, protocol.Take{Ticket: 1})
		seen := words(op)
		assert.Contains(t, seen, "[@1 v1] three\n")
		assert.Contains(t, seen, "[@1 v1] four\n")
		assert.NotContains(t, seen, "[@1 v1] two")
		assert.NotContains(t, seen, "noise")
		s.drop(op)
	})
}

// A message that its author left for the room is one conversation still, whatever
// could not be recorded on the way there and back.
func TestAMessageIsLeftOnce(t *testing.T) {
	atTheDesk(t, Options{}, 0, 1, true, func(s *scene) {
		v := s.visitors[0]
		m := v.client.member
		stands := func(where protocol.Room, visiting, message protocol.Ticket) {
			t.Helper()
			assert.Equal(t, where, m.where())
			assert.Equal(t, [2]protocol.Ticket{visiting, message}, [2]protocol.Ticket{m.visiting, m.message})
			assert.Len(t, s.run.desk.queue, 1)
			assert.Equal(t, min(1, int(visiting)), s.run.desk.places)
			assert.False(t, s.ticket(1).isLeaving())
		}
		tries := func(cmd protocol.Command, err error) {
			s.shut()
			s.do(v, cmd)
			s.goOn(err)
		}
		s.says(v, "hello?")
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
