package hub

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// shutDown begins the end: requests that already wait are still accepted, later ones are not. The goodbyes follow when
// the journal has decided about all of them. The grace begins here: the journal has half of it, the goodbyes have the
// rest.
func (l *loop) shutDown() {
	if l.stopping {
		return
	}
	l.stopping = true
	if grace := l.opts.Grace; grace > 0 {
		late := make(chan struct{})
		time.AfterFunc(grace, func() { close(late) })
		l.graceOver, l.commitDeadline, l.unwrittenDeadline = late, time.After(grace/2), time.After(grace*3/4)
	}
	for waiting := true; waiting; {
		select {
		case req := <-l.hub.requests:
			l.handle(req)
		default:
			waiting = false
		}
	}
	for _, req := range l.hub.admission.openAll() {
		l.commands(req)
	}
	l.draining = true
	if l.node.shares() && !l.node.begun { // no client has come in
		l.dropWaiting()
	}
	if l.isSettled() {
		l.endInOrder()
	}
}

// endInOrder says goodbye when it is recorded that all is told before.
func (l *loop) endInOrder() {
	if l.mayNoteFinal() {
		l.noteFinal()
	}
	if l.isSettled() {
		l.noticeWaiting()
		l.sayGoodbye()
	}
}

// mayNoteFinal reports whether the note is right that all clients are told everything. Clients to which goodbye was
// said before the last commit are not.
func (l *loop) mayNoteFinal() bool {
	return !l.notes.final && !l.goodbyesSent && l.broken == nil && (!l.node.shares() || l.node.begun)
}

// noticeWaiting tells the operators what waits at the desk when the server ends.
func (l *loop) noticeWaiting() {
	visitors, messages := 0, 0
	for _, t := range l.machine.View().Tickets {
		switch {
		case t.Message:
			messages++
		case t.Operator == uuid.Nil:
			visitors++
		}
	}
	words := waitingWords(visitors, messages, l.opts.Durable)
	if words == "" || l.goodbyesSent {
		return
	}
	for _, s := range l.operators {
		if s.client != nil && !s.client.over {
			l.send(s.client, protocol.Notice{Text: protocol.MustText(words)}, 0)
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

func (l *loop) sayGoodbye() {
	if l.goodbyesSent {
		return
	}
	l.goodbyesSent, l.commitDeadline = true, nil
	for _, c := range l.clients {
		if !c.over {
			goodbye := l.hub.Goodbye()
			goodbye.Text = l.shutdownText
			l.goodbye(c, goodbye)
		}
		if c.detached {
			delete(l.clients, c.conn)
		}
	}
}

func (l *loop) isDrained() bool { return l.goodbyesSent && len(l.clients) == 0 && l.isSettled() }

// shutDownUrgently ends the server for an operator whose /shutdown waits behind lines that the disk does not take.
// While the disk answers, /shutdown waits its turn, so that the lines before it are heard.
func (l *loop) shutDownUrgently(req urgentShutdown) {
	if s := req.c.session; s == nil || !s.operator || l.stopping {
		return
	}
	l.shutdownText = state.DropLong(req.text)
	if l.urgent = true; l.health.isSilent() || l.isUnanswered() {
		l.requestShutdown()
	}
}

// isUnanswered reports whether the journal has not decided for long, also where that was not told, since it has failed
// before.
func (l *loop) isUnanswered() bool {
	return len(l.uncommitted) > 0 && time.Since(l.health.answered) >= longSilence
}

// requestShutdown asks the caller of Run to end the server.
func (l *loop) requestShutdown() {
	select {
	case <-l.hub.shutdownRequested:
	default:
		close(l.hub.shutdownRequested)
	}
}

// UnrecordedError is how Run ends when the disk does not answer in time. The entries that it counts were delivered to
// no client.
type UnrecordedError struct {
	Lines  int // said by people, that the journal may have or not
	Others int // comings, goings and the like
}

func (e *UnrecordedError) Error() string {
	return fmt.Sprintf("the disk did not answer in time, so the server has ended without it: "+
		"of the lines that people have sent, and nobody has heard, %d may not be in the journal", e.Lines)
}

func (l *loop) unrecorded() error {
	lines, others := 0, 0
	for _, w := range l.node.waiting {
		if _, goes := w.op.(state.Disconnect); w.c == nil && !goes { // it is the server's own
			continue
		}
		if others++; w.isMessage {
			lines++
		}
	}
	for _, d := range l.uncommitted {
		if l.node.shares() { // it has happened on the other nodes
			break
		}
		if _, ok := d.op.(state.NoteSeen); ok { // it is the server's own
			continue
		}
		others++
		if d.hasMessage {
			lines++
		}
	}
	if others == 0 {
		return nil
	}
	return &UnrecordedError{Lines: lines, Others: others - lines}
}
