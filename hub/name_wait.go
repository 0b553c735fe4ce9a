package hub

import (
	"slices"
	"time"

	"chinwag/protocol"
)

// nameWait is a command that waits for the end of a connection, but not for ever: that client may have many
// commands left, not read its answers, or wait itself.
type nameWait struct {
	holder *Client
	until  time.Time
	c      *Client
	cmd    protocol.Command
	p      proposal
	over   bool
}

// awaitName holds back a command that asks for a name until the short connection of an earlier client from the
// same address is over, if that has ended but for unread input; or until that client has stayed longer.
func (r *run) awaitName(c *Client, cmd protocol.Command, p proposal) bool {
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
	conn, until := r.machine.ShortHolder(n, c.id, c.From.Prefix, time.Now())
	holder := r.clients[conn]
	if holder == nil || holder.detached || holder.input == nil || !holder.input.IsEnding() {
		return false
	}
	r.waits = append(r.waits, &nameWait{holder: holder, until: until, c: c, cmd: cmd, p: p})
	r.rearm()
	return true
}

// goOn carries out a command that has waited for long enough.
func (r *run) goOn(w *nameWait) {
	if w.over {
		return
	}
	w.over = true
	r.waits = slices.DeleteFunc(r.waits, func(o *nameWait) bool { return o == w })
	r.command(w.c, w.cmd, w.p)
}

// ended carries out the commands that waited for the end of a connection.
func (r *run) ended(c *Client) {
	for _, w := range slices.Clone(r.waits) {
		if w.holder == c {
			r.goOn(w)
		}
	}
}

func (r *run) endPatience(now time.Time) {
	for _, w := range slices.Clone(r.waits) {
		if !w.until.After(now) {
			r.goOn(w)
		}
	}
}
