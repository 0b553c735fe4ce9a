package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A visitor without a connection may have an operator, and the list names that operator.
func TestTheQueueSaysWhoHasAVisitorWhoIsNotThere(t *testing.T) {
	bob, ann := Nick{s: "bob"}, Nick{s: "ann"}
	for state, want := range map[TicketState]string{
		LeftMessage:  "-- @7 bob has left a message, and is with ann (3s): hi\n",
		Disconnected: "-- @7 bob has lost the connection, and is with ann (3s): hi\n",
	} {
		got := AppendEvent(nil, QueueRow{Ticket: 7, Nick: bob, State: state, By: ann, Waited: 3, Text: MustText("hi")})
		assert.Equal(t, want, string(got))
	}
}
