package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// What becomes of a conversation as its visitor goes, and whether the session comes back to it.
func TestHowAVisitEnds(t *testing.T) {
	const never = ""
	for _, row := range []struct {
		name           string
		words          string
		duty, bare     bool
		goes           Op
		becomes, comes protocol.TicketEvent
	}{
		{"quits", "hello?", true, false, Command{Command: protocol.Quit{}}, protocol.VisitorLeft, never},
		{"quits, nobody on duty", "hello?", false, false, Command{Command: protocol.Quit{}}, protocol.VisitorLeftMessage, protocol.VisitorBack},
		{"quits, nobody on duty, without a word", "", false, false, Command{Command: protocol.Quit{}}, protocol.VisitorLeft, never},
		{"hangs up", "hello?", true, false, Disconnect{Reason: protocol.Departed}, protocol.VisitorLeft, protocol.VisitorWaits},
		{"hangs up, nobody on duty", "hello?", false, false, Disconnect{Reason: protocol.Departed}, protocol.VisitorLeftMessage, protocol.VisitorBack},
		{"breaks", "hello?", true, false, Disconnect{Reason: protocol.Lost}, protocol.VisitorLost, protocol.VisitorBack},
		{"stalls", "", false, false, Disconnect{Reason: protocol.Stalled}, protocol.VisitorLost, protocol.VisitorBack},
		{"breaks, nobody on duty", "hello?", false, false, Disconnect{Reason: protocol.Lost}, protocol.VisitorLeftMessage, protocol.VisitorBack},
		{"breaks, and has no code", "", false, true, Disconnect{Reason: protocol.Lost}, protocol.VisitorLeft, never},
		{"breaks, nobody on duty, and has no code", "hello?", false, true, Disconnect{Reason: protocol.Lost}, protocol.VisitorLeftMessage, never},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCounter(t, deskSettings(), 1, 0)
			c.visits("ann", row.words)
			if row.bare {
				c.reindex(c.of("ann"), func(s *Session) { s.Code = Secret{} })
			}
			c.do("op1", protocol.Duty{On: row.duty})
			c.decide("ann", row.goes)
			assert.Equal(t, row.becomes, c.lastState())
			assert.Empty(t, c.desk.visitors)
			if row.comes == never {
				assert.Nil(t, c.of("ann"))
				return
			}
			c.returns("ann")
			assert.Equal(t, row.comes, c.lastState())
			assert.Equal(t, protocol.DeskRoom, c.of("ann").Room)
			assert.Len(t, c.desk.visitors, 1)
		})
	}
}

// lastState is what operators were told last of a visitor.
func (c *counter) lastState() protocol.TicketEvent {
	for i := len(c.events) - 1; i >= 0; i-- {
		if at, ok := c.events[i].What.(protocol.TicketChanged); ok {
			return at.Event
		}
	}
	return ""
}

func TestAKickEndsAVisitWithItsMessage(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	c.do("op1", protocol.Duty{})
	c.visits("ann", "hello?")
	c.visits("bob", "hello?")
	c.breaks("bob")
	assert.True(t, c.ticket(2).Message)
	c.do("op1", protocol.Kick{Nick: c.of("ann").Nick}, protocol.Kick{Nick: c.of("bob").Nick})
	assert.Empty(t, c.desk.tickets)
}

// A message waits for longer than its author's name. A session that is resumed in time goes on with it.
func TestAMessageIsKeptForLonger(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	c.visits("ann", "hello?")
	c.breaks("ann")
	c.do("op1", protocol.Duty{})
	assert.False(t, c.ticket(1).Message, "it was told that the connection is lost")
	c.forgetTold()
	c.after(c.Settings.Hold)
	assert.Equal(t, protocol.VisitorLeftMessage, c.lastState())
	assert.Contains(t, c.words("op1"), "@1 ann")
	assert.True(t, c.of("ann").Released)
	assert.Equal(t, c.clock.Add(c.Settings.Messages), c.of("ann").Until)
	c.comes("ann2", Open{})
	c.after(time.Hour)
	c.returns("ann")
	assert.Equal(t, protocol.Ticket(1), c.of("ann").Ticket)
	assert.True(t, c.isThere(c.ticket(1)))
	c.breaks("ann")
	c.after(c.Settings.Hold)
	c.after(c.Settings.Messages)
	assert.Nil(t, c.of("ann"))
}

func TestWhoDoesNotComeBackInTimeHasGone(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.says("v1", "hello?")
	c.breaks("v1")
	c.after(c.Settings.Hold)
	assert.Equal(t, protocol.VisitorLeft, c.lastState())
	assert.Nil(t, c.of("v1"))
	assert.Equal(t, "closed", c.holder(1))
}

// A visitor that goes back to a room leaves a message if no operator could have answered. It is one conversation still.
func TestAMessageIsLeftForTheRoom(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.do("op1", protocol.Duty{})
	c.says("v1", "hello?")
	c.do("v1", protocol.LeaveDesk{})
	v := c.of("v1")
	assert.Equal(t, [2]protocol.Ticket{0, 1}, [2]protocol.Ticket{v.Ticket, v.Message})
	assert.Empty(t, c.desk.visitors)
	c.forgetTold()
	c.do("op1", protocol.Take{Ticket: 1}, protocol.Reply{Ticket: 1, Text: protocol.MustText("here I am")})
	assert.Equal(t, "[op1 -> you] here I am", c.words("v1"), "that one is there is for the desk")
	c.do("v1", protocol.Desk{})
	assert.Equal(t, [2]protocol.Ticket{1, 0}, [2]protocol.Ticket{v.Ticket, v.Message})
	assert.Equal(t, protocol.VisitorBack, c.lastState())
	assert.Equal(t, "op1", c.holder(1))
	c.do("v1", protocol.LeaveDesk{})
	assert.Equal(t, protocol.VisitorLeft, c.lastState(), "it was answered")
}

