package hub

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

	"chinwag/protocol"
)

// toldPlace is where p was told last that its lines go: "@2", "#lobby" or "nobody".
func (p *persona) toldPlace() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	gone := map[protocol.Ticket]bool{}
	for _, e := range slices.Backward(p.live) {
		switch e := e.(type) {
		case protocol.TicketChanged:
			gone[e.Ticket] = gone[e.Ticket] || e.State == protocol.Gone
		case protocol.Serving:
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

// draft is a line that an operator types: it is for whom it was begun for.
type draft struct {
	op    *persona
	place string
	due   time.Time
	tells bool // it names its place, and may be as old as it likes
}

func (d draft) cmd(i int) protocol.Say {
	s := protocol.Say{Text: protocol.MustText(fmt.Sprintf("for %s, line %d", d.place, i))}
	if d.tells {
		if n, ok := strings.CutPrefix(d.place, "@"); ok {
			_, _ = fmt.Sscan(n, &s.Ticket)
		} else {
			s.Room = roomNamed(d.place)
		}
	}
	return s
}

// TestNoLineReachesAnother has operators type lines while visitors come and go and are
// taken, handed over and closed: a line that was begun less than a second before it was sent,
// or that names where it was begun, is heard there or nowhere.
func TestNoLineReachesAnother(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { playDrafts(t, seed) })
	}
}

var forWhom = regexp.MustCompile(`^for (\S+), line \d+$`)

