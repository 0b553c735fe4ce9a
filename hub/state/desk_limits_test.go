package state

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// messages takes op1 off duty, and has n messages come from addresses in turn.
func (c *counter) messages(n, addresses int) {
	c.t.Helper()
	c.do("op1", protocol.Duty{})
	for range n {
		at := len(c.ids)
		c.leavesWord(fmt.Sprint("m", at), someAddress(at%addresses))
	}
}

func TestTheOldestMessageOfTheAddressWithMostGoes(t *testing.T) {
	set := deskSettings()
	set.MessagesPerAddress, set.MessagesKept = 3, 5
	c := newCounter(t, set, 1, 0)
	c.do("op1", protocol.Duty{})
	for i, from := range []int{1, 2, 1, 1, 1, 2, 3, 3} {
		c.leavesWord(fmt.Sprint("v", i+1), someAddress(from))
		c.after(0)
	}
	assert.Equal(t, []protocol.Ticket{4, 5, 6, 7, 8}, numbersOf(c.desk.messages))
	assert.Nil(t, c.of("v1"), "its session was held for nothing else")
	assert.NotNil(t, c.of("v8"))
}

func TestWhatAnOperatorHasNeitherGoesNorCounts(t *testing.T) {
	set := deskSettings()
	set.MessagesKept = 2
	c := newCounter(t, set, 1, 0)
	c.messages(2, 9)
	c.do("op1", protocol.Take{Ticket: 1})
	c.messages(1, 9)
	c.after(0)
	assert.Len(t, c.desk.messages, 3)
	c.messages(1, 9)
	c.after(0)
	assert.Equal(t, []protocol.Ticket{1, 3, 4}, numbersOf(c.desk.messages))
	c.breaks("op1")
	c.after(0)
	assert.Equal(t, []protocol.Ticket{3, 4}, numbersOf(c.desk.messages), "it is nobody's again")
}

func TestThoseWhoHaveLostTheConnectionAreBounded(t *testing.T) {
	set := deskSettings()
	set.Visitors, set.VisitorsPerAddress = 3, 2
	c := newCounter(t, set, 1, 0)
	for i := range 9 {
		name := fmt.Sprint("v", i+1)
		c.visitsFrom(name, "", someAddress(i%2))
		c.breaks(name)
		c.after(0)
	}
	assert.Equal(t, []protocol.Ticket{7, 8, 9}, numbersOf(c.desk.absent))
	assert.Nil(t, c.of("v6"))
	assert.Len(t, c.held, 3)
}

// A visitor in a room whose message goes stays there.
func TestAMessageGoesAndItsAuthorStays(t *testing.T) {
	set := deskSettings()
	set.MessagesKept = 1
	c := newCounter(t, set, 1, 1)
	c.do("op1", protocol.Duty{})
	c.says("v1", "hello?")
	c.do("v1", protocol.LeaveDesk{})
	c.messages(1, 1)
	c.after(0)
	assert.Zero(t, c.of("v1").Message)
	assert.Equal(t, protocol.Lobby, c.of("v1").Room)
	assert.Equal(t, []protocol.Ticket{2}, numbersOf(c.desk.messages))
}

// By a bound that was lowered nothing goes, however much it is; what is too old goes a group at a time.
func TestManyGoInGroups(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	c.quick = true
	c.messages(300, 7)
	set := c.Settings
	set.MessagesKept = 10
	c.decide("", Start{Settings: set})
	assert.Len(t, c.desk.messages, 300)
	assert.True(t, c.NextDue().After(c.clock))
	c.clock = c.clock.Add(set.Messages)
	var left []int
	for len(c.desk.messages) > 0 && !c.NextDue().After(c.clock) {
		d := c.decide("", Tick{})
		gone := 0
		for _, e := range d.Events {
			if at, ok := e.What.(protocol.TicketChanged); ok {
				assert.Equal(t, protocol.TicketChanged{Meta: at.Meta, Ticket: at.Ticket, From: at.From, Event: protocol.VisitorLeft, Reason: protocol.Silent, Many: true}, at)
				gone++
			}
		}
		assert.LessOrEqual(t, gone, MaxEndedAtOnce)
		left = append(left, len(c.desk.messages))
	}
	require.NoError(t, c.check())
	assert.Equal(t, []int{300 - MaxEndedAtOnce, 300 - 2*MaxEndedAtOnce, 0}, left)
}

