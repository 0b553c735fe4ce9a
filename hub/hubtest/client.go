package hubtest

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// Client is somebody who may connect, talk, read slowly, break off and come back.
//
// Connect begins a connection with two goroutines: one says what Send hands over, one reads. A
// program says hello, and comes back with its token; a person comes back with the code. After
// Attach it is the test that says something, with Call, and that ends the connection, with Close.
//
// What is exported is set before a connection begins.
type Client struct {
	Identity hub.Identity
	Program  bool               // reads JSON: hears its own lines, and sees positions
	Room     protocol.Room      // where the hello of a program asks to go
	Guest    []protocol.Command // what a person does before it comes back

	// Writer makes the writer of a connection, which hands what it is given to read. nil:
	// one that now takes what is offered and now does not, and at times can only wait.
	Writer func(read func([]*protocol.Line) error) hub.Writer
	// GoesOn answers whether the client goes on when nobody listens any more; nil: it does not.
	GoesOn func(error) bool

	w     *World
	wants chan protocol.Command
	ended sync.WaitGroup

	mu          sync.Mutex
	conn        *connection // the last one
	connections int
	paused      chan struct{} // not nil: it does not read before this is closed
	unacked     []protocol.Say
	told
}

// NewClient makes a client, which is not connected.
func (w *World) NewClient(program bool) *Client {
	return &Client{w: w, Program: program, wants: make(chan protocol.Command, 10000)}
}

// Enter brings in a person, and lets a second pass: the others know of them.
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

// EnterOperator brings in somebody who may do everything, and cannot come back.
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

// Resume has the client read again.
func (c *Client) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused != nil {
		close(c.paused)
		c.paused = nil
	}
}

func (c *Client) read(ctx context.Context, lines []*protocol.Line) error {
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
	c.hearAll(lines)
	return nil
}

// readNow is read for who cannot wait.
func (c *Client) readNow(lines []*protocol.Line) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused != nil {
		return false
	}
	c.hearAll(lines)
	return true
}
