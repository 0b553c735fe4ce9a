package state

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// faulty makes of a machine one that does not make what the others make.
type faulty struct {
	decide func(*Machine, *Intent) *Decision
	start  func(*testing.T, *store) // spoils what it is started from
}

// faults are planted, and have to be found.
var faults = map[string]faulty{
	"a clock of its own":               {decide: byAnotherClock},
	"sessions are lost in no order":    {decide: backwards},
	"no lease is ever over":            {decide: withoutLeases},
	"a repeated intent counts again":   {decide: twice},
	"a row is missing after a restart": {start: withoutARow},
}

func byAnotherClock(m *Machine, in *Intent) *Decision {
	late := *in
	late.Time = in.Time.Add(7 * time.Millisecond)
	return m.Decide(&late)
}

// backwards has the sessions of a node that ends be lost in another order, as if that were a map's.
func backwards(m *Machine, in *Intent) *Decision {
	d := m.Decide(in)
	var lost []*Session
	for _, e := range d.Events {
		if c, ok := e.Change.(NodeEnded); ok {
			m.Rollback(m.Number())
			lost = slices.DeleteFunc(m.hostedBy(c.Node), func(s *Session) bool { return s.Code != Secret{} })
			break
		}
	}
	if len(lost) == 0 {
		return d
	}
	for i, j := 0, len(lost)-1; i < j; i, j = i+1, j-1 {
		lost[i].row, lost[j].row = lost[j].row, lost[i].row
	}
	return m.Decide(in)
}

func withoutLeases(m *Machine, in *Intent) *Decision {
	if m.Order == nil {
		return m.Decide(in)
	}
	heard, never := map[Node]time.Duration{}, m.Order.Clock+time.Hour
	for i := range m.Order.Nodes {
		n := &m.Order.Nodes[i]
		heard[n.No], n.Heard = n.Heard, never
	}
	d := m.Decide(in)
	for i := range m.Order.Nodes {
		if n := &m.Order.Nodes[i]; n.Heard == never {
			n.Heard = heard[n.No]
		}
	}
	return d
}

func twice(m *Machine, in *Intent) *Decision {
	n := m.node(in.Node)
	if n == nil || n.Ended || n.Incarnation != in.Incarnation || in.Request > n.Request {
		return m.Decide(in)
	}
	was := n.Request
	n.Request = in.Request - 1
	d := m.Decide(in)
	m.node(in.Node).Request = was
	return d
}

func withoutARow(t *testing.T, s *store) {
	m, _, err := s.load()
	require.NoError(t, err)
	for _, of := range slices.SortedFunc(maps.Values(m.sessions), byRow) {
		if of.Ticket == 0 && of.Message == 0 && !of.HearsDesk {
			delete(s.rows, of.row)
			return
		}
	}
	t.Fatal("there is no row to be lost")
}

// exchange is an order of three nodes, each of which has a machine, and compares with the others what it has made. A
// fourth node comes and goes.
type exchange struct {
	*several
	dice    *dice
	every   int // intents from one checksum to the next
	players []*player
	differs []Node // that have ended for that reason
	wrong   bool   // no node has what most have
}

// player is a node's machine.
type player struct {
	*world
	no      Node
	decided int
	fault   faulty
}

func newExchange(t *testing.T, seed uint64, every int, fault faulty) *exchange {
	v := newSeveral(t)
	v.large = true
	x := &exchange{several: v, dice: newDice(v.world, seed, 12), every: every}
	for no := Node(1); no <= 3; no++ {
		v.begins(no, defaults())
		x.players = append(x.players, &player{world: emptyWorld(t), no: no})
		x.players[no-1].large = true
	}
	x.players[2].fault = fault
	v.opensAt(1, "talker", nil)
	return x
}

// traffic is what clients want, for so many intents.
func (x *exchange) traffic(n int) {
	for end := len(x.order) + n; len(x.order) < end; {
		x.now = x.now.Add(time.Duration(x.dice.IntN(300)) * time.Millisecond)
		x.at = x.anyLive()
		in, no := x.dice.next(), x.at
		if in.Conn != 0 {
			no = HostOf(in.Conn)
			in.Session = [16]byte{}
		}
		if op, ok := in.Op.(NoteSeen); ok {
			op.Clean = false
			in.Op = op
		}
		for o := x.proposes(no, in); o.Next != nil; {
			o = x.proposes(no, Intent{Conn: in.Conn, Op: o.Next})
		}
		if len(x.order)%10 == 0 {
			x.beat()
		}
		x.dice.follow()
		x.decides()
	}
}

func (x *exchange) anyLive() Node {
	for {
		if no := Node(1 + x.dice.IntN(3)); x.m.isLive(no) {
			return no
		}
	}
}

