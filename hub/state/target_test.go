package state

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

func aloneAtTheDesk(t *testing.T) *shift {
	t.Helper()
	set := shiftSettings()
	set.Desk = true
	return newShift(t, set, 1, 0)
}

// The line that is typed 0.1 s after /close does not go to the visitor that is assigned in that instant.
func TestWhatFollowsACloseIsNotForTheNextVisitor(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.waits(2 * time.Second)
	f.visits("v2")
	f.says("op0", "how do you do")
	assert.Contains(t, f.words("v1"), "<op0> how do you do")
	f.do("op0", protocol.Close{Ticket: 1})
	f.waits(100 * time.Millisecond)
	pin := protocol.MustText("your pin is 1234")
	f.do("op0", protocol.Say{Text: pin}, protocol.Say{Text: pin, Ticket: 1}, protocol.Say{Text: pin, Ticket: 2}, protocol.Say{Text: pin, Room: protocol.OperatorsRoom})
	assert.Equal(t, "op0", f.holder(2), "it is theirs already")
	assert.Equal(t, 4, strings.Count(f.words("op0"), "nobody has heard that"))
	f.waits(2 * time.Second)
	assert.Contains(t, f.words("op0"), "-- you have @2 v2: what you type goes there")
	f.do("op0", protocol.Say{Text: pin, Ticket: 1}, protocol.Say{Text: pin, Room: protocol.OperatorsRoom})
	assert.Contains(t, f.words("op0"), "nobody has heard that: it was begun for @1, and what you type goes to @2 v2 now")
	f.says("op0", "hello")
	f.do("op0", protocol.Say{Text: protocol.MustText("again"), Ticket: 2})
	said := f.words("v2")
	assert.NotContains(t, said, "1234")
	assert.Contains(t, said, "<op0> hello\n<op0> again")
}

// Each line that is refused makes the moment longer: a paste is one thing, however long it takes.
func TestAPasteThatGoesToNobodyGoesToNobodyAsAWhole(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.waits(2 * time.Second)
	f.visits("v2")
	f.says("op0", "one")
	f.do("v1", protocol.Quit{})
	assert.Equal(t, "op0", f.holder(2))
	for range 20 {
		f.says("op0", "of a paste")
		f.waits(200 * time.Millisecond)
	}
	assert.Contains(t, f.words("op0"), "nobody has heard that: @2 v2 comes to you just now, and you are told when what you type goes there")
	f.waits(time.Second)
	f.says("op0", "hello")
	said := f.words("v2")
	assert.NotContains(t, said, "paste")
	assert.Contains(t, said, "<op0> hello")
}

func TestACommandWithoutANumberMeansNobodyForASecond(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.do("op0", protocol.Close{}, protocol.Hold{}, protocol.Canned{Name: protocol.MustText("x")})
	assert.Equal(t, "op0", f.holder(1))
	assert.Equal(t, 2, strings.Count(f.words("op0"), "where your lines go has just changed: please name the number"))
	f.do("op0", protocol.To{}) // what they say themselves counts at once
	f.says("op0", "for the room")
	assert.NotContains(t, f.words("op0"), "nobody has heard")
	f.waits(3 * time.Second)
	assert.NotContains(t, f.words("op0"), "goes there", "and is not changed afterwards")
	f.do("op0", protocol.To{Ticket: 1})
	f.says("op0", "hello")
	assert.Contains(t, f.words("v1"), "<op0> hello")
}

