package hub

import (
	"maps"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What operators do at the desk. Every claim is decided here, in the hub's
// goroutine, and recorded after that: of two who take the same visitor in the
// same instant one is first, and the other is told who.

const (
	someTickets = 20  // in the answer to /queue
	manyTickets = 200 // in the answer to /queue all
)

// promote makes an operator of a client, who hears the desk from here on.
func (r *run) promote(req promote) {
	c, m := req.c, req.c.member
	switch {
	case m == nil || m.gone || r.deaf:
		r.giveBack(c, req.weight)
		return
	case m.moving > 0:
		m.onRoom = append(m.onRoom, func() { r.promote(req) })
		return
	case m.serves:
		r.answer(c, protocol.Notice{Text: protocol.MustText("you are an operator already")}, req.weight)
		return
	case m.bound == protocol.Room{} || m.bound == protocol.DeskRoom:
		r.promoteVisitor(m, req.weight)
		return
	}
	r.propose(proposal{
		entries: []journal.Entry{r.deskEntry(m, protocol.DutyChanged{From: m.nick, On: true})},
		done: func() {
			if m.client != nil { // perhaps it is back on another connection
				r.hearDesk(m)
				r.tellOne(m.client, protocol.Promoted{})
			}
			r.giveBackWhenWritten(c, req.weight)
		},
		failed: func() { r.refuseUnkept(c, req.weight) },
	})
}

// promoteVisitor is promote for somebody who is at the desk, or nowhere yet: an
// operator sits in a room.
func (r *run) promoteVisitor(m *member, w int64) {
	see := r.seeRoom
	if m.bound != (protocol.Room{}) {
		see = r.seeOther
	}
	m.operator = true // of the way there; of m, when that is recorded
	r.move(m, protocol.Lobby, w, func(m *member, at *journal.Entry, w int64) {
		see(m, at, 0)
		r.hearDesk(m)
		r.answer(m.client, protocol.Promoted{}, w)
	})
	m.operator = false
}

// hearDesk has an operator who is behind read the desk's stream, too.
func (r *run) hearDesk(m *member) {
	if m.live {
		return
	}
	here := r.place(m.client)
	here.nth[deskSlot] = 0
	r.append(m.client, &aside{after: here, enter: &entering{deskSlot, r.reading(journal.Desk)}}, nil)
}

func (r *run) setDuty(m *member, on bool, w int64) {
	words := "you are on duty: /next takes who waits longest"
	if !on {
		words = "you are off duty: nobody new is yours, and those whom you have stay with you"
	}
	c := m.client
	r.propose(proposal{
		entries: []journal.Entry{r.deskEntry(m, protocol.DutyChanged{From: m.nick, On: on})},
		done:    func() { r.answer(c, protocol.Notice{Text: protocol.MustText(words)}, w) },
		failed:  func() { r.refuseUnkept(c, w) },
	})
}

// showQueue lists who is at the desk: first who waits, then who is answered.
func (r *run) showQueue(m *member, all bool, w int64) {
	most := someTickets
	if all {
		most = manyTickets
	}
	d := &r.desk
	served := 0
	shown := slices.Clone(d.queue[:min(len(d.queue), most)])
	for _, no := range slices.Sorted(maps.Keys(d.tickets)) {
		if t := d.tickets[no]; t.by != nil {
			if served++; len(shown) < most {
				shown = append(shown, t)
			}
		}
	}
	r.tellOne(m.client, protocol.QueueIs{Waiting: len(d.queue), Served: served, Shown: len(shown), Operators: r.operators()})
	now := time.Now()
	for _, t := range shown {
		r.tellOne(m.client, t.queued(now))
	}
	r.giveBackWhenWritten(m.client, w)
}

func (r *run) operators() []protocol.OnDesk {
	have := map[*member][]protocol.Ticket{}
	for _, no := range slices.Sorted(maps.Keys(r.desk.tickets)) {
		o := r.desk.tickets[no].owner()
		have[o] = append(have[o], no)
	}
	list := []protocol.OnDesk{}
	for _, m := range r.desk.operators[:min(len(r.desk.operators), maxNames)] {
		list = append(list, protocol.OnDesk{Nick: m.nick, Duty: m.duty, Tickets: have[m]})
	}
	return list
}

func (t *ticket) queued(now time.Time) protocol.Queued {
	q := protocol.Queued{
		Ticket: t.no, Nick: t.nick, State: protocol.Waiting, Since: t.since, Addr: t.from.Host, Text: t.first,
		Waited: int(now.Sub(t.since).Seconds()),
	}
	switch {
	case t.message:
		q.State = protocol.LeftMessage
	case t.lost:
		q.State = protocol.Disconnected
	case t.held:
		q.State = protocol.OnHold
	case t.by != nil:
		q.State = protocol.Taken
	}
	if t.by != nil {
		q.By = t.by.nick
	}
	return q
}

// having are the tickets that m has or is about to have, in order.
func (r *run) having(m *member) (ts []*ticket) {
	if !m.serves {
		return nil
	}
	for _, t := range r.desk.tickets {
		if t.owner() == m {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b *ticket) int { return int(a.no) - int(b.no) })
	return ts
}

// serving reports whether m has anybody.
func (r *run) serving(m *member) bool {
	for _, t := range r.desk.tickets {
		if t.owner() == m {
			return true
		}
	}
	return false
}

// next takes the one who waits longest. Somebody whose connection is broken
// just now is passed over, and keeps the place.
func (r *run) next(m *member, w int64) {
	if t := r.longest(); t != nil {
		r.claimTicket(m, t, w)
		return
	}
	r.answer(m.client, protocol.Notice{Text: protocol.MustText("nobody waits")}, w)
}

func (r *run) longest() *ticket {
	for _, t := range r.desk.queue {
		if len(t.claims) == 0 && !t.isLeaving() && (!t.lost || t.message) {
			return t
		}
	}
	return nil
}

func (r *run) take(m *member, no protocol.Ticket, w int64) {
	t, refusal := r.mine(m, no)
	switch {
	case refusal != nil:
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
	case t.owner() == m:
		r.aim(m, t, w)
	default:
		r.claimTicket(m, t, w)
	}
}

// mine is the ticket of that number if it is m's or nobody's. Zero means the
// one to whom m's lines go.
func (r *run) mine(m *member, no protocol.Ticket) (*ticket, *protocol.Refusal) {
	t := r.desk.tickets[no]
	if no == 0 {
		t = m.target
	}
	switch {
	case t == nil && no == 0:
		return nil, protocol.Refuse("whom", "whom do you mean? Please name the number, /queue shows them")
	case t == nil:
		return nil, protocol.Refuse("no-visitor", "there is no visitor %s here: /queue shows who is", no)
	case t.ended || t.isLeaving():
		return nil, protocol.Refuse("gone", "%s has gone", t.name())
	case t.owner() != nil && t.owner() != m:
		return nil, protocol.Refuse("taken", "%s has %s, and /note %d TEXT tells only operators", t.owner().nick, t.name(), t.no)
	}
	return t, nil
}

// claimTicket makes t m's own, and sends m's lines there.
func (r *run) claimTicket(m *member, t *ticket, w int64) {
	c := m.client
	r.changeHands(t, m, append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.Taken, By: m.nick}),
		r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Taken, By: m.nick})), func() {
		if m.client != c || !m.serves {
			r.giveBack(c, w)
			return
		}
		m.target = t
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Taken, Ticket: t.no, Nick: t.nick}))
		if t.opened < m.served {
			r.tellTranscript(c, m, t.no, t.opened-1, r.opts.Replay, w) // it has not heard it
			return
		}
		r.giveBackWhenWritten(c, w)
	}, func() { r.refuseUnkept(c, w) })
}

