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

// recordState is what the log and the operators were told last of the record.
type recordState int

const (
	works     recordState = iota
	silent                // it has not decided for long
	fails                 // the last commit did, or one a moment ago
	unordered             // it works, but the log of all nodes does not answer
	breaks                // no commit will ever succeed
)

const (
	longSilence = 5 * time.Second // without an answer of the journal
	calm        = 5 * time.Second // without a failure, before it is told that the record works: a nearly full disk takes a short line, and not the next
	soon        = time.Second     // after which the next answer comes if the disk is well
)

// health is what the hub knows of the record, and what was told of it.
type health struct {
	told     recordState
	answered time.Time // when the journal decided last, or was given something to decide
	ok       bool      // the last commit was kept
	failed   time.Time // when one was not, last
	lookAt   time.Time // when watch looks next; zero: there is nothing to look at
}

// operatorsHear is what operators are told when that begins.
var operatorsHear = map[recordState]protocol.Text{
	works:     protocol.MustText("the record works again, and what is said is heard"),
	silent:    protocol.MustText("the disk does not answer, so what is said waits and is heard by nobody yet: the log says when it does"),
	fails:     protocol.MustText("the record cannot be written just now, so what is said is heard by nobody and refused: the log says why"),
	unordered: protocol.MustText("the other servers cannot be reached, so what is said waits and is heard by nobody yet: the log says when it is"),
	breaks:    protocol.MustText("the disk has failed, so the server ends: what it has is there at the next start"),
}

// diskSilent is in the goodbye of a hub that does not wait for its disk any longer.
var diskSilent = protocol.MustText("its disk does not answer, and what was said last may be lost")

// othersSilent is diskSilent where it is the log of all nodes that does not answer.
var othersSilent = protocol.MustText("the other servers cannot be reached, and what was said last may be lost")

// whyLate is why the hub says goodbye before all that was wanted is told.
func (r *run) whyLate() protocol.Text {
	if len(r.inflight) == 0 && r.node.waits() {
		return othersSilent
	}
	return diskSilent
}

// judge looks at what the journal has decided. A record that is broken for good is the
// end: only a new start knows what is in it.
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
	case r.health.told == silent && slow && len(r.inflight) > len(b.Proposals): // it answers, and as slowly as before
	default:
		r.tellTrouble(works, nil)
	}
}

// tellTrouble tells when the record begins to fail or to be silent, and when it works
// again: once.
func (r *run) tellTrouble(now recordState, err error) {
	if now == r.health.told {
		return
	}
	r.health.told = now
	r.hub.trouble(err)
	for _, c := range r.clients { // also those of operators who could not even come in
		if !c.over && c.isOperator() {
			c.out.post(protocol.NewLine(protocol.Notice{Text: operatorsHear[now]}))
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

// watch tells of a disk that does not answer, unless it has been told that it fails; and
// of one that has not failed for a while.
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

// hangs reports whether it was told that what is wanted is neither recorded nor refused just now.
func (h *health) hangs() bool { return h.told == silent || h.told == unordered }

// hurry ends the server for an operator whose /shutdown waits behind lines that the disk does
// not take. While the disk answers, /shutdown has its turn, and what was said before it is heard.
func (r *run) hurry(req hurry) {
	if s := req.c.session; s == nil || !s.operator || r.stopping {
		return
	}
	r.farewell = state.Short(req.text)
	if r.hurried = true; r.health.hangs() || r.isUnanswered() {
		r.askEnd()
	}
}

// isUnanswered reports whether the journal has not decided for long, also where that was
// not told, since it has failed before.
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

// UnrecordedError is how Run ends when the disk does not answer in time. Nobody was
// told of what may not be recorded.
type UnrecordedError struct {
	Lines  int // that people have said, and that the record may have or not
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
		if slices.ContainsFunc(d.entries, func(e journal.Entry) bool { return e.Event.IsSpoken() }) {
			lines++
		}
	}
	if others == 0 {
		return nil
	}
	return &UnrecordedError{Lines: lines, Others: others - lines}
}
