package state

import "github.com/google/uuid"

// A program says up to where it was told, when it comes back; of a person the server has to know. While the
// server runs it does, exactly. For the case that it ends without warning, one position stands in the rows that
// is right for all who are not behind, as it was within the last second.

// toldUpto is the position up to which the client of s was told at least, if those on its node were told that.
func (s *Session) toldUpto(of toldUpto) uint64 {
	if s.Behind {
		return s.Seen
	}
	return max(s.Seen, of.Position)
}

// noteSeen keeps up to which position clients were told: of a node its own. A session may be at another by now.
func (m *Machine) noteSeen(op Seen) {
	for _, b := range op.Behind {
		s := m.sessions[b.Session]
		if s.isAt(m.in.Node) && (s.Behind != (b.Seen != 0) || b.Seen > s.Seen) {
			m.change(s.ID, SeenBehind{b.Seen})
		}
	}
	was := m.toldBy(m.in.Node)
	if op.Upto > was.Position || op.Clean != was.Clean {
		m.change(uuid.Nil, SeenUpto{m.in.Node, max(op.Upto, was.Position), op.Clean})
	}
	if n := m.node(m.in.Node); n != nil && op.Clean {
		m.endNode(n, NodeStopped)
	}
}

func (m *Machine) seenUpto(c SeenUpto) {
	if n := m.node(c.Node); n != nil {
		n.Told = toldUpto{c.Position, c.Clean}
		return
	}
	of := m.touchCommon()
	of.Told = toldUpto{c.Position, c.Clean}
	if c.Clean { // the last word of a server: it gives no more numbers
		of.Guests = m.guests
	}
}

func (m *Machine) seenBehind(s *Session, c SeenBehind) {
	m.touchSession(s)
	s.Unsure = s.Unsure && c.Position != 0 && c.Position <= s.Seen
	s.Behind, s.Seen = c.Position != 0, max(s.Seen, c.Position)
}