// changeHands proposes that t is to's from here on.
func (r *run) changeHands(t *ticket, to *member, entries []journal.Entry, done, failed func()) {
	t.claims = append(t.claims, to)
	r.propose(proposal{
		entries: entries,
		done:    func() { t.decided(); done() },
		failed:  func() { r.giveUpClaim(t); failed() },
	})
}

// giveUpClaim has the desk looked after again in a while, as if nobody had
// wanted t.
func (r *run) giveUpClaim(t *ticket) {
	claimant := t.claims[0]
	t.decided()
	r.again(func() { r.desk.touched = true })
	if t.by != claimant {
		r.recall(t)
	}
}

// recall has t given back by an operator who left when t seemed to be somebody
// else's soon, or to be over.
func (r *run) recall(t *ticket) {
	if m := t.by; m != nil && m.gone && t.owner() == m {
		r.propose(proposal{entries: r.returning(m, protocol.Quit, []*ticket{t}), done: func() {}, failed: func() {}})
	}
}

// toVisitor is what the visitor of t is told, if there still is one.
func (r *run) toVisitor(m *member, t *ticket, e protocol.Recorded) []journal.Entry {
	if t.visitor == nil || t.isLeaving() {
		return nil
	}
	return []journal.Entry{r.entryOf(journal.Visit(t.visitor.id), m, protocol.DeskRoom, e)}
}

