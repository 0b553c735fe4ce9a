package state

import (
	"cmp"

	"chinwag/protocol"
)

// kick ends a session for an operator, and blocks its nick for a while. It also blocks its address, unless other
// sessions come from there. Operators cannot be kicked.
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

// kickedFor returns how long a kick blocks.
func kickedFor(cmd protocol.Kick) protocol.Seconds {
	return min(cmp.Or(max(0, cmd.For), protocol.KickTime), protocol.MaxKick)
}

// keepOut blocks the nick of s, and its address unless that is shared. It returns the words for it.
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

// isShared reports whether another session comes from the address of s. A held session counts while it has its nick,
// because it may come back from there.
func (m *Machine) isShared(s *Session) bool {
	for _, o := range m.sessions { // in any order: one is enough
		if o != s && !o.Released && o.At == s.At {
			return true
		}
	}
	return false
}
