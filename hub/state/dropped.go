package state

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// tellEvery is how often operators and the log are told what the desk has dropped, however much that is.
const tellEvery = time.Minute

// dropped counts what has gone from the desk and is not told yet.
type dropped struct {
	log, operators losses    // that the one and the others are not told of; operators may come later
	told           time.Time // the log or the operators, last
}

// losses count what is not kept at the desk any more.
type losses struct {
	messages int // since there were too many
	absent   int // visitors who might have come back, for the same reason
	expired  int // messages that nobody has answered in time
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

// dropDue is when somebody may be told of what has gone; zero: there is nothing, or nobody.
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

// tellDropped tells the log and the operators what has gone, once a minute.
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

// messagesKept is how many messages are kept, in words.
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
