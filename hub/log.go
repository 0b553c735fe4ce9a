package hub

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"chinwag/hub/state"
)

// Log brings the intents of several hubs into one order. A hub that is alone has none: it decides each intent at once.
//
//	hub A ── Append ──┐                 ┌── Read ──> hub A ── decides, records, delivers
//	hub B ── Append ──┼──> one order ───┼── Read ──> hub B ── decides, records, delivers
//	hub C ── Append ──┘                 └── Read ──> hub C ── decides, records, delivers
//
// A log does not know what it orders: each intent is bytes, see state.AppendIntent.
type Log interface {
	// Append puts intents at the end of the order, one after the other, and returns when they have their positions.
	// After an error it is unknown which of them have: the hub appends them again, and an intent with two positions is
	// decided once. A hub calls it for one batch at a time, of at most 256 intents. It returns when ctx has ended, and
	// keeps none of the slices.
	Append(ctx context.Context, intents [][]byte) error

	// Read delivers the intents after a position, in order, and goes on with new ones until ctx ends. It may deliver
	// some again. The channel is never closed, and its values are never written to.
	Read(ctx context.Context, after uint64) <-chan LogBatch
}

// LogBatch is a stretch of the order.
type LogBatch struct {
	First   uint64    // position of the first of the intents; positions begin at 1
	Time    time.Time // of the log, when it accepted them; it never goes back
	Intents [][]byte
}

const (
	appendRetry = 200 * time.Millisecond // after an error of the log

	maxAppend = 256 // intents, at once

	// maxUncommitted is how many decisions may wait for the journal before the log is no longer read.
	maxUncommitted = 4096
)

// append appends intents to the log, in the order of their proposals. It has a goroutine of its own, since the log may
// block.
func (n *node) append(ctx context.Context) {
	for {
		select {
		case <-n.appends.wake:
		case <-ctx.Done():
			return
		}
		for batch := range slices.Chunk(n.appends.take(), maxAppend) {
			if !n.appendAll(ctx, batch) {
				return
			}
			n.unaccepted.Add(-int64(len(batch)))
		}
	}
}

// appendAll appends intents until the log has taken them. It reports false where ctx has ended before.
func (n *node) appendAll(ctx context.Context, batch [][]byte) bool {
	for {
		err := n.log.Append(ctx, batch)
		n.failure.Store(&err)
		if err == nil {
			return true
		}
		select {
		case <-time.After(appendRetry):
		case <-ctx.Done():
			return false
		}
	}
}

// appendIntent appends an intent to the order.
func (l *loop) appendIntent(p proposal, in *state.Intent) {
	n := &l.node
	if n.ended {
		l.drop(p)
		return
	}
	n.request++
	in.Origin = state.Origin{Node: n.no, Incarnation: n.incarnation, Request: n.request}
	n.proposedAt = time.Now()
	n.waiting = append(n.waiting, &ownIntent{proposal: p, at: n.proposedAt})
	p.countOpening(1)
	n.unaccepted.Add(1)
	n.appends.add(state.AppendIntent(nil, in), math.MaxInt)
	l.rearm()
}

// countOpening counts the waiting intents that may give p's client a session.
func (p *proposal) countOpening(by int) {
	switch p.op.(type) {
	case state.Open, state.Resume:
		p.c.opening += by
	}
}

// decideBatch decides the intents that the log has delivered.
func (l *loop) decideBatch(b LogBatch) {
	n := &l.node
	for i := range b.Intents {
		switch at, next := b.First+uint64(i), l.machine.Position()+1; {
		case n.ended:
			return
		case at < next: // delivered before
			continue
		case at > next:
			l.endNode(fmt.Errorf("the log has brought %d after %d", at, next-1))
			return
		}
		in, err := state.ReadIntent(b.Intents[i])
		if err != nil {
			l.endNode(fmt.Errorf("an intent in the log cannot be read: %w", err))
			return
		}
		if in.Node == 0 {
			l.endNode(errors.New("an intent in the log is of no node"))
			return
		}
		in.Time = b.Time.UTC().Truncate(time.Millisecond)
		l.decideOrdered(&in)
	}
	if l.health.reported == unordered && !n.waitsLong(time.Now()) {
		l.reportHealth(works, nil)
	}
	l.rearm()
}

// decideOrdered decides one intent, and applies the outcome to this node.
func (l *loop) decideOrdered(in *state.Intent) {
	n := &l.node
	own := n.isOwn(in) && len(n.waiting) > 0 && in.Request == n.first()
	w := &ownIntent{}
	if own {
		w = n.waiting[0]
		n.waiting[0] = nil
		n.waiting = n.waiting[1:]
		w.countOpening(-1)
	}
	l.skipConn(in.Conn)
	l.decide(w.proposal, in, time.Now())
	for _, d := range w.after {
		l.answerInOrder(d)
	}
	if own {
		l.afterOwn(w)
	}
	if n.begun && !n.ended && l.machine.Position()%state.ChecksumEvery == 0 {
		l.propose(proposal{op: state.Checksum{Position: l.machine.Position(), Sum: l.machine.Checksum()}})
	}
	l.checkLife()
}

// afterOwn continues on this node after one of its own intents is decided.
func (l *loop) afterOwn(w *ownIntent) {
	n := &l.node
	switch w.op.(type) {
	case state.Start:
		if number, live := l.machine.IncarnationOf(n.no); number == n.incarnation && live {
			n.begun = true
			return
		}
		l.endNode(l.whyNotBegun())
	case state.NoteSeen:
		n.noting = false
	case state.Tick:
		n.due.ordered(l.machine.NextDue())
	}
}

// logBatches is the channel of the log: nil while too many decisions wait for the journal.
func (l *loop) logBatches() <-chan LogBatch {
	if len(l.uncommitted) >= maxUncommitted {
		return nil
	}
	return l.node.batches
}
