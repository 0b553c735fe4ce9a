package hub_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
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
	"chinwag/protocol/seedtest"
)

// toldPlace is the target that p was told last: "@2", "#lobby" or "nobody".
func toldPlace(p *hubtest.Client) string {
	gone := map[protocol.Ticket]bool{}
	for _, e := range slices.Backward(p.Heard()) {
		switch e := e.(type) {
		case protocol.TicketChanged:
			gone[e.Ticket] = gone[e.Ticket] || e.Event == protocol.VisitorLeft
		case protocol.Target:
			switch {
			case e.Nobody || gone[e.Target]:
				return "nobody"
			case e.Target != 0:
				return e.Target.String()
			}
			return e.Room.String()
		case protocol.Welcome:
			return e.Room.String()
		}
	}
	return "nobody"
}

// draft is a line that an operator types: it is meant for the place that was the target when it was begun.
type draft struct {
	op    *hubtest.Client
	place string
	due   time.Time
	tells bool // it names its place, and may be as old as it likes
}

func (d draft) cmd(i int) protocol.Say {
	s := protocol.Say{Text: hubtest.Text(fmt.Sprintf("for %s, line %d", d.place, i))}
	if d.tells {
		if n, ok := strings.CutPrefix(d.place, "@"); ok {
			_, _ = fmt.Sscan(n, &s.Ticket)
		} else {
			s.Room = hubtest.Room(d.place)
		}
	}
	return s
}

// TestNoLineReachesAnother has operators type lines while visitors come and go and are taken, handed over and closed: a
// line that was begun less than a second before it was sent, or that names where it was begun, is heard there or
// nowhere.
func TestNoLineReachesAnother(t *testing.T) {
	seedtest.Each(t, 12, playDrafts)
}

var forWhom = regexp.MustCompile(`^for (\S+), line \d+$`)

func playDrafts(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 7))
	alone := seed%2 == 0
	ops := 1
	if !alone {
		ops = 3
	}
	atTheDesk(t, hub.Options{Desk: alone, VisitorsPerAddress: -1}, ops, 0, false, func(w *deskWorld) {
		if alone {
			drop(w.bystander)
		}
		var drafts []draft
		typing := map[*hubtest.Client]bool{}
		for i := range 600 {
			time.Sleep(time.Duration(dice.IntN(250)) * time.Millisecond)
			synctest.Wait()
			drafts = slices.DeleteFunc(drafts, func(d draft) bool {
				if time.Now().Before(d.due) {
					return false
				}
				typing[d.op] = false
				d.op.Send(d.cmd(i))
				synctest.Wait()
				return true
			})
			op := w.ops[dice.IntN(len(w.ops))]
			switch n := dice.IntN(20); {
			case n < 4 && len(w.visitors) < 40:
				v := w.NewClient(false)
				v.Identity = hub.Identity{Brief: true}
				v.Connect()
				v.Send(protocol.Desk{Text: hubtest.Text("hello")})
				w.visitors = append(w.visitors, v)
			case n < 7 && len(w.visitors) > 0:
				v := w.visitors[dice.IntN(len(w.visitors))]
				drop(v)
			case n < 11 && !typing[op]:
				op.Send(w.changes(dice, op))
			case !typing[op]:
				d := draft{op: op, place: toldPlace(op), due: time.Now().Add(time.Duration(dice.IntN(900)) * time.Millisecond)}
				if d.place == "nobody" {
					break // it is told soon where lines go
				}
				if d.tells = dice.IntN(2) == 0; d.tells {
					d.due = d.due.Add(time.Duration(dice.IntN(5000)) * time.Millisecond)
				}
				typing[op] = true
				drafts = append(drafts, d)
			}
			synctest.Wait()
		}
		heard := 0
		for i := range w.Store.Entries() {
			e := &w.Store.Entries()[i]
			switch ev := e.Event.(type) {
			case protocol.Replied:
				if m := forWhom.FindStringSubmatch(ev.Text.String()); m != nil {
					heard++
					require.Equal(t, m[1], ev.Ticket.String(), "position %d", e.Seq)
				}
			case protocol.Said:
				m := forWhom.FindStringSubmatch(ev.Text.String())
				if reader, one := e.Stream.Session(); m != nil && !one {
					heard++
					require.Equal(t, m[1], ev.Room.String(), "position %d, %s", e.Seq, reader)
				}
			}
		}
		assert.Greater(t, heard, 5, "it is not that all are refused")
		for _, v := range w.visitors {
			drop(v)
		}
	})
}

