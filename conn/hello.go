package conn

import (
	"errors"

	"chinwag/protocol"
)

// refuse tells a client why its line is not followed. A program with a bad hello is in no room before a good one, and
// is expelled after its last try.
func (c *connection) refuse(err error, why *protocol.Refusal) error {
	var ref protocol.Ref
	if line, ok := errors.AsType[*protocol.CommandRefused](err); ok {
		ref = line.Ref
	}
	hello, ok := errors.AsType[*protocol.HelloRefused](err)
	if ok {
		ref = hello.Ref
		if err := c.client.Withhold(c.ctx); err != nil {
			return err
		}
	}
	if err := c.client.Tell(c.ctx, protocol.Refused{Refusal: *why, Ref: ref}); err != nil || !ok || !hello.Last {
		return err
	}
	c.client.Disconnect(protocol.NoHello)
	return nil
}
