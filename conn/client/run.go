package client

import (
	"context"
	"sync"
	"time"
)

// Run connects, and keeps the session until a Leave is answered, the server
// dismisses the client, or ctx ends; the first connection must succeed. It returns nil
// after a Leave; see the errors in event.go. It must be called once, and waits
// for all that it started.
func (c *Client) Run(ctx context.Context) error {
	defer close(c.done)
	defer close(c.events)
	ctx, cancel := context.WithCancel(ctx)
	r := &run{Client: c, ctx: ctx, session: session{
		kept: newKept(), want: c.opts.Nick, room: c.opts.Room, replay: c.opts.Replay,
	}}
	r.silence = time.NewTimer(quiet)
	defer r.clear()
	defer cancel()
	return r.loop()
}

// run is the state of one call of Run.
type run struct {
	*Client
	session
	ctx context.Context

	told    []Event          // for Events; while there are any, the client reads no more
	link    *link            // nil: there is no connection
	since   time.Time        // when it was made
	out     []byte           // for its writer; bounded by the commands kept
	heardAt time.Time        // of the server's last event
	asked   bool             // listen has sent a ping since then
	goodbye *Dismissed       // the server's goodbye
	refused *NickRefused     // not nil: the client leaves this session, see decline
	dialed  chan attempt     // capacity 1; nil: no dial is under way
	retry   <-chan time.Time // nil: no retry is due
	tries   int              // retries since a connection was stable
	silence *time.Timer
	left    <-chan time.Time // not nil: Leave is sent, and this ends the wait for the goodbye
	over    bool
	err     error // what Run returns
	wg      sync.WaitGroup
}

type attempt struct {
	link *link
	err  error
}

func (r *run) loop() error {
	r.dial()
	for !r.over || len(r.told) > 0 {
		select {
		case r.telling() <- r.nextTold():
			r.told = r.told[1:]
		case s := <-r.taking():
			r.take(s)
		case a := <-r.dialed:
			r.tried(a)
		case h := <-r.hearing():
			r.hear(h)
		case r.writing() <- r.out:
			r.out = nil
		case <-r.retry:
			r.dial()
		case <-r.silence.C:
			r.listen()
		case <-r.left:
			r.end(nil)
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
	return r.err
}

// clear waits for all that Run started.
func (r *run) clear() {
	r.silence.Stop()
	r.drop()
	r.wg.Wait()
	select {
	case a := <-r.dialed:
		if a.link != nil {
			a.link.close()
		}
	default:
	}
}

// The channels that loop may use just now; nil is never ready.

func (r *run) telling() chan<- Event {
	if len(r.told) == 0 {
		return nil
	}
	return r.events
}

func (r *run) nextTold() Event {
	if len(r.told) == 0 {
		return nil
	}
	return r.told[0]
}

func (r *run) taking() <-chan send {
	if r.over || r.left != nil || !r.hasRoom() {
		return nil
	}
	return r.sends
}

func (r *run) hearing() <-chan heard {
	if r.link == nil || len(r.told) > 0 {
		return nil
	}
	return r.link.heard
}

func (r *run) writing() chan<- []byte {
	if r.link == nil || len(r.out) == 0 {
		return nil
	}
	return r.link.out
}

func (r *run) tell(e Event) { r.told = append(r.told, e) }

// end lets Run return as soon as Events has all.
func (r *run) end(err error) {
	if r.refused != nil {
		err = r.refused
	}
	r.over, r.err = true, err
	r.drop()
	r.retry, r.left = nil, nil
	for _, e := range r.all {
		if isLine(e.cmd) || !mayRepeat(e.cmd) {
			r.tell(Undelivered{Command: e.cmd, Maybe: e.in != ""})
		}
	}
}
