package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func mine(ref protocol.Ref) protocol.Mine { return protocol.Mine{You: true, Ref: ref} }

// speak proposes a line for the room, which was not said before.
func (r *run) speak(m *member, w int64, ref protocol.Ref, e protocol.Recorded) {
	c := m.client
	r.say(m, ref, []journal.Entry{r.entry(m, m.room.name, e)}, w, func() { r.giveBack(c, w) })
}

// sayThere says a line where m's lines go.
func (r *run) sayThere(m *member, cmd protocol.Say, w int64) {
	if r.saidBefore(m, cmd.Ref, w) || r.addressed(m, cmd.Ref, cmd.Text, w) {
		return
	}
	refusal := r.misplaced(m, cmd)
	switch {
	case refusal != nil:
		r.answer(m.client, protocol.Refused{Refusal: *refusal, Ref: cmd.Ref}, w)
	case m.room.name == protocol.DeskRoom:
		r.ask(m, cmd.Ref, cmd.Text, w)
	case m.target != nil:
		r.replyTo(m, m.target, cmd.Ref, cmd.Text, w)
	default:
		r.speak(m, w, cmd.Ref, protocol.Said{From: m.nick, Text: cmd.Text, Mine: mine(cmd.Ref)})
	}
}

// act tells the room what m does.
func (r *run) act(m *member, cmd protocol.Me, w int64) {
	if r.saidBefore(m, cmd.Ref, w) {
		return
	}
	var refusal *protocol.Refusal
	no, rest, found := protocol.AddressOf(cmd.Text)
	switch {
	case m.target != nil: // the prompt names a visitor, and this would be heard in the room
		refusal = meThere
	case found && m.operator: // perhaps it was to be an answer
		refusal = protocol.BadReply(no)
	case found && !rest.IsBlank() && r.desk.knows(no):
		refusal = notReplying
	default:
		refusal = r.hushed(m)
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal, Ref: cmd.Ref}, w)
		return
	}
	r.speak(m, w, cmd.Ref, protocol.Acted{From: m.nick, Text: cmd.Text, Mine: mine(cmd.Ref)})
}

// saidBefore answers a line that was sent before: it is not said again, and its
// author is told where it stands, as soon as that is known.
func (r *run) saidBefore(m *member, ref protocol.Ref, w int64) bool {
	c := m.client
	seq, used := m.refs.find(ref)
	switch {
	case !used:
		return false
	case seq > 0:
		r.answer(c, protocol.Accepted{Ref: ref, Seq: seq}, w)
	default:
		m.refs.ask(ref, asking{c, w, func(seq uint64) {
			if seq > 0 {
				r.answer(c, protocol.Accepted{Ref: ref, Seq: seq}, w)
			} else {
				r.answer(c, protocol.Refused{Refusal: *unkept, Ref: ref}, w)
			}
		}})
	}
	return true
}

// say proposes what m says. Entries of which m's own copy is the last.
func (r *run) say(m *member, ref protocol.Ref, entries []journal.Entry, w int64, done func()) {
	r.sayOr(m, ref, entries, w, done, func() {})
}

// sayOr is say with something to undo if it cannot be kept.
func (r *run) sayOr(m *member, ref protocol.Ref, entries []journal.Entry, w int64, done, undo func()) {
	c := m.client
	m.keep(ref, 0) // it is under way
	m.spoken++
	for i := range entries {
		m.writes(entries[i].Stream)
	}
	r.propose(proposal{
		entries: entries,
		done: func() {
			done()
			if m.refs.isAsked(ref) {
				r.broadcast() // the line comes before the answers that it stands
			}
			m.refs.decided(ref, entries[len(entries)-1].Seq)
		},
		failed: func() {
			undo()
			m.refs.drop(ref)
			r.answer(c, protocol.Refused{Refusal: *unkept, Ref: ref}, w)
			m.refs.decided(ref, 0)
		},
	})
}

// writes remembers where m has said something.
func (m *member) writes(st journal.Stream) {
	if n := len(m.wrote); n > 0 && m.wrote[n-1] == st || slices.Contains(m.wrote, st) {
		return
	}
	if len(m.wrote) == maxWrote {
		m.wrote, m.scarce = slices.Delete(slices.Clone(m.wrote), 0, 1), true
	}
	m.wrote = append(m.wrote, st)
}

func (r *run) whisper(m *member, cmd protocol.Msg, w int64) {
	if r.saidBefore(m, cmd.Ref, w) {
		return
	}
	c, to := m.client, r.named(cmd.To)
	if refusal := checkAddressee(m, to, cmd.To); refusal != nil {
		r.answer(c, protocol.Refused{Refusal: *refusal, Ref: cmd.Ref}, w)
		return
	}
	said := protocol.Whispered{From: m.nick, To: to.nick, Text: cmd.Text}
	theirs := r.entry(m, protocol.Room{}, said)
	said.Mine = mine(cmd.Ref)
	ours := journal.Entry{Stream: journal.Mailbox(m.id), Author: m.id, Event: said.Stamped(protocol.StampOf(theirs.Event))}
	theirs.Stream = journal.Mailbox(to.id)
	r.say(m, cmd.Ref, []journal.Entry{theirs, ours}, w, func() {
		if !to.away.IsBlank() && !m.deaf.to(to.id, to.nick) {
			r.tellOne(c, protocol.AwaySet{From: to.nick, Text: to.away})
		}
		r.giveBackWhenWritten(c, w)
	})
}

func checkAddressee(m, to *member, name protocol.Nick) *protocol.Refusal {
	switch {
	case to != nil && to.visiting != 0 && m.operator:
		return protocol.Refuse("visitor-at-desk", "%s is at the desk: begin the line with %s to answer", to.nick, to.visiting)
	case to != nil && to.visiting != 0:
		return nobody(name)
	case to == nil || to.bound == protocol.Room{} && to.client != nil:
		return nobody(name)
	case to.client == nil || to.gone:
		return protocol.Refuse("not-connected", "%s has lost the connection just now: please try again when they are back", to.nick)
	case to == m:
		return protocol.Refuse("yourself", "that is you")
	}
	return nil
}