func TestMessagesExpire(t *testing.T) {
	set := deskSettings()
	set.Messages = time.Hour
	c := newCounter(t, set, 1, 0)
	c.messages(2, 9)
	c.after(time.Minute)
	c.messages(1, 9)
	c.do("op1", protocol.Take{Ticket: 2})
	c.after(time.Hour - time.Minute)
	assert.Equal(t, []protocol.Ticket{2, 3}, numbersOf(c.desk.messages), "what an operator has does not expire")
	c.after(time.Minute)
	assert.Equal(t, []protocol.Ticket{2}, numbersOf(c.desk.messages))
	c.do("op1", protocol.Close{Ticket: 2})
	assert.Empty(t, c.desk.tickets)
}

// However much goes, the log and the operators are told of it once a minute; operators when one is there.
func TestWhatGoesIsToldOnceAMinute(t *testing.T) {
	set := deskSettings()
	set.MessagesKept, set.MessagesPerAddress = 2, math.MaxInt
	c := newCounter(t, set, 1, 0)
	c.messages(2, 9)
	c.forgetTold()
	c.leavesWord("m3", Address{})
	assert.Equal(t, []Effect{Dropped{Messages: 1}}, c.hub)
	assert.Contains(t, c.words("op1"), "-- 1 message was dropped at the desk, the oldest first: 2 are kept", c.words("op1"))
	for range 3 {
		c.messages(1, 9)
		c.after(time.Second)
	}
	assert.Len(t, c.hub, 1)
	assert.NotContains(t, c.words("op1"), "dropped")
	c.after(57 * time.Second)
	assert.Equal(t, []Effect{Dropped{Messages: 1}, Dropped{Messages: 3}}, c.hub)
	assert.Equal(t, "-- 3 messages were dropped at the desk, the oldest first: 2 are kept", c.words("op1"))
	c.messages(1, 9)
	c.breaks("op1")
	c.after(time.Hour)
	assert.Len(t, c.hub, 3)
	c.comes("op2", Open{Operator: true})
	c.after(0)
	assert.Len(t, c.hub, 3, "the log knows it already")
	assert.Contains(t, c.words("op2"), "-- 1 message was dropped at the desk")
	assert.Zero(t, c.dropDue())
}

func TestWhatHasGoneInWords(t *testing.T) {
	for _, row := range []struct {
		one, all int
		gone     losses
		words    []string
	}{
		{8, 1000, losses{messages: 2}, []string{"2 messages were dropped at the desk, the oldest first: 8 of one address are kept, and 1000 in all"}},
		{8, math.MaxInt, losses{messages: 1}, []string{"1 message was dropped at the desk, the oldest first: 8 of one address are kept"}},
		{8, 9, losses{absent: 1, expired: 1}, []string{"1 visitor was dropped at the desk who had lost the connection: too many had", "1 message has expired at the desk: nobody has answered for too long"}},
		{8, 9, losses{absent: 3, expired: 2}, []string{"3 visitors were dropped at the desk who had lost the connection: too many had", "2 messages have expired at the desk: nobody has answered for too long"}},
	} {
		assert.Equal(t, row.words, row.gone.sentences(&Settings{MessagesPerAddress: row.one, MessagesKept: row.all}))
	}
}

// Of addresses of which equally many wait the one goes first that has waited longest, in whatever order they are looked
// at.
func TestOfEqualAddressesTheOldestGoes(t *testing.T) {
	var ts []*Ticket
	for i := range 12 {
		at := netip.MustParsePrefix(fmt.Sprintf("192.0.2.%d/32", i%6))
		ts = append(ts, &Ticket{No: protocol.Ticket(1 + i), LeftAt: uint64(1 + i), From: Address{Prefix: at}})
	}
	for range 50 {
		var gone []protocol.Ticket
		for _, one := range surplus(ts, 12, 4, 12) {
			gone = append(gone, one.No)
		}
		assert.Equal(t, []protocol.Ticket{1, 2, 3, 4, 5, 6, 7, 8}, gone)
	}
}
