package hubtest

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// connection is one connection of a client.
type connection struct {
	*hub.Client
	ctx    context.Context // until nothing is written any more
	cancel context.CancelFunc
	over   chan struct{} // closed when nothing is written any more
	err    error         // why; to be read when over is closed
}

// Ended is a context that has ended: with it hub.Client.Close does not wait.
var Ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

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

// Attach begins a connection on which the client says nothing by itself. It reports false where
// the hub has ended.
func (c *Client) Attach() bool {
	_, is := c.attach()
	return is
}

func (c *Client) attach() (first []protocol.Command, is bool) {
	ctx, cancel := context.WithCancel(context.Background())
	conn, err := c.w.Hub.Attach(ctx, c.Identity)
	if err != nil {
		cancel()
		require.ErrorIs(c.w.t, err, hub.ErrStopped)
		return nil, false
	}
	n := &connection{Client: conn, ctx: ctx, cancel: cancel, over: make(chan struct{})}
	first, w := c.begin(n)
	conn.Start(ctx, w, c.goesOn, func(err error) {
		n.err = err
		close(n.over)
	})
	h := c.w.Hub
	c.ended.Go(func() { n.follow(h) })
	return first, true
}

// begin makes n the connection of c, and its writer. What c says first depends on what it
// was told before this.
func (c *Client) begin(n *connection) (first []protocol.Command, w hub.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, first = n, c.firstWords()
	c.connections++
	c.reconnected()
	read := func(lines []*protocol.Line) error { return c.read(n.ctx, lines) }
	switch {
	case c.Writer != nil:
		return first, c.Writer(read)
	case c.connections%3 == 0:
		return first, Blocking(read)
	}
	return first, &socket{c: c, ctx: n.ctx}
}

func (c *Client) goesOn(err error) bool { return c.GoesOn != nil && c.GoesOn(err) }

// follow has the writing end when the connection or the hub has.
func (n *connection) follow(h *hub.Hub) {
	select {
	case <-n.over:
	case <-n.ctx.Done():
		n.Stop()
	case <-h.Done():
		n.Stop()
	}
	<-n.over
	n.cancel()
}

// Connect begins a connection. Who has been here before comes back, and a program says again
// what was not acknowledged. It reports false where the hub has ended.
func (c *Client) Connect() bool {
	first, is := c.attach()
	if !is {
		return false
	}
	n := c.last()
	c.ended.Go(func() {
		if reason, is := c.speak(n, first); is {
			c.hangUp(n, reason)
			return
		}
		if !c.Program { // the hub knows what is written: it must be written, or not
			<-n.over
		}
		n.Close(n.ctx, protocol.Lost)
		<-n.over
	})
	return true
}

func (c *Client) hangUp(n *connection, reason protocol.Reason) {
	if reason == protocol.Lost {
		n.Discard()
	}
	n.Close(n.ctx, reason)
	if reason == protocol.Lost {
		n.cancel()
	}
	<-n.over
}

// firstWords is what a connection begins with.
func (c *Client) firstWords() (first []protocol.Command) {
	if !c.Program {
		if c.code == "" {
			return nil
		}
		return append(append(first, c.Guest...), protocol.ComeBack{Code: protocol.MustText(c.code)})
	}
	hello := protocol.Hello{Token: c.token, Room: c.Room}
	if c.token != "" {
		hello.Resume = &protocol.Resume{Epoch: c.epoch, Seq: c.position}
	}
	first = append(first, hello)
	for _, s := range c.unacked {
		first = append(first, s)
	}
	return first
}

// speak says what there is to say, until the connection ends. It reports whether it was
// asked to hang up.
func (c *Client) speak(n *connection, first []protocol.Command) (reason protocol.Reason, is bool) {
	for _, cmd := range first {
		if n.Do(n.ctx, cmd) != nil {
			return reason, false
		}
	}
	for {
		select {
		case cmd := <-c.wants:
			if end, is := cmd.(hangUp); is {
				return end.reason, true
			}
			if n.Do(n.ctx, cmd) != nil {
				return reason, false
			}
		case <-n.ctx.Done():
			return reason, false
		}
	}
}

