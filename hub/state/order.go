package state

import (
	"cmp"
	"hash/crc32"
	"maps"
	"slices"
	"time"
	"unicode"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Several nodes may decide one order: a log brings the same intents in the same sequence to each of them, so each has
// the same state. No decision may depend on what a node does not know from the log, so the nodes are state
// themselves:
//
//	Began ──> live ─┬─ no intent for a Lease, while other nodes send ────────> ended
//	                ├─ Seen{Clean}, its last intent ─────────────────────────> ended
//	                ├─ its Checksum is not that of most live nodes ──────────> ended
//	                └─ the next incarnation begins ──────────────────────────> ended
//
// The sessions of a node that has ended lose their connections, as at a start. Its later intents are void. So is an
// intent that comes a second time, or before an earlier one of its node.

const (
	// Lease is how long a node is live without an intent. A time in which nothing is decided counts little: the log
	// was away for all nodes then.
	Lease = 10 * time.Second

	// Beat is the longest time between two intents of a live node.
	Beat = Lease / 5

	longestGap = Lease / 4 // that counts between one intent and the next

	// MaxNodes bounds the nodes that have ever been in one order.
	MaxNodes = 64
)

// rules is the version of what Decide makes of intents. It is raised with each change of that, of what protocol
// parses, and of the tables of modules by which names are compared.
const rules = 1

// Rules is rules with the version of the program's Unicode tables. Live nodes have the same.
var Rules = rules<<32 | uint64(crc32.ChecksumIEEE([]byte(unicode.Version)))

// Node is a server among several that decide one order; 0 is a server that is alone.
type Node uint16

const connBits = 48

// Conn returns the number of one of n's connections, which is unique among all nodes.
func (n Node) Conn(number uint64) uint64 { return uint64(n)<<connBits | number }

// HostOf returns the node that has or had a connection.
func HostOf(conn uint64) Node { return Node(conn >> connBits) }

// Origin is where an intent comes from.
type Origin struct {
	Node        Node
	Incarnation uint64 // one life of the node's process; each has a higher number than the one before
	Request     uint64 // the number of the intent in it: 1 for Began, then always the next
}

// NodeEnd is why the incarnation of a node has ended.
type NodeEnd byte

const (
	NodeStopped  NodeEnd = 1 + iota // by its own Seen
	NodeSilent                      // its lease is over
	NodeReplaced                    // the next incarnation has begun
	NodeDiffers                     // its checksum is not that of most
)

// order is how far the order of several nodes is decided, and the nodes in it. It is replaced, never written to.
type order struct {
	Position uint64        // of the last intent
	Clock    time.Duration // time in which intents were decided, by which leases run
	Rules    uint64        // of the live nodes
	Epoch    uuid.UUID     // of each node's journal
	Entries  uint64        // a hash of all that was decided: see hashEntries
	Nodes    []node        // in the order of their numbers
}

// node is the state of a node, in its last incarnation.
type node struct {
	No          Node
	Incarnation uint64
	Request     uint64        // the number of its last intent
	Heard       time.Duration // when it sent its last intent, on the order's clock
	Ended       bool
	Told        toldUpto
	Summed      uint64 // the position of its last checksum
	Sum         Sum
}

// toldUpto is the position up to which the clients of a node got their entries, except those of sessions that are
// Behind, as of a second ago.
type toldUpto struct {
	Position uint64
	Clean    bool // as of now: the node is about to end
}

// Position returns the position of the last intent in the order of several nodes; 0: the server is alone.
func (m *Machine) Position() uint64 {
	if m.Order == nil {
		return 0
	}
	return m.Order.Position
}

// IncarnationOf returns the number of a node's last incarnation, and whether that is live; 0: there was none.
func (m *Machine) IncarnationOf(no Node) (number uint64, live bool) {
	if n := m.node(no); n != nil {
		return n.Incarnation, !n.Ended
	}
	return 0, false
}

// OrderOf returns the epoch of the journal that all nodes have, and the rules by which they decide; zero: there are
// none.
func (m *Machine) OrderOf() (epoch uuid.UUID, rules uint64) {
	if m.Order == nil {
		return epoch, 0
	}
	return m.Order.Epoch, m.Order.Rules
}

// node returns the state of a node; nil: it is unknown.
func (m *Machine) node(no Node) *node {
	if m.Order == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(m.Order.Nodes, no, func(n node, no Node) int { return cmp.Compare(n.No, no) })
	if !found {
		return nil
	}
	return &m.Order.Nodes[i]
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

// touchOrder copies the order, which this decision is about to change for the first time, and returns the copy.
func (m *Machine) touchOrder() *order {
	c := m.touchCommon()
	if c.Order == nil {
		m.beginOrder()
		return c.Order
	}
	o := *c.Order
	o.Nodes = slices.Clone(o.Nodes)
	c.Order = &o
	return &o
}

// beginOrder makes the journal of a lone server that of several nodes. What the rows of a lone server do not hold is
// set to what a load of them gives.
func (m *Machine) beginOrder() {
	m.guests = m.common.Guests
	m.Settings.Replies = nil // the first node brings them
	m.common.Order = &order{}
}

// inTurn gives an intent its place in the order of several nodes, and reports whether it may be decided.
func (m *Machine) inTurn(in *Intent, passed time.Duration) bool {
	o := m.touchOrder()
	o.Position++
	o.Clock += min(passed, longestGap)
	for _, n := range m.liveNodes() {
		if o.Clock-n.Heard >= Lease {
			m.endNode(n, NodeSilent)
		}
	}
	if op, ok := in.Op.(Began); ok {
		return m.mayBegin(in, op)
	}
	n := m.node(in.Node)
	if n == nil || n.Ended || n.Incarnation != in.Incarnation || n.Request+1 != in.Request || !m.isOwnConn(in) {
		return false
	}
	n.Request, n.Heard = in.Request, o.Clock
	return true
}

// isOwnConn reports whether the connection of an intent is one of its node's.
func (m *Machine) isOwnConn(in *Intent) bool {
	conn := in.Conn
	switch op := in.Op.(type) {
	case Open:
		conn = op.Conn
	case Resume:
		conn = op.Conn
	}
	return conn == 0 || HostOf(conn) == in.Node
}

// mayBegin reports whether an incarnation may begin. If so it ends the one before of the same node.
func (m *Machine) mayBegin(in *Intent, op Began) bool {
	n := m.node(in.Node)
	switch {
	case n == nil && len(m.Order.Nodes) == MaxNodes:
		return false
	case in.Request != 1 || n != nil && in.Incarnation <= n.Incarnation:
		return false
	}
	others := slices.ContainsFunc(m.liveNodes(), func(o *node) bool { return o.No != in.Node })
	if others && op.Rules != m.Order.Rules || len(m.Order.Nodes) > 0 && op.Epoch != m.Order.Epoch {
		return false
	}
	if n != nil && !n.Ended {
		m.endNode(n, NodeReplaced)
	}
	return true
}

// nodeBegan applies NodeBegan: an incarnation is live.
func (m *Machine) nodeBegan(c NodeBegan) {
	o := m.Order
	i, found := slices.BinarySearchFunc(o.Nodes, c.Node, func(n node, no Node) int { return cmp.Compare(n.No, no) })
	if !found {
		o.Nodes = slices.Insert(o.Nodes, i, node{})
	}
	o.Nodes[i] = node{No: c.Node, Incarnation: c.Incarnation, Request: 1, Heard: o.Clock}
	o.Rules, o.Epoch = c.Rules, c.Epoch
}

// endNode ends an incarnation. Its sessions have no connection any more, and may come back on any node.
func (m *Machine) endNode(n *node, why NodeEnd) {
	no, upto := n.No, n.Told
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
func (m *Machine) loseNode(s *Session, of toldUpto) {
	if s.Code == (Secret{}) {
		m.end(s, protocol.Left{Reason: protocol.Lost})
		return
	}
	m.change(s.ID, Detached{Until: m.now.Add(m.Settings.Hold), Seen: s.toldUpto(of), Unsure: (!of.Clean || s.Behind) && !s.Program, Quiet: true})
}

func (m *Machine) nodeEnded(c NodeEnded) { m.node(c.Node).Ended = true }

// toldBy returns up to where the clients of a node got their entries.
func (m *Machine) toldBy(no Node) toldUpto {
	if n := m.node(no); n != nil {
		return n.Told
	}
	return m.Told
}
