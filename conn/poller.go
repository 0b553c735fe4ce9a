package conn

import "chinwag/conn/socket"

// await calls c.read in a goroutine once there is input.
func (c *connection) await() {
	if c.poller == nil || !c.poller.await(c) {
		go c.waitAlone()
	}
}

// wake has c read on without input, now or the next time that it would wait: the transport was interrupted.
func (c *connection) wake() {
	if c.poller != nil {
		c.poller.wake(c)
	}
}

// waitAlone is await without a poller. It runs in a goroutine of its own, since a fresh stack is small.
func (c *connection) waitAlone() {
	socket.WaitReadable(c.socket)
	c.read()
}
