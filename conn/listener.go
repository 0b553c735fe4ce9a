package conn

import (
	"errors"
	"net"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"chinwag/conn/fault"
	"chinwag/hub"
	"chinwag/protocol"
)

// Listener accepts the connections of one door. Make it with Server.Listen.
type Listener struct {
	server *Server
	net    net.Listener
	door   func(net.Conn) Transport
	id     hub.Identity // of its clients, but for the address
	served sync.WaitGroup
	turned chan struct{} // capacity maxTurned
	poller *poller
}

const (
	// maxTurned is how many rejected connections stay open for a moment, so that the client can read why.
	// Further ones are just closed, which a system may answer with a reset.
	maxTurned = 16

	// crowd is how many connections make settle worth its cost, once no more come.
	crowd = 1000

	// lastMoment is how long connections may take to end after the hub has ended.
	lastMoment = 500 * time.Millisecond
)

// NewListener makes a listener whose connections come in through door, as id.
func (s *Server) NewListener(l net.Listener, door func(net.Conn) Transport, id hub.Identity) *Listener {
	return &Listener{server: s, net: l, door: door, id: id, turned: make(chan struct{}, maxTurned), poller: newPoller()}
}

// Close stops accepting connections. Open ones go on.
func (l *Listener) Close() { _ = l.net.Close() }

// Serve serves connections until Close, and then until the hub has ended and
// the last of them is gone. After an error of accepting it waits and retries; if the system
// is out of descriptors, it also expels the oldest connection that has never sent a line.
func (l *Listener) Serve() error {
	defer l.poller.stop()
	defer l.served.Wait()
	settled := time.AfterFunc(time.Hour, settle)
	settled.Stop() // armed by a crowd
	defer settled.Stop()
	came := 0
	var pause time.Duration
	var told time.Time
	for s := l.server; ; {
		c, err := l.net.Accept()
		switch {
		case err == nil:
			pause = 0
			s.missAnswers(c)
			l.admit(c)
			if came++; came%crowd == 0 {
				settled.Reset(time.Second)
			}
		case errors.Is(err, net.ErrClosed):
			<-s.hub.Done()
			time.AfterFunc(lastMoment, s.abortAll) // the connections of other listeners and the console, too
			return nil
		default:
			if time.Since(told) > time.Minute {
				told = time.Now()
				s.log.Warn("cannot accept connections for now", "listen", l.net.Addr().String(), "err", fault.Words(err))
			}
			if isShortage(err) {
				s.expelSilent()
			}
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			l.rest(pause)
		}
	}
}

// settle gives the memory that a crowd needed on arriving back to the system.
func settle() {
	runtime.GC() // a sync.Pool empties at the second collection
	debug.FreeOSMemory()
}

// rest waits for d, or closes the listener if the hub has ended.
func (l *Listener) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.server.hub.Done():
		l.Close()
	}
}

// isShortage reports whether closing a connection would help.
func isShortage(err error) bool {
	switch fault.KindOf(err) {
	case fault.TooMany, fault.NoMemory, fault.DiskFull: // ENOSPC is epoll's limit of watches
		return true
	}
	return false
}

// admit lets a connection in, or tells it why not. It never waits, since a client that
// floods must not hold up other clients.
func (l *Listener) admit(c net.Conn) {
	s, at := l.server, prefixOf(addrOf(c))
	if why, tell := s.limits.enter(at); why != "" {
		if tell != "" {
			s.log.Warn(tell)
		}
		l.turnAway(c, why)
		return
	}
	l.served.Add(1)
	id := l.id
	id.From = hub.Address{Host: hostOf(addrOf(c)), Prefix: at}
	link := s.link(l.door(c), id, l.poller)
	go l.serve(c, link, id, s.limits.follow(at, link))
}

// turnAway tells the client why, in the transport's spelling. A socket takes its first bytes at
// once; the client may take a moment to read them.
func (l *Listener) turnAway(c net.Conn, why string) {
	t := l.door(c)
	late := time.AfterFunc(time.Second, t.Abort)
	_ = t.Send([]*protocol.Frame{protocol.NewFrame(protocol.Notice{Text: protocol.MustText("goodbye: " + why)})})
	late.Stop()
	select {
	case l.turned <- struct{}{}:
		l.served.Go(func() {
			t.Close()
			<-l.turned
		})
	default:
		_ = c.Close()
	}
}

func (l *Listener) serve(c net.Conn, link *link, id hub.Identity, before []*link) {
	l.server.log.Debug("connected", "addr", addrOf(c))
	link.begin(id, before, func(err error) { l.left(link, c, err) })
}

func (l *Listener) left(link *link, c net.Conn, err error) {
	l.server.log.Debug("disconnected", "addr", addrOf(c), "after", time.Since(link.since).Round(time.Millisecond), "err", err)
	l.server.limits.leave(link.from.Prefix, link)
	l.served.Done()
}
