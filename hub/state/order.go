package state

import (
	"hash/crc32"
	"slices"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// Several nodes may decide one order: a log brings the same intents in the same sequence to each of them, so each has
// the same state. No decision may depend on what a node does not know from the log, so the nodes are state themselves:
//
//	Start ──> live ─┬─ no intent for a Lease, while other nodes send ────────> ended
//	                ├─ NoteSeen{Clean}, its last intent ─────────────────────> ended
//	                ├─ its Checksum is not that of most live nodes ──────────> ended
//	                └─ the next incarnation begins ──────────────────────────> ended
//
// The sessions of a node that has ended lose their connections, as at a start. Its later intents are void. So is an
// intent that comes a second time, or before an earlier one of its node.

const (
	// Lease is how long a node is live without an intent. A time in which nothing is decided counts little: the log was
	// away for all nodes then.
	Lease = 10 * time.Second

	// Beat is the longest time between two intents of a live node.
	Beat = Lease / 5

	longestGap = Lease / 4 // that counts between one intent and the next
)

// rules is the version of what Decide makes of intents. It is raised with each change of that, of what protocol parses,
// and of the tables of modules by which names are compared.
const rules = 2

// Rules is rules with the version of the program's Unicode tables. Live nodes have the same.
var Rules = rules<<32 | uint64(crc32.ChecksumIEEE([]byte(unicode.Version)))

// Origin is where an intent comes from.
type Origin struct {
	Node        Node
	Incarnation uint64 // one life of the node's process; each has a higher number than the one before
	Request     uint64 // the number of the intent in it: 1 for Start, then always the next
}

// The ends of an incarnation.
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

// Position returns the position of the last intent in the order of several nodes; 0: the server is alone.
func (m *Machine) Position() uint64 {
	if m.Order == nil {
		return 0
	}
	return m.Order.Position
}

// OrderOf returns the epoch of the journal that all nodes have, and the rules by which they decide; zero: there are
// none.
func (m *Machine) OrderOf() (epoch uuid.UUID, rules uint64) {
	if m.Order == nil {
		return epoch, 0
	}
	return m.Order.Epoch, m.Order.Rules
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

// takeTurn gives an intent its place in the order of several nodes, and reports whether it may be decided.
func (m *Machine) takeTurn(in *Intent, passed time.Duration) bool {
	o := m.touchOrder()
	o.Position++
	o.Clock += min(passed, longestGap)
	for _, n := range m.liveNodes() {
		if o.Clock-n.Heard >= Lease {
			m.endNode(n, NodeSilent)
		}
	}
	if op, ok := in.Op.(Start); ok {
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
func (*Machine) isOwnConn(in *Intent) bool {
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
func (m *Machine) mayBegin(in *Intent, op Start) bool {
	n := m.node(in.Node)
	switch {
	case n == nil && len(m.Order.Nodes) == maxNodes:
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
