package client

import (
	"time"

	"chinwag/protocol"
)

const (
	quiet     = 60 * time.Second // silence of the server before a ping
	answering = 30 * time.Second // wait for the pong
	parting   = 3 * time.Second  // wait for the goodbye after a Leave
)

// take handles a request of Send or Settle.
func (r *run) take(s send) {
	switch cmd, _ := protocol.Split(s.cmd); cmd := cmd.(type) {
	case nil:
		r.addPing(s.settled)
	case protocol.Quit:
		r.leave(cmd)
	default:
		r.add(s.cmd)
	}
	r.send()
}

func (r *run) send() {
	if r.link != nil {
		r.out = r.unsent(r.out)
	}
}

func (r *run) leave(cmd protocol.Quit) {
	if r.link == nil {
		r.end(nil)
		return
	}
	r.out = protocol.AppendCommandJSON(r.unsent(r.out), cmd)
	r.left = time.After(parting)
}

// decline leaves a session whose nick is not the one asked for. The server says why it is not; the caller gets no
// other event of that session.
func (r *run) decline() {
	r.refused = &NickRefused{Nick: r.want}
	r.out = protocol.AppendCommandJSON(nil, protocol.Quit{})
	r.left = time.After(parting)
}

func (r *run) declined(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Refused:
		if r.refused.Words == "" {
			r.refused.Words = e.Text
		}
	case protocol.Goodbye:
		r.end(r.refused)
	}
}

// hear handles an event of the server, or the end of the connection.
func (r *run) hear(h heard) {
	if h.err != nil {
		r.lose(h.err)
		return
	}
	r.heardAt, r.asked = time.Now(), false
	if r.refused != nil {
		r.declined(h.event)
		return
	}
	if pong, ok := h.event.(protocol.Pong); ok && pong.Ref == r.shown && r.shown != "" {
		r.shown = ""
		r.tell(Arrived{})
		return
	}
	if pong, ok := h.event.(protocol.Pong); ok && pong.Ref == r.probe && r.probe != "" {
		r.giveUp(r.searched())
		r.send()
		return
	}
	if r.session.hear(h.event) {
		r.tell(Heard{h.event})
	}
	if e, ok := h.event.(protocol.Goodbye); ok {
		r.dismissed(e)
	}
}

// dismissed handles the server's goodbye. If the client is to come back, the connection then
// ends as if it broke.
func (r *run) dismissed(e protocol.Goodbye) {
	r.goodbye = &Dismissed{e}
	switch {
	case e.Reason == protocol.Departed, r.left != nil:
		r.end(nil)
	case e.Back == 0:
		r.end(r.goodbye)
	}
}

// listen pings a server that has been silent for long.
func (r *run) listen() {
	silent := time.Since(r.heardAt)
	switch {
	case r.link == nil: // reset when there is one again
	case len(r.told) > 0: // the caller is behind, so the client does not read
		r.heardAt = time.Now()
		r.silence.Reset(quiet)
	case r.asked:
		r.lose(errSilent)
	case silent < quiet:
		r.silence.Reset(quiet - silent)
	default:
		r.asked = true
		r.out = protocol.AppendCommandJSON(r.out, protocol.Ping{Ref: r.ref()})
		r.silence.Reset(answering)
	}
}

func (r *run) giveUp(lost []Undelivered) {
	for _, u := range lost {
		if _, ping := u.Command.(protocol.Ping); !ping {
			r.tell(u)
		}
	}
}
