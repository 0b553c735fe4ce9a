package conn

import (
	"slices"
	"time"

	"chinwag/conn/socket"
)

// HasPending implements hub.Input. A transport that waits itself cannot tell.
func (c *connection) HasPending() bool {
	return c.socket != nil && (!c.drained.Load() || socket.IsReadable(c.socket))
}

// IsEnding implements hub.Input.
func (c *connection) IsEnding() bool { return hasEnded(c.transport) }

// patience is how long a connection waits for earlier ones.
const patience = 30 * time.Second

// waitFor waits until the hub has followed all input of those earlier connections from the same address that have ended
// their input already. So the lines of a shell loop that opens a connection for each are said in its order.
func (c *connection) waitFor(earlier []*connection) {
	earlier = slices.DeleteFunc(earlier, func(e *connection) bool { return !e.IsEnding() })
	if len(earlier) == 0 {
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for _, e := range earlier {
		select {
		case <-e.inputClosed.done():
		case <-late.C:
			return
		case <-c.ctx.Done():
			return
		case <-c.server.hub.Done():
			return
		}
	}
}
