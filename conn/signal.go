package conn

import "sync"

// signal is sent once, and can be waited for before and after. Its channel is made when it is first waited for: most
// connections end without that.
type signal struct {
	mu   sync.Mutex
	sent bool
	c    chan struct{}
}

func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = true
	if s.c != nil {
		close(s.c)
	}
}

// done returns a channel that is closed once the signal is sent.
func (s *signal) done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c == nil {
		s.c = make(chan struct{})
		if s.sent {
			close(s.c)
		}
	}
	return s.c
}
