package state

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func TestPromotion(t *testing.T) {
	for _, only := range []bool{false, true} {
		set := shiftSettings()
		set.Desk = only
		entrance := protocol.Lobby
		if only {
			entrance = protocol.OperatorsRoom
		}
		t.Run(fmt.Sprint("at the desk ", only), func(t *testing.T) {
			f := newShift(t, set, 2, 2)
			f.decide("v1", Promote{})
			s := f.of("v1")
			assert.True(t, s.Operator && s.HearsDesk && s.OnDuty)
			assert.Equal(t, entrance, s.Room)
			assert.Zero(t, s.Ticket)
			assert.Equal(t, []protocol.Ticket{2}, f.ticketNumbers())
			assert.Contains(t, f.words("op0"), "@1 v1 has gone")
			seen := f.words("v1")
			assert.Contains(t, seen, "you are in "+entrance.String()+" now", "it sees where it is")
			assert.Contains(t, seen, spelled(protocol.Promoted{}))
			f.says("v2", "hello")
			assert.Contains(t, f.words("v1"), "[@2 v2] hello")
			f.decide("v1", Promote{})
			assert.Contains(t, f.words("v1"), "you are an operator already")
			assert.Equal(t, []*Session{f.of("op0"), f.of("op1"), s}, f.desk.operators)
		})
	}
	t.Run("in a room", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.comes("ann", false)
		f.forget()
		d := f.decide("ann", Promote{})
		require.Len(t, d.Events, 2)
		assert.Equal(t, Promoted{}, d.Events[0].Change)
		duty := d.Events[1].What.(protocol.DutyChanged)
		assert.True(t, duty.On)
		assert.Equal(t, duty.Seq, f.of("ann").HearsDeskFrom)
		assert.Equal(t, Desk, d.Events[1].Stream)
		assert.Equal(t, protocol.Lobby, f.of("ann").Room)
		f.do("ann", protocol.Take{Ticket: 1})
		assert.Equal(t, "ann", f.holder(1))
	})
	t.Run("somebody whose question nobody can answer", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 0, 1)
		f.says("v1", "hello?")
		f.decide("v1", Promote{})
		assert.True(t, f.desk.tickets[1].Message)
	})
}

func TestDuty(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 0)
	assert.Equal(t, 2, f.onDuty())
	f.do("op0", protocol.Duty{})
	assert.Equal(t, 1, f.onDuty())
	assert.Contains(t, f.words("op1"), "op0 is off duty")
	assert.Contains(t, f.words("op0"), "you are off duty: nobody new is yours, and those whom you have stay with you")
	f.do("op0", protocol.Duty{On: true})
	assert.Contains(t, f.words("op0"), "you are on duty: /next takes who waits longest")
	f.do("op0", protocol.Join{Room: roomOf("#tea")})
	assert.True(t, f.of("op0").HearsDesk, "in whatever room")
	f.breaks("op0")
	assert.Equal(t, 1, f.onDuty())
	assert.Equal(t, []*Session{f.of("op1")}, f.desk.operators)
	f.returns("op0")
	assert.Equal(t, 2, f.onDuty())
	assert.Equal(t, []*Session{f.of("op1"), f.of("op0")}, f.desk.operators, "in the order of coming")
}

// An operator that quits, or whose connection breaks, returns its visitors to the queue, and the other operators are
// told of that after they are told that it left.
func TestAnOperatorGoes(t *testing.T) {
	for name, c := range map[string]struct {
		leave func(f *shift)
		why   protocol.Reason
	}{
		"for good": {func(f *shift) { f.do("op0", protocol.Quit{}) }, protocol.Departed},
		"broken":   {func(f *shift) { f.breaks("op0") }, protocol.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			f := newShift(t, shiftSettings(), 2, 3)
			f.do("op1", protocol.Take{Ticket: 2})
			f.do("op0", protocol.Take{Ticket: 1}, protocol.Take{Ticket: 3}, protocol.Hold{Ticket: 1})
			f.forget()
			f.events = nil
			c.leave(f)
			seen := f.words("op1")
			assert.Contains(t, seen, "@1 v1 waits again")
			assert.Contains(t, seen, "@3 v3 waits again")
			assert.Less(t, strings.Index(seen, "op0 left"), strings.Index(seen, "@1 v1 waits again"))
			assert.Equal(t, "waits", f.holder(1))
			assert.False(t, f.desk.tickets[1].OnHold)
			assert.Equal(t, "op1", f.holder(2))
			assert.Equal(t, []protocol.QueuePosition{{Place: 1, OnDuty: 1}, {Place: 2, OnDuty: 1}}, f.standings())
			for _, e := range f.events {
				if at, ok := e.What.(protocol.TicketChanged); ok {
					assert.Equal(t, c.why, at.Reason)
				}
			}
			f.waits(time.Hour)
			assert.Equal(t, "op1", f.holder(2))
		})
	}
}