func playDrafts(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 7))
	alone := seed%2 == 0
	ops := 1
	if !alone {
		ops = 3
	}
	atTheDesk(t, Options{Desk: alone, VisitorsPerAddress: -1}, ops, 0, false, func(s *scene) {
		if alone {
			s.drop(s.bystand)
		}
		var drafts []draft
		typing := map[*persona]bool{}
		for i := range 600 {
			time.Sleep(time.Duration(dice.IntN(250)) * time.Millisecond)
			synctest.Wait()
			drafts = slices.DeleteFunc(drafts, func(d draft) bool {
				if time.Now().Before(d.due) {
					return false
				}
				typing[d.op] = false
				d.op.wants <- d.cmd(i)
				synctest.Wait()
				return true
			})
			op := s.ops[dice.IntN(len(s.ops))]
			switch n := dice.IntN(20); {
			case n < 4 && len(s.visitors) < 40:
				v := newPersona(s.h, false)
				v.identity = Identity{Brief: true}
				v.connect(t)
				v.wants <- protocol.Desk{Text: text("hello")}
				s.visitors = append(s.visitors, v)
			case n < 7 && len(s.visitors) > 0:
				v := s.visitors[dice.IntN(len(s.visitors))]
				s.drop(v)
			case n < 11 && !typing[op]:
				op.wants <- s.changes(dice, op)
			case !typing[op]:
				d := draft{op: op, place: op.toldPlace(), due: time.Now().Add(time.Duration(dice.IntN(900)) * time.Millisecond)}
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
		for i := range s.truth.entries {
			e := &s.truth.entries[i]
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
		for _, v := range s.visitors {
			s.drop(v)
		}
	})
}

// changes is what an operator may do about where lines go.
func (s *scene) changes(dice *rand.Rand, op *persona) protocol.Command {
	defer s.looked()
	var no protocol.Ticket = 1
	for n := range s.run.desk.tickets {
		no = max(no, n)
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
		return protocol.Reply{Ticket: no, Text: text("hello")}
	case n < 8:
		return protocol.Hand{Ticket: no, To: nick("op%d", dice.IntN(3))}
	case n < 9:
		return protocol.Close{Ticket: no}
	}
	return protocol.Close{}
}

// alone is a desk with one operator, who is given who comes.
func alone(t *testing.T, f func(s *scene, op *persona)) {
	t.Helper()
	atTheDesk(t, Options{Desk: true}, 1, 0, true, func(s *scene) {
		s.drop(s.bystand)
		s.hush()
		f(s, s.ops[0])
		for _, v := range s.visitors {
			s.drop(v)
		}
	})
}

func (s *scene) comes() *persona {
	v := s.come(true, Identity{})
	s.visitors = append(s.visitors, v)
	return v
}

func (s *scene) waits(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// The issue's own case: the line that is typed 0.1 s after /close, and the visitor
// who is assigned in that instant.
func TestWhatFollowsACloseIsNotForTheNextVisitor(t *testing.T) {
	alone(t, func(s *scene, op *persona) {
		s.comes()
		s.waits(2 * time.Second)
		next := s.comes()
		s.says(op, "how do you do")
		s.hush()
		s.do(op, protocol.Close{Ticket: 1})
		s.waits(100 * time.Millisecond)
		s.says(op, "your pin is 1234")
		s.waits(100 * time.Millisecond)
		s.do(op, protocol.Say{Text: text("your pin is 1234"), Ticket: 1}, protocol.Say{Text: text("your pin is 1234"), Ticket: 2})
		assert.Equal(t, "op0", s.holder(2), "it is theirs already")
		s.waits(2 * time.Second)
		s.do(op, protocol.Say{Text: text("your pin is 1234"), Ticket: 1}, protocol.Say{Text: text("your pin is 1234"), Room: protocol.Lobby})
		assert.NotContains(t, words(next), "1234")
		assert.NotContains(t, words(op), "-> @2")
		s.says(op, "hello")
		s.do(op, protocol.Say{Text: text("again"), Ticket: 2})
		assert.Equal(t, "<op0> hello\n<op0> again", words(next))
	})
}

// A paste is one thing, however long the server takes over it: each line that is refused
// makes the moment longer.
func TestAPasteThatGoesToNobodyGoesToNobodyAsAWhole(t *testing.T) {
	alone(t, func(s *scene, op *persona) {
		a := s.comes()
		s.waits(2 * time.Second)
		next := s.comes()
		s.says(op, "one", "two")
		s.drop(a)
		s.do(s.visitors[0], protocol.Leave{})
		a.connect(t)
		s.do(a, protocol.Leave{})
		for range 20 { // five lines a second, as the rate limit has them
			s.says(op, "of a paste")
			s.waits(200 * time.Millisecond)
		}
		assert.NotContains(t, words(next), "paste")
		s.waits(time.Second)
		s.says(op, "hello")
		assert.Contains(t, words(next), "<op0> hello")
	})
}

// The second begins when the taking is recorded: before that nobody is told of it.
func TestAnAssignmentThatIsRecordedLate(t *testing.T) {
	for _, err := range []error{nil, errDisk} {
		alone(t, func(s *scene, op *persona) {
			s.shut()
			v := s.comes()
			s.commit(nil) // that it has come
			s.waits(5 * time.Second)
			s.says(op, "a draft of before")
			assert.Contains(t, words(op), "nobody has heard that")
			s.goOn(err)
			s.says(op, "a draft of before")
			s.waits(900 * time.Millisecond)
			s.says(op, "a draft of before")
			assert.NotContains(t, words(op), "you have @1")
			s.waits(10 * time.Second)
			assert.Contains(t, words(op), "-- you have @1 guest-1: what you type goes there", "%v", err)
			s.says(op, "hello")
			assert.Contains(t, words(v), "<op0> hello")
		})
	}
}

// An answer that was accepted is acknowledged, wherever lines go when it is sent again.
func TestALineThatIsSentAgainIsNotRefused(t *testing.T) {
	alone(t, func(s *scene, op *persona) {
		s.comes()
		s.waits(2 * time.Second)
		say := protocol.Say{Ref: "1", Text: text("hello"), Ticket: 1}
		s.do(op, say, protocol.Close{Ticket: 1})
		words(op)
		s.do(op, say)
		assert.Contains(t, words(op), "safe already")
		say.Ref = "2"
		s.do(op, say)
		assert.Contains(t, words(op), "nobody has heard that")
		s.waits(2 * time.Second)
		s.do(op, say)
		assert.Contains(t, words(op), "nobody has heard that: it was begun for @1", "a refusal is no acknowledgement")
	})
}

// Whoever comes back has nobody, and what was kept to be sent again names whom it was for.
func TestAnOperatorWhoComesBackSendsWhatWasKept(t *testing.T) {
	alone(t, func(s *scene, op *persona) {
		v := s.comes()
		s.waits(2 * time.Second)
		s.comes()
		s.drop(op)
		s.do(v, protocol.Leave{})
		s.waits(time.Second)
		op.connect(t)
		synctest.Wait()
		s.do(op, protocol.Say{Ref: "1", Text: text("kept"), Ticket: 1}, protocol.Say{Ref: "2", Text: text("kept"), Room: protocol.Lobby})
		s.waits(2 * time.Second)
		s.do(op, protocol.Say{Ref: "3", Text: text("kept"), Ticket: 1})
		assert.Equal(t, "op0", s.holder(2))
		for _, v := range s.visitors {
			assert.NotContains(t, words(v), "kept")
		}
		s.do(op, protocol.Say{Ref: "4", Text: text("hello"), Ticket: 2})
		assert.Contains(t, words(s.visitors[1]), "<op0> hello")
	})
}

// What is about to be assigned is not answered by a number that was left out.
func TestACommandWithoutANumberMeansNobodyForASecond(t *testing.T) {
	alone(t, func(s *scene, op *persona) {
		s.comes()
		for _, cmd := range []protocol.Command{protocol.Close{}, protocol.Hold{}, protocol.Canned{Name: text("x")}} {
			s.do(op, cmd)
		}
		assert.Equal(t, "op0", s.holder(1))
		assert.Equal(t, 2, strings.Count(words(op), "where your lines go has just changed: please name the number"))
		s.do(op, protocol.To{}) // what they say themselves counts at once
		s.says(op, "for the room")
		assert.NotContains(t, words(op), "nobody has heard")
		s.waits(3 * time.Second)
		assert.NotContains(t, words(op), "goes there", "and is not changed afterwards")
		s.do(op, protocol.To{Ticket: 1})
		s.says(op, "hello")
		assert.Contains(t, words(s.visitors[0]), "<op0> hello")
	})
}

func TestFewNumbersAreRemembered(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
		v := s.visitors[0]
		for range maxLately + 10 {
			s.do(v, protocol.Undesk{}, protocol.Desk{})
			time.Sleep(time.Minute / maxTurns)
		}
		assert.Len(t, s.run.desk.lately, maxLately)
		s.looked()
		s.do(v, protocol.Undesk{})
		s.hush()
		s.says(v, "@1 pm then?", fmt.Sprintf("@%d your pin is 1234", maxLately+10))
		seen := words(s.bystand)
		assert.Contains(t, seen, "> @1 pm then?")
		assert.NotContains(t, seen, "1234")
		assert.Contains(t, words(v), "nobody has heard that: a line that begins with the number of a visitor")
	})
}

// At the bare door nothing is a command, and nothing is an answer.
func TestTheBareDoorSaysWhatItIsSent(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, true, func(s *scene) {
		bare := s.come(false, Identity{})
		words(s.bystand)
		s.says(bare, "@1 hello")
		assert.Contains(t, words(s.bystand), "> @1 hello")
		s.drop(bare)
	})
}