// hangUp stands among what a client wants to say for the end of a connection.
type hangUp struct {
	protocol.Command
	reason protocol.Reason
}

// HangUp ends the connection when all is said that was sent: in good order with Quit, and with
// Lost as one that broke.
func (c *Client) HangUp(reason protocol.Reason) { c.Send(hangUp{reason: reason}) }

// Conn is the hub's end of the last connection; nil: there was none.
func (c *Client) Conn() *hub.Client {
	if n := c.last(); n != nil {
		return n.Client
	}
	return nil
}

// Context is that of the last connection: it ends when nothing is written any more.
func (c *Client) Context() context.Context { return c.last().ctx }

func (c *Client) last() *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// Disconnect breaks the connection off, if there is one.
func (c *Client) Disconnect() {
	if n := c.last(); n != nil {
		n.cancel()
	}
}

// Wait returns when all connections have ended.
func (c *Client) Wait() { c.ended.Wait() }

// Leave breaks the connection off and waits for its end.
func (c *Client) Leave() {
	c.Disconnect()
	c.Wait()
}

// Call hands commands to the hub on the last connection, each when its turn has come.
func (c *Client) Call(cmds ...protocol.Command) error {
	n := c.last()
	for _, cmd := range cmds {
		if err := n.Do(n.ctx, cmd); err != nil {
			return err
		}
	}
	return nil
}

// Close ends a connection that Attach began: when all that was said on it is answered.
func (c *Client) Close(reason protocol.Reason) {
	n := c.last()
	n.Close(n.ctx, reason)
}

// Drop breaks a connection off that Attach began.
func (c *Client) Drop() {
	n := c.last()
	n.cancel()
	n.Close(n.ctx, protocol.Lost)
}

// Over waits until nothing more is written on the last connection, and returns why.
func (c *Client) Over() error {
	n := c.last()
	<-n.over
	return n.err
}

// Send hands commands over, to be said one after the other.
func (c *Client) Send(cmds ...protocol.Command) {
	for _, cmd := range cmds {
		c.wants <- cmd
	}
}

// Unsent is how many commands wait where they came from.
func (c *Client) Unsent() int { return len(c.wants) }

// Unsend drops the commands that wait where they came from.
func (c *Client) Unsend() {
	for len(c.wants) > 0 {
		<-c.wants
	}
}

// Ask is Send, and lets a second pass.
func (c *Client) Ask(cmds ...protocol.Command) {
	c.Send(cmds...)
	time.Sleep(time.Second)
	synctest.Wait()
}

// Do is Send, and waits for all that follows from it at once.
func (c *Client) Do(cmds ...protocol.Command) {
	c.Send(cmds...)
	synctest.Wait()
}

// Say wants to say something. A program gives it an id, and says it again after a break unless it
// was acknowledged.
func (c *Client) Say(text string, ref protocol.Ref) {
	s := protocol.Say{Text: protocol.MustText(text)}
	if c.Program {
		s.Ref = ref
		c.mu.Lock()
		c.unacked = append(c.unacked, s)
		c.mu.Unlock()
	}
	c.Send(s)
}

// Type is Do with commands as they are typed or, where a line begins with {, as JSON.
func (c *Client) Type(lines ...string) {
	for _, l := range lines {
		c.Send(parse(c.w.t, l))
	}
	synctest.Wait()
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

// Await waits for all that follows at once from what was done, and has the test fail unless one
// of the lines that the client was told holds words. It returns these lines, as Told does.
func (c *Client) Await(words string) []string {
	synctest.Wait()
	lines := c.Told()
	assert.Contains(c.w.t, join(lines), words)
	return lines
}
