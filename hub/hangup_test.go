package hub

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Somebody hangs up, comes back and loses the connection before any of it is recorded. The
// end of the first connection says nothing about the name then: the second one broke.
func TestAnEndThatIsRecordedLateGivesUpNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		bob := dialIn(t, w)
		bob.does(t, called("bob"), say("one"), say("two"), say("three"), say("four")) // no short caller
		synctest.Wait()
		code := protocol.MustText(bob.p.code)
		g.open = false
		w.looked()
		bob.c.Close(t.Context(), protocol.Quit)
		synctest.Wait()
		back := dialIn(t, w)
		back.does(t, protocol.ComeBack{Code: code})
		synctest.Wait()
		back.c.Discard()
		back.c.Close(ended, protocol.Lost)
		synctest.Wait()
		g.open = true
		w.looked()
		g.gate <- nil
		synctest.Wait()
		m := w.run.tokens[code.String()]
		assert.NotNil(t, m)
		assert.False(t, m.gone)
		assert.False(t, m.released)
		assert.Same(t, m, w.run.named(nick("bob")))
		w.looked()
		w.end()
		w.ended.Wait()
	})
}
