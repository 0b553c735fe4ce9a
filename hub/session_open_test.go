package hub_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/protocol"
)

// A client that is withheld has no session, whether it was greeted, is on its way into the room, is there, or could not
// come in; its hello opens one.
func TestWhoIsWithheldIsNowhere(t *testing.T) {
	for name, at := range map[string]func(w *deskWorld){
		"greeted":      func(*deskWorld) {},
		"on its way":   func(w *deskWorld) { w.Store.Hold(); time.Sleep(time.Second); synctest.Wait() },
		"in the room":  func(*deskWorld) { time.Sleep(time.Second); synctest.Wait() },
		"not recorded": func(w *deskWorld) { w.Store.Fail(errDisk); time.Sleep(time.Second); synctest.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			atTheDesk(t, hub.Options{}, 0, 0, true, func(w *deskWorld) {
				p := w.NewClient(false)
				p.Connect()
				synctest.Wait()
				at(w)
				require.NoError(t, p.Conn().Withhold(context.Background()))
				w.Store.Release()
				w.Store.Fail(nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.Zero(t, w.Session(p.Conn()))
				assert.Len(t, w.Sessions(), 1, "the bystander, and nobody who was left behind")
				says(w.bystander, "not for you")
				assert.NotContains(t, p.Told(), "<bystander> not for you")
				require.NoError(t, p.Conn().Withhold(context.Background()), "again")
				p.Do(protocol.Hello{})
				require.NotZero(t, w.Session(p.Conn()).Room)
				says(w.bystander, "for you")
				assert.Contains(t, p.Told(), "<bystander> for you")
				w.Close(p)
			})
		})
	}
}
