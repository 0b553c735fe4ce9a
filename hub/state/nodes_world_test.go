package state

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// several is a world of several nodes, which bring what they want into one order. Its machine decides each intent as it
// comes.
type several struct {
	*world
	origins map[Node]*Origin // of the last intent of each
	order   []Intent         // what the log brings
}

var epochOfAll = uuid.UUID{14: 7}

// newSeveral is a world with an empty journal.
func newSeveral(t testing.TB) *several { return severalIn(emptyWorld(t)) }

// severalIn has the journal of w be that of several nodes.
func severalIn(w *world) *several { return &several{world: w, origins: map[Node]*Origin{}} }

// begins begins the next incarnation of a node.
func (v *several) begins(no Node, set Settings) outcome {
	was := v.origins[no]
	if was == nil {
		was = &Origin{Node: no}
	}
	v.origins[no] = &Origin{Node: no, Incarnation: was.Incarnation + 1}
	return v.proposes(no, Intent{Op: Start{Settings: set, Rules: Rules, Epoch: epochOfAll}})
}

// proposes is what a node wants next.
func (v *several) proposes(no Node, in Intent) outcome {
	v.t.Helper()
	if v.origins[no] == nil {
		v.t.Fatalf("node %d has not begun, or a client has no connection: %+v", no, in)
	}
	v.origins[no].Request++
	in.Origin = *v.origins[no]
	return v.brings(in)
}

// wants is proposes for what is of no client.
func (v *several) wants(no Node, op Op) outcome { return v.proposes(no, Intent{Op: op}) }

// brings has an intent have the next place in the order.
func (v *several) brings(in Intent) outcome {
	v.t.Helper()
	v.intents++
	in.Time = v.now
	binary.BigEndian.PutUint64(in.ID[:8], v.intents)
	return v.repeats(in)
}

// repeats is brings for an intent that may have a place already.
func (v *several) repeats(in Intent) outcome {
	v.t.Helper()
	v.order = append(v.order, in)
	o := v.decideOne(in)
	if !v.undoing {
		v.keepAll()
	}
	return o
}

// opensAt begins a session at a node.
func (v *several) opensAt(no Node, name string, change func(*Open)) outcome {
	c := v.client(name)
	v.newSession(c)
	c.id, v.at = c.next, no
	op := Open{As: c.id, Conn: v.connect(c), Nick: protocol.MustNick(name), Code: c.secret, Program: true, From: hostFrom("192.0.2.1")}
	if change != nil {
		change(&op)
	}
	return v.wants(no, op)
}

// returnsAt goes on with a session at a node, by its token.
func (v *several) returnsAt(no Node, name string) outcome {
	c := v.client(name)
	v.at = no
	return v.wants(no, Open{As: uuid.UUID{0: 0xff, 1: byte(v.conns)}, Conn: v.connect(c), Token: c.secret, Program: true, Echo: true})
}

// types has a client say a command, which its node knows by the connection only.
func (v *several) types(name, words string) outcome {
	v.t.Helper()
	c := v.client(name)
	cmd, err := protocol.ParseCommand(words)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.proposes(HostOf(c.conn), Intent{Conn: c.conn, Op: Command{Command: cmd}})
}

// beats has nodes say for a time that they are alive.
func (v *several) beats(long time.Duration, nodes ...Node) (made []string) {
	for end := v.now.Add(long); v.now.Before(end); {
		v.now = v.now.Add(Beat)
		for _, no := range nodes {
			made = append(made, v.caused(v.wants(no, Heartbeat{}))...)
		}
	}
	return made
}

// caused is what a decision holds: a line for each event and each answer.
func (v *several) caused(o outcome) (lines []string) {
	if o.Void {
		lines = append(lines, "void")
	}
	for _, e := range o.Events {
		switch c := e.Change.(type) {
		case nil:
			lines = append(lines, fmt.Sprintf("%s: %s", e.Stream, spelledOut(e.What.Public())))
		case NodeBegan:
			lines = append(lines, fmt.Sprintf("node %d began its life %d", c.Node, c.Incarnation))
		case NodeEnded:
			lines = append(lines, fmt.Sprintf("node %d ended, %s", c.Node, endings[c.Why]))
		case Detached:
			lines = append(lines, fmt.Sprintf("%s detached, quiet %t, seen %d, unsure %t", v.nameOf(e.Author), c.Quiet, c.Seen, c.Unsure))
		default:
			lines = append(lines, fmt.Sprintf("%s %s", v.nameOf(e.Author), strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", c), "state."))))
		}
	}
	for _, a := range o.Answers {
		if a.Event == nil {
			lines = append(lines, fmt.Sprintf("> %s: %T", v.nameOfConn(a.Conn), a.Effect))
			continue
		}
		lines = append(lines, fmt.Sprintf("> %s: %s", v.nameOfConn(a.Conn), spelledOut(a.Event)))
	}
	return lines
}

var endings = map[NodeEnd]string{NodeStopped: "stopped", NodeSilent: "silent", NodeReplaced: "replaced", NodeDiffers: "differs"}
