package conn

import (
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// poller starts a goroutine for a connection when there is input on it, with epoll(7).
//
//	connection.read ─ ErrWouldBlock ─> await ─> epoll ─> connection.read, in a goroutine
//	                                wake ────┘ when reading has been ended
//
// A connection is armed once for each time that it waits. Input that is there already counts, so none that comes
// between reading and waiting is missed.
//
// Rejected: a goroutine for each connection, as net/http has it. The runtime's poller can only wake a goroutine that
// waits, and one that has worked once keeps a stack of 4 kB, more than half of what an idle connection costs. Rejected,
// too: an event-loop library. It would own the sockets, and writing, deadlines and the end of a connection with them;
// here they stay net.Conns, which the runtime polls for writing, and epoll is asked only whether there is input.
type poller struct {
	mu    sync.Mutex
	fd    int      // of epoll
	file  *os.File // the same, for which the runtime's poller waits; nil before it is needed
	ended sync.WaitGroup
	armed []*connection // by descriptor; nil: no connection waits there
}

// polling is the state of a connection in its poller, under poller.mu.
type polling struct {
	fd         int32 // valid if registered
	registered bool  // epoll has it, from the first wait on
	armed      bool
	woken      bool // the connection does not wait any more
}

func newPoller() *poller { return new(poller) }

// start starts the poller for the first connection that waits. The caller has p.mu.
func (p *poller) start() error {
	if p.file != nil {
		return nil
	}
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	_ = unix.SetNonblock(fd, true) // else os.NewFile takes it for a blocking one
	file := os.NewFile(uintptr(fd), "epoll")
	if err := file.SetReadDeadline(time.Time{}); err != nil { // the runtime's poller has not taken it
		_ = file.Close()
		return err
	}
	p.fd, p.file = fd, file
	p.ended.Go(p.run)
	return nil
}

// stop ends the poller. No connection may be left.
func (p *poller) stop() {
	p.mu.Lock()
	if p.file != nil {
		_ = p.file.Close()
	}
	p.mu.Unlock()
	p.ended.Wait()
}

func (p *poller) run() {
	raw, err := p.file.SyscallConn()
	if err != nil {
		panic(err) // an open file has one
	}
	events := make([]unix.EpollEvent, 128)
	for n := 0; ; n = 0 {
		err := raw.Read(func(fd uintptr) bool {
			n, _ = unix.EpollWait(int(fd), events, 0)
			return n > 0
		})
		if err != nil {
			return // closed
		}
		p.dispatch(events[:n])
	}
}

func (p *poller) dispatch(events []unix.EpollEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		if c := p.armed[e.Fd]; c != nil {
			p.disarm(c)
			go c.read() // ends with the connection, whose listener waits for it, or waits again
		}
	}
}

// await calls c.read in a goroutine once there is input. It reports false if epoll does not take the descriptor.
func (p *poller) await(c *connection) (ok bool) {
	if err := c.socket.Read(func(fd uintptr) bool {
		ok = p.arm(c, int(fd))
		return true
	}); err != nil {
		go c.read() // it finds the error
		return true
	}
	return ok
}

func (p *poller) arm(c *connection, fd int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &c.polling
	if w.woken {
		go c.read()
		return true
	}
	if p.start() != nil {
		return false
	}
	op := unix.EPOLL_CTL_MOD
	if !w.registered {
		op = unix.EPOLL_CTL_ADD
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(fd)}
	if unix.EpollCtl(p.fd, op, fd, &event) != nil {
		return false // epoll's limit of watches is reached
	}
	if missing := fd + 1 - len(p.armed); missing > 0 {
		p.armed = append(p.armed, make([]*connection, missing)...)
	}
	p.armed[fd] = c
	w.fd, w.registered, w.armed = int32(fd), true, true
	return true
}

// wake has c read on now, or the next time that it would wait.
func (p *poller) wake(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.polling.woken = true
	if c.polling.armed {
		p.disarm(c)
		go c.read()
	}
}

// disarm forgets that c waits. Its descriptor may be closed, and reused by another connection.
func (p *poller) disarm(c *connection) {
	c.polling.armed = false
	if p.armed[c.polling.fd] == c {
		p.armed[c.polling.fd] = nil
	}
}
