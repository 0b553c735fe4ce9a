package client

import (
	"time"

	"chinwag/protocol"
)

const (
	quiet     = 60 * time.Second // without a word before we ask whether anybody is there
	answering = 30 * time.Second // for the answer
	parting   = 3 * time.Second  // for the goodbye after a Leave
)

// take is what somebody wants to send.
func (r *run) take(s send) {
	switch cmd, _ := protocol.Split(s.cmd); cmd := cmd.(type) {
	case nil:
		r.addPing(s.settled)
	case protocol.Leave:
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

func (r *run) leave(cmd protocol.Leave) {
	if r.link == nil {
		r.end(nil)
		return
	}
	r.out = protocol.AppendCommandJSON(r.unsent(r.out), cmd)
	r.left = time.After(parting)
}

// decline leaves a session that has another nick than ours. The server says why it has; nothing else that comes is anybody's
// business.
func (r *run) decline() {
	r.refused = &NickRefused{Nick: r.want}
	r.out = protocol.AppendCommandJSON(nil, protocol.Leave{})
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

// hear is what the server says, or the end of the connection.
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

// dismissed takes the server's goodbye. If it wants us back, what follows is the end of
// the connection, as of one that broke.
func (r *run) dismissed(e protocol.Goodbye) {
	r.goodbye = &Dismissed{e}
	switch {
	case e.Reason == protocol.Quit, r.left != nil:
		r.end(nil)
	case e.Back == 0:
		r.end(r.goodbye)
	}
}

// listen asks a server that has been silent for long whether it is there.
func (r *run) listen() {
	silent := time.Since(r.heardAt)
	switch {
	case r.link == nil: // reset when there is one again
	case len(r.told) > 0: // it is we who do not listen
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
