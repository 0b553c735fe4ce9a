package state

import "chinwag/protocol"

// apply changes the state by an event. Sessions, rooms, tickets and blocks change only here, except for soft fields. It
// emits nothing: what follows from an event is emitted by the rule that emitted the event.
func (m *Machine) apply(e *Event) {
	must(!m.applying, "an event is emitted while another is applied")
	m.applying = true
	if e.Seq == 0 {
		changes.rowOf(e.Change).do(m, m.sessions[e.Author], e.Change)
	} else {
		m.applyTold(e)
	}
	m.applying = false
}

// applyTold changes the state by an event that is delivered. What a session says has a case only if it changes more
// than the soft fields of that session.
func (m *Machine) applyTold(e *Event) {
	s, spoken := m.sessions[e.Author], e.What.IsMessage()
	if spoken {
		m.noteSpoken(s, e)
	}
	switch ev := e.What.(type) {
	case protocol.Joined:
		m.enter(s, ev, e)
	case protocol.Left:
		m.leave(s, ev, e)
	case protocol.Renamed:
		m.renamed(s, ev.To)
	case protocol.TopicSet:
		m.topicSet(s, ev)
	case protocol.AwaySet:
		m.touchSession(s).Away = ev.Text
	case protocol.VisitorSaid:
		m.noteFirstWords(ev)
	case protocol.Replied:
		m.replied(ev)
	case protocol.TicketChanged:
		m.ticketChanged(s, ev, e)
	case protocol.DutyChanged:
		m.dutyChanged(s, ev, e)
	case protocol.VisitorNotice: // delivered only
	default:
		must(spoken, "an event of an unknown type %T", ev)
	}
}