func TestALineForOneWhoHasGone(t *testing.T) {
	for name, leave := range map[string]protocol.Command{"to the room": protocol.LeaveDesk{}, "for good": protocol.Quit{}} {
		t.Run(name, func(t *testing.T) {
			f := newShift(t, shiftSettings(), 2, 2)
			f.do("op0", protocol.Take{Ticket: 1})
			f.forget()
			f.do("v1", leave)
			f.says("op0", "one", "two")
			f.do("op0", protocol.Me{Text: protocol.MustText("waits")}, protocol.Reply{Ticket: 1, Text: protocol.MustText("three")})
			seen := f.words("op0")
			assert.Equal(t, 4, strings.Count(seen, "nobody has heard that"), seen)
			assert.Contains(t, seen, "nobody has heard that: @1 v1 has gone")
			assert.Contains(t, seen, "nobody has heard that: where your lines go has just changed")
			assert.NotContains(t, f.words("op1")+f.words("v2"), "<op0>")
			f.waits(2 * time.Second)
			assert.Contains(t, f.words("op0"), "#lobby")
			f.says("op0", "for the room")
			assert.Contains(t, f.words("op1"), "<op0> for the room")
		})
	}
	t.Run("who was renamed", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.do("op0", protocol.Take{Ticket: 1})
		f.do("v1", protocol.Rename{Nick: protocol.MustNick("ann")}, protocol.Quit{})
		f.do("op0", protocol.Say{Text: protocol.MustText("hello"), Ticket: 1})
		assert.Contains(t, f.words("op0"), "nobody has heard that: @1 ann has gone")
	})
}

// A second after its visitor has gone, an operator was told where its lines go. It may have typed without a look: its
// first line is refused, and no other.
func TestTheFirstLineAfterOneHasGone(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 1)
	f.do("op0", protocol.Take{Ticket: 1})
	f.do("v1", protocol.Quit{})
	f.waits(5 * time.Second)
	f.says("op0", "typed blindly")
	assert.Contains(t, f.words("op0"), "nobody has heard that: @1 v1 has gone")
	f.waits(2 * time.Second)
	f.says("op0", "for the room")
	assert.Contains(t, f.words("op1"), "<op0> for the room")
}

// A line that tells that it is for the room is refused within a second of a refused command for a visitor.
func TestALineForTheRoomThatComesWithARefusedCommand(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 1)
	f.do("op1", protocol.Take{Ticket: 1})
	f.do("op0", protocol.Take{Ticket: 1}, protocol.Say{Text: protocol.MustText("1234"), Room: protocol.Lobby})
	seen := f.words("op0")
	assert.Contains(t, seen, "op1 has @1 v1")
	assert.Contains(t, seen, "nobody has heard that: it came together with the line before, and what you type goes to #lobby")
	f.waits(time.Second)
	f.do("op0", protocol.Say{Text: protocol.MustText("hello"), Room: protocol.Lobby})
	assert.Contains(t, f.words("op1"), "<op0> hello")
}

// /to takes the number of a visitor that the operator has, or none for the room; a visitor that waits, or is not there,
// is refused.
func TestTo(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 2)
	f.do("op0", protocol.To{Ticket: 1}, protocol.To{Ticket: 7})
	seen := f.words("op0")
	assert.Contains(t, seen, "@1 v1 waits, and is nobody's yet: /take 1")
	assert.Contains(t, seen, "there is no visitor @7 here: /queue shows who is")
	f.do("op0", protocol.Take{Ticket: 1}, protocol.Take{Ticket: 2})
	assert.Equal(t, "@2 v2", f.where("op0"))
	f.do("op0", protocol.To{Ticket: 1})
	assert.Equal(t, "@1 v1", f.where("op0"))
	f.do("op0", protocol.To{})
	assert.Equal(t, "#lobby", f.where("op0"))
}

// A refusal that also begins the moment of the paste guard leaves no row to be written.
func TestTheClockOfAMomentIsInNoRow(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 0)
	d := f.decide("op0", Command{Command: protocol.To{Ticket: 7}})
	assert.Empty(t, d.Events)
	assert.Empty(t, d.Rows)
	assert.Equal(t, f.clock.Add(time.Second), f.of("op0").refuseUntil)
}

// place is "@2", "#lobby" or "nobody".
func (f *shift) place(who string) string { no, _, _ := strings.Cut(f.where(who), " "); return no }

// draft is a line that an operator types: it is meant for the place that was the target when it was begun.
type draft struct {
	op, place string
	due       time.Time
	tells     bool // it names its place, and may be as old as it likes
}

