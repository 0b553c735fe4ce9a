package hub

import (
	"maps"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// toVisitor is what the visitor of t is told, if there still is one.
func (r *run) toVisitor(m *member, t *ticket, e protocol.Recorded) []journal.Entry {
	if t.visitor == nil || t.isLeaving() {
		return nil
	}
	if t.isElsewhere() {
		return r.toMailbox(m, t.visitor, e)
	}
	return []journal.Entry{r.entryOf(journal.Visit(t.visitor.id), m, protocol.DeskRoom, e)}
}

// toMailbox is what somebody is told of an answer to a message that they left: the
// operator's words, if there are any.
func (r *run) toMailbox(m, to *member, e protocol.Recorded) []journal.Entry {
	var words protocol.Text
	switch e := e.(type) {
	case protocol.Said:
		words = e.Text
	case protocol.AtDesk:
		words = e.Text
	}
	if words.IsBlank() {
		return nil
	}
	return []journal.Entry{r.entryOf(journal.Mailbox(to.id), m, protocol.Room{}, protocol.Whispered{From: m.nick, To: to.nick, Text: words})}
}

// servingNow completes what an operator is told with where its lines go.
func (r *run) servingNow(m *member, s protocol.Serving) protocol.Event {
	s.Room, s.Nobody = m.where(), m.nobody
	if m.target != nil {
		s.Target, s.TargetNick = m.target.no, m.target.nick
	}
	return s
}

// to changes where m's lines go.
func (r *run) to(m *member, no protocol.Ticket, w int64) {
	if no == 0 {
		r.aim(m, nil, w)
		return
	}
	t, refusal := r.mine(m, no)
	switch {
	case refusal != nil:
		r.hush(m)
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
	case t.owner() == nil:
		r.hush(m)
		r.refuse(m.client, w, "visitor-waiting", "%s waits, and is nobody's yet: /take %d", t.name(), t.no)
	default:
		r.aim(m, t, w)
	}
}

func (r *run) aim(m *member, t *ticket, w int64) {
	m.aimAt(t)
	r.answer(m.client, r.servingNow(m, protocol.Serving{}), w)
}

// reply answers a visitor by number; replyTo, the one to whom m's lines go.
func (r *run) reply(m *member, no protocol.Ticket, ref protocol.Ref, text protocol.Text, w int64) {
	if r.saidBefore(m, ref, w) {
		return
	}
	t, refusal := r.mine(m, no)
	if refusal != nil {
		r.unheard(m, refusal, ref, w)
		return
	}
	r.replyTo(m, t, ref, text, w)
}

// addressed answers a line that begins with @ and digits, if it may be meant for a visitor.
// An operator's is never said in a room. Of others, who may have been operators a moment
// ago, only what could be an answer is refused; at the bare door, where nobody can have been
// one, nothing is.
func (r *run) addressed(m *member, ref protocol.Ref, text protocol.Text, w int64) (done bool) {
	no, rest, found := protocol.AddressOf(text)
	switch {
	case !found:
		return false
	case m.operator && rest.IsBlank():
		r.hush(m)
		r.answer(m.client, protocol.Refused{Refusal: *protocol.BadReply(no), Ref: ref}, w)
	case m.operator:
		r.reply(m, no, ref, rest, w)
	case rest.IsBlank() || m.token == "" || !r.desk.knows(no):
		return false
	default:
		r.answer(m.client, protocol.Refused{Refusal: *notReplying, Ref: ref}, w)
	}
	return true
}

// unheard refuses an answer, and what comes together with it: that was meant to
// follow it, to the same visitor.
func (r *run) unheard(m *member, why *protocol.Refusal, ref protocol.Ref, w int64) {
	r.hush(m)
	r.answer(m.client, protocol.Refused{Refusal: *protocol.Refuse(why.Code, "nobody has heard that: %s", why.Text), Ref: ref}, w)
}

// replyTo proposes an answer. It goes to the session of t, whatever that is
// called by now, and to nobody else: if it has gone, nobody hears it.
func (r *run) replyTo(m *member, t *ticket, ref protocol.Ref, text protocol.Text, w int64) {
	if r.saidBefore(m, ref, w) {
		return
	}
	c := m.client
	if refusal := r.checkReply(m, t); refusal != nil {
		r.unheard(m, refusal, ref, w)
		return
	}
	var entries []journal.Entry
	claims := t.owner() == nil
	if claims {
		t.claims = append(t.claims, m)
		entries = r.taking(m, t)
	}
	theirs := r.toVisitor(m, t, protocol.Said{From: m.nick, Text: text})[0]
	ours := r.deskEntry(m, protocol.Replied{Ticket: t.no, To: t.nick, From: m.nick, Text: text, Mine: mine(ref)})
	entries = append(entries, theirs, twin(ours, theirs))
	r.sayOr(m, ref, entries, w, func() {
		if claims {
			t.decided()
		}
		if claims || m.heir == t {
			r.tookByReply(m, t, c)
		}
		if v := t.visitor; v != nil && v.client == nil && !t.ended {
			r.tellOne(c, protocol.Notice{Text: protocol.MustText(t.name() + " is not connected just now: your words are kept until they are back")})
		}
		r.giveBackWhenWritten(c, w)
	}, func() {
		if claims {
			r.giveUpClaim(t)
		}
	})
}

// tookByReply makes t the target, unless another visitor is it.
func (r *run) tookByReply(m *member, t *ticket, c *Client) {
	if m.client != c || !m.serves {
		return
	}
	if m.target == nil {
		m.aimAt(t)
	}
	r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Taken, Ticket: t.no, Nick: t.nick}))
}

func (r *run) checkReply(m *member, t *ticket) *protocol.Refusal {
	switch {
	case t.ended || t.isLeaving():
		return protocol.Refuse("visitor-gone", "%s has gone", t.name())
	case t.visitor == nil:
		return protocol.Refuse("visitor-gone", "%s has gone, and cannot come back to it: /close %d ends it", t.name(), t.no)
	}
	_, refusal := r.mine(m, t.no)
	return refusal
}

// canned says a ready reply.
func (r *run) canned(m *member, cmd protocol.Canned, w int64) {
	if cmd.Name.IsBlank() {
		r.answer(m.client, protocol.Replies{Names: slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(r.opts.Replies))))}, w)
		return
	}
	text, ok := r.opts.Replies[cmd.Name.String()]
	if !ok {
		r.answer(m.client, protocol.Refused{Refusal: *protocol.Refuse("no-ready-reply", "there is no ready reply of that name: /say lists them"), Ref: cmd.Ref}, w)
		return
	}
	if cmd.Ticket == 0 && m.target != nil {
		r.replyTo(m, m.target, cmd.Ref, text, w)
		return
	}
	r.reply(m, cmd.Ticket, cmd.Ref, text, w)
}

func (r *run) note(m *member, cmd protocol.Note, w int64) {
	if r.saidBefore(m, cmd.Ref, w) {
		return
	}
	c, t := m.client, r.desk.tickets[cmd.Ticket]
	if t == nil {
		r.answer(c, protocol.Refused{Refusal: *protocol.Refuse("no-visitor", "there is no visitor %s here: /queue shows who is", cmd.Ticket), Ref: cmd.Ref}, w)
		return
	}
	noted := protocol.Noted{Ticket: t.no, To: t.nick, From: m.nick, Text: cmd.Text, Mine: mine(cmd.Ref)}
	r.say(m, cmd.Ref, []journal.Entry{r.deskEntry(m, noted)}, w, func() { r.giveBackWhenWritten(c, w) })
}