// beat has all nodes say that they are alive.
func (x *exchange) beat() {
	for _, p := range x.players {
		if x.m.isLive(p.no) {
			x.wants(p.no, Heartbeat{})
		}
	}
}

// occasion is one for each fault: a node ends that says nothing any more, with visitors that cannot come back; an
// intent comes twice; a machine is started again.
func (x *exchange) occasion(t *testing.T) {
	x.begins(4, defaults())
	for i := range 3 {
		x.opensAt(4, fmt.Sprint("visitor", i), func(o *Open) {
			o.Nick, o.Code, o.Room, o.From = protocol.Nick{}, Secret{}, protocol.DeskRoom, hostFrom(fmt.Sprint("198.51.100.", 1+i))
		})
	}
	for range 2 * Lease / Beat {
		x.now = x.now.Add(Beat)
		x.beat()
	}
	require.False(t, x.m.isLive(4))
	x.types("talker", "hello")
	x.repeats(x.order[len(x.order)-1])
	x.decides()
	for _, p := range x.players {
		p.startAgain(t)
	}
	x.dice.follow()
}

// decides has the machines decide what is in the order, each as far as it comes just now, and say what they have made
// of it.
func (x *exchange) decides() {
	var ops []Intent
	for _, p := range x.players {
		if !x.m.isLive(p.no) || x.dice.IntN(3) == 0 {
			continue
		}
		for ; p.decided < len(x.order); p.decided++ {
			x.note(p, p.decide(x.order[p.decided]))
			if p.m.Position()%uint64(x.every) == 0 {
				ops = append(ops, Intent{Origin: Origin{Node: p.no}, Op: Checksum{p.m.Position(), p.m.Checksum()}})
			}
		}
	}
	for _, in := range ops {
		x.wants(in.Node, in.Op)
	}
}

func (p *player) decide(in Intent) *Decision {
	decide := p.fault.decide
	if decide == nil {
		decide = (*Machine).Decide
	}
	o := outcome{in: in, Decision: *decide(p.m, &in)}
	p.store.keep(o)
	p.m.Release(p.m.Number())
	return &o.Decision
}

func (p *player) startAgain(t *testing.T) {
	if p.fault.start != nil {
		p.fault.start(t, &p.store)
	}
	p.reload()
}

// note keeps what the machine of the first node makes of checksums.
func (x *exchange) note(p *player, d *Decision) {
	if p.no != 1 {
		return
	}
	for _, e := range d.Events {
		if c, ok := e.Change.(NodeEnded); ok && c.Why == NodeDiffers {
			x.differs = append(x.differs, c.Node)
		}
	}
	for _, a := range d.Answers {
		if _, ok := a.Effect.(Diverged); ok {
			x.wrong = true
		}
	}
}

// plays has so many occasions happen, and what clients want before and after each, until a node differs.
func (x *exchange) plays(t *testing.T, times, long int) {
	x.traffic(long)
	for i := 0; i < times && len(x.differs) == 0; i++ {
		x.occasion(t)
		x.traffic(long)
	}
}

// A machine that does not make what the others make is found by its checksum, and its node ends.
func TestAFaultIsFound(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			seedtest.Each(t, 3, func(t *testing.T, seed uint64) {
				x := newExchange(t, seed, 50, fault)
				x.plays(t, 1, 120)
				assert.Equal(t, []Node{3}, x.differs)
				assert.False(t, x.wrong)
			})
		})
	}
}

func TestNoFaultIsFoundWhereThereIsNone(t *testing.T) {
	seedtest.Each(t, 3, func(t *testing.T, seed uint64) {
		x := newExchange(t, seed, 50, faulty{})
		x.plays(t, 5, 120)
		assert.Empty(t, x.differs)
		assert.False(t, x.wrong)
	})
}

// Nodes compare as rarely as they do in earnest.
func TestAFaultIsFoundAtTheNextChecksum(t *testing.T) {
	for name, fault := range map[string]faulty{"none": {}, "a repeated intent counts again": faults["a repeated intent counts again"]} {
		t.Run(name, func(t *testing.T) {
			x := newExchange(t, 1, ChecksumEvery, fault)
			x.occasion(t)
			x.traffic(ChecksumEvery - len(x.order) - 1)
			assert.Empty(t, x.differs)
			x.traffic(200)
			assert.Equal(t, fault.decide != nil, len(x.differs) > 0)
			sums := slices.DeleteFunc(slices.Clone(x.order), func(in Intent) bool { _, is := in.Op.(Checksum); return !is })
			assert.Len(t, sums, 3, "each node has said what it has made")
		})
	}
}
