package conn

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"chinwag/conn/stream"
	"chinwag/hub"
	"chinwag/protocol"
)

// link is one connection as the server sees it. It belongs to the goroutine that
// reads from it, but for what is said otherwise.
type link struct {
	server    *Server
	transport Transport
	client    *hub.Client
	ctx       context.Context // until nothing is written any more, or nobody would read it
	cancel    context.CancelFunc
	from      hub.Address
	since     time.Time
	unlimited bool               // it may send as fast as it can
	lines     []protocol.Command // to be said, and not handed over yet
	pace      *pace              // nil before the first line
	poller    *poller            // nil: goroutines wait
	waiting   waiting            // under poller.mu
	ended     func(error)        // called once, at the very end
	spoke     atomic.Bool        // it has sent a line, or is no stranger
	waits     atomic.Bool        // all that has come was handed over

	// under Server.mu
	expelled bool
	over     bool          // nothing is written any more
	err      error         // how that ended
	isOver   chan struct{} // closed then; nil: nobody waits for it
}

// wrote is called by the hub when nothing more is written.
func (l *link) wrote(err error) {
	l.transport.Interrupt()
	l.rouse()
	l.cancel() // what the reader still wants is not wanted any more
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.over, l.err = true, err
	if l.isOver != nil {
		close(l.isOver)
	}
}

// overSoon is closed when nothing is written any more; nil: that is so already.
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
}

// read hands over what the client has sent, and leaves the waiting for more to
// others: a goroutine that waits costs its stack, which is most of a silent
// connection.
func (l *link) read() {
	l.waits.Store(false)
	for {
		err := l.receive()
		switch {
		case errors.Is(err, stream.ErrNothing):
			l.waits.Store(true)
			l.await()
			return
		case err != nil:
			l.end(err)
			return
		}
	}
}

// isUnread reports whether something has come that the hub does not know yet.
func (l *link) isUnread() bool { return !l.waits.Load() || hasCome(l.transport.Socket()) }

// receive takes one line. Those that are to be said are handed over together, as many
// as have come.
func (l *link) receive() error {
	cmd, err := l.transport.Receive()
	refusal, refused := errors.AsType[*protocol.Refusal](err)
	if err != nil && !refused {
		return cmp.Or(l.handOver(), err)
	}
	l.spoke.Store(true)
	if err := l.keepPace(); err != nil {
		return err
	}
	if cmd != nil && hub.IsLine(cmd) && l.transport.Socket() != nil {
		if l.lines = append(l.lines, cmd); len(l.lines) == hub.MaxTogether {
			return l.handOver()
		}
		return nil
	}
	if err := l.handOver(); err != nil {
		return err
	}
	switch cmd := cmd.(type) {
	case nil:
		return l.client.Tell(l.ctx, protocol.Refused{Refusal: *refusal})
	case protocol.Operator:
		return l.server.promote(l.ctx, l, cmd)
	}
	return l.client.Do(l.ctx, cmd)
}

// handOver hands over the lines that are to be said.
func (l *link) handOver() error {
	if len(l.lines) == 0 {
		return nil
	}
	lines := l.lines
	l.lines = nil // they are the hub's now
	return l.client.Do(l.ctx, lines...)
}

// end waits until nothing is written any more, and closes the connection.
func (l *link) end(reading error) {
	reason := protocol.Quit
	if !errors.Is(reading, io.EOF) {
		reason = protocol.Lost
		l.cancel() // nobody is there to say goodbye to, or it is said
		l.client.Stop()
	}
	// The writing is about to end, or the hub ends it with the goodbye.
	if over := l.overSoon(); over == nil {
		if errors.Is(l.err, os.ErrDeadlineExceeded) {
			reason = protocol.Stalled
		}
		l.client.Close(l.ctx, reason)
	} else {
		l.client.Close(l.ctx, reason)
		select {
		case <-over:
		case <-l.server.hub.Done():
			l.client.Stop()
			<-over
		}
	}
	l.server.remove(l)
	if l.err == nil || errors.Is(l.err, hub.ErrStopped) {
		l.transport.Close()
	} else {
		l.transport.Abort()
	}
	l.cancel()
	l.ended(l.err)
}
