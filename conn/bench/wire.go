package bench

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"chinwag/conn/fault"
)

// wire has the sockets of a swarm: a goroutine for each reads large pieces, and hands them to the goroutine that polls.
// An epoll loop of our own was tried on Linux: it costs as much in a flood and a fifth less at a low rate, which is not
// worth a second way.
type wire struct {
	clock   clock
	happens chan happening  // unbuffered: a reader goes on only after poll has taken it
	over    context.Context // ended by stop
	end     context.CancelFunc
	readers sync.WaitGroup
}

// socket is the part of the wire that a peer owns.
type socket struct {
	conn net.Conn
	next chan struct{} // capacity 1: read on
	halt bool          // the reader must not read on
	held bool          // the reader waits for next
}

// happening is a message of a reader: a connection, bytes, or the end.
type happening struct {
	p     *peer
	conn  net.Conn
	chunk []byte
	err   error
}

func newWire(c clock) *wire {
	over, end := context.WithCancel(context.Background())
	return &wire{clock: c, happens: make(chan happening), over: over, end: end}
}

const readSize = 16 << 10

// dial begins a connection from an address of this machine; zero: any.
func (w *wire) dial(p *peer, from netip.Addr, to netip.AddrPort) {
	p.socket.next = make(chan struct{}, 1)
	w.readers.Go(func() {
		d := net.Dialer{Timeout: patience}
		if from.IsValid() {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
		}
		c, err := d.DialContext(w.over, "tcp", to.String())
		if err != nil {
			w.tell(happening{p: p, err: fault.In(err)})
			return
		}
		if tcp := c.(*net.TCPConn); p.narrow {
			_ = tcp.SetReadBuffer(narrow)
		}
		if !w.tell(happening{p: p, conn: c}) {
			_ = c.Close()
			return
		}
		w.read(p, c, p.socket.next)
	})
}

// read is a peer's reader.
func (w *wire) read(p *peer, c net.Conn, next <-chan struct{}) {
	buf := make([]byte, readSize)
	for {
		n, err := c.Read(buf)
		if n > 0 && !w.tell(happening{p: p, chunk: buf[:n]}) {
			return
		}
		if err != nil {
			w.tell(happening{p: p, err: fault.In(err)})
			return
		}
		select {
		case <-next:
		case <-w.over.Done():
			return
		}
	}
}

func (w *wire) tell(h happening) bool {
	select {
	case w.happens <- h:
		return true
	case <-w.over.Done():
		return false
	}
}

// poll hands the input to the peers, and waits for it no longer than wait.
func (w *wire) poll(wait time.Duration) {
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case h := <-w.happens:
		w.happen(h)
	case <-late.C:
		return
	}
	for {
		select {
		case h := <-w.happens:
			w.happen(h)
		default:
			return
		}
	}
}

func (w *wire) happen(h happening) {
	s := &h.p.socket
	switch {
	case h.conn != nil:
		s.conn = h.conn
		h.p.opened()
	case h.err != nil:
		w.lose(h.p, h.err)
	default:
		h.p.take(h.chunk, w.clock.now())
		if s.held = s.halt; !s.held {
			s.next <- struct{}{}
		}
	}
}

// write writes b. No more is ever under way than the system buffers for a socket, so a write that waits means that the
// server is stuck.
func (w *wire) write(p *peer, b []byte) {
	if p.gone != nil {
		return
	}
	_ = p.socket.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := p.socket.conn.Write(b); err != nil {
		w.lose(p, err)
	}
}

// pause stops reading from p, but for a piece that is on its way, until it is called with false.
func (*wire) pause(p *peer, on bool) {
	s := &p.socket
	s.halt = on
	if !on && s.held {
		s.held = false
		s.next <- struct{}{}
	}
}

func (w *wire) lose(p *peer, err error) {
	if p.gone != nil {
		return
	}
	w.close(p)
	p.ended(err)
}

// close resets a connection, so that its port can be used again at once.
func (*wire) close(p *peer) {
	if c, ok := p.socket.conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
}

func (w *wire) stop() {
	w.end()
	w.readers.Wait()
}
