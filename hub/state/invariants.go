package state

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// mustHold panics if the decision has broken an invariant. It checks only what the decision has changed, and is always
// on: a server that continued would commit a broken state.
func (m *Machine) mustHold(changed []undoRow) {
	head := m.undo.marks[len(m.undo.marks)-1].head
	for i := range m.out.Events {
		if e := &m.out.Events[i]; e.Seq != 0 {
			head++
			mustBe("the position of an event", e.Seq, head)
			mustBe("the position in its stamp", protocol.MetaOf(e.What).Seq, head)
		}
	}
	mustBe("the head", m.head, head)
	for _, r := range changed {
		switch i := r.back.(type) {
		case *sessionImage:
			m.mustHoldSession(i)
		case *ticketImage:
			m.mustHoldTicket(i.t)
		}
	}
}

func (m *Machine) mustHoldSession(i *sessionImage) {
	s := i.s
	must((m.sessions[s.ID] == s) == (s.row != 0), "session %s has row %d, and its id finds another", s.ID, s.row)
	if s.row == 0 || i.was.row == s.row && i.was.Nick == s.Nick && i.was.Released == s.Released {
		return
	}
	for _, key := range s.Nick.Keys() {
		must((m.names[key] == s) == !s.Released, "the name %q of session %s finds another", s.Nick, s.ID)
	}
}

func (m *Machine) mustHoldTicket(t *Ticket) {
	_, waits := slices.BinarySearchFunc(m.desk.queue, t, byNumber)
	must((m.desk.tickets[t.No] == t) == (t.row != 0), "ticket %d has row %d, and its number finds another", t.No, t.row)
	must(waits == (t.row != 0 && t.Operator == uuid.Nil), "ticket %d, which %s has, is in the queue: %t", t.No, t.Operator, waits)
}

// mustBe is must for numbers, without its allocations: it runs for each event.
func mustBe(what string, is, should uint64) {
	if is != should {
		must(false, "%s is %d, and should be %d", what, is, should)
	}
}

func must(holds bool, words string, args ...any) {
	if !holds {
		panic("state: " + fmt.Sprintf(words, args...))
	}
}
