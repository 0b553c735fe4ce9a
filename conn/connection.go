package conn

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// connection is one connection as the server sees it. Its fields do not change after newConnection and serve, unless
// they say otherwise.
type connection struct {
	server    *Server
	transport Transport
	socket    syscall.RawConn // nil: Receive waits
	client    *hub.Client
	ctx       context.Context // ends when the writer has stopped, or the other side is gone
	cancel    context.CancelFunc
	from      hub.Address
	since     time.Time
	ended     func(error) // called once, at the very end
	poller    *poller     // nil: goroutines wait
	polling   polling     // owned by the poller

	// owned by the goroutine that reads
	batch    []protocol.Command // lines to say that the hub does not have yet: see receive
	throttle *throttle          // nil before the first line

	loss      atomic.Pointer[loss] // nil: no write has failed
	active    atomic.Bool          // the client has sent a line, or is the console
	drained   atomic.Bool          // the hub has all input, and the reader waits for more
	stalled   atomic.Bool          // the other side took nothing for too long
	unlimited bool                 // the server's own console: no rate limit

	writerDone  signal
	writerErr   error  // how the writer ended; set before writerDone
	inputClosed signal // the hub has followed all input
}

// serve greets the client, and reads the input that is there. Goroutines of the poller and the hub go on with it, and
// its end calls ended. earlier are connections from the same address.
func (c *connection) serve(id hub.Identity, earlier []*connection, ended func(error)) {
	c.ended = ended
	id.NoPassword = c.server.opts.Password == nil
	_, id.Encoded = c.transport.(hub.TryWriter)
	var err error
	if c.client, err = c.server.hub.Attach(c.ctx, id, c); err != nil {
		c.cancel()
		c.inputClosed.send()
		_ = c.transport.Send([]*protocol.Frame{protocol.NewFrame(c.server.hub.Goodbye())})
		c.transport.Close()
		ended(err)
		return
	}
	c.active.Store(id.Operator)
	c.server.add(c)
	c.client.Start(c.ctx, c.transport, c.onWriteError, c.onWriterDone)
	c.waitFor(earlier)
	c.read()
}

// onWriterDone is called by the hub when the writer has stopped.
func (c *connection) onWriterDone(err error) {
	c.stalled.Store(errors.Is(err, os.ErrDeadlineExceeded)) // the reader, which ends now, takes it as the reason
	c.transport.Interrupt()
	c.wake()
	c.cancel() // the reader must not wait for the hub any more
	c.writerErr = err
	if lost := c.loss.Load(); lost != nil {
		c.writerErr = lost.err
	}
	c.writerDone.send()
}

// abort ends the connection at once.
func (c *connection) abort() {
	c.transport.Abort()
	c.wake()
	c.cancel()
}

// read hands the input to the hub, and returns when there is no more for now: await calls it again. The stack of a
// goroutine that waits would be most of the cost of an idle connection.
func (c *connection) read() {
	c.drained.Store(false)
	var err error
	for err == nil {
		err = c.receive()
	}
	err = cmp.Or(c.flush(), err) // the hub has all lines before the connection waits, or ends
	if !isNothing(err) {
		c.end(err)
		return
	}
	c.drained.Store(true)
	if c.isLate() {
		c.end(errLate)
		return
	}
	c.await()
}

// receive takes one line. A line to say joins the batch, which goes to the hub when it has hub.MaxBatch lines, before
// anything else that the client asks, or when there is no more input for now. So a single line is handed over by read.
func (c *connection) receive() error {
	cmd, err := c.transport.Receive()
	refusal, refused := errors.AsType[*protocol.Refusal](err)
	if err != nil && !refused {
		return err
	}
	c.active.Store(true)
	if c.isSpent() {
		if err := c.flush(); err != nil {
			return err
		}
		return c.drop()
	}
	if err := c.slowDown(); err != nil {
		return err
	}
	if cmd != nil && protocol.VerbOf(cmd).Message && c.socket != nil {
		if c.batch = append(c.batch, cmd); len(c.batch) == hub.MaxBatch {
			return c.flush()
		}
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	switch bare, ref := protocol.Split(cmd); bare := bare.(type) {
	case nil:
		return c.refuse(err, refusal)
	case protocol.Operator:
		return c.server.promote(c.ctx, c, bare, ref)
	}
	return c.client.Do(c.ctx, cmd)
}

// flush gives the batch to the hub.
func (c *connection) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	batch := c.batch
	c.batch = nil // the hub owns it now
	return c.client.Do(c.ctx, batch...)
}

// end waits until the writer has stopped, and closes the connection.
func (c *connection) end(reading error) {
	reason := protocol.Departed
	if !c.isOrderly(reading) {
		reason = protocol.Lost
		c.client.Discard() // the client is gone, or has its goodbye
	}
	if c.stalled.Load() {
		reason = protocol.Stalled
	}
	c.client.Detach(c.ctx, reason)
	c.inputClosed.send()
	if reason == protocol.Lost {
		c.cancel()
		c.client.Abort()
	}
	select { // the writer is about to stop, or the hub stops it with the goodbye
	case <-c.writerDone.done():
	case <-c.server.hub.Done():
		c.client.Abort()
		<-c.writerDone.done()
	}
	c.server.remove(c)
	c.stopLossTimer()
	if c.writerErr == nil || errors.Is(c.writerErr, hub.ErrStopped) {
		c.transport.Close()
	} else {
		c.transport.Abort()
	}
	c.cancel()
	c.ended(c.writerErr)
}
