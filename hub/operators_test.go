package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What was said among operators, at whichever server, is shown to no other session when the same journal is opened in
// another way: not on coming, not by looking for it, and not by coming back from a position before it.
func TestWhatOperatorsSaidIsForOperatorsAtEveryStart(t *testing.T) {
	for name, first := range map[string]hub.Options{"only a desk": {Desk: true}, "with rooms": {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := journal.NewMemory(journal.Bounds{})
				w := newWorldOn(t, hubtest.Setup{Store: store, Options: first})
				op := w.Enter(hub.Identity{Operator: true, Nick: hubtest.Nick("operator")})
				op.Send(protocol.Join{Room: protocol.OperatorsRoom})
				op.Send(protocol.Topic{Text: hubtest.Text("a secret topic")})
				op.Say("a secret", "")
				op.Send(protocol.Me{Text: hubtest.Text("keeps a secret")})
				synctest.Wait()
				w.Close(op)
				for _, second := range []hub.Options{{}, {Desk: true}} {
					w = newWorldOn(t, hubtest.Setup{Store: store, Options: second})
					bob := w.Enter(hub.Identity{})
					bob.Send(protocol.Join{Room: protocol.OperatorsRoom})
					bob.Send(protocol.History{All: true})
					bob.Send(protocol.History{Around: 3})
					bob.Send(protocol.Search{Text: hubtest.Text("secret")})
					bob.Send(protocol.Rooms{})
					synctest.Wait()
					bot := w.NewClient(true)
					bot.ResumeFrom("gone", protocol.ResumeFrom{Epoch: store.Epoch().String(), Seq: 1})
					bot.Connect()
					time.Sleep(time.Second)
					synctest.Wait()
					for _, p := range []*hubtest.Client{bob, bot} {
						for _, line := range p.Told() {
							assert.NotContains(t, line, "secret")
						}
					}
					op := w.Enter(hub.Identity{Operator: true, Nick: hubtest.Nick("operator")})
					op.Send(protocol.Join{Room: protocol.OperatorsRoom})
					op.Send(protocol.Search{Text: hubtest.Text("secret")})
					synctest.Wait()
					assert.Contains(t, op.Told(), "-- 3 lines found: /history around N shows more; N stands before the time")
					w.Close(bob, bot, op)
				}
			})
		})
	}
}