// standings are where visitors were told to stand as they were given back.
func (f *shift) standings() (all []protocol.QueuePosition) {
	for _, e := range f.events {
		if at, ok := e.What.(protocol.VisitorNotice); ok && at.Event == protocol.VisitorReturned && at.QueuePosition != nil {
			all = append(all, *at.QueuePosition)
		}
	}
	return all
}

// An operator may have hundreds of visitors: each event of giving them back has an id of its own.
func TestAnOperatorGoesWhoHasHundreds(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 300)
	for no := range protocol.Ticket(300) {
		f.do("op0", protocol.Take{Ticket: no + 1})
	}
	f.events = nil
	f.do("op0", protocol.Quit{})
	ids := map[uuid.UUID]bool{}
	for _, e := range f.events {
		ids[protocol.MetaOf(e.What).ID] = true
	}
	assert.Len(t, ids, 601)
	assert.Len(t, f.desk.queue, 300)
}

func TestTheVisitorsOfASilentOperatorWaitAgain(t *testing.T) {
	set := shiftSettings()
	set.Silence = time.Minute
	f := newShift(t, set, 2, 1)
	f.do("op0", protocol.Take{Ticket: 1})
	f.waits(59 * time.Second)
	assert.Equal(t, "op0", f.holder(1))
	f.events = nil
	f.waits(time.Second)
	assert.Equal(t, "waits", f.holder(1))
	assert.False(t, f.of("op0").OnDuty)
	assert.Equal(t, []protocol.QueuePosition{{Place: 1, OnDuty: 1}}, f.standings())
	assert.Contains(t, f.words("op0"), "you have said nothing for a long while: your visitors wait for somebody else, and you are off duty. /duty on when you are back")
	assert.True(t, f.of("op1").OnDuty, "who has nobody may be silent")
	f.do("op1", protocol.Take{Ticket: 1})
	f.says("op0", "where were we?")
	assert.Contains(t, f.words("op0"), "nobody has heard that: op1 has @1 v1")
	assert.NotContains(t, f.words("op1"), "where")
	t.Run("and never where that is not wanted", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.do("op0", protocol.Take{Ticket: 1})
		f.waits(time.Hour)
		assert.Equal(t, "op0", f.holder(1))
	})
}

func TestAVisitorIsAssignedOnlyToWhoIsAloneAndFree(t *testing.T) {
	set := shiftSettings()
	set.Desk = true
	f := newShift(t, set, 2, 1)
	assert.Equal(t, "waits", f.holder(1), "two are here")
	f.breaks("op1")
	assert.Equal(t, "op0", f.holder(1))
	f.waits(time.Second)
	f.visits("v2")
	assert.Equal(t, "waits", f.holder(2), "op0 has somebody")
	f.says("op0", "hello")
	assert.Contains(t, f.words("v1"), "<op0> hello")
	f.do("op0", protocol.Duty{}, protocol.Close{})
	assert.Equal(t, "waits", f.holder(2), "and is off duty")
	f.do("op0", protocol.Duty{On: true})
	assert.Equal(t, "op0", f.holder(2))
	t.Run("in one decision", func(t *testing.T) {
		f := newShift(t, set, 1, 0)
		f.comes("v1", false)
		assert.Equal(t, "op0", f.holder(1))
		assert.Equal(t, Target{Nobody: true, Pending: 1}, f.of("op0").Target)
		seen := f.words("op0")
		assert.Less(t, strings.Index(seen, "@1 v1 waits at the desk"), strings.Index(seen, "@1 v1 comes to you"))
		f.waits(time.Second)
		assert.Equal(t, Target{Ticket: 1}, f.of("op0").Target)
		assert.Contains(t, f.words("op0"), "-- you have @1 v1: what you type goes there")
	})
	t.Run("what was said before is shown", func(t *testing.T) {
		f := newShift(t, set, 0, 1)
		f.says("v1", "hello?")
		f.comes("op0", true)
		assert.Equal(t, "op0", f.holder(1))
		assert.Contains(t, f.words("op0"), "{Ticket:@1 Lines:10}")
	})
	t.Run("not where there are rooms", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		assert.Equal(t, "waits", f.holder(1))
	})
}

