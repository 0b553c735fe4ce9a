package hub_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// TestNodesUnderRandomSchedules has people, programs, visitors and operators on three nodes do what they may, and move
// between these, while the log is unreliable and nodes are paused, cut off, killed, stopped, and begin again with what
// they have or with a copy. In the end all nodes have the same state and the same journal, and each client was told
// what it should be.
func TestNodesUnderRandomSchedules(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playNodes(t, seed) })
	})
}

// nodesPlay is one such schedule.
type nodesPlay struct {
	*nodes
	t       *testing.T
	dice    *rand.Rand
	healAt  [3]time.Time     // of each node that is harmed; zero: it is well
	ends    [3]bool          // of each, whether it was killed or stopped
	stores  []*hubtest.Store // of all lives of all nodes
	clients []*wanderer
}

// wanderer is a client that moves between nodes.
type wanderer struct {
	*hubtest.Client
	at       int // the node
	operator bool
	visits   bool
	session  uuid.UUID
	backAt   time.Time // when it connects again; zero: it is not away
}

func playNodes(t *testing.T, seed uint64) {
	p := &nodesPlay{t: t, dice: rand.New(rand.NewPCG(seed, 21))}
	o := hub.Options{Outbox: 1 + p.dice.IntN(2000), Replay: -1, Hold: 24 * time.Hour, Grace: time.Second, Silence: time.Hour, Durable: true}
	p.nodes = newNodes(t, hubtest.NewUnreliableLog(seed), 3, o)
	p.log.Calm(true)
	for _, w := range p.all {
		p.stores = append(p.stores, w.Store)
	}
	p.gather()
	p.log.Calm(false)
	for i := range 400 {
		time.Sleep(time.Duration(p.dice.IntN(300)) * time.Millisecond)
		p.heal(false)
		if p.dice.IntN(25) == 0 {
			p.harm(p.dice.IntN(3))
		}
		p.act(p.clients[p.dice.IntN(len(p.clients))], i)
		if i%40 == 39 {
			p.checkNames()
		}
	}
	p.settle()
	p.check()
	var all []*hubtest.Client
	for _, c := range p.clients {
		all = append(all, c.Client)
	}
	p.close(all...)
}

// gather brings all clients in, and waits until each has a session to which it may come back.
func (p *nodesPlay) gather() {
	for i := range 12 {
		c := &wanderer{at: i % 3, operator: i < 2, visits: i >= 9}
		c.Client = p.all[c.at].NewClient(c.operator || i%2 == 0)
		if c.operator {
			c.Identity = hub.Identity{Operator: true, Nick: hubtest.Nick("op%d", i)}
		}
		c.Connect()
		p.clients = append(p.clients, c)
	}
	time.Sleep(2 * time.Second)
	for _, c := range p.clients {
		c.session = p.all[c.at].Session(c.Conn()).ID
		require.NotZero(p.t, c.session)
	}
}

// harm does something bad to a node that is well.
func (p *nodesPlay) harm(i int) {
	if !p.healAt[i].IsZero() {
		return
	}
	p.healAt[i] = time.Now().Add(time.Duration(p.dice.IntN(30_000)) * time.Millisecond)
	switch p.dice.IntN(6) {
	case 0:
		p.link(i).Pause()
	case 1:
		p.link(i).CutOff()
	case 2:
		p.link(i).Pause()
		p.link(i).CutOff()
	case 3:
		p.ends[i] = true
		p.all[i].Kill(p.on(i)...)
	case 4:
		p.stop(i)
	case 5:
		p.all[i].Store.Fail(errDisk)
	}
}

// stop ends a node in good order. What waits for a client that does not read then is lost with the node, also of one
// that is alone.
func (p *nodesPlay) stop(i int) {
	for _, c := range p.on(i) {
		c.Resume()
	}
	synctest.Wait()
	p.ends[i] = true
	p.all[i].Stop()
}

// on are the clients that are connected to a node.
func (p *nodesPlay) on(i int) (all []*hubtest.Client) {
	for _, c := range p.clients {
		if c.at == i && c.isConnected() {
			all = append(all, c.Client)
		}
	}
	return all
}

func (c *wanderer) isConnected() bool { return c.Conn() != nil && c.Context().Err() == nil }

// heal undoes what was done to nodes for long enough, and has those begin again that have ended.
func (p *nodesPlay) heal(all bool) {
	for i, w := range p.all {
		if !all && (p.healAt[i].IsZero() || time.Now().Before(p.healAt[i])) {
			if p.healAt[i].IsZero() && !w.isRunning() { // what was done before has ended it a moment later
				p.healAt[i] = time.Now().Add(time.Duration(p.dice.IntN(5000)) * time.Millisecond)
			}
			continue
		}
		if p.healAt[i] = (time.Time{}); p.ends[i] || !w.isRunning() {
			p.again(i)
			continue
		}
		p.link(i).Join()
		p.link(i).Resume()
		w.Store.Fail(nil)
	}
}

// again has a node begin again.
func (p *nodesPlay) again(i int) {
	w := p.all[i]
	p.ends[i] = false
	if from := p.all[(i+1+p.dice.IntN(2))%3]; p.dice.IntN(3) == 0 {
		w.AgainFrom(from.World)
		p.stores = append(p.stores, w.Store)
		return
	}
	w.Again()
}