// servingNow completes what an operator is told with where its lines go.
func (r *run) servingNow(m *member, s protocol.Serving) protocol.Event {
	s.Room = m.where()
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
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
	case t.owner() == nil:
		r.refuse(m.client, w, "waiting", "%s waits, and is nobody's yet: /take %d", t.name(), t.no)
	default:
		r.aim(m, t, w)
	}
}

func (r *run) aim(m *member, t *ticket, w int64) {
	m.target = t
	r.answer(m.client, r.servingNow(m, protocol.Serving{}), w)
}

// reply answers a visitor by number; replyTo, the one to whom m's lines go.
func (r *run) reply(m *member, no protocol.Ticket, ref protocol.Ref, text protocol.Text, w int64) {
	if r.saidBefore(m, ref, w) {
		return
	}
	t, refusal := r.mine(m, no)
	if m.target != nil && m.target.no == no {
		t, refusal = m.target, nil // perhaps it has just ended: replyTo knows
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *unheard(refusal), Ref: ref}, w)
		return
	}
	r.replyTo(m, t, ref, text, w)
}

func unheard(why *protocol.Refusal) *protocol.Refusal {
	return protocol.Refuse(why.Code, "nobody has heard that: %s", why.Text)
}

// replyTo proposes an answer. It goes to the session of t, whatever that is
// called by now, and to nobody else: if it has gone, nobody hears it.
func (r *run) replyTo(m *member, t *ticket, ref protocol.Ref, text protocol.Text, w int64) {
	if r.saidBefore(m, ref, w) {
		return
	}
	c := m.client
	if refusal := r.checkReply(m, t); refusal != nil {
		r.answer(c, protocol.Refused{Refusal: *unheard(refusal), Ref: ref}, w)
		if t.ended && m.target == t {
			m.target = nil // told now: the next line may go to the room
			r.hush(m)
			r.tellOne(c, r.servingNow(m, protocol.Serving{}))
			r.assign()
		}
		return
	}
	var entries []journal.Entry
	claims := t.owner() == nil
	if claims {
		t.claims = append(t.claims, m)
		entries = append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.Taken, By: m.nick}),
			r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Taken, By: m.nick}))
	}
	theirs := r.toVisitor(m, t, protocol.Said{From: m.nick, Text: text})[0]
	ours := r.deskEntry(m, protocol.Replied{Ticket: t.no, To: t.nick, From: m.nick, Text: text, Mine: mine(ref)})
	entries = append(entries, theirs, twin(ours, theirs))
	r.sayOr(m, ref, entries, w, func() {
		if claims {
			t.decided()
		}
		if t.lost && !t.ended {
			r.tellOne(c, protocol.Notice{Text: protocol.MustText(t.name() + " is not connected just now: your words are kept until they are back")})
		}
		r.giveBackWhenWritten(c, w)
	}, func() {
		if claims {
			r.giveUpClaim(t)
		}
	})
}

// breath is how long whoever types may not yet have read what was answered.
const breath = time.Second

