package conn_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
)

// unhurried is a transport on a machine that does other things between two steps of its end.
type unhurried struct{ conn.Transport }

func (s unhurried) Interrupt() { s.Transport.Interrupt(); time.Sleep(time.Second) }

// A client that takes nothing has left for that, also where the reader ends before all of the writing has.
func TestWhoTakesNothingIsToldToHaveTakenNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		bob := w.Connect(hub.Identity{})
		ours, theirs := net.Pipe()
		w.Go(func() { _ = w.Conn().Serve(unhurried{line.New(theirs, line.Options{})}, hub.Identity{}) })
		_, _ = ours.Read(make([]byte, 1)) // and no more
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Contains(t, bob.Text(), "left (took nothing for too long)")
		_ = ours.Close()
		w.End(bob)
	})
}
