package conn

import "sync/atomic"

// signal is sent once, and can be waited for before and after. Its channel is made when it is first waited for: an idle
// connection has none.
type signal struct{ c atomic.Pointer[chan struct{}] }

// sent is the channel of all signals that are sent.
var sent = func() *chan struct{} {
	c := make(chan struct{})
	close(c)
	return &c
}()

func (s *signal) send() {
	if c := s.c.Swap(sent); c != nil && c != sent {
		close(*c)
	}
}

// done returns a channel that is closed once the signal is sent.
func (s *signal) done() <-chan struct{} {
	if s.c.Load() == nil {
		c := make(chan struct{})
		s.c.CompareAndSwap(nil, &c)
	}
	return *s.c.Load()
}
