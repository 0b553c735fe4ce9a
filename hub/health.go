package hub

import (
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// healthState is what the log and the operators were last told about the journal.
type healthState int

const (
	works     healthState = iota
	silent                // no decision for long
	fails                 // the last commit failed, or one a moment ago
	unordered             // the journal works, but the log of all nodes does not answer
	breaks                // no commit will ever succeed
)

const (
	longSilence = 5 * time.Second // without an answer of the journal
	soon        = time.Second     // within which the next answer comes from a disk that works

	// calm is the time without a failure before the journal is reported to work: a nearly full disk takes a short line,
	// and not the next.
	calm = 5 * time.Second
)

// health is what the hub knows of the journal, and what was told of it.
type health struct {
	reported healthState
	answered time.Time // when the journal decided last, or was given something to decide
	ok       bool      // the last commit was recorded
	failed   time.Time // when a commit last failed
	checkAt  time.Time // when checkSilence looks next; zero: not needed
}

// healthNotices is what operators are told when a state begins.
var healthNotices = map[healthState]protocol.Text{
	works:     protocol.MustText("the journal works again, and what is said is heard"),
	silent:    protocol.MustText("the disk does not answer, so what is said waits and is heard by nobody yet: the log says when it does"),
	fails:     protocol.MustText("the journal cannot be written just now, so what is said is heard by nobody and refused: the log says why"),
	unordered: protocol.MustText("the other servers cannot be reached, so what is said waits and is heard by nobody yet: the log says when it is"),
	breaks:    protocol.MustText("the disk has failed, so the server ends: what it has is there at the next start"),
}

// diskSilent is in the goodbye of a hub that does not wait for its disk any longer.
var diskSilent = protocol.MustText("its disk does not answer, and what was said last may be lost")

// othersSilent is diskSilent where the log of all nodes does not answer.
var othersSilent = protocol.MustText("the other servers cannot be reached, and what was said last may be lost")

// whyLate is why the hub says goodbye before all intents are decided and told.
func (l *loop) whyLate() protocol.Text {
	if len(l.uncommitted) == 0 && l.node.isWaiting() {
		return othersSilent
	}
	return diskSilent
}

// noteCommit looks at what the journal has decided. A journal that is broken for good ends the hub: only a new start
// knows what is in it.
func (l *loop) noteCommit(b journal.Batch) {
	now := time.Now()
	slow := now.Sub(l.health.answered) > soon
	l.health.answered = now
	l.health.ok = b.Err == nil
	switch {
	case errors.Is(b.Err, journal.ErrBroken):
		if l.broken == nil {
			l.broken = b.Err
			l.shutdownText = protocol.MustText("its disk has failed")
			defer l.shutDown()
		}
		l.reportHealth(breaks, b.Err)
	case b.Err != nil:
		l.health.failed = now
		l.reportHealth(fails, b.Err)
	case l.health.reported == fails && now.Sub(l.health.failed) < calm:
		l.checkBy(l.health.failed.Add(calm))
	case l.health.reported == unordered: // the log has to answer, too
	case l.health.reported == silent && slow && len(l.uncommitted) > len(b.Proposals): // it is as slow as before
	default:
		l.reportHealth(works, nil)
	}
}

// reportHealth reports when the journal begins to fail or to be silent, and when it works again: once each.
func (l *loop) reportHealth(now healthState, err error) {
	if now == l.health.reported {
		return
	}
	l.health.reported = now
	l.hub.reportJournalError(err)
	for _, c := range l.clients { // also operators without a session, since it could not be recorded
		if !c.over && c.isOperator() {
			l.deliverDelayed(c.session)
			c.out.setStatus(protocol.NewFrame(protocol.Notice{Text: healthNotices[now]}))
		}
	}
	if now == works && !l.retryAt.IsZero() {
		l.retryAt = time.Now()
		l.rearm()
	}
}

// expectAnswer sets the time at which checkSilence looks whether the journal has decided.
func (l *loop) expectAnswer() {
	if l.health.checkAt.IsZero() {
		l.checkBy(time.Now().Add(longSilence))
	}
}

func (l *loop) checkBy(at time.Time) {
	if l.health.checkAt.IsZero() || at.Before(l.health.checkAt) {
		l.health.checkAt = at
		l.rearm()
	}
}

// checkSilence reports a disk that does not answer, unless it is reported to fail; and one that has not failed for a
// while.
func (l *loop) checkSilence(now time.Time) {
	if l.health.checkAt.IsZero() || l.health.checkAt.After(now) {
		return
	}
	l.health.checkAt = time.Time{}
	due, isCalm := l.health.answered.Add(longSilence), l.health.failed.Add(calm)
	switch {
	case l.health.reported == fails && l.health.ok && isCalm.After(now):
		l.health.checkAt = isCalm
	case l.health.reported == fails && l.health.ok:
		l.reportHealth(works, nil)
		l.health.checkAt = due
	case len(l.uncommitted) == 0:
	case due.After(now):
		l.health.checkAt = due
	default:
		if l.health.reported == works {
			l.reportHealth(silent, ErrSilent)
		}
		if l.urgent {
			l.requestShutdown()
		}
	}
}

// isSilent reports whether intents are neither recorded nor refused just now, and operators know it.
func (h *health) isSilent() bool { return h.reported == silent || h.reported == unordered }