// act is one thing that a client does, the ith of all.
func (p *nodesPlay) act(c *wanderer, i int) {
	if !c.isConnected() {
		p.comeBack(c)
		return
	}
	switch n := p.dice.IntN(100); {
	case n < 10 && p.healAt[c.at].IsZero():
		c.Pause()
	case n < 30:
		c.Resume()
	case n < 40:
		c.leave()
		c.backAt = time.Now().Add(time.Duration(p.dice.IntN(5000)) * time.Millisecond)
	case n < 45:
		c.Send(protocol.Rename{Nick: hubtest.Nick("n%d", p.dice.IntN(4))})
	case c.operator && n < 80:
		c.Send(p.serves(i))
	case c.visits && n < 60:
		c.Send(p.visit(i))
	default:
		p.talks(c, i)
	}
}

// leave breaks the connection off.
func (c *wanderer) leave() {
	c.Disconnect()
	c.Resume()
	c.Wait()
}

// comeBack has a client connect to a node that is well, if it is time for that.
func (p *nodesPlay) comeBack(c *wanderer) {
	to := p.dice.IntN(3)
	if w := p.all[to]; time.Now().Before(c.backAt) || !p.healAt[to].IsZero() || !w.isRunning() {
		return
	}
	c.leave()
	c.Unsend()
	c.at = to
	c.MoveTo(p.all[to].World)
	c.Connect()
}

func (p *nodesPlay) talks(c *wanderer, i int) {
	switch n := p.dice.IntN(20); {
	case n < 10 && !c.operator && !c.visits: // else it may have no target, and is rejected
		c.Say(fmt.Sprint("line ", i), protocol.Ref(fmt.Sprint("ref-", i)))
	case n < 13:
		c.Send(protocol.Say{Text: hubtest.Text(fmt.Sprint("line ", i)), Room: oneOf(p.dice)})
	case n < 14:
		c.Send(protocol.Msg{To: hubtest.Nick("n%d", p.dice.IntN(4)), Text: hubtest.Text(fmt.Sprint("line ", i))})
	case n < 16:
		c.Send(protocol.Join{Room: oneOf(p.dice)})
	case n < 18:
		c.Send(protocol.Watch{Room: oneOf(p.dice)})
	case n < 19:
		c.Send(protocol.Part{Room: oneOf(p.dice)})
	default:
		c.Send(protocol.Who{})
	}
}

func (p *nodesPlay) visit(i int) protocol.Command {
	text := hubtest.Text(fmt.Sprint("line ", i))
	switch n := p.dice.IntN(10); {
	case n < 5:
		return protocol.Desk{Text: text}
	case n < 9:
		return protocol.Say{Text: text}
	}
	return protocol.LeaveDesk{}
}

func (p *nodesPlay) serves(i int) protocol.Command {
	text, no := hubtest.Text(fmt.Sprint("line ", i)), protocol.Ticket(1+p.dice.IntN(8))
	switch n := p.dice.IntN(20); {
	case n < 5:
		return protocol.Next{}
	case n < 9:
		return protocol.Take{Ticket: no}
	case n < 14:
		return protocol.Reply{Ticket: no, Text: text}
	case n < 16:
		return protocol.Close{Ticket: no}
	case n < 18:
		return protocol.Hand{Ticket: no, To: hubtest.Nick("op%d", p.dice.IntN(2))}
	}
	return protocol.Duty{On: p.dice.IntN(3) > 0}
}

// settle has all nodes be well, and all clients be there.
func (p *nodesPlay) settle() {
	p.log.Calm(true)
	for range 3 { // one that has been cut off ends when it hears of it
		p.heal(true)
		time.Sleep(5 * time.Second)
	}
	for _, w := range p.all {
		require.True(p.t, w.isRunning(), "%v", w.Err)
	}
	for range 2 { // what was rejected while the log did not answer is said again
		for _, c := range p.clients {
			p.gatherAgain(c)
		}
		time.Sleep(10 * time.Second)
	}
}

// gatherAgain has a client be in its session, and have said all that it wanted.
func (p *nodesPlay) gatherAgain(c *wanderer) {
	c.Resume()
	c.backAt = time.Time{}
	if p.all[c.at].Session(c.Conn()).ID != c.session || c.Unacknowledged() > 0 {
		c.leave()
	}
	for !c.isConnected() {
		time.Sleep(time.Millisecond) // a node may have ended a moment ago
		p.comeBack(c)
	}
}

// checkNames holds what is true of names, and of what is told, on each node that is well.
func (p *nodesPlay) checkNames() {
	for i, w := range p.all {
		if !p.healAt[i].IsZero() || !w.isRunning() {
			continue
		}
		for _, s := range w.Sessions() {
			if s.Released {
				assert.Zero(p.t, s.Own, "%s is free", s.Nick)
			} else {
				assert.Equal(p.t, s.Keys, s.Own, "%s is another's", s.Nick)
			}
		}
		w.checkAudience(p.t)
	}
}

// check holds what is true in the end.
func (p *nodesPlay) check() {
	p.checkNames()
	p.agree(p.t, p.all...)
	entries := p.checkJournals()
	checkVisits(p.t, entries)
	for i, c := range p.clients {
		who := fmt.Sprintf("client %d (program: %t)", i, c.Program)
		assert.Equal(p.t, c.session, p.all[c.at].Session(c.Conn()).ID, who)
		assert.Zero(p.t, c.Unacknowledged(), "%s: %s", who, story{entries, c.session, c.Client})
		p.checkTold(c, entries, who)
	}
}