// changes is what an operator may do about where lines go.
func (w *deskWorld) changes(dice *rand.Rand, _ *hubtest.Client) protocol.Command {
	var no protocol.Ticket = 1
	for _, t := range w.Tickets() {
		no = max(no, t.No)
	}
	no -= min(no-1, protocol.Ticket(dice.IntN(4)))
	switch n := dice.IntN(12); {
	case n < 3:
		return protocol.Next{}
	case n < 4:
		return protocol.Take{Ticket: no}
	case n < 5:
		return protocol.To{}
	case n < 6:
		return protocol.To{Ticket: no}
	case n < 7:
		return protocol.Reply{Ticket: no, Text: hubtest.Text("hello")}
	case n < 8:
		return protocol.Hand{Ticket: no, To: hubtest.Nick("op%d", dice.IntN(3))}
	case n < 9:
		return protocol.Close{Ticket: no}
	}
	return protocol.Close{}
}

// alone is a desk with one operator, to which each visitor that comes is assigned.
func alone(t *testing.T, f func(w *deskWorld, op *hubtest.Client)) {
	t.Helper()
	atTheDesk(t, hub.Options{Desk: true}, 1, 0, true, func(w *deskWorld) {
		drop(w.bystander)
		w.hush()
		f(w, w.ops[0])
		for _, v := range w.visitors {
			drop(v)
		}
	})
}

func (w *deskWorld) comes() *hubtest.Client {
	v := w.come(true, hub.Identity{})
	w.visitors = append(w.visitors, v)
	return v
}

// The issue's own case: a line that is typed 0.1 s after /close does not go to the visitor that is assigned in that
// instant.
func TestWhatFollowsACloseIsNotForTheNextVisitor(t *testing.T) {
	alone(t, func(w *deskWorld, op *hubtest.Client) {
		w.comes()
		pass(2 * time.Second)
		next := w.comes()
		says(op, "how do you do")
		w.hush()
		op.Do(protocol.Close{Ticket: 1})
		pass(100 * time.Millisecond)
		says(op, "your pin is 1234")
		pass(100 * time.Millisecond)
		op.Do(protocol.Say{Text: hubtest.Text("your pin is 1234"), Ticket: 1}, protocol.Say{Text: hubtest.Text("your pin is 1234"), Ticket: 2})
		assert.Equal(t, "op0", w.holder(2), "it is theirs already")
		pass(2 * time.Second)
		op.Do(protocol.Say{Text: hubtest.Text("your pin is 1234"), Ticket: 1}, protocol.Say{Text: hubtest.Text("your pin is 1234"), Room: protocol.Lobby})
		assert.NotContains(t, next.Text(), "1234")
		assert.NotContains(t, op.Text(), "-> @2")
		says(op, "hello")
		op.Do(protocol.Say{Text: hubtest.Text("again"), Ticket: 2})
		assert.Equal(t, "<op0> hello\n<op0> again", next.Text())
	})
}

// A paste is one thing, however long the server takes over it: each line that is refused makes the moment longer.
func TestAPasteThatGoesToNobodyGoesToNobodyAsAWhole(t *testing.T) {
	alone(t, func(w *deskWorld, op *hubtest.Client) {
		a := w.comes()
		pass(2 * time.Second)
		next := w.comes()
		says(op, "one", "two")
		drop(a)
		w.visitors[0].Do(protocol.Quit{})
		a.Connect()
		a.Do(protocol.Quit{})
		for range 20 { // five lines a second, as the rate limit has them
			says(op, "of a paste")
			pass(200 * time.Millisecond)
		}
		assert.NotContains(t, next.Text(), "paste")
		pass(time.Second)
		says(op, "hello")
		assert.Contains(t, next.Text(), "<op0> hello")
	})
}

// The second begins when the assignment is recorded: before that no client is told of it.
func TestAnAssignmentThatIsRecordedLate(t *testing.T) {
	for _, err := range []error{nil, errDisk} {
		alone(t, func(w *deskWorld, op *hubtest.Client) {
			w.Store.Hold()
			v := w.comes() // and is assigned
			pass(4 * time.Second)
			says(op, "a draft of before")
			assert.Empty(t, op.Text(), "that it is refused comes after why")
			w.Store.Open(err)
			if err == nil {
				assert.Contains(t, op.Text(), "nobody has heard that")
			} else {
				assert.Contains(t, op.Text(), "<op0> a draft of before", "nobody has come")
				v.Do(protocol.Desk{})
			}
			says(op, "a draft of before")
			pass(900 * time.Millisecond)
			says(op, "a draft of before")
			assert.NotContains(t, op.Text(), "you have @1")
			pass(10 * time.Second)
			assert.Contains(t, op.Text(), "-- you have @1 guest-1: what you type goes there", "%v", err)
			says(op, "hello")
			assert.Contains(t, v.Text(), "<op0> hello")
		})
	}
}

