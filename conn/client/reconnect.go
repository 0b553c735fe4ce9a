package client

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"chinwag/protocol"
)

const (
	firstDelay = 500 * time.Millisecond // before the first retry, then twice as long each time
	lastDelay  = 30 * time.Second
	stable     = 30 * time.Second // a connection that held for this long resets the delay
)

func (l *loop) dial() {
	l.retry = nil
	ctx, hello, dialed := l.ctx, l.hello(), make(chan dialResult, 1)
	l.dialed = dialed
	l.wg.Go(func() {
		c, err := connect(ctx, &l.opts, hello)
		dialed <- dialResult{c, err}
	})
}

// dialDone handles the end of an attempt to connect.
func (l *loop) dialDone(a dialResult) {
	l.dialed = nil
	dismissed, isDismissed := errors.AsType[*GoodbyeError](a.err)
	switch {
	case l.ended && a.conn != nil:
		a.conn.close()
	case l.ended:
	case a.err == nil:
		l.connected(a.conn)
	case isDismissed:
		l.end(dismissed)
	case l.token != "":
		l.waitForNext(a.err, false)
	case errors.Is(a.err, ErrNotChinwag):
		l.end(a.err)
	default:
		l.end(fmt.Errorf("%w to %s: %w", ErrUnreachable, l.opts.Addr, plainly(a.err)))
	}
}

func (l *loop) connected(c *connection) {
	c.start(&l.wg, l.opts.Log)
	l.conn, l.out, l.pinged, l.goodbye = c, nil, false, nil
	l.since, l.heardAt = time.Now(), time.Now()
	l.silence.Reset(quiet)

	again := l.token != ""
	lost := l.welcomed(c.welcome)
	if l.opts.OnlyAs && !c.welcome.Resumed && l.want != (protocol.Nick{}) && l.want != c.welcome.Nick {
		l.giveUp(lost)
		l.decline()
		return
	}
	told := c.welcome
	told.Token = ""
	l.tell(Connected{told, again})
	l.giveUp(lost)
	l.arrive(told.Resumed)
	if l.probe != "" {
		l.out = protocol.AppendCommandJSON(l.out, protocol.Ping{Ref: l.probe})
	}
	l.send()
}

// arrive has Arrived follow the history that the server tells a new session.
func (l *loop) arrive(resumed bool) {
	switch {
	case resumed && l.replayEnd == "":
	case !resumed && l.replay != nil && *l.replay <= 0:
		l.replayEnd = ""
		l.tell(Arrived{})
	default:
		l.replayEnd = l.ref()
		l.out = protocol.AppendCommandJSON(l.out, protocol.Ping{Ref: l.replayEnd})
	}
}

// lose handles the end of a connection that Run did not end.
func (l *loop) lose(err error) {
	l.drop()
	if l.goodbye != nil {
		err = l.goodbye
	}
	switch {
	case l.quitting != nil:
		l.end(nil)
	case l.opts.NoReconnect:
		l.end(fmt.Errorf("%w: %w", ErrLost, plainly(err)))
	default:
		if time.Since(l.since) >= stable {
			l.attempts = 0
		}
		l.waitForNext(err, true)
	}
}

// drop closes the connection, if there is one.
func (l *loop) drop() {
	if l.conn != nil {
		l.conn.close()
		l.conn = nil
	}
}

func (l *loop) waitForNext(err error, broke bool) {
	next := delay(l.attempts)
	l.attempts++
	l.retry = time.After(next)
	l.tell(Lost{Err: plainly(err), Broke: broke, Next: next})
	l.opts.Log.Debug("client: no connection", "err", err, "tries", l.attempts, "next", next)
}

// delay grows with the attempts. It is random in part, so that the clients of one server do not come back at once.
func delay(attempts int) time.Duration {
	d := min(firstDelay<<min(attempts, 10), lastDelay)
	return d/2 + rand.N(d/2)
}
