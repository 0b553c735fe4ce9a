package state

import (
	"fmt"

	"chinwag/protocol"
)

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

func (m *Machine) applyTold(e *Event) {
	s := m.sessions[e.Author]
	switch ev := e.What.(type) {
	case protocol.Said:
		m.noteSpoken(s, e, ev.Ref)
	case protocol.Acted:
		m.noteSpoken(s, e, ev.Ref)
	case protocol.Whispered:
		m.noteSpoken(s, e, ev.Ref)
	case protocol.Announced:
		m.noteSpoken(s, e, "")
	case protocol.Joined:
		m.enter(s, ev, e)
	case protocol.Left:
		m.leave(s, ev, e)
	case protocol.Renamed:
		m.renamed(s, ev.To)
	case protocol.TopicSet:
		m.noteSpoken(s, e, "")
		m.topicSet(s, ev)
	case protocol.AwaySet:
		m.touchSession(s).Away = ev.Text
	case protocol.VisitorSaid:
		m.noteSpoken(s, e, "")
		m.noteFirstWords(ev)
	case protocol.Replied:
		m.noteSpoken(s, e, ev.Ref)
		m.replied(ev)
	case protocol.Noted:
		m.noteSpoken(s, e, ev.Ref)
	case protocol.TicketChanged:
		m.ticketChanged(s, ev, e)
	case protocol.DutyChanged:
		m.dutyChanged(s, ev, e)
	case protocol.VisitorNotice: // delivered only
	default:
		panic(fmt.Sprintf("state: an event of an unknown type %T", ev))
	}
}
