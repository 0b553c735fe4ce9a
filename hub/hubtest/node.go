package hubtest

import (
	"errors"

	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
)

// A World whose Options have a Log is a node of several. Such a log is a *Log's Link, so the test may keep the node
// from the others; it may end in good order (Stop), or be killed, and begin again with what it has, or with a copy of
// what another has.

var errKilled = errors.New("hubtest: the node is killed")

// link is the node's link to the log.
func (w *World) link() *Link { return w.setup.Log.(*Link) }

// Kill ends a node as if its process had been killed: nothing of it is written any more, to the log, to the journal, or
// to a client of these.
func (w *World) Kill(clients ...*Client) {
	w.link().Pause()
	w.link().CutOff()
	w.Store.Fail(errKilled)
	for _, c := range clients {
		c.kill()
	}
	w.Stop()
}

// kill breaks a connection off of which nothing is written any more.
func (c *Client) kill() {
	if n := c.last(); n != nil {
		n.Discard()
		n.cancel()
	}
}

// Again waits for the end of a node, and begins it again on its journal.
func (w *World) Again() {
	w.Stop()
	w.Wait()
	w.Store.Fail(nil)
	w.link().Join()
	w.link().Resume()
	w.start(w.setup.Options)
}

// AgainFrom is Again on a copy of another node's journal, which may go on meanwhile. What the node had is lost.
func (w *World) AgainFrom(other *World) {
	w.Stop()
	w.Wait()
	copied, err := journal.CopyMemory(w.setup.Bounds, other.Store)
	for errors.Is(err, journal.ErrMoved) {
		copied, err = journal.CopyMemory(w.setup.Bounds, other.Store)
	}
	require.NoError(w.t, err)
	w.Store = newStore(copied)
	w.Again()
}

// MoveTo has a client connect to another node from now on. It has no connection meanwhile.
func (c *Client) MoveTo(w *World) {
	c.Leave()
	c.w = w
}
