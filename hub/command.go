package hub

import (
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const (
	maxShort   = 512 // bytes of a topic, an away text, a goodbye
	maxNames   = 200 // names in one answer
	maxIgnored = 100 // people that one can ignore
	maxWrote   = 256 // places in which what one said can be forgotten
)

// command follows a command, or says why not.
func (r *run) command(c *Client, cmd protocol.Command, w int64) {
	m := c.member
	if m == nil || m.gone || r.deaf {
		r.giveBack(c, w)
		return
	}
	if r.awaitName(c, cmd, w) {
		return
	}
	if reply, ok := cmd.(protocol.Reply); ok && !m.operator && !m.program { // typed, and perhaps only said
		cmd = protocol.Say{Ref: reply.Ref, Text: reply.Line()}
	}
	if m.room == nil && m.moving > 0 { // it is on its way
		m.onRoom = append(m.onRoom, func() { r.command(c, cmd, w) })
		return
	}
	if m.room == nil && !mayBeNowhere(cmd) {
		r.answer(c, protocol.Refused{Refusal: *nowhere, Ref: refOf(cmd)}, w)
		return
	}
	if r.tellsSecret(m, cmd) {
		r.answer(c, protocol.Refused{Refusal: *secretSaid, Ref: refOf(cmd)}, w)
		return
	}
	if refusal := r.checkBudget(m, cmd); refusal != nil {
		r.answer(c, protocol.Refused{Refusal: *refusal, Ref: refOf(cmd)}, w)
		return
	}
	if _, ping := cmd.(protocol.Ping); !ping { // a program sends these by itself
		m.active = time.Now()
	}
	if m.room != nil && m.room.name == protocol.DeskRoom && r.atDesk(m, cmd, w) {
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Hello:
		r.hello(c, cmd, w)
	case protocol.Say:
		r.sayThere(m, cmd, w)
	case protocol.Me:
		r.act(m, cmd, w)
	case protocol.Msg:
		r.whisper(m, cmd, w)
	case protocol.Rename:
		r.rename(m, cmd.Nick, w)
	case protocol.Join:
		r.join(m, cmd.Room, w)
	case protocol.Rooms:
		r.answer(c, r.roomList(m), w)
	case protocol.Who:
		r.answer(c, r.membersOf(m.room), w)
	case protocol.Topic:
		r.topic(m, cmd, w)
	case protocol.History:
		r.history(m, cmd, w)
	case protocol.Search:
		r.append(c, &aside{after: r.place(c), weight: w, ref: c.ref, search: &search{m.listener, r.readable(m), cmd.Text.String(), r.head}}, nil)
	case protocol.Forget:
		r.forget(m, w)
	case protocol.ComeBack:
		r.resume(c, cmd.Code.String(), w)
	case protocol.Ignore:
		r.ignore(m, cmd.Nick, w)
	case protocol.Away:
		r.away(m, cmd.Text, w)
	case protocol.Echo:
		m.echo = cmd.On
		r.answer(c, protocol.Echoing(cmd), w)
	case protocol.Ping:
		r.answer(c, protocol.Pong(cmd), w)
	case protocol.Help:
		r.help(m, cmd, w)
	case protocol.Leave:
		r.leave(c, short(cmd.Text))
	case protocol.Desk:
		r.goToDesk(m, cmd, w)
	case protocol.Undesk:
		r.refuse(c, w, "not-at-desk", "you are not at the desk: /quit leaves the server")
	case protocol.Operator:
		r.refuse(c, w, "no-password", "nobody becomes an operator that way here: the server has no password for it")
	case protocol.Reply:
		if !m.operator { // it must not be said in the room: perhaps somebody was one a moment ago
			r.answer(c, protocol.Refused{Refusal: *notReplying, Ref: cmd.Ref}, w)
			return
		}
		r.reply(m, cmd.Ticket, cmd.Ref, cmd.Text, w)
	case protocol.Kick, protocol.Announce, protocol.Stop, protocol.Duty, protocol.Queue, protocol.Next, protocol.Take, protocol.To,
		protocol.Canned, protocol.Hand, protocol.Hold, protocol.Close, protocol.Note, protocol.Transcript:
		r.operate(m, cmd, w)
	default:
		panic("hub: a command of an unknown type")
	}
}

var meThere = protocol.Refuse("room-only", "what you type goes to a visitor just now, and /me is for the room: /to leads back there")

var notReplying = protocol.Refuse("stray-reply", "nobody has heard that: a line that begins with the number of a visitor is an operator's answer, and you are no operator; to say it here, please begin with another word")

// atDesk follows a command of somebody who is at the desk, if it means
// something else there.
func (r *run) atDesk(m *member, cmd protocol.Command, w int64) (done bool) {
	if m.bound != protocol.DeskRoom {
		r.answer(m.client, protocol.Refused{Refusal: *conversationOver, Ref: refOf(cmd)}, w)
		return true
	}
	return r.visit(m, cmd, w)
}

var conversationOver = protocol.Refuse("conversation-closed", "this conversation has just been closed, so nobody has heard that")

// mayBeNowhere reports whether cmd can be followed for somebody who has not entered
// a room, because that could not be recorded.
func mayBeNowhere(cmd protocol.Command) bool {
	switch cmd.(type) {
	case protocol.Hello, protocol.ComeBack, protocol.Rename, protocol.Join, protocol.Rooms, protocol.Ping, protocol.Help, protocol.Leave, protocol.Stop:
		return true
	}
	return false
}

var nowhere = protocol.Refuse("not-in-room", "you are not in a room yet: /join ROOM brings you there")

// refOf is the id that a client gave to what it says.
func refOf(cmd protocol.Command) protocol.Ref {
	_, ref := protocol.Split(cmd)
	return ref
}

// operate is what only operators may.
func (r *run) operate(m *member, cmd protocol.Command, w int64) {
	if !m.operator {
		why := onlyOperators
		if _, say := cmd.(protocol.Canned); say {
			why = justType
		}
		r.answer(m.client, protocol.Refused{Refusal: *why, Ref: refOf(cmd)}, w)
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Kick:
		cmd.Text = short(cmd.Text)
		r.kick(m.client, cmd, w)
	case protocol.Announce:
		e := r.entry(m, protocol.Room{}, protocol.Announced{From: m.nick, Text: cmd.Text})
		r.proposeFor(m, w, e)
	case protocol.Stop:
		r.farewell = short(cmd.Text)
		r.askEnd()
		r.giveBack(m.client, w)
	case protocol.Duty:
		r.setDuty(m, cmd.On, w)
	case protocol.Queue:
		r.showQueue(m, cmd, w)
	case protocol.Next:
		r.next(m, w)
	case protocol.Take:
		r.take(m, cmd.Ticket, w)
	case protocol.To:
		r.to(m, cmd.Ticket, w)
	case protocol.Canned:
		r.canned(m, cmd, w)
	case protocol.Hand:
		r.hand(m, cmd, w)
	case protocol.Hold:
		r.askToWait(m, cmd, w)
	case protocol.Close:
		r.closeTicket(m, cmd, w)
	case protocol.Note:
		r.note(m, cmd, w)
	case protocol.Transcript:
		r.transcript(m, cmd.Ticket, w)
	default:
		panic("hub: an operator's command of an unknown type")
	}
}

var (
	onlyOperators = protocol.Refuse("operators-only", "only an operator can do that")
	justType      = protocol.Refuse("operators-only", "only operators say the ready replies: to say something, just type it")
)

// proposeFor proposes what m's command changes. What m is told of it comes with
// everybody's; the weight comes back when that is written.
func (r *run) proposeFor(m *member, w int64, entries ...journal.Entry) {
	c := m.client
	for i := range entries {
		if entries[i].Event.IsSpoken() {
			m.writes(entries[i].Stream)
		}
	}
	r.propose(proposal{
		entries: entries,
		done:    func() { r.giveBackWhenWritten(c, w) },
		failed:  func() { r.refuseUnkept(c, w) },
	})
}

func (r *run) join(m *member, to protocol.Room, w int64) {
	if to == protocol.DeskRoom || r.opts.Desk && !m.operator {
		r.goToDesk(m, protocol.Desk{}, w)
		return
	}
	if to == m.bound {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are in " + to.String() + " already")}, w)
		return
	}
	if m.bound == (protocol.Room{}) {
		r.move(m, to, w, r.seeRoom)
		return
	}
	r.move(m, to, w, r.seeOther)
}

func (r *run) topic(m *member, cmd protocol.Topic, w int64) {
	if cmd.Text.IsBlank() {
		r.tellTopic(m, w)
		return
	}
	if isLong(cmd.Text) {
		r.refuse(m.client, w, "topic-too-long", "a topic has at most %d bytes: please make it shorter", maxShort)
		return
	}
	set := protocol.TopicSet{From: m.nick, Mine: protocol.Mine{You: true}}
	if cmd.Text.String() != "-" {
		set.Text = cmd.Text
	}
	r.proposeFor(m, w, r.entry(m, m.room.name, set))
}

func (r *run) tellTopic(m *member, w int64) {
	if t := m.room.topic; !t.text.IsBlank() && !m.shows(t) {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("the topic of " + m.bound.String() + " was set by somebody whom you ignore")}, w)
		return
	}
	r.answer(m.client, protocol.TopicIs{Room: m.bound, Text: m.room.topic.text}, w)
}

func (r *run) away(m *member, t protocol.Text, w int64) {
	if isLong(t) {
		r.refuse(m.client, w, "away-too-long", "an away text has at most %d bytes: please make it shorter", maxShort)
		return
	}
	if t.IsBlank() && m.away.IsBlank() {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are not away: /away TEXT says that you are")}, w)
		return
	}
	r.proposeFor(m, w, r.entry(m, m.room.name, protocol.AwaySet{From: m.nick, Text: t, Mine: protocol.Mine{You: true}}))
}

func isLong(t protocol.Text) bool { return len(t.String()) > maxShort }

// short cuts nothing off what somebody says in leaving: too long, it is not told at all.
func short(t protocol.Text) protocol.Text {
	if isLong(t) {
		return protocol.Text{}
	}
	return t
}
