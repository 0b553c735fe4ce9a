package bench

import (
	"net"
	"sync"
)

// ServeBaseline is the least that a chat server can do: the goroutine that reads a connection writes the bytes to all,
// one bare write for each, without lines, names, order or a journal. At a steady rate its cost is mostly the system's,
// and a server gets below it only by writing less often. It serves until l is closed.
func ServeBaseline(l net.Listener) error {
	f := &baseline{all: map[net.Conn]bool{}}
	var served sync.WaitGroup
	defer served.Wait()
	defer f.closeAll()
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		f.add(c)
		served.Go(func() { f.serve(c) })
	}
}

type baseline struct {
	mu  sync.Mutex
	all map[net.Conn]bool
}

func (f *baseline) add(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[c] = true
}

func (f *baseline) serve(c net.Conn) {
	defer f.remove(c)
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		f.tell(c, buf[:n])
	}
}

func (f *baseline) tell(from net.Conn, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.all {
		if c != from {
			_, _ = c.Write(b) // a connection that is gone is removed by its own reader
		}
	}
}

func (f *baseline) remove(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, c)
	_ = c.Close()
}

func (f *baseline) closeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.all {
		_ = c.Close()
	}
}
