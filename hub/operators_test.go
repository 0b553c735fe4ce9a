package hub

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What was said among operators, at whichever server, is shown to no one else when the
// same record is opened in another way: not on coming, not by looking for it, and not by
// coming back from a position before it.
func TestWhatOperatorsSaidIsForOperatorsAtEveryStart(t *testing.T) {
	for name, first := range map[string]Options{"only a desk": {Desk: true}, "with rooms": {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := journal.NewMemory(journal.Bounds{})
				w := newWorldOn(store, first, false)
				op := w.enterAs(t, Identity{Operator: true, Nick: nick("operator")})
				op.wants <- protocol.Join{Room: protocol.OperatorsRoom}
				op.wants <- protocol.Topic{Text: protocol.MustText("a secret topic")}
				op.say("a secret", "")
				op.wants <- protocol.Me{Text: protocol.MustText("keeps a secret")}
				synctest.Wait()
				w.close(op)
				for _, second := range []Options{{}, {Desk: true}} {
					w = newWorldOn(store, second, false)
					bob := w.enterAs(t, Identity{})
					bob.wants <- protocol.Join{Room: protocol.OperatorsRoom}
					bob.wants <- protocol.History{All: true}
					bob.wants <- protocol.History{Around: 3}
					bob.wants <- protocol.Search{Text: protocol.MustText("secret")}
					bob.wants <- protocol.Rooms{}
					synctest.Wait()
					bot := newPersona(w.h, true)
					bot.epoch, bot.token, bot.last = store.Epoch().String(), "gone", 1
					bot.connect(t)
					time.Sleep(time.Second)
					synctest.Wait()
					for _, p := range []*persona{bob, bot} {
						for _, line := range p.told() {
							assert.NotContains(t, line, "secret")
						}
					}
					op := w.enterAs(t, Identity{Operator: true, Nick: nick("operator")})
					op.wants <- protocol.Join{Room: protocol.OperatorsRoom}
					op.wants <- protocol.Search{Text: protocol.MustText("secret")}
					synctest.Wait()
					assert.Contains(t, op.told(), "-- 3 lines found: /history around N shows more; N stands before the time")
					w.close(bob, bot, op)
				}
			})
		})
	}
}

func (w *world) enterAs(t *testing.T, id Identity) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.identity = id
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}
