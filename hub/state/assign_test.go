package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestOfTwoWhoTakeOneVisitorTheFirstHasThem(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 1)
	c.do("op1", protocol.Take{Ticket: 1})
	c.do("op2", protocol.Take{Ticket: 1})
	assert.Equal(t, "-- op1 has @1 v1\n-- op1 has @1 v1, and /note 1 TEXT tells only operators", c.words("op2"))
	assert.Equal(t, "op1", c.holder(1))
	assert.Equal(t, "-- op1 is with you now", c.words("v1"))
	assert.Contains(t, c.words("op1"), "-- you have @1 v1: what you type goes there")
	for _, cmd := range []protocol.Command{
		protocol.Hand{Ticket: 1, To: c.of("op2").Nick}, protocol.Hold{Ticket: 1}, protocol.Close{Ticket: 1},
	} {
		c.do("op2", cmd)
		assert.Equal(t, "-- op1 has @1 v1, and /note 1 TEXT tells only operators", c.words("op2"))
	}
	c.do("op1", protocol.Take{Ticket: 1})
	assert.Equal(t, "-- what you type goes to @1 v1", c.words("op1"), "it is taken already")
}

// What was said before an operator has come is shown to the operator that takes the visitor.
func TestWhoTakesAVisitorSeesWhatWasSaid(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.comes("op2", Open{Operator: true})
	c.forgetTold()
	c.do("op2", protocol.Take{Ticket: 1})
	assert.Contains(t, c.words("op2"), "state.Transcript{Ticket:@1 Lines:10}")
	c.visits("v2", "")
	c.forgetTold()
	c.do("op2", protocol.Take{Ticket: 2})
	assert.NotContains(t, c.words("op2"), "Transcript", "it has heard all of it")
}

func TestTheQueueKeepsItsOrder(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 0)
	c.do("op1", protocol.Duty{})
	c.do("op2", protocol.Duty{})
	c.leavesWord("m1", Address{})
	c.leavesWord("m2", Address{})
	c.do("op1", protocol.Duty{On: true})
	for _, name := range []string{"v3", "v4", "v5"} {
		c.visits(name, "")
	}
	c.breaks("v3")
	for _, want := range []protocol.Ticket{4, 5, 1, 2} {
		c.forgetTold()
		c.do("op1", protocol.Next{})
		assert.Equal(t, want, c.of("op1").Target.Ticket, "those who are there first, then messages; who is not connected is passed over")
	}
	c.forgetTold()
	c.do("op1", protocol.Next{})
	assert.Equal(t, "-- nobody waits", c.words("op1"))
	c.says("op1", "hello")
	assert.Contains(t, c.words("op1"), "nobody has heard that", "it was for whoever was to be taken")
	c.returns("v3")
	assert.Equal(t, 1, c.placeInQueue(3))
	c.visits("v6", "")
	assert.Equal(t, 2, c.placeInQueue(6))
	c.breaks("op1")
	assert.Equal(t, []protocol.Ticket{1, 2, 3, 4, 5, 6}, numbersOf(c.desk.queue), "who is given back has lost nothing")
	assert.Equal(t, []int{1, 2, 3, 4}, []int{c.placeInQueue(3), c.placeInQueue(4), c.placeInQueue(5), c.placeInQueue(6)})
}

func numbersOf(ts []*Ticket) (nos []protocol.Ticket) {
	for _, t := range ts {
		nos = append(nos, t.No)
	}
	return nos
}

func TestAVisitorIsHandedOver(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 2)
	c.comes("op3", Open{Operator: true})
	c.do("op3", protocol.Duty{})
	c.do("op1", protocol.Take{Ticket: 1})
	c.forgetTold()
	for _, row := range []struct {
		no  protocol.Ticket
		to  string
		why string
	}{
		{1, "v2", "-- there is no operator called v2 here: /queue shows who is"},
		{1, "op1", "-- that is you"},
		{1, "op3", "-- op3 is off duty"},
		{7, "op2", "-- there is no visitor @7 here: /queue shows who is"},
	} {
		c.do("op1", protocol.Hand{Ticket: row.no, To: protocol.MustNick(row.to)})
		assert.Equal(t, row.why, c.words("op1"))
	}
	c.after(time.Hour)
	c.do("op1", protocol.Hand{Ticket: 1, To: protocol.MustNick("op2")})
	assert.Equal(t, "op2", c.holder(1))
	assert.Equal(t, "-- op1 hands you over to op2, who is with you now", c.words("v1"))
	assert.Equal(t, "-- op1 hands @1 v1 over to op2", c.words("op2"))
	assert.Equal(t, "-- op2 has @1 v1 now: what you type goes to #lobby", c.words("op1"))
	assert.Equal(t, c.clock, c.of("op2").active, "it has the whole time to answer")
	c.says("op1", "one more thing")
	assert.Contains(t, c.words("op1"), "nobody has heard that", "it may be for the visitor")
	c.do("op1", protocol.Hand{Ticket: 2, To: protocol.MustNick("op2")})
	assert.Equal(t, "op2", c.holder(2), "also who waits")
	c.breaks("op2")
	assert.Equal(t, "waits", c.holder(1))
}

// No visitor is handed to an operator whose connection a restart has broken.
func TestAnOperatorWhoIsNotConnectedIsGivenNobody(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 1)
	c.restarts()
	c.returns("op1")
	c.returns("v1")
	c.forgetTold()
	c.do("op1", protocol.Hand{Ticket: 1, To: c.of("op2").Nick})
	assert.Equal(t, "-- there is no operator called op2 here: /queue shows who is", c.words("op1"))
}

func TestAVisitorIsAskedToWait(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.do("op1", protocol.Hold{Ticket: 1})
	assert.Equal(t, "-- @1 v1 waits already, and is nobody's yet: /take 1", c.words("op1"))
	c.do("op1", protocol.Take{Ticket: 1})
	c.forgetTold()
	c.do("op1", protocol.Hold{Text: protocol.MustText("a moment")})
	assert.True(t, c.ticket(1).OnHold)
	assert.Equal(t, protocol.OnHold, c.queued(c.ticket(1)).State)
	assert.Contains(t, c.words("v1"), "a moment")
	c.says("op1", "here I am")
	assert.False(t, c.ticket(1).OnHold, "an answer ends it")
	c.do("op1", protocol.Hold{})
	c.breaks("op1")
	assert.False(t, c.ticket(1).OnHold)
}

func TestAVisitorIsKnownByTheSessionAndNotByTheName(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.do("v1", protocol.Rename{Nick: protocol.MustNick("ann")})
	assert.Equal(t, "@1 ann", c.ticket(1).name())
	c.do("op1", protocol.Take{Ticket: 1})
	c.breaks("v1")
	c.says("op1", "are you there?")
	c.after(c.Settings.Hold)
	c.comes("v9", Open{})
	c.do("v9", protocol.Rename{Nick: protocol.MustNick("ann")}, protocol.Desk{})
	c.forgetTold()
	c.do("op1", protocol.Reply{Ticket: 1, Text: protocol.MustText("psst")})
	assert.Equal(t, "-- nobody has heard that: @1 ann has gone", c.words("op1"))
	assert.Empty(t, c.words("v9"))
}
