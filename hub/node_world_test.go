package hub_test

import (
	"crypto/rand"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/hub/state"
)

// nodes are several hubs that decide one order.
type nodes struct {
	log *hubtest.Log
	all []*world
}

// newNodes begins nodes with journals of one epoch and key.
func newNodes(t testing.TB, l *hubtest.Log, n int, o hub.Options) *nodes {
	ns := &nodes{log: l}
	epoch, key := uuid.New(), [32]byte{}
	_, _ = rand.Read(key[:])
	for no := state.Node(1); int(no) <= n; no++ {
		o.Log, o.Node = l.Link(no), no
		b := journal.Bounds{Lines: -1, Bytes: -1, Total: -1}
		ns.all = append(ns.all, newWorldOn(t, hubtest.Setup{Options: o, Store: journal.NewMemoryOf(b, epoch, key)}))
	}
	return ns
}

// link is what a node reads the log by, and appends to it.
func (ns *nodes) link(i int) *hubtest.Link { return ns.log.Link(state.Node(1 + i)) }

// inNodes plays f in a bubble in which n nodes do everything at once.
func inNodes(t *testing.T, n int, f func(t *testing.T, ns *nodes)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ns := newNodes(t, hubtest.NewLog(), n, hub.Options{Replay: -1, Durable: true})
		f(t, ns)
		ns.close()
	})
}

func (ns *nodes) close(clients ...*hubtest.Client) {
	for _, c := range clients {
		c.Leave()
	}
	for _, w := range ns.all {
		w.Close()
	}
	ns.log.Close()
}

// enter opens a person's session on a node, and gives it a name.
func (ns *nodes) enter(i int, name string) *hubtest.Client {
	c := ns.all[i].Enter(hub.Identity{})
	c.Do(called(name))
	c.Told()
	return c
}

// agree holds that nodes have decided the same.
func (*nodes) agree(t *testing.T, which ...*world) {
	t.Helper()
	at, sum := which[0].Order()
	require.NotZero(t, at)
	for _, w := range which[1:] {
		position, other := w.Order()
		require.Equal(t, at, position)
		require.Equal(t, sum, other)
	}
}
