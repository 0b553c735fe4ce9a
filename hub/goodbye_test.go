package hub

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// from is somebody who connects from an address of the documentation's.
func (w *world) from(t *testing.T, host int, id Identity) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(host)})
	p.identity = id
	p.identity.From = Address{Host: addr.String(), Prefix: netip.PrefixFrom(addr, 32)}
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}

func (p *persona) does(cmds ...protocol.Command) {
	for _, cmd := range cmds {
		p.wants <- cmd
	}
	synctest.Wait()
}

var anOperator = Identity{Operator: true}

// The goodbyes of the end tell whether the server may start again.
func TestTheEndTellsWhetherToComeBack(t *testing.T) {
	goodbye := func(p *persona) (g protocol.Goodbye) {
		p.mu.Lock()
		defer p.mu.Unlock()
		g, _ = p.live[len(p.live)-1].(protocol.Goodbye)
		return g
	}
	inWorld(t, plainWorld, 1, true, func(w *world, people []*persona) {
		w.end()
		people[0].ended.Wait()
		assert.Equal(t, protocol.Goodbye{Reason: protocol.Restart, Back: 120}, goodbye(people[0]))
	})
	synctest.Test(t, func(t *testing.T) {
		w := plainWorld()
		op := w.from(t, 1, anOperator)
		op.does(protocol.Stop{Text: protocol.MustText("that was all")})
		<-w.h.Asked()
		w.end()
		op.ended.Wait()
		assert.Equal(t, protocol.Goodbye{Reason: protocol.Shutdown, Text: protocol.MustText("that was all")}, goodbye(op))
		w.close(op)
	})
}

// Who is sent away for the others' sake is told how to come back: if that is true.
func TestWhoIsExpelledIsToldOfTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{Hold: 5 * time.Minute})
		ann, bob := w.from(t, 2, Identity{}), w.from(t, 3, Identity{Brief: true})
		for _, p := range []*persona{ann, bob} {
			p.told()
			p.connection().Expel(protocol.Full)
			p.ended.Wait()
		}
		full := "-- goodbye: the server is full, please try again in a while"
		assert.Equal(t, full+"; /resume "+ann.codeNow()+" within 5 minutes makes you again who you were", last(ann.told()))
		assert.Equal(t, full, last(bob.told()))
		eve := newPersona(w.h, false) // not announced: its session is not kept
		eve.connect(t)
		synctest.Wait()
		eve.connection().Expel(protocol.Full)
		eve.ended.Wait()
		assert.Equal(t, full, last(eve.told()))
		back := w.from(t, 2, Identity{})
		back.told()
		back.does(comeBack(ann.codeNow()))
		assert.Contains(t, back.told()[0], "Welcome back")
		w.close(ann, bob, eve, back)
	})
}
