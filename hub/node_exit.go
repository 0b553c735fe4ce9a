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
func (l *loop) whyNotBegun() error {
	epoch, rules := l.machine.OrderOf()
	number, _ := l.machine.IncarnationOf(l.node.no)
	switch {
	case epoch != l.hub.journal.Epoch():
		return errors.New("its journal is another one than that of the nodes in it: a new node begins with a copy of the journal of one of them")
	case rules != state.Rules:
		return errors.New("the nodes in it are of another version: all have to be stopped before one of this version begins")
	case number >= l.node.incarnation:
		return errors.New("its clock is behind that of its last start, or another server has its number")
	}
	return errors.New("there are too many nodes")
}

// checkLife ends this node when its incarnation has ended.
func (l *loop) checkLife() {
	n := &l.node
	if !n.begun || n.ended {
		return
	}
	number, live := l.machine.IncarnationOf(n.no)
	switch {
	case live && number == n.incarnation:
	case l.notes.final: // the node has said so itself
		l.dropWaiting()
	case number != n.incarnation:
		l.endNode(errors.New("another server has begun with its number"))
	default:
		l.endNode(errors.New("the other nodes go on without it, since they have not heard of it for long, or its state was another than theirs"))
	}
}

// hasFinalNote reports whether this node, before it ends, has noted up to where its clients are told. Entries ordered
// after that note are not told here: clients read them on the node where they resume.
func (l *loop) hasFinalNote() bool { return l.node.shares() && l.notes.final }

// skipDecision is deliverDecision for a decision after that note. Words that it takes back leave this journal, too,
// which stays equal to those of the other nodes.
func (l *loop) skipDecision(d *decision) {
	l.drop(d.proposal) // the end of a connection, if it is this node's at all
	for _, a := range d.answers {
		if f, ok := a.Effect.(state.Redact); ok {
			l.eraseAlone(f)
		}
	}
}

// endNode ends the hub, which cannot go on in the order.
func (l *loop) endNode(why error) {
	if l.node.ended {
		return
	}
	l.broken = fmt.Errorf("%w: %w", ErrNode, why)
	l.dropWaiting()
	l.shutdownText = cmp.Or(l.shutdownText, nodeEnds)
	if l.shutDown(); l.isSettled() {
		l.endInOrder()
	}
}

// dropWaiting stops deciding on this node: its waiting intents are told on the others, if at all.
func (l *loop) dropWaiting() {
	waiting := l.node.waiting
	l.node.waiting, l.node.ended, l.node.batches = nil, true, nil
	for _, w := range waiting {
		w.countOpening(-1)
		l.drop(w.proposal)
		for _, d := range w.after {
			l.drop(d.proposal)
		}
	}
}

// nodeEnds is in the goodbye of a node that cannot go on.
var nodeEnds = protocol.MustText("this server of several cannot go on just now")

// abandon ends a node whose journal cannot be written: what is in flight has happened on the other nodes, so clients
// are not told that it failed.
func (l *loop) abandon(why error) {
	flight := l.uncommitted
	l.uncommitted = nil
	for _, d := range flight {
		l.refund(d.spent)
		for _, p := range append([]*decision{d}, d.after...) {
			l.drop(p.proposal)
		}
	}
	l.endNode(fmt.Errorf("its journal cannot be written: %w", why))
}
