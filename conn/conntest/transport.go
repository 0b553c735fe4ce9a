package conntest

import (
	"io"
	"slices"
	"sync"

	"chinwag/protocol"
)

// Transport is a conn.Transport without a connection: it takes all lines, has no input until that ends, and notes how
// it is ended. A test embeds it, and replaces what it is about.
type Transport struct {
	ended, interrupted chan struct{}
	end, interrupt     sync.Once

	mu    sync.Mutex
	calls []string
}

// NewTransport makes a transport.
func NewTransport() *Transport {
	return &Transport{ended: make(chan struct{}), interrupted: make(chan struct{})}
}

// EndInput has Receive return io.EOF.
func (t *Transport) EndInput() { t.end.Do(func() { close(t.ended) }) }

// Receive implements conn.Transport.
func (t *Transport) Receive() (protocol.Command, error) {
	select {
	case <-t.ended:
		return nil, io.EOF
	case <-t.interrupted:
		return nil, io.ErrClosedPipe
	}
}

// Send implements conn.Transport.
func (*Transport) Send([]*protocol.Frame) error { return nil }

// Interrupt implements conn.Transport.
func (t *Transport) Interrupt() {
	t.interrupt.Do(func() { close(t.interrupted) })
	t.Note("Interrupt")
}

// Close implements conn.Transport.
func (t *Transport) Close() { t.Note("Close") }

// Abort implements conn.Transport.
func (t *Transport) Abort() { t.Note("Abort") }

// Note adds to Calls.
func (t *Transport) Note(call string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, call)
}

// Calls are the calls noted, in order.
func (t *Transport) Calls() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.calls)
}
