package state

import (
	"github.com/google/uuid"

	"chinwag/protocol"
)

// What the hub asks of a machine as it proposes. Nothing that it tells comes from here.

// Session is the session of that id; nil: it is over. It must only be read, and before the next decision.
func (m *Machine) Session(id uuid.UUID) *Session { return m.sessions[id] }

// Short is a text that is told at a goodbye: too long, it is not told at all.
func Short(t protocol.Text) protocol.Text { return short(t) }

// IsNew reports whether no start was ever decided: there were no rows.
func (m *Machine) IsNew() bool { return m.Starts == 0 }

// LastGuest is the highest number of a guest so far.
func (m *Machine) LastGuest() int { return m.guests }

// HasSaid reports whether s has said what was given that id.
func (s *Session) HasSaid(ref protocol.Ref) bool { return ref != "" && s.ids.find(hashOf(ref)) != 0 }
