package hub

import (
	"time"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// reconcile proposes again what no client has asked for, and could not be recorded: that a session has lost its
// connection, or has none before its hello. It compares sessions and clients, so it does not matter which
// decisions were undone. While the journal fails, a single proposal tests it.
func (l *loop) reconcile(now time.Time) {
	if l.retryAt.IsZero() || l.retryAt.After(now) || len(l.uncommitted) > 0 {
		return
	}
	l.retryAt, l.triedAt = time.Time{}, now
	attached := map[uint64]bool{}
	for _, s := range l.machine.View().Sessions {
		if s.Conn == 0 {
			continue
		}
		attached[s.Conn] = true
		if l.restore(s); l.health.reported == fails && len(l.uncommitted) > 0 {
			l.retryAt = now.Add(time.Second)
			return
		}
	}
	for conn := range l.lost {
		if !attached[conn] { // its session has not begun
			l.forgetConn(conn)
		}
	}
}

// restore detaches a session whose client is gone, or was withheld.
func (l *loop) restore(s *state.Session) {
	c := l.clients[s.Conn]
	switch {
	case c == nil || c.over || c.detached || c.id != s.ID:
		lost, ok := l.lost[s.Conn]
		if !ok {
			lost.Reason = protocol.Lost
		}
		l.propose(proposal{of: s.ID, conn: s.Conn, op: lost})
	case c.withheld && !s.Program:
		l.withdraw(c)
	}
}
