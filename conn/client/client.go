package client

import (
	"cmp"
	"context"
	"log/slog"
	"net"

	"chinwag/protocol"
)

// Options of a Client. All but one of Addr and Dial may be left out.
type Options struct {
	Addr        string                                      // host:port
	Nick        protocol.Nick                               // zero: the server gives one
	Room        protocol.Room                               // zero: protocol.Lobby
	Replay      *int                                        // lines of history on entering; nil: the server's default
	Dial        func(ctx context.Context) (net.Conn, error) // nil: TCP to Addr, with keep-alive
	NoReconnect bool                                        // end when the connection breaks, do not come back
	OnlyAs      bool                                        // only as Nick: else Run ends with a *NickRefused and sends no command
	Log         *slog.Logger                                // nil: none
}

// Client is a client of a chinwag server. Make it with New.
type Client struct {
	opts   Options
	events chan Event    // bounded; closed by Run
	sends  chan send     // unbuffered: what is sent has been taken
	done   chan struct{} // closed by Run
}

// send is a request to Run: to send a command or, without one, to close flushed when all commands before are answered.
type send struct {
	cmd     protocol.Command
	flushed chan struct{}
}

// New makes a client; Run connects it.
func New(o Options) *Client {
	if o.Dial == nil {
		o.Dial = func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", o.Addr) // its zero value keeps alive
		}
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Client{
		opts:   o,
		events: make(chan Event, 64),
		sends:  make(chan send),
		done:   make(chan struct{}),
	}
}

// Events delivers all events, in order. It must be read to its end, which comes as Run returns; a caller that stops
// reading earlier must end Run's context.
func (c *Client) Events() <-chan Event { return c.events }

// Send hands a command to Run. It returns when that is taken, not when it is answered; while 256 commands wait for an
// answer it waits, so it must not be called by the goroutine that reads Events. A *protocol.Refusal says that this
// client cannot send such a command; ErrEnded, that Run is over.
//
// protocol.Quit ends Run in good order, at once where there is no connection.
func (c *Client) Send(ctx context.Context, cmd protocol.Command) error {
	if refusal := unfit(cmd); refusal != nil {
		return refusal
	}
	return c.hand(ctx, send{cmd: cmd})
}

// Flush waits until all commands before are answered, and the answers are in Events.
func (c *Client) Flush(ctx context.Context) error {
	flushed := make(chan struct{})
	if err := c.hand(ctx, send{flushed: flushed}); err != nil {
		return err
	}
	select {
	case <-flushed:
		return nil
	case <-c.done:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) hand(ctx context.Context, s send) error {
	select {
	case c.sends <- s:
		return nil
	case <-c.done:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unfit says why a command cannot be sent through a Client.
func unfit(cmd protocol.Command) error {
	cmd, _ = protocol.Split(cmd)
	switch cmd := cmd.(type) {
	case protocol.Hello:
		return protocol.Refuse("second-hello", "hello is said by the client itself")
	case protocol.Echo:
		if !cmd.On {
			return protocol.Refuse("echo-stays-on", "the echo stays on: it tells that your lines are safe")
		}
	}
	return nil
}
