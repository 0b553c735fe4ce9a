package hub

import (
	"slices"
	"time"

	"chinwag/protocol"
)

// nameWait is a command that waits for the end of a connection, but not for ever: that client may have many commands
// left, not read its answers, or wait itself.
type nameWait struct {
	holder *Client
	until  time.Time
	c      *Client
	cmd    protocol.Command
	p      proposal
	done   bool
}

// awaitName holds back a command that asks for a name until the short connection of an earlier client from the same
// address is over, if that has ended but for unread input; or until that client has stayed longer.
func (l *loop) awaitName(c *Client, cmd protocol.Command, p proposal) bool {
	var n protocol.Nick
	switch cmd := cmd.(type) {
	case protocol.Rename:
		n = cmd.Nick
	case protocol.Hello:
		n = cmd.Nick
	}
	if n == (protocol.Nick{}) {
		return false
	}
	conn, until := l.machine.ShortHolder(n, c.id, c.From.Prefix, time.Now())
	holder := l.clients[conn]
	if holder == nil || holder.detached || holder.input == nil || !holder.input.IsEnding() {
		return false
	}
	l.nameWaits = append(l.nameWaits, &nameWait{holder: holder, until: until, c: c, cmd: cmd, p: p})
	l.rearm()
	return true
}

// endWait carries out a command that has waited for long enough.
func (l *loop) endWait(w *nameWait) {
	if w.done {
		return
	}
	w.done = true
	l.nameWaits = slices.DeleteFunc(l.nameWaits, func(o *nameWait) bool { return o == w })
	l.command(w.c, w.cmd, w.p)
}

// endWaitsFor carries out the commands that waited for the end of a connection.
func (l *loop) endWaitsFor(c *Client) {
	for _, w := range slices.Clone(l.nameWaits) {
		if w.holder == c {
			l.endWait(w)
		}
	}
}

func (l *loop) endWaits(now time.Time) {
	for _, w := range slices.Clone(l.nameWaits) {
		if !w.until.After(now) {
			l.endWait(w)
		}
	}
}
