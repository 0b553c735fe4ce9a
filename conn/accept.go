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
	id     hub.Identity // of whoever comes in, but for the address
	served sync.WaitGroup
	turned chan struct{} // capacity maxTurned
	poller *poller
}

const (
	// maxTurned is how many who were turned away may read why for a moment.
	// More are just closed, which a system may answer with a reset.
	maxTurned = 16

	// crowd is how many must have come for settle, when no more come.
	crowd = 1000

	// lastMoment is what those who are about to end have left when the hub has ended.
	lastMoment = 500 * time.Millisecond
)

// Listen makes a listener whose connections come in through door, as id.
func (s *Server) Listen(l net.Listener, door func(net.Conn) Transport, id hub.Identity) *Listener {
	return &Listener{server: s, net: l, door: door, id: id, turned: make(chan struct{}, maxTurned), poller: newPoller()}
}

// Close takes no more connections. Those that are there go on.
func (l *Listener) Close() { _ = l.net.Close() }

// Accept serves connections until Close, and then until the hub has ended and
// the last of them is gone. Trouble in accepting is survived: it waits, and
// where there are no descriptors left the strangers who never said a word go first.
func (l *Listener) Accept() error {
	defer l.poller.stop()
	defer l.served.Wait()
	settled := time.AfterFunc(time.Hour, settle)
	settled.Stop() // nobody has come yet
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
			time.AfterFunc(lastMoment, s.abortAll) // those of other doors and of the console, too
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

// settle gives back what the coming of a crowd has needed.
func settle() {
	runtime.GC() // pools let go of what they hold at the second time
	debug.FreeOSMemory()
}

// rest lets a moment pass. When the hub has ended there is nothing more to accept for.
func (l *Listener) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.server.hub.Done():
		l.Close()
	}
}

// isShortage reports whether somebody's going would help.
func isShortage(err error) bool {
	switch fault.KindOf(err) {
	case fault.TooMany, fault.NoMemory, fault.DiskFull: // the last of what epoll may watch
		return true
	}
	return false
}

// admit lets a connection in, or tells it why not: at once, since one who
// floods must not hold up the others.
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

// turnAway says why in the spelling of the door. A socket takes its first bytes at
// once; whether they are read may take a moment.
func (l *Listener) turnAway(c net.Conn, why string) {
	t := l.door(c)
	late := time.AfterFunc(time.Second, t.Abort)
	_ = t.Send([]*protocol.Line{protocol.NewLine(protocol.Notice{Text: protocol.MustText("goodbye: " + why)})})
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
