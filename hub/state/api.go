package state

import (
	"github.com/google/uuid"

	"chinwag/protocol"
)

// The hub reads these while it proposes an intent. What it delivers never comes from them.

// Session returns the session with that id; nil: it has ended. The caller must not change it, nor use it after the
// next decision.
func (m *Machine) Session(id uuid.UUID) *Session { return m.sessions[id] }

// Short returns t, or no text if t is too long for a goodbye: it is left out, not cut.
func Short(t protocol.Text) protocol.Text { return short(t) }

// IsNew reports whether the machine has never decided a start: there were no rows.
func (m *Machine) IsNew() bool { return m.Starts == 0 }

// LastGuest returns the highest number of a guest so far.
func (m *Machine) LastGuest() int { return m.guests }

// HasSaid reports whether s has said a message with that id, as far back as MaxIDs.
func (s *Session) HasSaid(ref protocol.Ref) bool { return ref != "" && s.ids.find(hashOf(ref)) != 0 }
