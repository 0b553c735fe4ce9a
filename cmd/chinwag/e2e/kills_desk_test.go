//go:build linux

package e2e

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// deskwork is an operator's account of the desk.
type deskwork struct {
	operator bool
	compared int // the life in which /queue was compared with what was told

	desk   map[protocol.Ticket]held // the watcher's: all that is there, as it was told
	newest protocol.Ticket

	mine  map[protocol.Ticket]bool // the tickets that this operator has taken
	doing int                      // the ping behind its last command at the desk; what that has done is known with its pong
	known bool                     // mine is complete: after a start, when /queue was answered

	listed map[protocol.Ticket]held // the answer to /queue
	left   int                      // of it, to come
	told   map[protocol.Ticket]held // the desk when that began
}

// held is a ticket: the visitor, and the operator that has taken it.
type held struct{ visitor, by string }

func (v *survivor) isWatcher() bool { return v.name == "operator0" }

// beginsWork becomes an operator, or asks what has become of the desk.
func (v *survivor) beginsWork() {
	switch {
	case v.name[0] != 'o':
	case !v.operator:
		v.writes(protocol.Operator{Password: sesame})
	default:
		v.known = v.doing <= v.pong
		v.left = 0
		v.writes(protocol.Queue{All: true})
	}
}

func (v *survivor) watches() {
	if v.operator && v.left == 0 {
		v.writes(protocol.Queue{All: true})
	}
}

// answers has an operator do one thing for a visitor, or take another.
func (v *survivor) answers() {
	if !v.operator || v.compared != v.life {
		return
	}
	mine := slices.Sorted(maps.Keys(v.mine))
	if len(mine) == 0 || len(mine) < 4 && v.dice.IntN(2) == 0 {
		v.sendsAndPings(protocol.Next{})
		return
	}
	one := mine[v.dice.IntN(len(mine))]
	switch other := fmt.Sprint("operator", 1+v.dice.IntN(v.operators()-1)); v.dice.IntN(10) {
	case 0:
		v.sendsAndPings(protocol.Close{Ticket: one})
	case 1:
		if other != v.name {
			v.sendsAndPings(protocol.Hand{Ticket: one, To: protocol.MustNick(other)})
		}
	default:
		ref, text := v.newWords()
		v.sends(protocol.Reply{Ref: ref, Ticket: one, Text: text})
	}
}

// sendsAndPings sends a command that changes tickets. The pong tells that it is done.
func (v *survivor) sendsAndPings(c protocol.Command) {
	v.writes(c)
	v.asksForPong()
	v.doing = v.pings
}

// works hears what only operators are told.
func (v *survivor) works(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Promoted:
		v.operator, v.known = true, true
		v.writes(protocol.Queue{All: true})
	case protocol.Target:
		v.serves(e)
	case protocol.TicketChanged:
		v.changes(e)
	case protocol.QueueInfo:
		v.queues(e)
	case protocol.QueueRow:
		v.listed[e.Ticket] = held{e.Nick.String(), e.By.String()}
		v.left--
		v.compares()
	}
}

func (v *survivor) serves(e protocol.Target) {
	switch e.Event {
	case protocol.VisitorTaken:
		v.mine[e.Ticket] = true
	case protocol.TicketClosed, protocol.VisitorHanded:
		delete(v.mine, e.Ticket)
	}
}

// changes follows what became of a visitor, by others.
func (v *survivor) changes(e protocol.TicketChanged) {
	switch e.Event {
	case protocol.VisitorWaits:
		if e.Ticket <= v.newest {
			v.is("told of a new visitor %s after %s", e.Ticket, v.newest)
		}
		v.newest = max(v.newest, e.Ticket)
		v.desk[e.Ticket] = held{visitor: e.From.String()}
	case protocol.VisitorTaken:
		v.desk[e.Ticket] = held{e.From.String(), e.By.String()}
	case protocol.VisitorHanded:
		v.desk[e.Ticket] = held{e.From.String(), e.To.String()}
		if e.To.String() == v.name {
			v.mine[e.Ticket] = true
		}
	case protocol.TicketClosed:
		delete(v.desk, e.Ticket)
	default:
		v.is("told that a visitor is %s: %+v", e.Event, e)
	}
}

// queues follows the beginning of the answer to /queue, which lists the tickets after all that was told before.
func (v *survivor) queues(e protocol.QueueInfo) {
	v.listed, v.told, v.left = map[protocol.Ticket]held{}, maps.Clone(v.desk), e.Shown
	v.compares()
	mine := map[protocol.Ticket]bool{}
	for _, o := range e.Operators {
		for _, no := range o.Tickets {
			if o.Nick.String() == v.name {
				mine[no] = true
			}
		}
	}
	if v.known && v.doing <= v.pong && !maps.Equal(mine, v.mine) {
		v.is("the visitors of %s are %v, and were %v", v.name, slices.Sorted(maps.Keys(mine)), slices.Sorted(maps.Keys(v.mine)))
	}
	v.mine, v.known, v.doing = mine, true, 0
}

// compares the whole answer to /queue with what was told.
func (v *survivor) compares() {
	if v.left > 0 {
		return
	}
	if v.isWatcher() && !maps.Equal(v.told, v.listed) {
		v.is("the desk is %v, and was told to be %v", v.listed, v.told)
	}
	v.compared = v.life
}

// checkDesk checks the tickets in the journal: their numbers only grow, and none was lost or left.
func (k *kills) checkDesk(r *recorded) {
	newest := protocol.Ticket(0)
	for _, e := range r.desk {
		at, ok := e.Event.(protocol.TicketChanged)
		if !ok {
			continue
		}
		switch at.Event {
		case protocol.VisitorWaits:
			assert.Greater(k.t, at.Ticket, newest)
			newest = at.Ticket
		case protocol.VisitorTaken, protocol.VisitorHanded, protocol.TicketClosed:
		default:
			k.t.Errorf("nobody was lost or went, and the journal has %+v", at)
		}
	}
}
