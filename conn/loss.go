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

// A write that fails says that nobody listens, not that nothing was said: a script sends a
// line and is gone before the greeting reaches it. What it sent is in this machine
// already. It is read to its end, but not without bounds: whoever floods and
// goes leaves a great deal in the system's buffers.

const (
	maxUnheard = 256              // lines that are still read
	unheardFor = 60 * time.Second // and for how long
)

// loss is what becomes of a connection from its first failed write on.
type loss struct {
	err   error
	since time.Time
	late  *time.Timer // nil: it may go on for as long as it likes
	lines int         // that were read since; owned by the reader
}

// failed is called by the hub when a write has failed. Reading goes on, unless it
// was we who ended the connection: because the other side took nothing for too
// long, or with the server.
func (l *link) failed(err error) (goesOn bool) {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return false
	}
	at := &loss{err: err, since: time.Now()}
	if !l.unlimited { // else it is the server's own console, whose input is heard although its output has gone
		at.late = time.AfterFunc(unheardFor, l.wakeLate)
	}
	l.loss.Store(at)
	return true
}

// wakeLate ends the waiting for more, if there is any. Whoever is reading just now
// looks at the time itself.
func (l *link) wakeLate() {
	if l.waits.Load() || l.transport.Socket() == nil {
		l.transport.Interrupt()
		l.rouse()
	}
}

// forgive lets go of the timer.
func (l *link) forgive() {
	if at := l.loss.Load(); at != nil && at.late != nil {
		at.late.Stop()
	}
}

// isLate reports whether nobody has listened for too long.
func (l *link) isLate() bool {
	at := l.loss.Load()
	return at != nil && at.late != nil && time.Since(at.since) >= unheardFor
}

// isSpent counts a line that was read, and reports whether it is one too many.
func (l *link) isSpent() bool {
	at := l.loss.Load()
	if at == nil || at.late == nil {
		return false
	}
	at.lines++
	return at.lines > maxUnheard || l.isLate()
}

// pause waits for the limiter, but no longer than a connection is read to which nobody
// listens.
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

// drop reads what is left without following it, so that the log can say how much
// that was. It takes no longer than a moment.
func (l *link) drop() error {
	most := time.Now().Add(time.Second)
	if l.transport.Socket() == nil { // it waits for what comes
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

// isOrderly reports whether the input has ended because the other side ended it. A reset
// is told by the system once only: if a write was told, the input ends like any
// other. (EPIPE is told where the other side had ended its own direction before.)
func (l *link) isOrderly(reading error) bool {
	at := l.loss.Load()
	return errors.Is(reading, io.EOF) && (at == nil || errors.Is(at.err, syscall.EPIPE))
}
