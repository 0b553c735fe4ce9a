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

func (r *run) dial() {
	r.retry = nil
	ctx, hello, dialed := r.ctx, r.hello(), make(chan attempt, 1)
	r.dialed = dialed
	r.wg.Go(func() {
		l, err := connect(ctx, &r.opts, hello)
		dialed <- attempt{l, err}
	})
}

// tried handles the end of a try to connect.
func (r *run) tried(a attempt) {
	r.dialed = nil
	dismissed, isDismissed := errors.AsType[*Dismissed](a.err)
	switch {
	case r.over && a.link != nil:
		a.link.close()
	case r.over:
	case a.err == nil:
		r.connected(a.link)
	case isDismissed:
		r.end(dismissed)
	case r.token != "":
		r.waitForNext(a.err, false)
	case errors.Is(a.err, ErrNotChinwag):
		r.end(a.err)
	default:
		r.end(fmt.Errorf("%w to %s: %w", ErrUnreachable, r.opts.Addr, plainly(a.err)))
	}
}

func (r *run) connected(l *link) {
	l.start(&r.wg, r.opts.Log)
	r.link, r.out, r.asked, r.goodbye = l, nil, false, nil
	r.since, r.heardAt = time.Now(), time.Now()
	r.silence.Reset(quiet)

	again := r.token != ""
	lost := r.welcomed(l.welcome)
	if r.opts.OnlyAs && !l.welcome.Resumed && r.want != (protocol.Nick{}) && r.want != l.welcome.Nick {
		r.giveUp(lost)
		r.decline()
		return
	}
	told := l.welcome
	told.Token = ""
	r.tell(Connected{told, again})
	r.giveUp(lost)
	r.arrive(told.Resumed)
	if r.probe != "" {
		r.out = protocol.AppendCommandJSON(r.out, protocol.Ping{Ref: r.probe})
	}
	r.send()
}

// arrive has Arrived follow the history that the server tells a new session.
func (r *run) arrive(resumed bool) {
	switch {
	case resumed && r.shown == "":
	case !resumed && r.replay != nil && *r.replay <= 0:
		r.shown = ""
		r.tell(Arrived{})
	default:
		r.shown = r.ref()
		r.out = protocol.AppendCommandJSON(r.out, protocol.Ping{Ref: r.shown})
	}
}

// lose handles the end of a connection that Run did not end.
func (r *run) lose(err error) {
	r.drop()
	if r.goodbye != nil {
		err = r.goodbye
	}
	switch {
	case r.left != nil:
		r.end(nil)
	case r.opts.Once:
		r.end(fmt.Errorf("%w: %w", ErrLost, plainly(err)))
	default:
		if time.Since(r.since) >= stable {
			r.tries = 0
		}
		r.waitForNext(err, true)
	}
}

// drop closes the connection, if there is one.
func (r *run) drop() {
	if r.link != nil {
		r.link.close()
		r.link = nil
	}
}

func (r *run) waitForNext(err error, broke bool) {
	next := delay(r.tries)
	r.tries++
	r.retry = time.After(next)
	r.tell(Lost{Err: plainly(err), Broke: broke, Next: next})
	r.opts.Log.Debug("client: no connection", "err", err, "tries", r.tries, "next", next)
}

// delay grows with the tries. It is random in part, so that the clients of one server do not
// come back at once.
func delay(tries int) time.Duration {
	d := min(firstDelay<<min(tries, 10), lastDelay)
	return d/2 + rand.N(d/2)
}
