package state

import (
	"cmp"

	"chinwag/protocol"
)

func (m *Machine) replyByNumber(s *Session, cmd protocol.Reply) {
	m.reply(s, cmd.Ticket, cmd.Ref, cmd.Text)
}

// reply answers a visitor by number.
func (m *Machine) reply(s *Session, no protocol.Ticket, ref protocol.Ref, text protocol.Text) {
	if m.saidBefore(s, ref) {
		return
	}
	t, refusal := m.owned(s, no)
	if refusal != nil {
		m.rejectReply(s, refusal)
		return
	}
	m.sendReply(s, t, ref, text)
}

// replyTo answers the visitor of t. The answer is for the session of t, whatever its nick is by now: if that has gone,
// the answer is rejected.
func (m *Machine) replyTo(s *Session, t *Ticket, ref protocol.Ref, text protocol.Text) {
	if !m.saidBefore(s, ref) {
		m.sendReply(s, t, ref, text)
	}
}

func (m *Machine) sendReply(s *Session, t *Ticket, ref protocol.Ref, text protocol.Text) {
	if refusal := m.checkReply(s, t); refusal != nil {
		m.rejectReply(s, refusal)
		return
	}
	taken := t.waits()
	if taken {
		m.assignTo(s, t)
	}
	m.toVisitor(s, t, protocol.Said{From: s.Nick, Text: text})
	m.emit(Desk, s.ID, protocol.Replied{Meta: m.sameStamp(protocol.DeskRoom), Ticket: t.No, To: t.Nick, From: s.Nick, Text: text, Ack: mine(ref)})
	if taken || s.Target.Pending == t.No {
		m.tookByReply(s, t)
	}
	if v := m.sessions[t.Session]; v != nil && !v.isThere() {
		m.notice(s, t.name()+" is not connected just now: your words are kept until they are back")
	}
}

// tookByReply makes t the target, unless another visitor is it.
func (m *Machine) tookByReply(s *Session, t *Ticket) {
	if s.Target.Ticket == 0 {
		m.setTarget(s, t)
	}
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.VisitorTaken, Ticket: t.No, Nick: t.Nick}))
}

func (m *Machine) checkReply(s *Session, t *Ticket) *protocol.Refusal {
	switch v := m.sessions[t.Session]; {
	case v == nil:
		return protocol.Refuse("visitor-gone", "%s has gone, and cannot come back to it: /close %d ends it", t.name(), t.No)
	case v.Ticket != t.No && v.Message != t.No: // its session has gone from this conversation
		return protocol.Refuse("visitor-gone", "%s has gone", t.name())
	}
	_, refusal := m.owned(s, t.No)
	return refusal
}

// rejectReply rejects an answer, and the lines that were sent together with it: they were meant for the same visitor.
func (m *Machine) rejectReply(s *Session, why *protocol.Refusal) {
	m.guardPaste(s)
	m.rejectf(s, why.Code, "nobody has heard that: %s", why.Text)
}

// addressed handles a line that begins with @ and digits, if it may be meant for a visitor, and reports whether it did.
// Such a line of an operator is never said in a room. That of another session, which may have been an operator a moment
// ago, is rejected only if it could be an answer. A session without a code cannot have been an operator.
func (m *Machine) addressed(s *Session, cmd protocol.Say) (done bool) {
	no, rest, found := protocol.AddressOf(cmd.Text)
	switch {
	case !found:
		return false
	case s.Operator && rest.IsBlank():
		m.guardPaste(s)
		m.reject(s, protocol.BadReply(no))
	case s.Operator:
		m.reply(s, no, cmd.Ref, rest)
	case rest.IsBlank() || s.Code == Secret{} || !m.knows(no):
		return false
	default:
		m.reject(s, notReplying)
	}
	return true
}

// note tells the operators something about a visitor.
func (m *Machine) note(s *Session, cmd protocol.Note) {
	if m.saidBefore(s, cmd.Ref) {
		return
	}
	t := m.desk.tickets[cmd.Ticket]
	if t == nil {
		m.reject(s, noVisitor(cmd.Ticket))
		return
	}
	m.emit(Desk, s.ID, protocol.Noted{Meta: m.stamp(protocol.DeskRoom), Ticket: t.No, To: t.Nick, From: s.Nick, Text: cmd.Text, Ack: mine(cmd.Ref)})
}

// transcript replays a conversation, also that of a visitor that has gone.
func (m *Machine) transcript(s *Session, cmd protocol.Transcript) {
	no := cmp.Or(cmd.Ticket, s.Target.Ticket)
	switch {
	case no == 0:
		m.rejectf(s, "no-target", "whose? Please name the number, /queue shows them")
	case no > m.Tickets:
		m.rejectf(s, "no-visitor", "there has been no visitor %s since this server began: /queue shows who is here", no)
	default:
		m.effect(s, Transcript{Ticket: no, Lines: -1})
	}
}

func replyFields(v *protocol.Reply, c *coder) {
	c.ref(&v.Ref)
	number(c, &v.Ticket)
	c.text(&v.Text)
}

func noteFields(v *protocol.Note, c *coder) {
	c.ref(&v.Ref)
	number(c, &v.Ticket)
	c.text(&v.Text)
}

func transcriptFields(v *protocol.Transcript, c *coder) { number(c, &v.Ticket) }
