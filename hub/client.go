package hub

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// window is how many lines one client may have under way: as many as it has ids
// remembered. What is under way together is committed and told together, so a
// small window makes small writes. Everything else takes the whole window: it waits
// for all that went before, and all that follows waits for it.
const window = state.MaxIDs

// Client is one connection's end of the hub. Do and Close belong to the
// goroutine that reads from the connection; Start has it written to.
type Client struct {
	hub  *Hub
	turn *semaphore.Weighted
	out  outbox

	from      netip.Prefix // as Identity has it: whose turn it is, where clients wait for each other
	unlimited bool         // it waits for nobody else: it is the server's own console
	alone     bool         // owned by whoever writes: what is written to it has always to be waited for
	discards  atomic.Bool  // nobody listens any more

	// owned by Start, and then by whoever writes
	ctx    context.Context
	to     Writer
	failed func(error) bool
	done   func(error)
	reads  *behind // not nil: it is behind, and how far it has read
	seen   *seen   // how far the record is written, for the session that is told it

	first *seen // of the session that it has first; nil: it has had one

	// owned by the hub's goroutine
	Identity
	conn     uint64             // its number
	id       uuid.UUID          // of its session, as decided; zero: it has none yet
	session  *session           // as told; nil before that, and after the goodbye
	guest    int                // its number among guests
	code     string             // by which its session may be resumed
	hello    *protocol.Hello    // that it has said; nil: none
	resume   *protocol.Resume   // what that said that it has seen
	missing  protocol.GapReason // of that, and not told yet
	rereads  bool               // its session is over, and it is told what its room has heard since
	reading  uint64             // the number of its last reading of the record: each one ends those before
	warned   time.Time          // when it was told that its address may not say much more
	reserves bool               // a place at the desk is kept for it
	toldFull bool               // it was told that there is no place at the desk
	entering int                // intents that wait in the log, by which it may get a session
	withheld bool               // it has a session from its hello on
	nowhere  bool               // it was told that its session could not be recorded
	detached bool               // its connection is over
	over     bool               // it is told nothing more
}

func newClient(h *Hub) *Client {
	c := &Client{hub: h, turn: semaphore.NewWeighted(window), first: new(seen)}
	c.seen, c.out.client = c.first, c
	return c
}

// MaxTogether is how many lines may be handed over at once: enough that handing
// them over costs little, and little enough for one who is not read meanwhile.
const MaxTogether = 64

// Do hands a command to the hub when its turn has come: when what this client
// asked before is answered and written. So whoever does not read cannot go on
// asking. Up to MaxTogether lines to be said (see IsLine) may be handed over at once, and are
// kept by the hub. It returns ErrStopped or the context's error, and nil otherwise; what the
// hub has to say about the commands comes through Start: a refusal with the id of its command.
func (c *Client) Do(ctx context.Context, cmds ...protocol.Command) error {
	first, ref := protocol.Split(cmds[0])
	cmds[0] = first
	if stop, ok := cmds[0].(protocol.Stop); ok { // its turn may never come
		if err := c.hub.send(ctx, hurry{c, stop.Text}); err != nil {
			return err
		}
	}
	w := int64(window)
	if IsLine(cmds[0]) {
		w = int64(len(cmds))
	}
	if err := c.acquire(ctx, w); err != nil {
		return err
	}
	req := commands{c, cmds, w / int64(len(cmds)), ref}
	cost := req.cost()
	if taken, err := c.hub.admission.admit(ctx, c.hub, req, cost); taken || err != nil {
		return err
	}
	err := c.hub.send(ctx, req)
	if err != nil {
		c.hub.admission.answered(cost)
	}
	return err
}

// IsLine reports whether a command is a line to be said.
func IsLine(cmd protocol.Command) bool {
	switch cmd.(type) {
	case protocol.Say, protocol.Me:
		return true
	}
	return false
}

// Tell has an event delivered to this client alone, in its turn: a refusal of
// what could not be understood.
func (c *Client) Tell(ctx context.Context, e protocol.Event) error {
	if err := c.acquire(ctx, window); err != nil {
		return err
	}
	return c.hub.send(ctx, answer{c, e, window})
}

// Withhold is for a program that has begun with something else than a good hello: it is in
// no room, and announced to nobody, before it says one.
func (c *Client) Withhold(ctx context.Context) error { return c.hub.send(ctx, withhold{c}) }

// Promote makes an operator of the client, who has shown that it may be one. ref is the id of
// the command that asked for it.
func (c *Client) Promote(ctx context.Context, ref protocol.Ref) error {
	if err := c.acquire(ctx, window); err != nil {
		return err
	}
	return c.hub.send(ctx, promote{c, window, ref})
}

// IsOperator reports whether the client is an operator, once all that it asked before is answered.
func (c *Client) IsOperator(ctx context.Context) (bool, error) {
	if err := c.acquire(ctx, window); err != nil {
		return false, err
	}
	defer c.turn.Release(window)
	answer := make(chan bool, 1) // the hub does not wait
	if err := c.hub.send(ctx, isOperator{c, answer}); err != nil {
		return false, err
	}
	select {
	case is := <-answer:
		return is, nil
	case <-c.hub.done:
		return false, ErrStopped
	}
}

// Close takes the client out of the hub when all that it has asked is answered, or
// ctx has ended. It must be called once, when nothing more will be read. Quit is the
// end of the input in good order; the goodbye to it then comes through Start.
func (c *Client) Close(ctx context.Context, reason protocol.Reason) {
	_ = c.acquire(ctx, window)                              // what was said comes before the end, however that came
	_ = c.hub.send(context.Background(), detach{c, reason}) // a hub that has ended has no clients
}

// Expel says goodbye to the client, from any goroutine. Its connection ends
// when that is written.
func (c *Client) Expel(reason protocol.Reason) {
	_ = c.hub.send(context.Background(), expel{c, reason})
}

// acquire waits for the turn of what has that weight.
func (c *Client) acquire(ctx context.Context, weight int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.turn.TryAcquire(weight) { // most have nothing else under way, and need nothing to wait with
		return nil
	}
	return c.turn.Acquire(ctx, weight)
}