// The same for a visitor whose conversation is closed: what is typed then was for the operators.
func TestAClosingThatIsRecordedLate(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, false, func(w *deskWorld) {
		v := w.visitors[0]
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Ticket: 1})
		pass(3 * time.Second)
		w.Store.Open(nil)
		pass(900 * time.Millisecond)
		says(v, "my pin is 1234")
		assert.Contains(t, v.Text(), "nobody has heard that: you are in #lobby now")
		assert.NotContains(t, w.bystander.Text(), "1234")
		pass(3 * time.Second)
		says(v, "hello")
		assert.Contains(t, w.bystander.Text(), "<v1> hello")
	})
}

// An answer that was accepted is acknowledged, wherever lines go when it is sent again.
func TestALineThatIsSentAgainIsNotRefused(t *testing.T) {
	alone(t, func(w *deskWorld, op *hubtest.Client) {
		w.comes()
		pass(2 * time.Second)
		say := protocol.Say{Ref: "1", Text: hubtest.Text("hello"), Ticket: 1}
		op.Do(say, protocol.Close{Ticket: 1})
		op.Text()
		op.Do(say)
		assert.Contains(t, op.Text(), "safe already")
		say.Ref = "2"
		op.Do(say)
		assert.Contains(t, op.Text(), "nobody has heard that")
		pass(2 * time.Second)
		op.Do(say)
		assert.Contains(t, op.Text(), "nobody has heard that: it was begun for @1", "a refusal is no acknowledgement")
	})
}

// An operator that comes back has no visitor, and a line that was kept to be sent again names its target.
func TestAnOperatorWhoComesBackSendsWhatWasKept(t *testing.T) {
	alone(t, func(w *deskWorld, op *hubtest.Client) {
		v := w.comes()
		pass(2 * time.Second)
		w.comes()
		drop(op)
		v.Do(protocol.Quit{})
		pass(time.Second)
		op.Connect()
		synctest.Wait()
		op.Do(protocol.Say{Ref: "1", Text: hubtest.Text("kept"), Ticket: 1}, protocol.Say{Ref: "2", Text: hubtest.Text("kept"), Room: protocol.Lobby})
		pass(2 * time.Second)
		op.Do(protocol.Say{Ref: "3", Text: hubtest.Text("kept"), Ticket: 1})
		assert.Equal(t, "op0", w.holder(2))
		for _, v := range w.visitors {
			assert.NotContains(t, v.Text(), "kept")
		}
		op.Do(protocol.Say{Ref: "4", Text: hubtest.Text("hello"), Ticket: 2})
		assert.Contains(t, w.visitors[1].Text(), "<op0> hello")
	})
}

// What is about to be assigned is not answered by a number that was left out.
func TestACommandWithoutANumberMeansNobodyForASecond(t *testing.T) {
	alone(t, func(w *deskWorld, op *hubtest.Client) {
		w.comes()
		for _, cmd := range []protocol.Command{protocol.Close{}, protocol.Hold{}, protocol.Canned{Name: hubtest.Text("x")}} {
			op.Do(cmd)
		}
		assert.Equal(t, "op0", w.holder(1))
		assert.Equal(t, 2, strings.Count(op.Text(), "where your lines go has just changed: please name the number"))
		op.Do(protocol.To{}) // what they say themselves counts at once
		says(op, "for the room")
		assert.NotContains(t, op.Text(), "nobody has heard")
		pass(3 * time.Second)
		assert.NotContains(t, op.Text(), "goes there", "and is not changed afterwards")
		op.Do(protocol.To{Ticket: 1})
		says(op, "hello")
		assert.Contains(t, w.visitors[0].Text(), "<op0> hello")
	})
}

func TestFewNumbersAreRemembered(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		v := w.visitors[0]
		for range hub.MaxLately + 10 {
			v.Do(protocol.LeaveDesk{}, protocol.Desk{})
			time.Sleep(time.Minute / hub.MaxTurns)
		}
		assert.Equal(t, hub.MaxLately, w.EndedTickets())
		v.Do(protocol.LeaveDesk{})
		w.hush()
		says(v, "@1 pm then?", fmt.Sprintf("@%d your pin is 1234", hub.MaxLately+10))
		seen := w.bystander.Text()
		assert.Contains(t, seen, "> @1 pm then?")
		assert.NotContains(t, seen, "1234")
		assert.Contains(t, v.Text(), "nobody has heard that: a line that begins with the number of a visitor")
	})
}

// At the bare door nothing is a command, and nothing is an answer.
func TestTheBareDoorSaysWhatItIsSent(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, true, func(w *deskWorld) {
		bare := w.come(false, hub.Identity{})
		w.bystander.Text()
		says(bare, "@1 hello")
		assert.Contains(t, w.bystander.Text(), "> @1 hello")
		drop(bare)
	})
}
