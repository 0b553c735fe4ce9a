package hub

import (
	"context"
	"time"
)

// Log brings what several hubs want into one order. A hub that is alone has none: it decides each intent as it comes.
//
//	hub A ── Append ──┐                 ┌── Read ──> hub A ── decides, records, tells
//	hub B ── Append ──┼──> one order ───┼── Read ──> hub B ── decides, records, tells
//	hub C ── Append ──┘                 └── Read ──> hub C ── decides, records, tells
//
// A log knows nothing of what it orders: each intent is bytes, see state.AppendIntent.
type Log interface {
	// Append puts intents at the end of the order, one after the other, and returns when they have their places.
	// After an error it is not known which of them have: they are appended again, and those that have two places
	// are decided once. A hub calls it for one batch at a time. It must not keep the slices.
	Append(ctx context.Context, intents [][]byte) error

	// Read brings the intents that have places after a position, in order, and goes on with those to come, until ctx ends.
	// It may bring some again. The channel is never closed, and what it brings is never written to.
	Read(ctx context.Context, after uint64) <-chan Ordered
}

// Ordered is a stretch of the order.
type Ordered struct {
	First   uint64    // position of the first of the intents; the first of all has 1
	Time    time.Time // of the log, at which it took them; it never goes back
	Intents [][]byte
}
