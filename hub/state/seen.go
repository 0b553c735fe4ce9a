package state

import "github.com/google/uuid"

// A program says up to where it was told, when it comes back; of a person the server has to know. While the
// server runs it does, exactly. For the case that it ends without warning, one position stands in the rows that
// is right for all who are not behind, as it was within the last second.

// noteSeen keeps up to which position clients were told.
func (m *Machine) noteSeen(op Seen) {
	for _, b := range op.Behind {
		s := m.sessions[b.Session]
		if s != nil && s.Conn != 0 && (s.Behind != (b.Seen != 0) || b.Seen > s.Seen) {
			m.change(s.ID, SeenBehind{b.Seen})
		}
	}
	if op.Upto > m.Told || op.Clean != m.Clean {
		m.change(uuid.Nil, SeenUpto{max(op.Upto, m.Told), op.Clean})
	}
}

func (m *Machine) seenUpto(c SeenUpto) {
	of := m.touchCommon()
	of.Told, of.Clean = c.Position, c.Clean
	if c.Clean { // the last word of a server: it gives no more numbers
		of.Guests = m.guests
	}
}

func (m *Machine) seenBehind(s *Session, c SeenBehind) {
	m.touchSession(s)
	s.Behind, s.Seen = c.Position != 0, max(s.Seen, c.Position)
}

// wasSeen is up to which position the client of s was told as the server ended, and whether that may be too low.
func (m *Machine) wasSeen(s *Session, clean bool) (position uint64, unsure bool) {
	position = s.Seen
	if !s.Behind {
		position = max(position, m.Told)
	}
	return position, !clean && !s.Program
}
