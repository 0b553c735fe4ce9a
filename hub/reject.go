package hub

import (
	"time"

	"chinwag/protocol"
)

// turnAway says goodbye to a connection from an address that is kept out, and reports whether it is such a one.
func (r *run) turnAway(c *Client) bool {
	switch {
	case c.Operator:
		return false
	case r.keepOut(c):
		return true
	case r.budgets.isOver(c.From.Prefix):
		r.goodbye(c, protocol.Goodbye{Reason: protocol.Full, Text: spentToo})
		return true
	}
	return false
}

// keepOut says goodbye to a connection if a session from its address was kicked, perhaps after the greeting,
// and reports whether it did.
func (r *run) keepOut(c *Client) bool {
	left := r.machine.Blocked(c.From.Prefix, time.Now())
	if left > 0 {
		r.goodbye(c, protocol.Goodbye{Reason: protocol.Kicked, Wait: left, Address: true})
	}
	return left > 0
}