// hush has m's lines go to nobody for a moment: they were typed, or pasted, for
// somebody who has gone, and are not for the room nor for the next visitor.
func (r *run) hush(m *member) { m.hushed = time.Now().Add(breath) }

var alsoUnheard = protocol.Refuse("gone", "nobody has heard that either: it came together with the line before")

func (r *run) checkReply(m *member, t *ticket) *protocol.Refusal {
	switch {
	case t.ended || t.isLeaving():
		return protocol.Refuse("gone", "%s has gone", t.name())
	case t.visitor == nil:
		return protocol.Refuse("gone", "%s has gone, and cannot come back to it: /close %d ends it", t.name(), t.no)
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
		r.answer(m.client, protocol.Refused{Refusal: *protocol.Refuse("no-reply", "there is no ready reply of that name: /say lists them"), Ref: cmd.Ref}, w)
		return
	}
	if cmd.Ticket == 0 && m.target != nil {
		r.replyTo(m, m.target, cmd.Ref, text, w)
		return
	}
	r.reply(m, cmd.Ticket, cmd.Ref, text, w)
}

func (r *run) hand(m *member, cmd protocol.Hand, w int64) {
	t, refusal := r.mine(m, cmd.Ticket)
	to := r.named(cmd.To)
	switch {
	case refusal != nil:
	case to == nil || !to.serves || to.gone:
		refusal = protocol.Refuse("no-operator", "there is no operator called %s here: /queue shows who is", cmd.To)
	case to == m:
		refusal = protocol.Refuse("yourself", "that is you")
	case !to.duty:
		refusal = protocol.Refuse("off-duty", "%s is off duty", to.nick)
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c := m.client
	r.changeHands(t, to, append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.HandedOver, By: m.nick, To: to.nick}),
		r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.HandedOver, By: m.nick, To: to.nick})), func() {
		r.leaveTarget(m, t)
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.HandedOver, Ticket: t.no, Nick: t.nick, By: to.nick}))
		r.giveBackWhenWritten(c, w)
	}, func() { r.refuseUnkept(c, w) })
}

// leaveTarget sends m's lines to the room again, if they went to t.
func (r *run) leaveTarget(m *member, t *ticket) {
	if m.target == t {
		m.target = nil
	}
}

func (r *run) askToWait(m *member, cmd protocol.Hold, w int64) {
	t, refusal := r.mine(m, cmd.Ticket)
	if refusal == nil && t.owner() == nil {
		refusal = protocol.Refuse("waiting", "%s waits already, and is nobody's yet: /take %d", t.name(), t.no)
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c, text := m.client, short(cmd.Text)
	r.propose(proposal{
		entries: append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.OnHold, By: m.nick, Text: text}),
			r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.OnHold, By: m.nick, Text: text})),
		done: func() {
			r.answer(c, r.servingNow(m, protocol.Serving{State: protocol.OnHold, Ticket: t.no, Nick: t.nick}), w)
		},
		failed: func() { r.refuseUnkept(c, w) },
	})
}

// closeTicket ends a conversation. The visitor goes back to the room or, where
// there is only the desk, is said goodbye to.
func (r *run) closeTicket(m *member, cmd protocol.Close, w int64) {
	t, refusal := r.mine(m, cmd.Ticket)
	if refusal != nil {
		if m.target != nil && m.target.ended && cmd.Ticket == 0 {
			r.aim(m, nil, w)
			r.assign()
			return
		}
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c, text := m.client, short(cmd.Text)
	r.changeHands(t, m, append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.Closed, By: m.nick, Text: text}),
		r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Closed, By: m.nick, Text: text})), func() {
		r.leaveTarget(m, t)
		if v := t.visitor; v != nil && v.visiting == t.no {
			v.visiting = 0
			r.seeOut(v)
		}
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Closed, Ticket: t.no, Nick: t.nick}))
		r.giveBackWhenWritten(c, w)
	}, func() { r.refuseUnkept(c, w) })
}