func TestTheQueue(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 5)
	f.says("v2", "my words")
	f.do("op0", protocol.Take{Ticket: 1}, protocol.Duty{})
	f.breaks("v2")
	f.waits(time.Minute)
	f.forget()
	f.do("op1", protocol.Queue{})
	seen := strings.Split(f.words("op1"), "\n")
	require.Len(t, seen, 6)
	assert.Contains(t, seen[0], "4 waiting, 1 being answered")
	for i, want := range []string{"@3 v3", "@4 v4", "@5 v5", "@2 v2", "@1 v1"} {
		assert.Contains(t, seen[i+1], want)
	}
	assert.Contains(t, seen[4], "my words")
	d := f.decide("op1", Command{Command: protocol.Queue{From: 4}})
	head := d.Answers[0].Event.(protocol.QueueInfo)
	assert.Equal(t, 2, head.Shown)
	assert.Equal(t, []protocol.OperatorInfo{{Nick: protocol.MustNick("op0"), Tickets: []protocol.Ticket{1}}, {Nick: protocol.MustNick("op1"), Duty: true}}, head.Operators)
	assert.Equal(t, 60, d.Answers[1].Event.(protocol.QueueRow).Waited)
}

func TestALongQueueIsShownInPages(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 250)
	head := func(q protocol.Queue) protocol.QueueInfo {
		d := f.decide("op0", Command{Command: q})
		assert.Len(t, d.Answers, 1+d.Answers[0].Event.(protocol.QueueInfo).Shown)
		return d.Answers[0].Event.(protocol.QueueInfo)
	}
	assert.Equal(t, someTickets, head(protocol.Queue{}).Shown)
	assert.Zero(t, head(protocol.Queue{}).Next)
	assert.Equal(t, manyTickets, head(protocol.Queue{All: true}).Shown)
	assert.Equal(t, protocol.Ticket(1), head(protocol.Queue{All: true}).Next)
	assert.Equal(t, protocol.Ticket(201), head(protocol.Queue{From: 1}).Next)
	assert.Equal(t, 50, head(protocol.Queue{From: 201}).Shown)
	assert.Zero(t, head(protocol.Queue{From: 201}).Next)
}

// A decision that is made undone leaves no trace among the operators.
func TestDutyIsPutBack(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 2)
	f.do("op0", protocol.Take{Ticket: 1})
	for _, op := range []Op{Disconnect{Reason: protocol.Lost}, Command{Command: protocol.Duty{}}, Command{Command: protocol.Next{}}, Command{Command: protocol.Close{}}, Command{Command: protocol.To{Ticket: 9}}} {
		s := f.of("op0")
		was, operators, clock := *s, slices.Clone(f.desk.operators), s.soft
		in := &Intent{ID: uuid.UUID{9}, Time: f.clock, Session: s.ID, Conn: s.Conn, Op: op}
		f.Decide(in)
		f.Rollback(f.Number())
		was.dirty = s.dirty
		assert.Equal(t, was, *s)
		assert.Equal(t, clock, s.soft)
		assert.Equal(t, operators, f.desk.operators)
		assert.Equal(t, "op0", f.holder(1))
		assert.Equal(t, "waits", f.holder(2))
	}
}
