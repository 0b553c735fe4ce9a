package state

import "chinwag/protocol"

// away tells the rooms of s that it is away, or back.
func (m *Machine) away(s *Session, cmd protocol.Away) {
	t := cmd.Text
	switch {
	case isLong(t):
		m.rejectf(s, "away-too-long", "an away text has at most %d bytes: please make it shorter", maxShort)
	case t.IsBlank() && s.Away.IsBlank():
		m.notice(s, "you are not away: /away TEXT says that you are")
	default:
		set := protocol.AwaySet{From: s.Nick, Text: t, Ack: protocol.Ack{You: true}, Rooms: s.shared()}
		m.emitEach(s, func(at protocol.Meta) protocol.Recorded {
			set.Meta = at
			return set
		})
	}
}

func awayFields(v *protocol.Away, c *coder) { c.text(&v.Text) }