func (d draft) cmd(i int) protocol.Say {
	s := protocol.Say{Text: protocol.MustText(fmt.Sprintf("for %s, line %d", d.place, i))}
	if d.tells {
		if n, ok := strings.CutPrefix(d.place, "@"); ok {
			_, _ = fmt.Sscan(n, &s.Ticket)
		} else {
			s.Room, _ = protocol.ParseRoom(d.place)
		}
	}
	return s
}

var forWhom = regexp.MustCompile(`^for (\S+), line \d+$`)

// Operators type lines while visitors come and go and are taken, handed over and closed: a line that was begun less
// than a second before it was sent, or that names where it was begun, is heard there or nowhere.
func TestNoLineReachesAnother(t *testing.T) {
	played, heard := 0, 0
	seedtest.Each(t, 24, func(t *testing.T, seed uint64) {
		played, heard = played+1, heard+playDrafts(t, seed)
	})
	assert.Greater(t, heard, 8*played, "it is not that all are refused")
}

func playDrafts(t *testing.T, seed uint64) (heard int) {
	dice := rand.New(rand.NewPCG(seed, 7))
	set := shiftSettings()
	set.Desk, set.Silence = seed%2 == 0, time.Duration(seed%3)*10*time.Second
	ops := 1
	if !set.Desk {
		ops = 3
	}
	f := newShift(t, set, ops, 0)
	f.twice = true
	var drafts []draft
	typing := map[string]bool{}
	came := 0
	for i := range 400 {
		f.waits(time.Duration(dice.IntN(250)) * time.Millisecond)
		left := drafts[:0]
		for _, d := range drafts {
			if f.clock.Before(d.due) {
				left = append(left, d)
				continue
			}
			typing[d.op] = false
			f.do(d.op, d.cmd(i))
		}
		drafts = left
		op := fmt.Sprintf("op%d", dice.IntN(ops))
		switch n := dice.IntN(20); {
		case n < 4 && came < 100:
			came++
			f.visits(fmt.Sprintf("v%d", came))
		case n < 7 && came > 0:
			if v := fmt.Sprintf("v%d", 1+dice.IntN(came)); f.of(v) != nil && f.of(v).isThere() {
				if dice.IntN(2) == 0 {
					f.do(v, protocol.Quit{})
				} else {
					f.breaks(v)
				}
			}
		case n < 11 && !typing[op]:
			f.do(op, f.changes(dice, ops))
		case !typing[op]:
			d := draft{op: op, place: f.place(op), due: f.clock.Add(time.Duration(dice.IntN(900)) * time.Millisecond)}
			if d.place == "nobody" {
				break // it is told soon where lines go
			}
			if d.tells = dice.IntN(2) == 0; d.tells {
				d.due = d.due.Add(time.Duration(dice.IntN(5000)) * time.Millisecond)
			}
			typing[op] = true
			drafts = append(drafts, d)
		}
	}
	for _, e := range f.events {
		switch ev := e.What.(type) {
		case protocol.Replied:
			if m := forWhom.FindStringSubmatch(ev.Text.String()); m != nil {
				heard++
				require.Equal(t, m[1], ev.Ticket.String(), "seed %d, position %d", seed, e.Seq)
			}
		case protocol.Said:
			m := forWhom.FindStringSubmatch(ev.Text.String())
			if _, one := e.Stream.Session(); m != nil && !one {
				heard++
				require.Equal(t, m[1], ev.Room.String(), "seed %d, position %d", seed, e.Seq)
			}
		}
	}
	return heard
}

// changes is what an operator may do about where lines go.
func (f *shift) changes(dice *rand.Rand, ops int) protocol.Command {
	var no protocol.Ticket = 1
	if nos := f.ticketNumbers(); len(nos) > 0 {
		no = nos[len(nos)-1]
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
		return protocol.Reply{Ticket: no, Text: protocol.MustText("hello")}
	case n < 8:
		return protocol.Hand{Ticket: no, To: protocol.MustNick(fmt.Sprintf("op%d", dice.IntN(ops)))}
	case n < 9:
		return protocol.Close{Ticket: no}
	}
	return protocol.Close{}
}
