package conn_test

import (
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/protocol"
)

// slowTransport takes its time for everything, and notes what is done to it.
type slowTransport struct {
	eof  chan struct{} // closed by the test: the input ends
	stop chan struct{} // closed by Interrupt
	once sync.Once

	mu    sync.Mutex
	calls []string
}

func (s *slowTransport) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

func (s *slowTransport) Receive() (protocol.Command, error) {
	select {
	case <-s.eof:
		return nil, io.EOF
	case <-s.stop:
		return nil, io.ErrClosedPipe
	}
}

func (s *slowTransport) Send(lines []*protocol.Frame) error {
	time.Sleep(100 * time.Millisecond)
	if _, ok := lines[len(lines)-1].Event.(protocol.Goodbye); ok {
		s.note("goodbye")
	}
	return nil
}

func (s *slowTransport) Interrupt() {
	s.once.Do(func() { close(s.stop) })
	time.Sleep(10 * time.Millisecond)
	s.note("Interrupt")
}

func (s *slowTransport) Close() { s.note("Close"); time.Sleep(time.Second) }
func (s *slowTransport) Abort() { s.note("Abort") }

// However a connection ends, its goodbye is out before it is closed, and
// nothing cuts short how it is closed.
func TestG8TheOrderOfAnEnd(t *testing.T) {
	for name, end := range map[string]func(*house, *slowTransport){
		"the input":                func(_ *house, s *slowTransport) { close(s.eof) },
		"the hub":                  func(w *house, _ *slowTransport) { w.Stop() },
		"the hub, after the input": func(w *house, s *slowTransport) { close(s.eof); synctest.Wait(); w.Stop() },
		"the input, after the hub": func(w *house, s *slowTransport) { w.Stop(); synctest.Wait(); close(s.eof) },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newHouse(t, hub.Options{}, conn.Options{})
			_, door := w.open()
			s := &slowTransport{eof: make(chan struct{}), stop: make(chan struct{})}
			w.served.Go(func() { _ = w.server.Serve(s, hub.Identity{}) })
			time.Sleep(time.Second)
			door.Close()
			end(w, s)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			assert.Equal(t, []string{"goodbye", "Interrupt", "Close"}, s.calls, name)
			w.end()
		})
	}
}
