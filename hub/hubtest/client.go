package hubtest

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// Client is a client that may connect, talk, read slowly, break off and resume its session.
//
// Connect begins a connection with two goroutines: one sends the commands of Send, one reads. A program sends hello,
// and resumes with its token; a person's client resumes with the code. After Attach the test itself sends commands,
// with Call, and ends the connection, with Close.
//
// Exported fields are set before a connection begins.
type Client struct {
	Identity hub.Identity
	Input    hub.Input          // nil: nothing is known of it
	Program  bool               // reads JSON: hears its own lines, and sees positions
	Room     protocol.Room      // that the hello of a program asks for
	Guest    []protocol.Command // that a person's client sends before it resumes

	// Writer makes the writer of a connection, which passes its lines to read. nil: one that takes some lines at once
	// and not others, and on every third connection one that only blocks.
	Writer func(read func([]*protocol.Frame) error) hub.Writer
	// GoesOn answers whether the client goes on after a failed write; nil: it does not.
	GoesOn func(error) bool

	w     *World
	wants chan protocol.Command
	ended sync.WaitGroup

	mu          sync.Mutex
	conn        *connection // the last one
	connections int
	paused      chan struct{} // not nil: the client does not read before it is closed
	unacked     []protocol.Say
	told
}

// NewClient makes a client without a connection.
func (w *World) NewClient(program bool) *Client {
	return &Client{w: w, Program: program, wants: make(chan protocol.Command, 10000)}
}

// Enter connects a person's client, and lets a second pass, so that its session is announced.
func (w *World) Enter(id hub.Identity) *Client {
	c := w.NewClient(false)
	c.Identity = id
	c.Connect()
	time.Sleep(time.Second)
	synctest.Wait()
	return c
}

// EnterFrom is Enter from Address(host).
func (w *World) EnterFrom(host int, id hub.Identity) *Client {
	id.From = Address(host)
	return w.Enter(id)
}

// EnterOperator connects an operator, whose session cannot be resumed.
func (w *World) EnterOperator(name string) *Client {
	c := w.Enter(hub.Identity{Operator: true, Nick: Nick("%s", name), Brief: true})
	c.Told()
	return c
}

// Pause stops the client from reading, until Resume.
func (c *Client) Pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused == nil {
		c.paused = make(chan struct{})
	}
}

// Resume lets the client read again.
func (c *Client) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused != nil {
		close(c.paused)
		c.paused = nil
	}
}

func (c *Client) read(ctx context.Context, frames []*protocol.Frame) error {
	c.mu.Lock()
	paused := c.paused
	c.mu.Unlock()
	if paused != nil {
		select {
		case <-paused:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hearAll(frames)
	return nil
}

// readNow is read, but reports false instead of waiting.
func (c *Client) readNow(frames []*protocol.Frame) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused != nil {
		return false
	}
	c.hearAll(frames)
	return true
}
