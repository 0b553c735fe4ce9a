package hubtest

import (
	"context"

	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/protocol"
)

// connection is one connection of a client.
type connection struct {
	*hub.Client
	ctx    context.Context // ends when the hub's writer has stopped, or with cancel
	cancel context.CancelFunc
	over   chan struct{} // closed when the hub's writer has stopped
	err    error         // why it has; to be read when over is closed
}

// Ended is a context that has ended: with it hub.Client.Detach does not wait.
var Ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Attach begins a connection on which the client sends nothing by itself. It reports false where the hub has ended.
func (c *Client) Attach() bool {
	_, is := c.attach()
	return is
}

func (c *Client) attach() (first []protocol.Command, is bool) {
	ctx, cancel := context.WithCancel(context.Background())
	conn, err := c.w.Hub.Attach(ctx, c.Identity, c.Input)
	if err != nil {
		cancel()
		require.ErrorIs(c.w.t, err, hub.ErrStopped)
		return nil, false
	}
	n := &connection{Client: conn, ctx: ctx, cancel: cancel, over: make(chan struct{})}
	first, w := c.begin(n)
	conn.Start(ctx, w, c.goesOn, func(err error) {
		n.err = err
		close(n.over)
	})
	h := c.w.Hub
	c.ended.Go(func() { n.follow(h) })
	return first, true
}

// begin makes n the connection of c, and its writer. The first commands depend on what c was told before.
func (c *Client) begin(n *connection) (first []protocol.Command, w hub.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, first = n, c.firstWords()
	c.connections++
	c.reconnected()
	read := func(lines []*protocol.Frame) error { return c.read(n.ctx, lines) }
	switch {
	case c.Writer != nil:
		return first, c.Writer(read)
	case c.connections%3 == 0:
		return first, Blocking(read)
	}
	return first, &socket{c: c, ctx: n.ctx}
}

func (c *Client) goesOn(err error) bool { return c.GoesOn != nil && c.GoesOn(err) }

// follow stops the hub's writer when the connection or the hub has ended.
func (n *connection) follow(h *hub.Hub) {
	select {
	case <-n.over:
	case <-n.ctx.Done():
		n.Abort()
	case <-h.Done():
		n.Abort()
	}
	<-n.over
	n.cancel()
}

// Connect begins a connection. A client that was connected before resumes its session, and a program sends again what
// was not acknowledged. Connect reports false where the hub has ended.
func (c *Client) Connect() bool {
	first, is := c.attach()
	if !is {
		return false
	}
	n := c.last()
	c.ended.Go(func() {
		if reason, is := c.speak(n, first); is {
			c.hangUp(n, reason)
			return
		}
		if !c.Program { // a person's session resumes after what was written, so the last write must have ended
			<-n.over
		}
		n.Detach(n.ctx, protocol.Lost)
		<-n.over
	})
	return true
}

func (*Client) hangUp(n *connection, reason protocol.Reason) {
	if reason == protocol.Lost {
		n.Discard()
	}
	n.Detach(n.ctx, reason)
	if reason == protocol.Lost {
		n.cancel()
	}
	<-n.over
}

// firstWords are the commands with which a connection begins.
func (c *Client) firstWords() (first []protocol.Command) {
	if !c.Program {
		if c.code == "" {
			return nil
		}
		return append(append(first, c.Guest...), protocol.Resume{Code: protocol.MustText(c.code)})
	}
	hello := protocol.Hello{Token: c.token, Room: c.Room}
	if c.token != "" {
		hello.Resume = &protocol.ResumeFrom{Epoch: c.epoch, Seq: c.position}
	}
	first = append(first, hello)
	for _, s := range c.unacked {
		first = append(first, s)
	}
	return first
}

// speak sends first and then the commands of Send, until the connection ends. It reports whether one of them was
// hangUp.
func (c *Client) speak(n *connection, first []protocol.Command) (reason protocol.Reason, is bool) {
	for _, cmd := range first {
		if n.Do(n.ctx, cmd) != nil {
			return reason, false
		}
	}
	for {
		select {
		case cmd := <-c.wants:
			if end, is := cmd.(hangUp); is {
				return end.reason, true
			}
			if n.Do(n.ctx, cmd) != nil {
				return reason, false
			}
		case <-n.ctx.Done():
			return reason, false
		}
	}
}

// Conn is the hub's end of the last connection; nil: there was none.
func (c *Client) Conn() *hub.Client {
	if n := c.last(); n != nil {
		return n.Client
	}
	return nil
}

// Context is that of the last connection: it ends when the hub's writer has stopped.
func (c *Client) Context() context.Context { return c.last().ctx }

func (c *Client) last() *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// Disconnect breaks the connection off, if there is one.
func (c *Client) Disconnect() {
	if n := c.last(); n != nil {
		n.cancel()
	}
}

// Wait returns when all connections have ended.
func (c *Client) Wait() { c.ended.Wait() }

// Leave breaks the connection off and waits for its end.
func (c *Client) Leave() {
	c.Disconnect()
	c.Wait()
}

// Close ends a connection that Attach began, when all its commands are answered.
func (c *Client) Close(reason protocol.Reason) {
	n := c.last()
	n.Detach(n.ctx, reason)
}

// Drop breaks off a connection that Attach began.
func (c *Client) Drop() {
	n := c.last()
	n.cancel()
	n.Detach(n.ctx, protocol.Lost)
}

// Over waits until the hub's writer of the last connection has stopped, and returns why.
func (c *Client) Over() error {
	n := c.last()
	<-n.over
	return n.err
}
