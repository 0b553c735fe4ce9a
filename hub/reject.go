package hub

import (
	"time"

	"chinwag/protocol"
)

// turnAway says goodbye to a connection from an address that is kept out, and reports whether it is such a one.
func (l *loop) turnAway(c *Client) bool {
	switch {
	case c.Operator:
		return false
	case l.keepOut(c):
		return true
	case l.budgets.isOver(c.From.Prefix):
		l.goodbye(c, protocol.Goodbye{Reason: protocol.Full, Text: reserveSpent})
		return true
	}
	return false
}

// keepOut says goodbye to a connection if a session from its address was kicked, perhaps after the greeting,
// and reports whether it did.
func (l *loop) keepOut(c *Client) bool {
	left := l.machine.Blocked(c.From.Prefix, time.Now())
	if left > 0 {
		l.goodbye(c, protocol.Goodbye{Reason: protocol.Kicked, Wait: left, Address: true})
	}
	return left > 0
}
