package conn

import (
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// poller starts a goroutine for a connection when there is input on it, with
// epoll(7). The runtime's own poller can only wake a goroutine that waits, and its
// stack is more than half of the cost of an idle connection.
//
//	link.read ─ ErrWouldBlock ─> await ─> epoll ─> link.read, in a goroutine
//	                          rouse ────┘ when reading has been ended
//
// A connection is armed once for each time that it waits. Input that is there already
// counts, so none that comes between reading and waiting is missed.
type poller struct {
	mu    sync.Mutex
	fd    int      // of epoll
	file  *os.File // the same, for which the runtime's poller waits; nil before it is needed
	ended sync.WaitGroup
	armed []*link // by descriptor; nil: no link waits there
}

// waiting is the state of a link in its poller, under poller.mu.
type waiting struct {
	fd     int  // valid if known
	known  bool // epoll has it, from the first wait on
	armed  bool
	roused bool // the link does not wait any more
}

func newPoller() *poller { return new(poller) }

// start starts the poller for the first link that waits. The caller has p.mu.
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
		p.wake(events[:n])
	}
}

func (p *poller) wake(events []unix.EpollEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		if l := p.armed[e.Fd]; l != nil {
			p.disarm(l)
			go l.read() // ends with the connection, whose listener waits for it, or waits again
		}
	}
}

// await calls l.read in a goroutine once there is input. It reports false if epoll does not
// take the descriptor.
func (p *poller) await(l *link) (ok bool) {
	if err := l.transport.Socket().Read(func(fd uintptr) bool {
		ok = p.arm(l, int(fd))
		return true
	}); err != nil {
		go l.read() // it finds the error
		return true
	}
	return ok
}

func (p *poller) arm(l *link, fd int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &l.waiting
	if w.roused {
		go l.read()
		return true
	}
	if p.start() != nil {
		return false
	}
	op := unix.EPOLL_CTL_MOD
	if !w.known {
		op = unix.EPOLL_CTL_ADD
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(fd)}
	if unix.EpollCtl(p.fd, op, fd, &event) != nil {
		return false // epoll's limit of watches is reached
	}
	if missing := fd + 1 - len(p.armed); missing > 0 {
		p.armed = append(p.armed, make([]*link, missing)...)
	}
	p.armed[fd] = l
	w.fd, w.known, w.armed = fd, true, true
	return true
}

// rouse has l read on now, or the next time that it would wait.
func (p *poller) rouse(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.waiting.roused = true
	if l.waiting.armed {
		p.disarm(l)
		go l.read()
	}
}

// disarm forgets that l waits. Its descriptor may be closed, and reused by another link.
func (p *poller) disarm(l *link) {
	l.waiting.armed = false
	if p.armed[l.waiting.fd] == l {
		p.armed[l.waiting.fd] = nil
	}
}

// endOfInput is the event of poll(2) for the end of the input.
const endOfInput = unix.POLLRDHUP
