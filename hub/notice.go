package hub

import (
	"context"

	"chinwag/protocol"
)

// notice is a request of TellOperators.
type notice struct{ words protocol.Text }

func (notice) request() {}

// TellOperators tells all operators who are here something about the server. It must be
// seldom: each is told all of it. A hub that has ended has no operators.
func (h *Hub) TellOperators(ctx context.Context, words protocol.Text) {
	_ = h.send(ctx, notice{words})
}
