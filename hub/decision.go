package hub

import (
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
)

// decision is a decision that is not delivered yet.
type decision struct {
	proposal
	number   uint64
	at       time.Time       // when it was decided
	entries  []journal.Entry // the journal's, until they are committed
	changes  []change
	answers  []state.Answer
	next     state.Op
	previous *sessionRef // the session of its client before; nil: that has not changed
	spent    []expense
	after    []*decision // without events, to be told after this one

	one        [1]journal.Entry // memory for entries: most have one
	hasMessage bool             // an entry is a message
}

// change is a change among the events of a decision.
type change struct {
	at     int // its index among them
	author uuid.UUID
	state.Change
}

// spareDecisions is the memory of decisions that are delivered, for the next ones.
type spareDecisions struct {
	delivered []*decision // whose entries are not broadcast yet
	zero      []*decision
}

// maxSpare is how many decisions are kept: one flood must not cost memory for ever.
const maxSpare = 2048

// take returns a zero decision.
func (s *spareDecisions) take() *decision {
	n := len(s.zero)
	if n == 0 {
		return new(decision)
	}
	d := s.zero[n-1]
	s.zero[n-1] = nil
	s.zero = s.zero[:n-1]
	return d
}

// add adds a decision that is delivered, but for the broadcast of its entries.
func (s *spareDecisions) add(d *decision) {
	if len(s.delivered)+len(s.zero) < maxSpare {
		s.delivered = append(s.delivered, d)
	}
}

// free is called when all that is delivered is broadcast: nothing holds these decisions or their entries any more.
func (s *spareDecisions) free() {
	for _, d := range s.delivered {
		*d = decision{}
	}
	s.zero = append(s.zero, s.delivered...)
	clear(s.delivered)
	s.delivered = s.delivered[:0]
}
