package hub_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// The code of a session that is alive is told to no client and recorded nowhere; when the session is over it is a word
// like any other.
func TestASecretIsNotSaid(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, true, func(w *world, people []*hubtest.Client) {
		ann := people[0]
		bob := w.Enter(hub.Identity{})
		code := bob.Code()
		bob.Say("my code is "+code, "")
		ann.Say(code, "k1")
		ann.Say("and "+people[1].Token(), "")
		synctest.Wait()
		refusals := func(p *hubtest.Client) int { return strings.Count(p.Text(), hub.SecretSaid) }
		assert.Equal(t, 1, refusals(bob))
		assert.Equal(t, 2, refusals(ann))
		assert.Equal(t, []string{"-- guest-3 joined"}, people[1].Told())
		for _, e := range w.Store.Entries() {
			_, said := protocol.Words(e.Event)
			assert.NotContains(t, said.String(), code)
			assert.NotContains(t, said.String(), people[1].Token())
		}
		bob.Disconnect()
		bob.Wait()
		time.Sleep(time.Minute)
		ann.Say(code, "k2")
		synctest.Wait()
		assert.Equal(t, 1, refusals(ann), "it is held")
		time.Sleep(2 * time.Minute)
		ann.Say(code, "k3")
		synctest.Wait()
		assert.Zero(t, refusals(ann))
	})
}
