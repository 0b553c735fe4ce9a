package client

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"chinwag/protocol"
)

// maxOutstanding is how many commands may wait for their answers. The server remembers as many ids, so that none of
// them can be said twice.
const maxOutstanding = 256

// outstanding are the commands without an answer yet, in order.
type outstanding struct {
	prefix string // of all ids of this client
	n      uint64
	all    []*pending
}

// pending is a command that waits for its answer.
type pending struct {
	cmd       protocol.Command
	ref       protocol.Ref  // of a line, or of the client's own ping
	sentUnder string        // token of the session in which it was sent; "": not sent
	acked     chan struct{} // not nil: closed when it is answered
}

func newOutstanding() outstanding { return outstanding{prefix: rand.Text()[:10] + "-"} }

func (k *outstanding) hasRoom() bool { return len(k.all)+2 <= maxOutstanding }

// ref is a fresh id.
func (k *outstanding) ref() protocol.Ref {
	k.n++
	return protocol.Ref(k.prefix + strconv.FormatUint(k.n, 36))
}

func (k *outstanding) isOurs(ref protocol.Ref) bool { return strings.HasPrefix(string(ref), k.prefix) }

// add keeps a command. Unless it is a line to be said, which is always answered, a ping follows it, whose answer comes
// after the command's own.
func (k *outstanding) add(cmd protocol.Command) {
	e := &pending{}
	e.cmd, e.ref = k.withRef(cmd)
	k.all = append(k.all, e)
	if !protocol.VerbOf(cmd).Message {
		k.addPing(nil)
	}
}

func (k *outstanding) addPing(acked chan struct{}) {
	ref := k.ref()
	k.all = append(k.all, &pending{cmd: protocol.Ping{Ref: ref}, ref: ref, acked: acked})
}

// withRef is cmd with an id, if it brings words to others: its own, or a new one.
func (k *outstanding) withRef(cmd protocol.Command) (protocol.Command, protocol.Ref) {
	_, ref := protocol.Split(cmd)
	switch {
	case !protocol.Speaks(cmd):
		return cmd, ""
	case ref == "":
		ref = k.ref()
	}
	return protocol.WithRef(cmd, ref), ref
}

// ack removes the line that is answered, and reports whether there is one.
func (k *outstanding) ack(ref protocol.Ref) bool {
	i := k.find(ref)
	if i >= 0 {
		k.all = slices.Delete(k.all, i, i+1)
	}
	return i >= 0
}

// ackUpTo removes a ping that is answered, and all commands before it.
func (k *outstanding) ackUpTo(ref protocol.Ref) {
	i := k.find(ref)
	for _, e := range k.all[:i+1] {
		if e.acked != nil {
			close(e.acked)
		}
	}
	k.all = slices.Delete(k.all, 0, i+1)
}

func (k *outstanding) find(ref protocol.Ref) int {
	if ref == "" {
		return -1
	}
	return slices.IndexFunc(k.all, func(e *pending) bool { return e.ref == ref })
}

// keepIf removes the entries for which keep is false.
func (k *outstanding) keepIf(keep func(*pending) bool) {
	k.all = slices.DeleteFunc(k.all, func(e *pending) bool { return !keep(e) })
}

// isSaid reports whether a command is a line that the room's history will show.
func isSaid(cmd protocol.Command) bool {
	switch cmd := cmd.(type) {
	case protocol.Say:
		return cmd.Ticket == 0
	case protocol.Me:
		return true
	}
	return false
}

// isSaidIn reports whether a command is a line that the history of that room will show, which is all that a new session
// is told of the time before.
func isSaidIn(cmd protocol.Command, in protocol.Room) bool {
	var room protocol.Room
	switch cmd := cmd.(type) {
	case protocol.Say:
		room = cmd.Room
	case protocol.Me:
		room = cmd.Room
	}
	return isSaid(cmd) && (room == in || room == protocol.Room{})
}
