package state

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// An operator that closes a conversation is told so before the visitor is in the room again.
func TestAConversationIsClosed(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 1)
	c.do("op1", protocol.Take{Ticket: 1})
	c.forgetTold()
	c.do("op1", protocol.Close{Text: protocol.MustText("glad to hear it")})
	assert.Equal(t, "-- @1 v1 is closed: what you type goes to nobody for a moment\n-- v1 joined", c.words("op1"))
	assert.Equal(t, "-- op1 closed the conversation with @1 v1: glad to hear it\n-- v1 joined", c.words("op2"))
	assert.Contains(t, c.words("v1"), "-- op1 has closed this conversation: glad to hear it\n-- you are in #lobby now (3 here)")
	c.says("v1", "one more thing")
	assert.Contains(t, c.words("v1"), "nobody has heard that", "it was for the operator")
	c.after(time.Second)
	c.says("v1", "hello all")
	assert.Contains(t, c.words("op2"), "hello all")
	c.do("op1", protocol.Close{})
	assert.Contains(t, c.words("op1"), "whom do you mean?")
	c.do("op1", protocol.Close{Ticket: 1})
	assert.Equal(t, "-- @1 has gone", c.words("op1"))
}

func TestWhereThereIsOnlyTheDeskAClosedConversationEndsTheConnection(t *testing.T) {
	set := deskSettings()
	set.Desk = true
	c := newCounter(t, set, 2, 1)
	conn := c.of("v1").Conn
	c.do("op1", protocol.Close{Ticket: 1, Text: protocol.MustText("see you")})
	assert.Contains(t, c.words("op1"), "-- @1 v1 is closed")
	assert.Equal(t, "-- goodbye: this conversation is closed", c.words(fmt.Sprint("conn ", conn)))
	assert.Nil(t, c.of("v1"))
}

func TestManyAreClosedByNumber(t *testing.T) {
	c := newCounter(t, deskSettings(), 2, 5)
	c.do("op1", protocol.Take{Ticket: 2}, protocol.Take{Ticket: 4}, protocol.To{})
	c.do("op2", protocol.Take{Ticket: 3})
	c.forgetTold()
	c.do("op1", protocol.Close{Tickets: numbers(t, "1,2-4,90-900"), Text: protocol.MustText("good night")})
	assert.Equal(t, "-- 3 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", strings.Split(c.words("op1"), "\n")[0])
	for no := range protocol.Ticket(5) {
		assert.Equal(t, []string{"closed", "closed", "op2", "closed", "waits"}[no], c.holder(no+1))
	}
	assert.Contains(t, c.words("v1"), "-- op1 has closed this conversation: good night\n-- you are in #lobby now")
	assert.Contains(t, c.words("op2"), "-- op1 closed 3 conversations: from @1 to @4")
	c.do("op1", protocol.Close{Tickets: numbers(t, "1-4")})
	assert.Equal(t, "-- 0 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", c.words("op1"))
	assert.Empty(t, c.words("op2"))
	c.do("op1", protocol.Close{Tickets: numbers(t, "90-900")})
	assert.Equal(t, "-- there is no such visitor here: /queue shows who is", c.words("op1"))
	c.do("op2", protocol.Close{Tickets: numbers(t, "3,5")})
	assert.Equal(t, "-- 2 conversations are closed: what you type goes to nobody for a moment", strings.Split(c.words("op2"), "\n")[0])
}

func TestManyAreClosedByAddress(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	for i, from := range []Address{someAddress(1), someAddress(2), someAddress(1), {}} {
		c.visitsFrom(fmt.Sprint("v", i+1), "", from)
	}
	for _, row := range []struct {
		from string
		rest int
	}{{"192.0.2.1", 2}, {"192.0.2.0/24", 1}, {"0.0.0.0/0", 1}} {
		origin, err := protocol.ParseOrigin(row.from)
		require.NoError(t, err)
		c.do("op1", protocol.Close{Address: origin})
		assert.Len(t, c.desk.tickets, row.rest, row.from)
	}
}

// Very many are closed a group at a time. What is said between changes what is left, and no two events of a group have
// one id but those that tell of the same thing.
func TestVeryManyAreClosedInGroups(t *testing.T) {
	const crowd = 300
	c := newCounter(t, deskSettings(), 2, 0)
	c.quick = true
	for i := range crowd {
		c.visits(fmt.Sprint("v", i+1), "")
	}
	c.forgetTold()
	var left []int
	next := Op(Command{Command: protocol.Close{Tickets: numbers(t, "1-900")}})
	for next != nil {
		d := c.decide("op1", next)
		next = d.Next
		left = append(left, len(c.desk.tickets))
		ids := map[uuid.UUID]bool{}
		for _, e := range d.Events {
			if e.Seq != 0 {
				id := protocol.MetaOf(e.What).ID
				require.False(t, ids[id])
				ids[id] = true
			}
		}
		if len(left) == 1 {
			assert.NotContains(t, c.words("op1"), "closed:", "that is told at the end")
			c.do("op2", protocol.Take{Ticket: crowd})
			c.do("v299", protocol.Quit{})
		}
	}
	require.NoError(t, c.check())
	assert.Equal(t, []int{crowd - MaxEndedAtOnce, crowd - 2*MaxEndedAtOnce - 1, 1}, left)
	assert.Contains(t, c.words("op1"), "-- 298 conversations are closed, and 1 is left")
	assert.Contains(t, c.words("op2"), "-- op1 closed 298 conversations: from @1 to @298")
	assert.Equal(t, "op2", c.holder(crowd))
}
