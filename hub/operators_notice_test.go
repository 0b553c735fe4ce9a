package hub_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/hubtest"
)

func TestOperatorsAreToldAboutTheServer(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		op := w.EnterOperator("op")
		op.Told()
		people[0].Told()
		w.Hub.TellOperators(t.Context(), hubtest.Text("the disk is nearly full"))
		synctest.Wait()
		assert.Equal(t, []string{"-- the disk is nearly full"}, op.Told())
		assert.Empty(t, people[0].Told())
		w.Close(op)
		w.Hub.TellOperators(t.Context(), hubtest.Text("nobody is here"))
	})
}