// seeOut leads a visitor away whose conversation is closed.
func (r *run) seeOut(v *member) {
	switch c := v.client; {
	case v.gone || v.bound != protocol.DeskRoom:
		if v.last == protocol.DeskRoom { // it may come back, and reads then how it ended
			v.last = r.roomBefore(v)
		}
	case v.moving > 0: // it is coming back just now
		v.onRoom = append(v.onRoom, func() { r.seeOut(v) })
	case r.opts.Desk:
		r.forgetToken(v)
		r.depart(v, protocol.Left{Reason: protocol.Finished}, func() {
			if v.client == c && c != nil {
				r.goodbye(c, protocol.Finished, protocol.Text{})
			}
			r.end(v)
		})
	case c != nil:
		r.move(v, r.roomBefore(v), 0, r.seeOther)
	}
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

// transcript shows all that was said with a visitor, also with one who has gone.
func (r *run) transcript(m *member, no protocol.Ticket, w int64) {
	after := r.began // the numbers began anew there
	t := r.desk.tickets[no]
	if no == 0 {
		t = m.target
	}
	switch {
	case t != nil:
		no, after = t.no, t.opened-1
	case no == 0:
		r.refuse(m.client, w, "whom", "whose? Please name the number, /queue shows them")
		return
	}
	r.tellTranscript(m.client, m, no, after, -1, w)
}

func (r *run) tellTranscript(c *Client, m *member, no protocol.Ticket, after uint64, lines int, w int64) {
	r.append(c, &aside{
		after:  r.place(c),
		weight: w,
		past:   &past{me: m.listener, streams: []journal.Stream{journal.Desk}, from: after, upto: r.head, lines: lines, ticket: no, end: lines < 0},
	}, nil)
}

// returning is what is recorded when m gives visitors back.
func (r *run) returning(m *member, why protocol.Reason, ts []*ticket) (entries []journal.Entry) {
	onDuty := r.desk.onDuty()
	if m.duty {
		onDuty--
	}
	for n, t := range ts {
		if t.isLeaving() {
			continue
		}
		at := protocol.AtDesk{State: protocol.Returned, By: m.nick}
		if v := t.visitor; v != nil && v.client != nil {
			i, _ := r.desk.find(t.no)
			v.standing = protocol.Queueing{Place: i + n + 1, OnDuty: onDuty} // those before it come back, too
			q := v.standing
			at.Queueing = &q
		}
		entries = append(entries, r.toVisitor(m, t, at)...)
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Returned, By: m.nick, Reason: why}))
	}
	return entries
}

// relieve takes the visitors from operators who have said nothing for too long.
func (r *run) relieve(now time.Time) {
	if r.opts.Silence <= 0 {
		return
	}
	for _, m := range slices.Clone(r.desk.operators) {
		if now.Before(m.active.Add(r.opts.Silence)) {
			continue
		}
		m.active = now // once is enough, and if it cannot be recorded, it is tried again
		if m.gone || !r.serving(m) {
			continue
		}
		c := m.client
		r.propose(proposal{
			entries: append(r.returning(m, protocol.Silent, r.having(m)), r.deskEntry(m, protocol.DutyChanged{From: m.nick, Reason: protocol.Silent})),
			done: func() {
				if m.client == c && c != nil {
					r.tellOne(c, protocol.Notice{Text: protocol.MustText("you have said nothing for a long while: your visitors wait for somebody else, and you are off duty. /duty on when you are back")})
				}
			},
			failed: func() {},
		})
	}
}

// mindDesk looks after the desk when something there has changed.
func (r *run) mindDesk() {
	if !r.desk.touched {
		return
	}
	r.desk.touched, r.untold = false, true
	r.assign()
	r.tellQueue()
	r.rearm()
}

// assign gives the next visitor to an operator who is alone at a server that is
// only a desk: as in the tutorial, where who sits there answers who comes. Nobody
// else is there to whom a line that is being typed could be meant to go.
func (r *run) assign() {
	if !r.opts.Desk || r.deaf || len(r.desk.operators) != 1 {
		return
	}
	m := r.desk.operators[0]
	if m.target != nil || !m.duty || m.gone || m.client == nil || r.serving(m) {
		return
	}
	if t := r.longest(); t != nil {
		r.claimTicket(m, t, 0)
	}
}
