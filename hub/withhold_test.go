package hub

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// Whoever is withheld is nowhere, whether it was greeted, is on its way into the room, is
// there, or could not come in; and comes in by its hello.
func TestWhoIsWithheldIsNowhere(t *testing.T) {
	for name, at := range map[string]func(s *scene){
		"greeted":      func(*scene) {},
		"on its way":   func(s *scene) { s.shut(); time.Sleep(time.Second); synctest.Wait() },
		"in the room":  func(*scene) { time.Sleep(time.Second); synctest.Wait() },
		"not recorded": func(s *scene) { s.broken.Store(true); time.Sleep(time.Second); synctest.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, Options{}, 0, 0, true, func(s *scene) {
				p := newPersona(s.h, false)
				p.connect(t)
				synctest.Wait()
				at(s)
				require.NoError(t, p.client.Withhold(context.Background()))
				if !s.open {
					s.goOn(nil)
				}
				s.broken.Store(false)
				time.Sleep(time.Minute)
				synctest.Wait()
				s.looked()
				m := p.client.member
				require.NotNil(t, m)
				assert.Nil(t, m.room)
				assert.Zero(t, m.bound)
				assert.Len(t, s.run.members, 2, "the bystander, and nobody who was left behind")
				s.says(s.bystand, "not for you")
				assert.NotContains(t, p.told(), "<bystander> not for you")
				require.NoError(t, p.client.Withhold(context.Background()), "again")
				s.do(p, protocol.Hello{})
				s.looked()
				require.NotNil(t, p.client.member.room)
				s.says(s.bystand, "for you")
				assert.Contains(t, p.told(), "<bystander> for you")
				s.close(p)
			})
		})
	}
}
