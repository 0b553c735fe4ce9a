package hub

import (
	"cmp"
	"context"

	"chinwag/protocol"
)

// Writer is the other end of a client's connection. Its methods are called one at a time, and must not keep the slice.
type Writer interface {
	// Send writes frames in order. It blocks as long as the peer takes something.
	Send(frames []*protocol.Frame) error
}

// TryWriter is a Writer that can also write without waiting. A client with another Writer has a goroutine of its own
// while it is written to.
type TryWriter interface {
	Writer

	// TryWrite is Send without waiting. If it could not write all, it reports false, and Send writes the rest before
	// its own lines. If it returns errors.ErrUnsupported it has written nothing, and only Send is called from then on.
	TryWrite(frames []*protocol.Frame) (all bool, err error)
}

// Start lets w, which may be a TryWriter, write all that the client is told, in order. It is called once. onDone is
// called once, from any goroutine: with nil when the goodbye is written, else when w fails, ctx ends (see Abort) or the
// hub does.
//
// After a failed write the client does not listen any more, but what it has sent is still valid. So onError is asked,
// once, whether the client goes on: then all that follows is discarded, as after Discard, and onDone is called as if it
// were written. onError may be nil: no client goes on.
func (c *Client) Start(ctx context.Context, w Writer, onError func(error) bool, onDone func(error)) {
	c.ctx, c.writer, c.onError, c.onDone = ctx, w, onError, onDone
	c.tryWriter, _ = w.(TryWriter)
	c.out.open()
}

// Discard discards from here on what the client is told: it does not listen any more. Its commands are still carried
// out. It may be called from any goroutine.
func (c *Client) Discard() {
	c.discarding.Store(true)
	c.out.endReads()
}

// continuesAfter reports whether the client goes on although a write has failed.
func (c *Client) continuesAfter(err error) bool {
	if c.onError == nil || !c.onError(err) {
		return false
	}
	c.Discard()
	return true
}

// Abort ends what Start began as soon as nothing waits: its context or the hub has ended, which would go unnoticed
// where nothing is being written.
func (c *Client) Abort() {
	if c.out.abort() {
		c.onDone(c.abortCause())
	}
}

func (c *Client) abortCause() error { return cmp.Or(c.ctx.Err(), ErrStopped) }

func (c *Client) writingEnded(err error) {
	c.out.close()
	c.onDone(err)
}
