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

// maxInflight is how many slots one client has: each line in flight takes one: as many as the ids that are remembered
// for it. Lines in flight together are committed and delivered together, so a small maximum makes small writes. Any
// other command takes all of it: it waits for all before it, and all after it waits for it.
const maxInflight = state.MaxIDs

// Client is the hub's end of one connection. Do and Detach belong to the goroutine that reads from the connection;
// Start begins the writing.
type Client struct {
	hub      *Hub
	inflight *semaphore.Weighted
	out      outbox

	input      Input        // nil: nothing is known of it
	from       netip.Prefix // as in Identity: its address, whose clients wait in one queue of admission
	unlimited  bool         // it is the server's own console, and does not wait for other clients
	discarding atomic.Bool  // the client does not listen any more

	// owned by Start, and then by the writer
	ctx       context.Context
	writer    Writer
	tryWriter TryWriter // the same; nil: each write may block
	onError   func(error) bool
	onDone    func(error)
	catchup   *catchup   // not nil: it is behind, and how far it has read
	watermark *watermark // how far the journal is written, for its current session

	firstWatermark *watermark // of its first session; nil: it has had one

	// owned by the hub's goroutine
	Identity
	conn           uint64               // its number
	id             uuid.UUID            // of its session, as decided; zero: none yet
	session        *session             // as delivered; nil before that, and after the goodbye
	guest          int                  // its number among guests
	code           string               // by which its session can be resumed
	hello          *protocol.Hello      // its hello; nil: none
	resume         *protocol.ResumeFrom // what the hello names as seen
	gapReason      protocol.GapReason   // why part of that is missing, until that is told
	replaysRoom    bool                 // its session is over, and the room's lines since then are replayed
	catchupNo      uint64               // the number of its last reading of the journal: each one ends those before
	warned         time.Time            // when it was told that its address has nearly spent its budget
	hasReservation bool                 // a place at the desk is reserved for it
	toldFull       bool                 // it was told that there is no place at the desk
	opening        int                  // intents in the log that may give it a session
	withheld       bool                 // it has no session before its hello
	refusedSession bool                 // it was told that its session could not be recorded
	detached       bool                 // its connection is over
	over           bool                 // nothing more is sent to it
}

func newClient(h *Hub) *Client {
	c := &Client{hub: h, inflight: semaphore.NewWeighted(maxInflight), firstWatermark: new(watermark)}
	c.watermark, c.out.client = c.firstWatermark, c
	return c
}

// MaxBatch is how many lines may be handed over at once: enough to make it cheap, and few enough for a client that is
// not read meanwhile.
const MaxBatch = 64

// Do hands commands to the hub when their turn has come: when what this client asked before is answered and written. So
// a client that does not read cannot go on asking. Up to MaxBatch lines to be said (protocol.Verb.Message) may be
// handed over at once; the hub keeps them. Do returns ErrStopped or the context's error, and nil otherwise. Answers
// come through Start: a refusal has the id of its command.
func (c *Client) Do(ctx context.Context, cmds ...protocol.Command) error {
	first, _ := protocol.Split(cmds[0])
	if stop, ok := first.(protocol.Stop); ok { // its turn may never come
		if err := c.hub.submit(ctx, urgentShutdown{c, stop.Text}); err != nil {
			return err
		}
	}
	w := int64(maxInflight)
	if protocol.VerbOf(first).Message {
		w = int64(len(cmds))
	}
	if err := c.acquire(ctx, w); err != nil {
		return err
	}
	req := commands{c, cmds, w / int64(len(cmds))}
	cost := req.cost()
	if taken, err := c.hub.admission.admit(ctx, c.hub, req, cost); taken || err != nil {
		return err
	}
	err := c.hub.submit(ctx, req)
	if err != nil {
		c.hub.admission.answered(cost)
	}
	return err
}

// Tell delivers an event to this client alone, in its turn: a refusal of input that cannot be parsed.
func (c *Client) Tell(ctx context.Context, e protocol.Event) error {
	if err := c.acquire(ctx, maxInflight); err != nil {
		return err
	}
	return c.hub.submit(ctx, answer{c, e, maxInflight})
}

// Withhold is for a program whose first line is not a valid hello: it is in no room, and not announced, before it sends
// one.
func (c *Client) Withhold(ctx context.Context) error { return c.hub.submit(ctx, withhold{c}) }

// Promote makes the client an operator; the caller has checked its right. ref is the id of the command that asked for
// it.
func (c *Client) Promote(ctx context.Context, ref protocol.Ref) error {
	if err := c.acquire(ctx, maxInflight); err != nil {
		return err
	}
	return c.hub.submit(ctx, promote{c, maxInflight, ref})
}

// IsOperator reports whether the client is an operator, once all its earlier commands are answered.
func (c *Client) IsOperator(ctx context.Context) (bool, error) {
	if err := c.acquire(ctx, maxInflight); err != nil {
		return false, err
	}
	defer c.inflight.Release(maxInflight)
	answer := make(chan bool, 1) // the hub does not wait
	if err := c.hub.submit(ctx, isOperator{c, answer}); err != nil {
		return false, err
	}
	select {
	case is := <-answer:
		return is, nil
	case <-c.hub.done:
		return false, ErrStopped
	}
}

// Detach takes the client out of the hub when all its commands are answered, or ctx has ended. It must be called once,
// when nothing more will be read. protocol.Departed means that the input ended in good order; the goodbye then comes
// through Start.
func (c *Client) Detach(ctx context.Context, reason protocol.Reason) {
	_ = c.acquire(ctx, maxInflight)                           // its lines come before its end, however that came
	_ = c.hub.submit(context.Background(), detach{c, reason}) // a hub that has ended has no clients
}

// Disconnect sends the client a goodbye. Its connection ends when that is written. It may be called from any goroutine.
func (c *Client) Disconnect(reason protocol.Reason) {
	_ = c.hub.submit(context.Background(), disconnect{c, reason})
}

// acquire waits until slots fit beside those in flight.
func (c *Client) acquire(ctx context.Context, slots int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.inflight.TryAcquire(slots) { // most clients have nothing else in flight, and need no context
		return nil
	}
	return c.inflight.Acquire(ctx, slots)
}
