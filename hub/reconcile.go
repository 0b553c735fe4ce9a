package hub

import (
	"time"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// reconcile proposes again what no client has asked for, and could not be recorded: that a session has lost its
// connection, or has none before its hello. It compares sessions and clients, so it does not matter which
// decisions were undone. While the journal fails, a single proposal tests it.
func (r *run) reconcile(now time.Time) {
	if r.retryAt.IsZero() || r.retryAt.After(now) || len(r.inflight) > 0 {
		return
	}
	r.retryAt, r.triedAt = time.Time{}, now
	attached := map[uint64]bool{}
	for _, s := range r.machine.View().Sessions {
		if s.Conn == 0 {
			continue
		}
		attached[s.Conn] = true
		if r.restore(s); r.health.told == fails && len(r.inflight) > 0 {
			r.retryAt = now.Add(time.Second)
			return
		}
	}
	for conn := range r.lost {
		if !attached[conn] { // its session has not begun
			r.forget(conn)
		}
	}
}

// restore detaches a session whose client is gone, or was withheld.
func (r *run) restore(s *state.Session) {
	c := r.clients[s.Conn]
	switch {
	case c == nil || c.over || c.detached || c.id != s.ID:
		lost, ok := r.lost[s.Conn]
		if !ok {
			lost.Reason = protocol.Lost
		}
		r.propose(proposal{of: s.ID, conn: s.Conn, op: lost})
	case c.withheld && !s.Program:
		r.withdraw(c)
	}
}
