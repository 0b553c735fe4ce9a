package hub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"chinwag/hub/state"
)

// A hub with a Log is a node: it decides only what the log delivers.
//
//	propose ──> append ──> the log ── Read ──> decide, whatever node it is from
//	   └─ waiting: what is a client's own here ────────────────┘
//
// Own intents come back in the order in which they were proposed, or the incarnation has ended: see package state. So
// the next own intent is always the first of those that wait.

// ErrNode is in the error of a Run that ended because this node cannot go on in the order of several. The journal is
// right up to there.
var ErrNode = errors.New("this node cannot go on in the order of several")

// ErrUnordered is what Options.OnJournalError is told when the log has not accepted or delivered the intents of this
// node for long.
var ErrUnordered = errors.New("the log of all nodes does not answer")

// node is a hub's part in the order of several. Its zero value is that of a hub that is alone.
type node struct {
	log         Log
	no          state.Node
	incarnation uint64
	request     uint64                 // the number of the last own intent
	waiting     []*ownIntent           // own intents that the log has not delivered yet, in their order
	appends     *backlog[[]byte]       // to be appended; bounded by the proposers
	failure     *atomic.Pointer[error] // of the last Append; nil: there was none
	unaccepted  *atomic.Int64          // intents that the log has not accepted yet
	batches     <-chan LogBatch
	begun       bool      // the incarnation is live
	ended       bool      // nothing is decided any more
	proposedAt  time.Time // when the last own intent was proposed
	noting      bool      // a note of what clients were told is in the log
	due         dueIntent
}

// dueIntent is the intent of a node to do what is due. At most one is in the log.
type dueIntent struct {
	inLog     bool
	of        time.Time // the due time that it is for
	notBefore time.Time // no other is proposed before
}

// ordered notes that the log has delivered the intent; next is what is due now. If that is the same, the log's clock is
// behind this one, and the next intent waits.
func (d *dueIntent) ordered(next time.Time) {
	if d.inLog = false; next.Equal(d.of) {
		d.notBefore = time.Now().Add(appendRetry)
	}
}

// ownIntent is a proposal whose intent waits for its position in the order.
type ownIntent struct {
	proposal
	at    time.Time
	after []*decision // local answers, to be told after it
}

func newNode(o *Options) node {
	return node{
		log: o.Log, no: o.Node, appends: newBacklog[[]byte](), unaccepted: new(atomic.Int64), failure: new(atomic.Pointer[error]),
	}
}

// shares reports whether the hub shares its order with other nodes.
func (n *node) shares() bool { return n.log != nil }

// isElsewhere reports whether a connection is to another node.
func (n *node) isElsewhere(conn uint64) bool { return conn != 0 && state.HostOf(conn) != n.no }

// isWaiting reports whether an own intent has no position in the order yet.
func (n *node) isWaiting() bool { return len(n.waiting) > 0 && !n.ended }

// waitsLong reports whether an intent has waited for its position for so long that the log does not answer. Under load
// an intent waits at every moment.
func (n *node) waitsLong(now time.Time) bool {
	return n.isWaiting() && now.Sub(n.waiting[0].at) >= longSilence
}

// first is the request number of the first waiting intent.
func (n *node) first() uint64 { return n.request + 1 - uint64(len(n.waiting)) }

// isOwn reports whether an intent is of this incarnation.
func (n *node) isOwn(in *state.Intent) bool {
	return in.Node == n.no && in.Incarnation == n.incarnation
}

// runNode begins to read the log, and to append own intents to it. stop ends both.
func (l *loop) runNode() (stop func()) {
	n := &l.node
	if !n.shares() {
		return func() {}
	}
	known, _ := l.machine.IncarnationOf(n.no)
	n.incarnation = max(known+1, uint64(time.Now().UnixMilli()))
	ctx, cancel := context.WithCancel(context.Background())
	n.batches = n.log.Read(ctx, l.machine.Position())
	var ended sync.WaitGroup
	ended.Go(func() { n.append(ctx) })
	return func() {
		cancel()
		ended.Wait()
	}
}

// requests is the channel of requests: nil before the incarnation is live, since until then no client can come in.
func (l *loop) requests() <-chan request {
	if l.node.shares() && !l.node.begun && !l.node.ended {
		return nil
	}
	return l.hub.requests
}

// isBusy reports whether another intent to do what is due is of no use: one is in the log already, or no intent of this
// node is decided.
func (n *node) isBusy() bool { return n.shares() && (n.due.inLog || n.ended || !n.begun) }

// mayNote reports whether a note of what clients were told is of use: one that waits is enough.
func (n *node) mayNote() bool { return !n.shares() || n.begun && !n.noting }

// beatDue is when the next heartbeat is due; zero: never.
func (n *node) beatDue() (due time.Time) {
	if n.shares() && !n.ended {
		due = n.proposedAt.Add(state.Beat)
	}
	return due
}

// beat sends a heartbeat if the node has proposed nothing else and the log accepts intents. A node beats also while it
// catches up with the log, before it is live.
func (l *loop) beat(now time.Time) {
	n := &l.node
	switch due := n.beatDue(); {
	case due.IsZero() || due.After(now):
	case n.unaccepted.Load() > 0:
		n.proposedAt = now
	default:
		l.propose(proposal{op: state.Heartbeat{}})
	}
}

// logSilenceDue is when to report that the log does not answer; zero: it answers, or that is reported.
func (l *loop) logSilenceDue() (due time.Time) {
	n := &l.node
	if n.isWaiting() && l.health.reported == works && len(l.uncommitted) < maxUncommitted { // else the journal is late
		due = n.waiting[0].at.Add(longSilence)
	}
	return due
}

// reportLogSilence reports that the log does not answer.
func (l *loop) reportLogSilence(now time.Time) {
	if due := l.logSilenceDue(); !due.IsZero() && !due.After(now) {
		err := ErrUnordered
		if why := l.node.failure.Load(); why != nil && *why != nil {
			err = fmt.Errorf("%w: %w", err, *why)
		}
		l.reportHealth(unordered, err)
		if l.urgent {
			l.requestShutdown()
		}
	}
}
