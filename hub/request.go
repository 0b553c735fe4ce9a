package hub

import "chinwag/protocol"

// request is what can be asked of the hub. Sealed: see the switch in loop.handle.
type request interface{ request() }

type (
	// attach brings in a client.
	attach struct {
		c      *Client
		id     Identity
		answer chan<- bool
	}
	// withhold keeps a client out of every room before its hello.
	withhold struct{ c *Client }
	// commands are what a client asks for; slots are released as each is answered.
	commands struct {
		c     *Client
		cmds  []protocol.Command
		slots int64
	}
	// answer tells a client something in its turn, from the reader of its connection.
	answer struct {
		c     *Client
		event protocol.Event
		slots int64
	}
	// headQuery asks whether a client that is behind has reached the head.
	headQuery struct {
		c        *Client
		no       uint64 // the number of the reading that asks
		position uint64
		answer   chan<- headAnswer
	}
	// disconnect ends a client's connection from the server's side.
	disconnect struct {
		c      *Client
		reason protocol.Reason
	}
	// isOperator asks whether a client is an operator.
	isOperator struct {
		c      *Client
		answer chan<- bool
	}
	// promote makes a client an operator.
	promote struct {
		c     *Client
		slots int64
		ref   protocol.Ref
	}
	// urgentShutdown is a client's request to end the server, sent before its turn comes.
	urgentShutdown struct {
		c    *Client
		text protocol.Text
	}
	// detach is the end of a client's connection.
	detach struct {
		c      *Client
		reason protocol.Reason
	}
)

func (attach) request() {}

func (withhold) request() {}

func (commands) request() {}

func (answer) request() {}

func (headQuery) request() {}

func (disconnect) request() {}

func (isOperator) request() {}

func (promote) request() {}

func (urgentShutdown) request() {}

func (detach) request() {}

func (notice) request() {}

// notice is a request of TellOperators.
type notice struct{ words protocol.Text }

// handle lists all that can be asked of the hub.
func (l *loop) handle(req request) {
	switch req := req.(type) {
	case attach:
		l.attach(req)
	case withhold:
		l.withhold(req.c)
	case commands:
		l.commands(req)
	case answer:
		l.refuseLocal(req.c, proposal{slots: req.slots}, req.event)
	case headQuery:
		l.answerHead(req)
	case disconnect:
		l.disconnect(req)
	case isOperator:
		req.answer <- req.c.session != nil && req.c.isOperator()
	case promote:
		l.promote(req)
	case urgentShutdown:
		l.shutDownUrgently(req)
	case detach:
		l.detach(req)
	case notice:
		l.notice(req)
	default:
		panic("hub: a request of an unknown type")
	}
}
