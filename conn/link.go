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
	loss      atomic.Pointer[loss]
	stalled   atomic.Bool // the other side took nothing for too long

	// under Server.mu
	expelled bool
	over     bool          // nothing is written any more
	wasRead  bool          // all that it sent was followed
	err      error         // how the writing ended
	isOver   chan struct{} // closed then; nil: nobody waits for it
	onRead   chan struct{} // closed then; nil: nobody waits for it
}

// wrote is called by the hub when nothing more is written.
func (l *link) wrote(err error) {
	l.stalled.Store(errors.Is(err, os.ErrDeadlineExceeded)) // the reader, which ends now, tells why
	l.transport.Interrupt()
	l.rouse()
	l.cancel() // what the reader still wants is not wanted any more
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
	l.cancel()
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

// isUnread reports whether something has come that the hub does not know yet.
func (l *link) isUnread() bool { return !l.waits.Load() || hasCome(l.transport.Socket()) }

// isEnding reports whether the other side has ended its direction, as far as that can be
// known.
func (l *link) isEnding() bool {
	on, ok := l.transport.(interface{ Raw() syscall.RawConn })
	return ok && on.Raw() != nil && hasEnded(on.Raw())
}

// patience is how long a connection waits for those before it.
const patience = 30 * time.Second

// follow waits until all is followed that was sent by those connections before this one
// from the same address which have ended their input already: a loop of a shell sends a
// line with each connection, and they are said in its order.
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

// readSoon is closed when all that was sent has been followed.
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

// receive takes one line. Those that are to be said are handed over together, as many
// as have come.
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
	if cmd != nil && hub.IsLine(cmd) && l.transport.Socket() != nil {
		if l.lines = append(l.lines, cmd); len(l.lines) == hub.MaxTogether {
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
	if !l.isOrderly(reading) {
		reason = protocol.Lost
		l.client.Discard() // nobody is there to say goodbye to, or it is said
	}
	if l.stalled.Load() {
		reason = protocol.Stalled
	}
	// The writing is about to end, or the hub ends it with the goodbye.
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