func TestAMessageOutlivesItsSession(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	c.do("op1", protocol.Duty{})
	c.says("v1", "hello?")
	c.do("v1", protocol.LeaveDesk{}, protocol.Quit{})
	assert.Nil(t, c.of("v1"))
	assert.Equal(t, "waits", c.holder(1))
	c.do("op1", protocol.Take{Ticket: 1}, protocol.Close{Ticket: 1})
	assert.Equal(t, "closed", c.holder(1))
}

// After a restart no operator is told that visitors are not there: they are passed over until they come back, and have
// lost the connection when they do not.
func TestVisitorsAfterARestart(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 3)
	c.says("v3", "hello?")
	c.restarts()
	before := len(c.events)
	assert.Empty(t, c.desk.visitors)
	c.returns("op1")
	c.returns("v2")
	for _, e := range c.events[before:] {
		assert.Zero(t, e.Seq, "nobody is told")
	}
	assert.Equal(t, 1, c.placeInQueue(2))
	assert.Equal(t, []int{rankAbsent, rankThere, rankAbsent}, []int{c.rank(c.ticket(1)), c.rank(c.ticket(2)), c.rank(c.ticket(3))})
	assert.Equal(t, protocol.Disconnected, c.queued(c.ticket(1)).State)
	assert.Equal(t, protocol.Ticket(2), c.nextTicket().No)
	c.do("op1", protocol.Duty{})
	c.after(c.Settings.Hold)
	assert.Equal(t, "closed", c.holder(1))
	assert.True(t, c.ticket(3).Message)
	assert.NotNil(t, c.of("v3"))
	c.returns("v3")
	assert.True(t, c.isThere(c.ticket(3)))
}

// A visitor whose conversation is closed while it is away comes back to read that: to its room, or where there is only
// the desk to its goodbye.
func TestAVisitorIsSeenOutWhileItIsAway(t *testing.T) {
	for _, only := range []bool{false, true} {
		for _, quiet := range []bool{false, true} {
			t.Run(fmt.Sprint(only, quiet), func(t *testing.T) {
				set := deskSettings()
				set.Desk = only
				c := newCounter(t, set, 2, 1)
				if quiet {
					c.restarts()
					c.returns("op1")
				} else {
					c.breaks("v1")
				}
				c.do("op1", protocol.Close{Ticket: 1})
				v := c.of("v1")
				assert.Equal(t, protocol.Room{}, v.Room)
				assert.Equal(t, only, v.Finished)
				c.forgetTold()
				c.returns("v1")
				if only {
					assert.Nil(t, c.of("v1"))
					assert.Contains(t, c.words(fmt.Sprint("conn ", c.number)), "goodbye: this conversation is closed")
					return
				}
				assert.Equal(t, protocol.Lobby, v.Room)
				c.do("v1", protocol.Desk{})
				assert.Equal(t, "waits", c.holder(2), "a new one")
			})
		}
	}
}

func TestSessionsOfClosedConversationsAreBounded(t *testing.T) {
	set := deskSettings()
	set.MessagesKept = 10 * MaxUnread
	c := newCounter(t, set, 1, 0)
	c.quick = true
	c.do("op1", protocol.Duty{})
	for i := range MaxUnread + 10 {
		c.leavesWord(fmt.Sprint("v", i+1), Address{})
		if i%500 == 499 {
			c.do("op1", protocol.Close{Tickets: numbers(t, "1-9999")})
		}
	}
	c.do("op1", protocol.Close{Tickets: numbers(t, "1-9999")})
	require.NoError(t, c.check())
	assert.Empty(t, c.desk.tickets)
	assert.Len(t, c.desk.unread, MaxUnread)
	assert.Nil(t, c.of("v10"), "the oldest is over")
	assert.NotNil(t, c.of("v11"))
}

// The bound ends the oldest of these sessions. It may be one whose next conversation is closed in the same decision.
func TestASessionThatTheBoundHasEndedIsNotDismissed(t *testing.T) {
	set := deskSettings()
	set.MessagesKept = 10 * MaxUnread
	c := newCounter(t, set, 1, 0)
	c.quick = true
	all := protocol.Close{Tickets: numbers(t, "1-9999")}
	c.do("op1", protocol.Duty{})
	c.leavesWord("old", Address{})
	c.do("op1", all)
	for i := range MaxUnread - 1 {
		c.leavesWord(fmt.Sprint("v", i+1), Address{})
	}
	c.do("op1", all)
	c.leavesWord("new", Address{})
	c.returns("old")
	c.do("old", protocol.Desk{Text: protocol.MustText("hello again?")})
	c.breaks("old")
	c.do("op1", all)
	require.NoError(t, c.check())
	assert.Empty(t, c.desk.tickets)
	assert.Len(t, c.desk.unread, MaxUnread)
	assert.Nil(t, c.of("old"))
	assert.NotNil(t, c.of("new"))
}

func numbers(t *testing.T, s string) protocol.Tickets {
	t.Helper()
	nos, err := protocol.ParseTickets(s)
	if err != nil {
		t.Fatal(err)
	}
	return nos
}
