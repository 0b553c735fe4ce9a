package hub

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestOperatorsAreToldAboutTheServer(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		op := w.operator(t, "op")
		op.told()
		people[0].told()
		w.h.TellOperators(t.Context(), protocol.MustText("the disk is nearly full"))
		synctest.Wait()
		assert.Equal(t, []string{"-- the disk is nearly full"}, op.told())
		assert.Empty(t, people[0].told())
		w.close(op)
		w.h.TellOperators(t.Context(), protocol.MustText("nobody is here"))
	})
}
