package state

import (
	"cmp"

	"chinwag/protocol"
)

// kick throws a session out, for an operator, and keeps out for a while who is called like it, and
// whoever comes from its address, unless others come from there, too. Operators are never
// kept out.
func (m *Machine) kick(s *Session, cmd protocol.Kick) {
	v := m.named(cmd.Nick)
	switch {
	case v == nil:
		m.reject(s, nobody(cmd.Nick))
		return
	case v.Operator:
		m.rejectf(s, "operator-exempt", "%s is an operator, and operators are not kicked", v.Nick)
		return
	}
	conn, long := v.Conn, kickedFor(cmd)
	words := v.Nick.String() + " is kicked: " + m.keepOut(v, long)
	m.end(v, protocol.Left{Reason: protocol.Kicked, By: s.Nick, Text: cmd.Text})
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Kicked, Wait: long, Text: cmd.Text}, Cut: true})
	m.notice(s, words)
}

// kickedFor is how long a kick keeps out.
func kickedFor(cmd protocol.Kick) protocol.Seconds {
	return min(cmp.Or(max(0, cmd.For), protocol.KickTime), protocol.MaxKick)
}

// keepOut is what a kick of s does to those who come later, and the words for it.
func (m *Machine) keepOut(s *Session, long protocol.Seconds) (words string) {
	until, keys := m.now.Add(long.Duration()), s.Nick.Keys()
	m.change(s.ID, Blocked{Keys: keys[:], Until: until})
	words = "the name is refused for " + long.String()
	switch {
	case !s.At.IsValid():
		return words
	case m.isShared(s):
		return words + "; others come from there: the address stays open"
	}
	m.change(s.ID, Blocked{Keys: []string{addressKey(s.At)}, Until: until})
	return words + ", and so is the address"
}

// isShared reports whether others come from where s comes from. One that has lost its
// connection may come back from there.
func (m *Machine) isShared(s *Session) bool {
	for _, o := range m.sessions { // in any order: one is enough
		if o != s && !o.Released && o.At == s.At {
			return true
		}
	}
	return false
}
