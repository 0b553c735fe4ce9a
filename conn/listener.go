package conn

import (
	"errors"
	"net"
	"sync"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// Listener accepts the connections of one door. Make it with Server.NewListener.
type Listener struct {
	server    *Server
	net       net.Listener
	door      func(net.Conn) Transport
	id        hub.Identity // of its clients, but for the address
	served    sync.WaitGroup
	rejecting chan struct{} // capacity maxRejecting
	poller    *poller
}

// maxRejecting is how many rejected connections stay open for a moment, so that the client can read why. Further ones
// are just closed, which a system may answer with a reset.
const maxRejecting = 16

// NewListener makes a listener whose connections come in through door, as id.
func (s *Server) NewListener(l net.Listener, door func(net.Conn) Transport, id hub.Identity) *Listener {
	return &Listener{server: s, net: l, door: door, id: id, rejecting: make(chan struct{}, maxRejecting), poller: newPoller()}
}

// Close stops accepting connections. Open ones go on.
func (l *Listener) Close() { _ = l.net.Close() }

// Serve serves connections until Close, and then until the hub has ended and the last of them is gone: see
// Server.Drain. After an error of accepting it waits and retries.
func (l *Listener) Serve() error {
	defer l.poller.stop()
	defer l.served.Wait()
	arrivals := newArrivals()
	defer arrivals.stop()
	for failing := (backoff{}); ; {
		c, err := l.net.Accept()
		switch {
		case err == nil:
			failing.pause = 0
			l.server.missAnswers(c)
			l.admit(c)
			arrivals.count()
		case errors.Is(err, net.ErrClosed):
			<-l.server.hub.Done()
			return nil
		default:
			l.backOff(&failing, err)
		}
	}
}

// admit lets a connection in, or tells it why not. It never waits, since a client that floods must not hold up other
// clients.
func (l *Listener) admit(c net.Conn) {
	s, at := l.server, prefixOf(addrOf(c))
	if why, tell := s.admission.acquire(at); why != "" {
		if tell != "" {
			s.log.Warn(tell)
		}
		l.reject(c, why)
		return
	}
	l.served.Add(1)
	id := l.id
	id.From = hub.Address{Host: hostOf(addrOf(c)), Prefix: at}
	served := s.newConnection(l.door(c), id, l.poller)
	earlier := s.admission.earlier(at, served)
	go func() {
		s.log.Debug("connected", "addr", addrOf(c))
		served.serve(id, earlier, func(err error) { l.left(served, c, err) })
	}()
}

func (l *Listener) left(served *connection, c net.Conn, err error) {
	s := l.server
	s.log.Debug("disconnected", "addr", addrOf(c), "after", time.Since(served.since).Round(time.Millisecond), "err", err)
	s.admission.release(served.from.Prefix, served)
	l.served.Done()
}

// reject tells the client why, in the transport's encoding. A socket takes its first bytes at once; the client may take
// a moment to read them.
func (l *Listener) reject(c net.Conn, why string) {
	t := l.door(c)
	late := time.AfterFunc(time.Second, t.Abort)
	_ = t.Send([]*protocol.Frame{protocol.NewFrame(protocol.Notice{Text: protocol.MustText("goodbye: " + why)})})
	late.Stop()
	select {
	case l.rejecting <- struct{}{}:
		l.served.Go(func() {
			t.Close()
			<-l.rejecting
		})
	default:
		_ = c.Close()
	}
}
