package hub

import (
	"cmp"
	"errors"
	"fmt"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// How a node ends:
//
//	its incarnation cannot begin, or the others go on without it ─┐
//	its journal cannot be written ────────────────────────────────┼─> endNode ──> goodbyes, ErrNode
//	the log brings what cannot be decided ────────────────────────┘
//	it is asked to end ──> its last intent, Seen{Clean}, has its position ──────> goodbyes

// whyNotBegun is why this incarnation cannot begin.
func (r *run) whyNotBegun() error {
	epoch, rules := r.machine.OrderOf()
	number, _ := r.machine.IncarnationOf(r.node.no)
	switch {
	case epoch != r.hub.journal.Epoch():
		return errors.New("its record is another one than that of the nodes in it: a new node begins with a copy of the record of one of them")
	case rules != state.Rules:
		return errors.New("the nodes in it are of another version: all have to be stopped before one of this version begins")
	case number >= r.node.incarnation:
		return errors.New("its clock is behind that of its last start, or another server has its number")
	}
	return errors.New("there are too many nodes")
}

// checkLife ends this node when its incarnation has ended.
func (r *run) checkLife() {
	n := &r.node
	if !n.begun || n.over {
		return
	}
	number, live := r.machine.IncarnationOf(n.no)
	switch {
	case live && number == n.incarnation:
	case r.notes.end: // the node has said so itself
		r.leaveWaiting()
	case number != n.incarnation:
		r.endNode(errors.New("another server has begun with its number"))
	default:
		r.endNode(errors.New("the other nodes go on without it, since they have not heard of it for long, or its state was another than theirs"))
	}
}

// hasNotedLast reports whether this node, before it ends, has noted up to where its clients are told. Entries
// ordered after that note are not told here: clients read them on the node where they resume.
func (r *run) hasNotedLast() bool { return r.node.shares() && r.notes.end }

// passOver is tellOf for a decision after that note. Words that it takes back leave this journal, too, which stays equal
// to those of the other nodes.
func (r *run) passOver(d *decided) {
	r.drop(d.proposal) // the end of a connection, if it is this node's at all
	for _, a := range d.answers {
		if f, ok := a.Query.(state.Redact); ok {
			r.eraseAlone(f)
		}
	}
}

// endNode ends the hub, which cannot go on in the order.
func (r *run) endNode(why error) {
	if r.node.over {
		return
	}
	r.broken = fmt.Errorf("%w: %w", ErrNode, why)
	r.leaveWaiting()
	r.farewell = cmp.Or(r.farewell, nodeEnds)
	if r.stop(); r.isSettled() {
		r.endWell()
	}
}

// leaveWaiting stops deciding on this node: its waiting intents are told on the others, if at all.
func (r *run) leaveWaiting() {
	waiting := r.node.waiting
	r.node.waiting, r.node.over, r.node.next = nil, true, nil
	for _, w := range waiting {
		w.entering(-1)
		r.drop(w.proposal)
		for _, d := range w.after {
			r.drop(d.proposal)
		}
	}
}

// nodeEnds is in the goodbye of a node that cannot go on.
var nodeEnds = protocol.MustText("this server of several cannot go on just now")

// abandon ends a node whose journal cannot be written: what is in flight has happened on the other nodes, so
// clients are not told that it failed.
func (r *run) abandon(why error) {
	flight := r.inflight
	r.inflight = nil
	for _, d := range flight {
		r.giveBackSpent(d.spent)
		for _, p := range append([]*decided{d}, d.after...) {
			r.drop(p.proposal)
		}
	}
	r.endNode(fmt.Errorf("its record cannot be written: %w", why))
}
