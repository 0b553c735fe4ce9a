package state

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// tellEvery is the shortest time between two reports of what the desk has dropped.
const tellEvery = time.Minute

// dropped counts what the desk has dropped and not reported yet.
type dropped struct {
	log, operators losses    // not reported yet to the server's log, and to operators, which may come later
	told           time.Time // time of the last report
}

// losses counts what the desk has dropped.
type losses struct {
	messages int // beyond the bound
	absent   int // tickets of absent visitors, beyond the bound
	expired  int // messages that were not answered in time
}

func (l losses) plus(more losses) losses {
	return losses{l.messages + more.messages, l.absent + more.absent, l.expired + more.expired}
}

func (m *Machine) addDropped(more losses) {
	if more != (losses{}) {
		d := &m.touchCommon().Dropped
		d.log, d.operators = d.log.plus(more), d.operators.plus(more)
	}
}

// dropDue returns when the next report is due; zero: there is nothing to report, or no operator to report it to.
func (m *Machine) dropDue() (due time.Time) {
	if d := &m.Dropped; d.log != (losses{}) || d.operators != (losses{}) && m.isAttended() {
		return d.told.Add(tellEvery)
	}
	return due
}

// isAttended reports whether an operator is connected.
func (m *Machine) isAttended() bool {
	return slices.ContainsFunc(m.desk.operators, func(s *Session) bool { return s.Conn != 0 })
}

// tellDropped reports to the log and to the operators what was dropped, at most once a minute.
func (m *Machine) tellDropped() {
	if due := m.dropDue(); due.IsZero() || m.now.Before(due) {
		return
	}
	d := &m.touchCommon().Dropped
	d.told = m.now
	if d.log != (losses{}) {
		m.tellHub(Dropped{Messages: d.log.messages, Absent: d.log.absent, Expired: d.log.expired})
		d.log = losses{}
	}
	if !m.isAttended() {
		return
	}
	words := d.operators.sentences(&m.Settings)
	d.operators = losses{}
	for _, s := range m.desk.operators {
		for _, w := range words {
			m.notice(s, w)
		}
	}
}

func (l losses) sentences(set *Settings) (words []string) {
	if l.messages > 0 {
		words = append(words, were(l.messages, "message")+" dropped at the desk, the oldest first: "+set.messagesKept())
	}
	if l.absent > 0 {
		words = append(words, fmt.Sprintf("%s dropped at the desk who had lost the connection: too many had", were(l.absent, "visitor")))
	}
	if l.expired > 0 {
		has := "have"
		if l.expired == 1 {
			has = "has"
		}
		words = append(words, fmt.Sprintf("%s %s expired at the desk: nobody has answered for too long", plural(l.expired, "message"), has))
	}
	return words
}

// messagesKept says in words how many messages are kept.
func (set *Settings) messagesKept() string {
	switch all, one := set.MessagesKept, set.MessagesPerAddress; {
	case one == math.MaxInt:
		return fmt.Sprintf("%d are kept", all)
	case all == math.MaxInt:
		return fmt.Sprintf("%d of one address are kept", one)
	default:
		return fmt.Sprintf("%d of one address are kept, and %d in all", one, all)
	}
}

func were(n int, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return plural(n, what) + " were"
}
