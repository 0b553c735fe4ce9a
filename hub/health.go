package hub

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// recordState is what the log and the operators were last told about the journal.
type recordState int

const (
	works     recordState = iota
	silent                // no decision for long
	fails                 // the last commit failed, or one a moment ago
	unordered             // the journal works, but the log of all nodes does not answer
	breaks                // no commit will ever succeed
)

const (
	longSilence = 5 * time.Second // without an answer of the journal
	calm        = 5 * time.Second // without a failure, before the journal is reported to work: a nearly full disk takes a short line, and not the next
	soon        = time.Second     // within which the next answer comes from a disk that works
)

// health is what the hub knows of the journal, and what was told of it.
type health struct {
	told     recordState
	answered time.Time // when the journal decided last, or was given something to decide
	ok       bool      // the last commit was recorded
	failed   time.Time // when a commit last failed
	lookAt   time.Time // when watch looks next; zero: not needed
}

// operatorsHear is what operators are told when a state begins.
var operatorsHear = map[recordState]protocol.Text{
	works:     protocol.MustText("the record works again, and what is said is heard"),
	silent:    protocol.MustText("the disk does not answer, so what is said waits and is heard by nobody yet: the log says when it does"),
	fails:     protocol.MustText("the record cannot be written just now, so what is said is heard by nobody and refused: the log says why"),
	unordered: protocol.MustText("the other servers cannot be reached, so what is said waits and is heard by nobody yet: the log says when it is"),
	breaks:    protocol.MustText("the disk has failed, so the server ends: what it has is there at the next start"),
}

// diskSilent is in the goodbye of a hub that does not wait for its disk any longer.
var diskSilent = protocol.MustText("its disk does not answer, and what was said last may be lost")

// othersSilent is diskSilent where the log of all nodes does not answer.
var othersSilent = protocol.MustText("the other servers cannot be reached, and what was said last may be lost")

// whyLate is why the hub says goodbye before all intents are decided and told.
func (r *run) whyLate() protocol.Text {
	if len(r.inflight) == 0 && r.node.waits() {
		return othersSilent
	}
	return diskSilent
}

// judge looks at what the journal has decided. A journal that is broken for good ends the hub: only a new start
// knows what is in it.
func (r *run) judge(b journal.Batch) {
	now := time.Now()
	slow := now.Sub(r.health.answered) > soon
	r.health.answered = now
	r.health.ok = b.Err == nil
	switch {
	case errors.Is(b.Err, journal.ErrBroken):
		if r.broken == nil {
			r.broken = b.Err
			r.farewell = protocol.MustText("its disk has failed")
			defer r.stop()
		}
		r.tellTrouble(breaks, b.Err)
	case b.Err != nil:
		r.health.failed = now
		r.tellTrouble(fails, b.Err)
	case r.health.told == fails && now.Sub(r.health.failed) < calm:
		r.watchBy(r.health.failed.Add(calm))
	case r.health.told == unordered: // the log has to answer, too
	case r.health.told == silent && slow && len(r.inflight) > len(b.Proposals): // it answers, but as slowly as before
	default:
		r.tellTrouble(works, nil)
	}
}

// tellTrouble reports when the journal begins to fail or to be silent, and when it works again: once each.
func (r *run) tellTrouble(now recordState, err error) {
	if now == r.health.told {
		return
	}
	r.health.told = now
	r.hub.trouble(err)
	for _, c := range r.clients { // also operators without a session, since it could not be recorded
		if !c.over && c.isOperator() {
			c.out.post(protocol.NewFrame(protocol.Notice{Text: operatorsHear[now]}))
		}
	}
	if now == works && !r.retryAt.IsZero() {
		r.retryAt = time.Now()
		r.rearm()
	}
}

// expectAnswer sets the time at which watch looks whether the journal has decided.
func (r *run) expectAnswer() {
	if r.health.lookAt.IsZero() {
		r.watchBy(time.Now().Add(longSilence))
	}
}

func (r *run) watchBy(at time.Time) {
	if r.health.lookAt.IsZero() || at.Before(r.health.lookAt) {
		r.health.lookAt = at
		r.rearm()
	}
}

// watch reports a disk that does not answer, unless it is reported to fail; and one that has not failed for a
// while.
func (r *run) watch(now time.Time) {
	if r.health.lookAt.IsZero() || r.health.lookAt.After(now) {
		return
	}
	r.health.lookAt = time.Time{}
	due, isCalm := r.health.answered.Add(longSilence), r.health.failed.Add(calm)
	switch {
	case r.health.told == fails && r.health.ok && isCalm.After(now):
		r.health.lookAt = isCalm
	case r.health.told == fails && r.health.ok:
		r.tellTrouble(works, nil)
		r.health.lookAt = due
	case len(r.inflight) == 0:
	case due.After(now):
		r.health.lookAt = due
	default:
		if r.health.told == works {
			r.tellTrouble(silent, ErrSilent)
		}
		if r.hurried {
			r.askEnd()
		}
	}
}

// hangs reports whether intents are neither recorded nor refused just now, and operators know it.
func (h *health) hangs() bool { return h.told == silent || h.told == unordered }

// hurry ends the server for an operator whose /shutdown waits behind lines that the disk does not take. While
// the disk answers, /shutdown waits its turn, so that the lines before it are heard.
func (r *run) hurry(req hurry) {
	if s := req.c.session; s == nil || !s.operator || r.stopping {
		return
	}
	r.farewell = state.Short(req.text)
	if r.hurried = true; r.health.hangs() || r.isUnanswered() {
		r.askEnd()
	}
}

// isUnanswered reports whether the journal has not decided for long, also where that was not told, since it has
// failed before.
func (r *run) isUnanswered() bool {
	return len(r.inflight) > 0 && time.Since(r.health.answered) >= longSilence
}

// askEnd asks the caller of Run to end the server.
func (r *run) askEnd() {
	select {
	case <-r.hub.asked:
	default:
		close(r.hub.asked)
	}
}

// UnrecordedError is how Run ends when the disk does not answer in time. The entries that it counts were
// delivered to no client.
type UnrecordedError struct {
	Lines  int // said by people, that the journal may have or not
	Others int // comings, goings and the like
}

func (e *UnrecordedError) Error() string {
	return fmt.Sprintf("the disk did not answer in time, so the server has ended without it: "+
		"of the lines that people have sent, and nobody has heard, %d may not be in the record", e.Lines)
}

func (r *run) unrecorded() error {
	lines, others := 0, 0
	for _, w := range r.node.waiting {
		if _, goes := w.op.(state.Lost); w.c == nil && !goes { // it is the server's own
			continue
		}
		if others++; w.isLine {
			lines++
		}
	}
	for _, d := range r.inflight {
		if r.node.shares() { // it has happened on the other nodes
			break
		}
		if _, ok := d.op.(state.Seen); ok { // it is the server's own
			continue
		}
		others++
		if slices.ContainsFunc(d.entries, func(e journal.Entry) bool { return e.Event.IsMessage() }) {
			lines++
		}
	}
	if others == 0 {
		return nil
	}
	return &UnrecordedError{Lines: lines, Others: others - lines}
}
