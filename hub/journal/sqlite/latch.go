package sqlite

import (
	"context"
	"sync"
	"time"
)

// gate counts the readers inside. A checkpoint closes it for a moment, since the WAL
// begins anew only when no reader is in it, and where reads never pause there
// would always be one.
type gate struct {
	mu     sync.Mutex
	inside int
	hurry  context.CancelFunc // ends what the search inside is doing; nil: there is none
	closed chan struct{}      // closed when the gate opens again; nil: it is open
	left   chan struct{}      // closed when no reader is inside any more; nil: close does not wait for that
}

// enter waits until the gate is open.
func (g *gate) enter(ctx context.Context) error {
	for {
		closed := g.tryEnter()
		if closed == nil {
			return nil
		}
		select {
		case <-closed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (g *gate) tryEnter() (closed <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		return g.closed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.tellLeft()
}

// hasten sets what close calls, for a reader inside that takes longer than a
// page. The reader takes that back with nil before it leaves.
func (g *gate) hasten(hurry context.CancelFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hurry = hurry; hurry != nil && g.closed != nil {
		hurry()
	}
}

// tellLeft wakes close, if it waits and no reader is inside.
func (g *gate) tellLeft() {
	if g.inside == 0 && g.left != nil {
		close(g.left)
		g.left = nil
	}
}

// close lets no more readers in, and reports whether all are out within patience. One caller at
// a time may close the gate, and must open it again.
func (g *gate) close(patience time.Duration) (empty bool) {
	left := make(chan struct{})
	g.mu.Lock()
	g.closed, g.left = make(chan struct{}), left
	if g.hurry != nil {
		g.hurry()
	}
	g.tellLeft()
	g.mu.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-left:
		return true
	case <-late.C:
		return false
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.closed)
	g.closed, g.left = nil, nil
}
