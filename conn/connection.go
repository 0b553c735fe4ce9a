package conn

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"chinwag/conn/socket"
	"chinwag/hub"
	"chinwag/protocol"
)

// link is one connection as the server sees it. Its fields belong to the goroutine that
// reads from it, unless they say otherwise.
type link struct {
	server    *Server
	transport Transport
	client    *hub.Client
	ctx       context.Context // ends when the writer has stopped, or the other side is gone
	cancel    context.CancelFunc
	from      hub.Address
	since     time.Time
	unlimited bool               // the server's own console: no rate limit
	lines     []protocol.Command // lines to say that the hub does not have yet
	pace      *pace              // nil before the first line
	poller    *poller            // nil: goroutines wait
	waiting   waiting            // under poller.mu
	ended     func(error)        // called once, at the very end
	spoke     atomic.Bool        // the client has sent a line, or is the console
	waits     atomic.Bool        // the hub has all input
	loss      atomic.Pointer[loss]
	stalled   atomic.Bool // the other side took nothing for too long

	// under Server.mu
	expelled bool
	over     bool          // the writer has stopped
	wasRead  bool          // the hub has followed all input
	err      error         // how the writer ended
	isOver   chan struct{} // closed with over; nil: nothing waits for it
	onRead   chan struct{} // closed with wasRead; nil: nothing waits for it
}

// wrote is called by the hub when the writer has stopped.
func (l *link) wrote(err error) {
	l.stalled.Store(errors.Is(err, os.ErrDeadlineExceeded)) // the reader, which ends now, takes it as the reason
	l.transport.Interrupt()
	l.rouse()
	l.cancel() // the reader must not wait for the hub any more
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.over, l.err = true, err
	if at := l.loss.Load(); at != nil {
		l.err = at.err
	}
	if l.isOver != nil {
		close(l.isOver)
	}
}

// overSoon returns a channel that closes when the writer stops, or nil if it has stopped.
func (l *link) overSoon() <-chan struct{} {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	if l.over {
		return nil
	}
	l.isOver = make(chan struct{})
	return l.isOver
}

// abort ends the connection at once.
func (l *link) abort() {
	l.transport.Abort()
	l.rouse()
	l.cancel()
}

// read hands the input to the hub, and returns when there is no more for now: await calls it again.
// The stack of a goroutine that waits would be most of the cost of an idle connection.
func (l *link) read() {
	l.waits.Store(false)
	for {
		err := l.receive()
		switch {
		case errors.Is(err, socket.ErrWouldBlock):
			l.waits.Store(true)
			if l.isLate() {
				l.end(errLate)
				return
			}
			l.await()
			return
		case err != nil:
			l.end(err)
			return
		}
	}
}

// isUnread reports whether there is input that the hub does not have yet.
func (l *link) isUnread() bool { return !l.waits.Load() || hasCome(l.transport.Socket()) }

// isEnding reports whether the other side has ended its direction; false if the transport
// cannot tell.
func (l *link) isEnding() bool {
	on, ok := l.transport.(interface{ Raw() syscall.RawConn })
	return ok && on.Raw() != nil && hasEnded(on.Raw())
}

// patience is how long a connection waits for earlier ones.
const patience = 30 * time.Second

// follow waits until the hub has followed all input of those earlier connections from the same
// address that have ended their input already. So the lines of a shell loop that opens a
// connection for each are said in its order.
func (l *link) follow(before []*link) {
	before = slices.DeleteFunc(before, func(b *link) bool { return !b.isEnding() })
	if len(before) == 0 {
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for _, b := range before {
		select {
		case <-b.readSoon():
		case <-late.C:
			return
		case <-l.ctx.Done():
			return
		case <-l.server.hub.Done():
			return
		}
	}
}

// readSoon returns a channel that closes when the hub has followed all input.
func (l *link) readSoon() <-chan struct{} {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	if l.onRead == nil {
		l.onRead = make(chan struct{})
		if l.wasRead {
			close(l.onRead)
		}
	}
	return l.onRead
}

func (l *link) tellRead() {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.wasRead = true
	if l.onRead != nil {
		close(l.onRead)
	}
}

// receive takes one line. Consecutive lines to say go to the hub together, up to
// hub.MaxBatch.
func (l *link) receive() error {
	cmd, err := l.transport.Receive()
	refusal, refused := errors.AsType[*protocol.Refusal](err)
	if err != nil && !refused {
		return cmp.Or(l.handOver(), err)
	}
	l.spoke.Store(true)
	if l.isSpent() {
		if err := l.handOver(); err != nil {
			return err
		}
		return l.drop()
	}
	if err := l.keepPace(); err != nil {
		return err
	}
	if cmd != nil && hub.IsMessage(cmd) && l.transport.Socket() != nil {
		if l.lines = append(l.lines, cmd); len(l.lines) == hub.MaxBatch {
			return l.handOver()
		}
		return nil
	}
	if err := l.handOver(); err != nil {
		return err
	}
	switch bare, ref := protocol.Split(cmd); bare := bare.(type) {
	case nil:
		return l.refuse(err, refusal)
	case protocol.Operator:
		return l.server.promote(l.ctx, l, bare, ref)
	}
	return l.client.Do(l.ctx, cmd)
}

// handOver gives the lines to say to the hub.
func (l *link) handOver() error {
	if len(l.lines) == 0 {
		return nil
	}
	lines := l.lines
	l.lines = nil // the hub owns them now
	return l.client.Do(l.ctx, lines...)
}

// end waits until the writer has stopped, and closes the connection.
func (l *link) end(reading error) {
	reason := protocol.Departed
	if !l.isOrderly(reading) {
		reason = protocol.Lost
		l.client.Discard() // the client is gone, or has its goodbye
	}
	if l.stalled.Load() {
		reason = protocol.Stalled
	}
	// The writer is about to stop, or the hub stops it with the goodbye.
	if over := l.overSoon(); over == nil {
		l.client.Close(l.ctx, reason)
		l.tellRead()
	} else {
		l.client.Close(l.ctx, reason)
		l.tellRead()
		if reason == protocol.Lost {
			l.cancel()
			l.client.Stop()
		}
		select {
		case <-over:
		case <-l.server.hub.Done():
			l.client.Stop()
			<-over
		}
	}
	l.server.remove(l)
	l.forgive()
	if l.err == nil || errors.Is(l.err, hub.ErrStopped) {
		l.transport.Close()
	} else {
		l.transport.Abort()
	}
	l.cancel()
	l.ended(l.err)
}
