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

// A failed write means that the client does not read, not that it sent nothing: a script sends a
// line and is gone before the greeting reaches it. Its input is in this machine
// already, and is read to its end. The bounds are for a client that floods and goes: it
// leaves a great deal in the system's buffers.

const (
	maxUnheard = 256              // lines still read
	unheardFor = 60 * time.Second // how long it is still read
)

// loss is the state of a connection after its first failed write.
type loss struct {
	err   error
	since time.Time
	late  *time.Timer // nil: no bounds
	lines int         // read since; owned by the reader
}

// failed is called by the hub when a write has failed. Reading goes on, unless the server
// ended the connection: because the other side took nothing for too
// long, or because it is shutting down.
func (l *link) failed(err error) (goesOn bool) {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return false
	}
	at := &loss{err: err, since: time.Now()}
	if !l.unlimited { // the server's own console is read for ever, even without its output
		at.late = time.AfterFunc(unheardFor, l.wakeLate)
	}
	l.loss.Store(at)
	return true
}

// wakeLate ends the waiting for input, if l waits. A reader that is busy checks isLate itself.
func (l *link) wakeLate() {
	if l.waits.Load() || l.transport.Socket() == nil {
		l.transport.Interrupt()
		l.rouse()
	}
}

// forgive stops the timer.
func (l *link) forgive() {
	if at := l.loss.Load(); at != nil && at.late != nil {
		at.late.Stop()
	}
}

// isLate reports whether the first failed write is too long ago.
func (l *link) isLate() bool {
	at := l.loss.Load()
	return at != nil && at.late != nil && time.Since(at.since) >= unheardFor
}

// isSpent counts a line read after the loss, and reports whether it is one too many.
func (l *link) isSpent() bool {
	at := l.loss.Load()
	if at == nil || at.late == nil {
		return false
	}
	at.lines++
	return at.lines > maxUnheard || l.isLate()
}

// pause waits for the limiter, but not past unheardFor after a loss.
func (l *link) pause(limiter *rate.Limiter) error {
	at := l.loss.Load()
	if at == nil || at.late == nil {
		return limiter.Wait(l.ctx)
	}
	ctx, cancel := context.WithDeadline(l.ctx, at.since.Add(unheardFor))
	defer cancel()
	switch {
	case limiter.Wait(ctx) == nil:
		return nil
	case l.ctx.Err() != nil:
		return l.ctx.Err()
	}
	return l.drop()
}

// drop reads the rest of the input without following it, so that the log can say how many lines
// that was. It takes at most a second.
func (l *link) drop() error {
	most := time.Now().Add(time.Second)
	if l.transport.Socket() == nil { // Receive waits
		defer time.AfterFunc(time.Second, l.transport.Interrupt).Stop()
	}
	n := 1
	for ; time.Now().Before(most); n++ {
		if _, err := l.transport.Receive(); err != nil && !isRefusal(err) {
			break
		}
	}
	l.server.log.Warn("lines of a connection that is gone were dropped", "addr", l.from.Host, "lines", n)
	return errLate
}

func isRefusal(err error) bool {
	_, is := errors.AsType[*protocol.Refusal](err)
	return is
}

var errLate = errors.New("conn: what was sent before the connection broke was too much")

// isOrderly reports whether the input has ended because the other side ended it. The system
// reports a reset only once: if a write has got it, the input ends like any
// other. (A write gets EPIPE if the other side had ended its own direction before.)
func (l *link) isOrderly(reading error) bool {
	at := l.loss.Load()
	return errors.Is(reading, io.EOF) && (at == nil || errors.Is(at.err, syscall.EPIPE))
}
