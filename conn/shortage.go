package conn

import (
	"time"

	"chinwag/conn/fault"
	"chinwag/protocol"
)

const (
	firstPause = 5 * time.Millisecond // after a failed Accept, then twice as long each time
	longPause  = time.Second          // at most
)

// backoff is the state of a listener whose Accept fails.
type backoff struct {
	pause time.Duration // the last one; 0: the last Accept succeeded
	told  time.Time     // when the log last had it
}

// backOff waits after a failed Accept, or closes the listener if the hub has ended. If the system is out of descriptors
// or memory, it also evicts an idle connection.
func (l *Listener) backOff(b *backoff, err error) {
	s := l.server
	if time.Since(b.told) > time.Minute {
		b.told = time.Now()
		s.log.Warn("cannot accept connections for now", "listen", l.net.Addr().String(), "err", fault.Words(err))
	}
	if isShortage(err) {
		s.evictIdle()
	}
	b.pause = min(max(2*b.pause, firstPause), longPause)
	select {
	case <-time.After(b.pause):
	case <-s.hub.Done():
		l.Close()
	}
}

// isShortage reports whether closing a connection would help.
func isShortage(err error) bool {
	switch fault.KindOf(err) {
	case fault.TooMany, fault.NoMemory, fault.DiskFull: // ENOSPC is epoll's limit of watches
		return true
	}
	return false
}

// evictIdle expels the oldest connection that has never sent a line, if there is one.
func (s *Server) evictIdle() {
	if c := s.oldestIdle(); c != nil {
		c.client.Disconnect(protocol.Full)
	}
}

// oldestIdle is the connection to evict next. It returns none twice, since an evicted connection may take a while to
// end.
func (s *Server) oldestIdle() (oldest *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, evicted := range s.conns {
		if !c.active.Load() && !evicted && (oldest == nil || c.since.Before(oldest.since)) {
			oldest = c
		}
	}
	if oldest != nil {
		s.conns[oldest] = true
	}
	return oldest
}
