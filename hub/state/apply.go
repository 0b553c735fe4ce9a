package state

import (
	"fmt"

	"chinwag/protocol"
)

// apply changes the state by an event. Sessions, rooms, tickets and blocks change only here, except for soft fields.
// It emits nothing: what follows from an event is emitted by the rule that emitted the event.
func (m *Machine) apply(e *Event) {
	must(!m.applying, "an event is emitted while another is applied")
	m.applying = true
	if e.Seq == 0 {
		m.applyChange(e)
	} else {
		m.applyTold(e)
	}
	m.applying = false
}

func (m *Machine) applyTold(e *Event) {
	s := m.sessions[e.Author]
	switch ev := e.What.(type) {
	case protocol.Said:
		m.spoke(s, e, ev.Ref)
	case protocol.Acted:
		m.spoke(s, e, ev.Ref)
	case protocol.Whispered:
		m.spoke(s, e, ev.Ref)
	case protocol.Announced:
		m.spoke(s, e, "")
	case protocol.Joined:
		m.enter(s, ev, e)
	case protocol.Left:
		m.leave(s, ev, e)
	case protocol.Renamed:
		m.renamed(s, ev.To)
	case protocol.TopicSet:
		m.spoke(s, e, "")
		m.topicSet(s, ev)
	case protocol.AwaySet:
		m.touchSession(s).Away = ev.Text
	case protocol.VisitorSaid:
		m.spoke(s, e, "")
		m.asked(ev)
	case protocol.Replied:
		m.spoke(s, e, ev.Ref)
		m.replied(ev)
	case protocol.Noted:
		m.spoke(s, e, ev.Ref)
	case protocol.TicketChanged:
		m.ticketChanged(s, ev, e)
	case protocol.DutyChanged:
		m.dutyChanged(s, ev, e)
	case protocol.VisitorNotice: // delivered only
	default:
		panic(fmt.Sprintf("state: an event of an unknown type %T", ev))
	}
}

func (m *Machine) applyChange(e *Event) {
	s := m.sessions[e.Author]
	switch c := e.Change.(type) {
	case Opened:
		m.opened(c)
	case Attached:
		m.attached(s, c)
		m.reconnected(s)
	case Detached:
		m.detached(s, c)
	case SeenUpto:
		m.seenUpto(c)
	case SeenBehind:
		m.seenBehind(s, c)
	case Ended:
		m.ended(s)
	case Promoted:
		m.touchSession(s).Operator = true
	case Demoted:
		m.touchSession(s).Operator = false
		m.retired(s)
	case NameReleased:
		m.nameReleased(s)
	case NameTaken:
		m.renamed(s, c.Nick)
	case Focused:
		m.focused(s, c)
	case StayEnded:
		m.touchSession(s).endStay(c.Stream, m.head)
	case EchoSet:
		m.touchSession(s).Echo = c.On
	case ReadSet:
		m.touchSession(s).Read = c.List
	case IgnoreSet:
		m.ignoreSet(s, c.List)
	case TargetSet:
		m.touchSession(s).Target = c.Target
	case MessageLeft:
		m.messageLeft(s)
	case SeenOut:
		m.seenOut(s, c)
	case Redacted:
		m.redacted(s)
	case Blocked:
		m.blocked(c)
	case RoomDropped:
		m.roomDropped(c.Room)
	case Started:
		m.started()
	case Inherited:
		m.inherited(c)
	case NodeBegan:
		m.nodeBegan(c)
	case NodeEnded:
		m.nodeEnded(c)
	case Configured:
		m.configured(c)
	default:
		panic(fmt.Sprintf("state: a change of an unknown type %T", c))
	}
}
