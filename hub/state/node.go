package state

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Node is a server among several that decide one order; 0 is a server that is alone.
type Node uint16

// Conn returns the number of one of n's connections, which is unique among all nodes.
func (n Node) Conn(number uint64) uint64 { return uint64(n)<<connBits | number }

// HostOf returns the node that has or had a connection.
func HostOf(conn uint64) Node { return Node(conn >> connBits) }

// NodeEnd is why the incarnation of a node has ended.
type NodeEnd byte

// seen is the position up to which the clients of a node got their entries, except those of sessions that are Behind,
// as of a second ago.
type seen struct {
	Position uint64
	Clean    bool // as of now: the node is about to end
}

// IncarnationOf returns the number of a node's last incarnation, and whether that is live; 0: there was none.
func (m *Machine) IncarnationOf(no Node) (number uint64, live bool) {
	if n := m.node(no); n != nil {
		return n.Incarnation, !n.Ended
	}
	return 0, false
}

// node returns the state of a node; nil: it is unknown.
func (m *Machine) node(no Node) *node {
	if m.Order == nil {
		return nil
	}
	i, found := m.Order.find(no)
	if !found {
		return nil
	}
	return &m.Order.Nodes[i]
}

// find returns the index of a node, or where it belongs.
func (o *order) find(no Node) (i int, found bool) {
	return slices.BinarySearchFunc(o.Nodes, no, func(n node, no Node) int { return cmp.Compare(n.No, no) })
}

func (m *Machine) isLive(no Node) bool {
	n := m.node(no)
	return n != nil && !n.Ended
}

// liveNodes returns the nodes that are live.
func (m *Machine) liveNodes() (live []*node) {
	if m.Order == nil {
		return nil
	}
	for i := range m.Order.Nodes {
		if n := &m.Order.Nodes[i]; !n.Ended {
			live = append(live, n)
		}
	}
	return live
}

// NodeBegan begins an incarnation of a node.
type NodeBegan struct {
	Node        Node
	Incarnation uint64
	Rules       uint64
	Epoch       uuid.UUID
}

func (NodeBegan) change() {}

func (o *NodeBegan) fields(c *coder) {
	number(c, &o.Node)
	number(c, &o.Incarnation)
	number(c, &o.Rules)
	c.bytes(o.Epoch[:])
}

// nodeBegan applies NodeBegan: an incarnation is live.
func (m *Machine) nodeBegan(_ *Session, c NodeBegan) {
	o := m.Order
	i, found := o.find(c.Node)
	if !found {
		o.Nodes = slices.Insert(o.Nodes, i, node{})
	}
	o.Nodes[i] = node{No: c.Node, Incarnation: c.Incarnation, Request: 1, Heard: o.Clock}
	o.Rules, o.Epoch = c.Rules, c.Epoch
}

// endNode ends an incarnation. Its sessions have no connection any more, and may come back on any node.
func (m *Machine) endNode(n *node, why NodeEnd) {
	no, upto := n.No, n.Seen
	m.change(uuid.Nil, NodeEnded{no, why})
	for _, s := range m.hostedBy(no) {
		m.loseNode(s, upto)
	}
}

// isAt reports whether s has a connection to a node; 0: to a server that is alone.
func (s *Session) isAt(no Node) bool { return s != nil && s.Conn != 0 && HostOf(s.Conn) == no }

// hostedBy returns the sessions that have a connection to a node, in the order of their rows.
func (m *Machine) hostedBy(no Node) (all []*Session) {
	for s := range maps.Values(m.sessions) {
		if s.isAt(no) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, byRow)
	return all
}

// loseNode takes the connection of a session whose node has ended. It may come back, so its rooms are not told.
func (m *Machine) loseNode(s *Session, of seen) {
	if s.Code == (Secret{}) {
		m.end(s, protocol.Left{Reason: protocol.Lost})
		return
	}
	m.change(s.ID, Detached{Until: m.now.Add(m.Settings.Hold), Seen: s.seenUpto(of), Unsure: (!of.Clean || s.Behind) && !s.Program, Quiet: true})
}

// NodeEnded ends the incarnation of a node: its later intents are void.
type NodeEnded struct {
	Node Node
	Why  NodeEnd
}

func (NodeEnded) change() {}

func (o *NodeEnded) fields(c *coder) {
	number(c, &o.Node)
	why := [1]byte{byte(o.Why)}
	if c.bytes(why[:]); why[0] < byte(NodeStopped) || why[0] > byte(NodeDiffers) {
		c.fail(errWord)
	}
	if c.reading {
		o.Why = NodeEnd(why[0])
	}
}

func (m *Machine) nodeEnded(_ *Session, c NodeEnded) { m.node(c.Node).Ended = true }

// seenBy returns up to where the clients of a node got their entries.
func (m *Machine) seenBy(no Node) seen {
	if n := m.node(no); n != nil {
		return n.Seen
	}
	return m.Seen
}

// node is the state of a node, in its last incarnation.
type node struct {
	No          Node
	Incarnation uint64
	Request     uint64        // the number of its last intent
	Heard       time.Duration // when it sent its last intent, on the order's clock
	Ended       bool
	Seen        seen
	Summed      uint64 // the position of its last checksum
	Sum         Sum
}

const connBits = 48
