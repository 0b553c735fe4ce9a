package hub

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// stop begins the end: requests that already wait are still accepted, later ones are not. The goodbyes follow
// when the journal has decided about all of them. The grace begins here: the journal has half of it, the
// goodbyes have the rest.
func (r *run) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	if grace := r.opts.Grace; grace > 0 {
		late := make(chan struct{})
		time.AfterFunc(grace, func() { close(late) })
		r.deadline, r.patience, r.lastCall = late, time.After(grace/2), time.After(grace*3/4)
	}
	for waiting := true; waiting; {
		select {
		case req := <-r.hub.requests:
			r.handle(req)
		default:
			waiting = false
		}
	}
	for _, req := range r.hub.admission.open() {
		r.follows(req)
	}
	r.draining = true
	if r.node.shares() && !r.node.begun { // nobody has come in
		r.leaveWaiting()
	}
	if r.isSettled() {
		r.endWell()
	}
}

// endWell says goodbye when it is recorded that all is told before.
func (r *run) endWell() {
	if r.mayNoteLast() {
		r.noteLast()
	}
	if r.isSettled() {
		r.tellWaiting()
		r.sayGoodbye()
	}
}

// mayNoteLast reports whether the note is right that all clients are told everything. Clients to which goodbye was
// said before the last commit are not.
func (r *run) mayNoteLast() bool {
	return !r.notes.end && !r.parted && r.broken == nil && (!r.node.shares() || r.node.begun)
}

// tellWaiting tells the operators what waits at the desk when the server ends.
func (r *run) tellWaiting() {
	visitors, messages := 0, 0
	for _, t := range r.machine.View().Tickets {
		switch {
		case t.Message:
			messages++
		case t.By == uuid.Nil:
			visitors++
		}
	}
	words := waitingWords(visitors, messages, r.opts.Durable)
	if words == "" || r.parted {
		return
	}
	for _, s := range r.operators {
		if s.client != nil && !s.client.over {
			r.tellOne(s.client, protocol.Notice{Text: protocol.MustText(words)})
		}
	}
}

func waitingWords(visitors, messages int, survives bool) string {
	var parts []string
	switch {
	case visitors == 1:
		parts = append(parts, "1 visitor waits")
	case visitors > 1:
		parts = append(parts, fmt.Sprintf("%d visitors wait", visitors))
	}
	switch {
	case messages == 1:
		parts = append(parts, "1 message is not answered")
	case messages > 1:
		parts = append(parts, fmt.Sprintf("%d messages are not answered", messages))
	}
	switch {
	case len(parts) == 0:
		return ""
	case survives:
		return "at the desk " + strings.Join(parts, ", and ") + ": the next start has that, too"
	}
	return "at the desk " + strings.Join(parts, ", and ") + ": that ends with the server"
}

func (r *run) sayGoodbye() {
	if r.parted {
		return
	}
	r.parted, r.patience = true, nil
	for _, c := range r.clients {
		if !c.over {
			goodbye := r.hub.Goodbye()
			goodbye.Text = r.farewell
			r.goodbye(c, goodbye)
		}
		if c.detached {
			delete(r.clients, c.conn)
		}
	}
}

func (r *run) isOver() bool { return r.parted && len(r.clients) == 0 && r.isSettled() }
