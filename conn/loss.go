package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"chinwag/protocol"
)

// A failed write means that the client does not read, not that it sent nothing: a script sends a line and is gone
// before the greeting reaches it. Its input is in this machine already, and is read to its end. The bounds are for a
// client that floods and goes: it leaves a great deal in the system's buffers.

const (
	maxAfterLoss  = 256              // lines still read
	readAfterLoss = 60 * time.Second // how long it is still read
)

// loss is the state of a connection after its first failed write.
type loss struct {
	err   error
	since time.Time
	late  *time.Timer // nil: no bounds
	lines int         // read since; owned by the reader
}

// onWriteError is called by the hub when a write has failed. Reading goes on, unless the server ended the connection:
// because the other side took nothing for too long, or because it is shutting down.
func (c *connection) onWriteError(err error) (goesOn bool) {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return false
	}
	lost := &loss{err: err, since: time.Now()}
	if !c.unlimited { // the server's own console is read for ever, even without its output
		lost.late = time.AfterFunc(readAfterLoss, c.wakeLate)
	}
	c.loss.Store(lost)
	return true
}

// wakeLate ends the waiting for input, if c waits. A reader that is busy checks isLate itself.
func (c *connection) wakeLate() {
	if c.drained.Load() || c.socket == nil {
		c.transport.Interrupt()
		c.wake()
	}
}

// stopLossTimer stops the timer.
func (c *connection) stopLossTimer() {
	if lost := c.loss.Load(); lost != nil && lost.late != nil {
		lost.late.Stop()
	}
}

// isLate reports whether the first failed write is too long ago.
func (c *connection) isLate() bool {
	lost := c.loss.Load()
	return lost != nil && lost.late != nil && time.Since(lost.since) >= readAfterLoss
}

// isSpent counts a line read after the loss, and reports whether it is one too many.
func (c *connection) isSpent() bool {
	lost := c.loss.Load()
	if lost == nil || lost.late == nil {
		return false
	}
	lost.lines++
	return lost.lines > maxAfterLoss || c.isLate()
}

// wait waits for the limiter, but not past readAfterLoss after a loss.
func (c *connection) wait(limiter *rate.Limiter) error {
	lost := c.loss.Load()
	if lost == nil || lost.late == nil {
		return limiter.Wait(c.ctx)
	}
	ctx, cancel := context.WithDeadline(c.ctx, lost.since.Add(readAfterLoss))
	defer cancel()
	switch {
	case limiter.Wait(ctx) == nil:
		return nil
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	}
	return c.drop()
}

// drop reads the rest of the input without following it, so that the log can say how many lines that was. It takes at
// most a second.
func (c *connection) drop() error {
	most := time.Now().Add(time.Second)
	if c.socket == nil { // Receive waits
		defer time.AfterFunc(time.Second, c.transport.Interrupt).Stop()
	}
	n := 1
	for ; time.Now().Before(most); n++ {
		if _, err := c.transport.Receive(); err != nil && !isRefusal(err) {
			break
		}
	}
	c.server.log.Warn("lines of a connection that is gone were dropped", "addr", c.from.Host, "lines", n)
	return errLate
}

func isRefusal(err error) bool {
	_, is := errors.AsType[*protocol.Refusal](err)
	return is
}

var errLate = errors.New("conn: what was sent before the connection broke was too much")

// isOrderly reports whether the input has ended because the other side ended it. The system reports a reset only once:
// if a write has got it, the input ends like any other. (A write gets EPIPE if the other side had ended its own
// direction before.)
func (c *connection) isOrderly(reading error) bool {
	lost := c.loss.Load()
	return errors.Is(reading, io.EOF) && (lost == nil || errors.Is(lost.err, syscall.EPIPE))
}
