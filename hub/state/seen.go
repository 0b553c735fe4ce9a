package state

import "github.com/google/uuid"

// A program tells how far it has read when it comes back. For a person's client the server has to know. While it runs
// it does so exactly. For the case that it ends without warning, the rows hold one position, of at most a second ago,
// that is right for all clients that are not behind.

// seenUpto returns the position up to which the client of s got its entries at least, where of is that of its node.
func (s *Session) seenUpto(of seen) uint64 {
	if s.Behind {
		return s.Seen
	}
	return max(s.Seen, of.Position)
}

// noteSeen keeps up to where clients got their entries: those of the node whose intent it is. A session may be on
// another node by now.
func (m *Machine) noteSeen(_ *Session, op NoteSeen) {
	for _, b := range op.Behind {
		s := m.sessions[b.Session]
		if s.isAt(m.in.Node) && (s.Behind != (b.Seen != 0) || b.Seen > s.Seen) {
			m.change(s.ID, SessionSeen{b.Seen})
		}
	}
	was := m.seenBy(m.in.Node)
	if op.Upto > was.Position || op.Clean != was.Clean {
		m.change(uuid.Nil, NodeSeen{m.in.Node, max(op.Upto, was.Position), op.Clean})
	}
	if n := m.node(m.in.Node); n != nil && op.Clean {
		m.endNode(n, NodeStopped)
	}
}

// NodeSeen is the position up to which the clients of a node got their entries, except those that are behind.
type NodeSeen struct {
	Node     Node
	Position uint64
	Clean    bool
}

func (NodeSeen) change() {}

func (o *NodeSeen) fields(c *coder) {
	number(c, &o.Node)
	number(c, &o.Position)
	c.flags(&o.Clean)
}

func (m *Machine) nodeSeen(_ *Session, c NodeSeen) {
	if n := m.node(c.Node); n != nil {
		n.Seen = seen{c.Position, c.Clean}
		return
	}
	of := m.touchCommon()
	of.Seen = seen{c.Position, c.Clean}
	if c.Clean { // the server is about to end: it gives no more numbers
		of.Guests = m.guests
	}
}

// SessionSeen is the position up to which the client of a session that is behind got its entries; 0: it is not behind.
type SessionSeen struct{ Position uint64 }

func (SessionSeen) change() {}

func (o *SessionSeen) fields(c *coder) { number(c, &o.Position) }

func (m *Machine) sessionSeen(s *Session, c SessionSeen) {
	m.touchSession(s)
	s.SeenAtLeast = s.SeenAtLeast && c.Position != 0 && c.Position <= s.Seen
	s.Behind, s.Seen = c.Position != 0, max(s.Seen, c.Position)
}
