package hub

import (
	"context"
	"time"
)

// Log brings the intents of several hubs into one order. A hub that is alone has none: it decides each intent
// at once.
//
//	hub A ── Append ──┐                 ┌── Read ──> hub A ── decides, records, tells
//	hub B ── Append ──┼──> one order ───┼── Read ──> hub B ── decides, records, tells
//	hub C ── Append ──┘                 └── Read ──> hub C ── decides, records, tells
//
// A log does not know what it orders: each intent is bytes, see state.AppendIntent.
type Log interface {
	// Append puts intents at the end of the order, one after the other, and returns when they have their
	// positions. After an error it is unknown which of them have: the hub appends them again, and an intent
	// with two positions is decided once. A hub calls it for one batch at a time, of at most 256 intents. It returns
	// when ctx has ended, and keeps none of the slices.
	Append(ctx context.Context, intents [][]byte) error

	// Read delivers the intents after a position, in order, and goes on with new ones until ctx ends. It may
	// deliver some again. The channel is never closed, and its values are never written to.
	Read(ctx context.Context, after uint64) <-chan LogBatch
}

// LogBatch is a stretch of the order.
type LogBatch struct {
	First   uint64    // position of the first of the intents; positions begin at 1
	Time    time.Time // of the log, when it accepted them; it never goes back
	Intents [][]byte
}
