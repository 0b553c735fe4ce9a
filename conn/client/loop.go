package client

import (
	"context"
	"sync"
	"time"

	"chinwag/protocol"
)

// Run connects, and keeps the session until a Quit is answered, the server dismisses the client, or ctx ends; the first
// connection must succeed. It returns nil after a Quit; see the errors in event.go. It must be called once, and waits
// for all that it started.
func (c *Client) Run(ctx context.Context) error {
	defer close(c.done)
	defer close(c.events)
	ctx, cancel := context.WithCancel(ctx)
	l := &loop{Client: c, ctx: ctx, session: session{
		outstanding: newOutstanding(), want: c.opts.Nick, room: c.opts.Room, replay: c.opts.Replay,
	}}
	l.silence = time.NewTimer(quiet)
	defer l.clear()
	defer cancel()
	return l.run()
}

// loop is the state of one call of Run.
type loop struct {
	*Client
	session
	ctx context.Context

	queue    []Event          // for Events; while there are any, the client reads no more
	conn     *connection      // nil: there is no connection
	since    time.Time        // when it was made
	out      []byte           // for its writer; bounded by the outstanding commands
	heardAt  time.Time        // of the server's last event
	pinged   bool             // listen has sent a ping since then
	goodbye  *GoodbyeError    // the server's goodbye
	refused  *NickRefused     // not nil: the client leaves this session, see decline
	dialed   chan dialResult  // capacity 1; nil: no dial is under way
	retry    <-chan time.Time // nil: no retry is due
	attempts int              // attempts since a connection was stable
	silence  *time.Timer
	quitting <-chan time.Time // not nil: Quit is sent, and this ends the wait for the goodbye
	ended    bool
	err      error // what Run returns
	wg       sync.WaitGroup
}

type dialResult struct {
	conn *connection
	err  error
}

func (l *loop) run() error {
	l.dial()
	for !l.ended || len(l.queue) > 0 {
		select {
		case l.outgoing() <- l.nextEvent():
			l.queue = l.queue[1:]
		case s := <-l.requests():
			l.take(s)
		case a := <-l.dialed:
			l.dialDone(a)
		case in := <-l.incoming():
			l.hear(in)
		case l.writer() <- l.out:
			l.out = nil
		case <-l.retry:
			l.dial()
		case <-l.silence.C:
			l.listen()
		case <-l.quitting:
			l.end(nil)
		case <-l.ctx.Done():
			return l.ctx.Err()
		}
	}
	return l.err
}

// clear waits for all that Run started.
func (l *loop) clear() {
	l.silence.Stop()
	l.drop()
	l.wg.Wait()
	select {
	case a := <-l.dialed:
		if a.conn != nil {
			a.conn.close()
		}
	default:
	}
}

// The channels that loop may use just now; nil is never ready.

func (l *loop) outgoing() chan<- Event {
	if len(l.queue) == 0 {
		return nil
	}
	return l.events
}

func (l *loop) nextEvent() Event {
	if len(l.queue) == 0 {
		return nil
	}
	return l.queue[0]
}

func (l *loop) requests() <-chan send {
	if l.ended || l.quitting != nil || !l.hasRoom() {
		return nil
	}
	return l.sends
}

func (l *loop) incoming() <-chan input {
	if l.conn == nil || len(l.queue) > 0 {
		return nil
	}
	return l.conn.inputs
}

func (l *loop) writer() chan<- []byte {
	if l.conn == nil || len(l.out) == 0 {
		return nil
	}
	return l.conn.out
}

func (l *loop) tell(e Event) { l.queue = append(l.queue, e) }

// end lets Run return as soon as Events has all.
func (l *loop) end(err error) {
	if l.refused != nil {
		err = l.refused
	}
	l.ended, l.err = true, err
	l.drop()
	l.retry, l.quitting = nil, nil
	for _, e := range l.all {
		if protocol.Speaks(e.cmd) || !protocol.MayRepeat(e.cmd) {
			l.tell(Undelivered{Command: e.cmd, Maybe: e.sentUnder != ""})
		}
	}
}
