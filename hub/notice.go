package hub

import (
	"context"

	"chinwag/protocol"
)

// notice is a request of TellOperators.
type notice struct{ words protocol.Text }

func (notice) request() {}

// TellOperators tells all connected operators something about the server. It must be rare, since each operator
// is told each call. A hub that has ended has no operators.
func (h *Hub) TellOperators(ctx context.Context, words protocol.Text) {
	_ = h.send(ctx, notice{words})
}
