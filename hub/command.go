package hub

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const (
	maxShort   = 512 // bytes of a topic, an away text, a goodbye
	maxNames   = 200 // names in one answer
	maxIgnored = 100 // people that one can ignore
)

// command follows a command, or says why not.
func (r *run) command(req command) {
	c, m, w := req.c, req.c.member, req.weight
	if m == nil || m.gone || r.deaf {
		r.giveBack(c, w)
		return
	}
	if m.room == nil && !mayBeNowhere(req.cmd) {
		r.answer(c, protocol.Refused{Refusal: *nowhere, Ref: refOf(req.cmd)}, w)
		return
	}
	switch cmd := req.cmd.(type) {
	case protocol.Hello:
		r.hello(c, cmd, w)
	case protocol.Say:
		r.speak(m, w, cmd.Ref, protocol.Said{From: m.nick, Text: cmd.Text, Mine: mine(cmd.Ref)})
	case protocol.Me:
		r.speak(m, w, cmd.Ref, protocol.Acted{From: m.nick, Text: cmd.Text, Mine: mine(cmd.Ref)})
	case protocol.Msg:
		r.whisper(m, cmd, w)
	case protocol.Rename:
		r.rename(m, cmd.Nick, w)
	case protocol.Join:
		r.join(m, cmd.Room, w)
	case protocol.Rooms:
		r.answer(c, r.roomList(), w)
	case protocol.Who:
		r.answer(c, r.membersOf(m.room), w)
	case protocol.Topic:
		r.topic(m, cmd, w)
	case protocol.History:
		r.history(m, cmd, w)
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
		r.help(m, cmd.Verb, w)
	case protocol.Leave:
		r.leave(c, short(cmd.Text))
	case protocol.Kick, protocol.Announce, protocol.Stop:
		r.operate(m, cmd, w)
	default:
		panic("hub: a command of an unknown type")
	}
}

// mayBeNowhere reports whether cmd can be followed for somebody who has not entered
// a room, because that could not be recorded.
func mayBeNowhere(cmd protocol.Command) bool {
	switch cmd.(type) {
	case protocol.Hello, protocol.Rename, protocol.Join, protocol.Rooms, protocol.Ping, protocol.Help, protocol.Leave:
		return true
	}
	return false
}

var nowhere = protocol.Refuse("nowhere", "you are not in a room yet: /join ROOM brings you there")

// refOf is the id that a client gave to what it says.
func refOf(cmd protocol.Command) protocol.Ref {
	switch cmd := cmd.(type) {
	case protocol.Say:
		return cmd.Ref
	case protocol.Me:
		return cmd.Ref
	case protocol.Msg:
		return cmd.Ref
	}
	return ""
}

// operate is what only operators may.
func (r *run) operate(m *member, cmd protocol.Command, w int64) {
	if !m.operator {
		r.refuse(m.client, w, "operators-only", "only an operator can do that")
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
		select {
		case <-r.hub.asked:
		default:
			close(r.hub.asked)
		}
		r.giveBack(m.client, w)
	default:
		panic("hub: an operator's command of an unknown type")
	}
}

func mine(ref protocol.Ref) protocol.Mine { return protocol.Mine{You: true, Ref: ref} }

// speak proposes a line for the room.
func (r *run) speak(m *member, w int64, ref protocol.Ref, e protocol.Recorded) {
	if r.saidBefore(m, ref, w) {
		return
	}
	c := m.client
	r.say(m, ref, []journal.Entry{r.entry(m, m.bound, e)}, w, func() { r.giveBack(c, w) })
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
		m.refs.ask(ref, func(seq uint64) {
			if seq > 0 {
				r.answer(c, protocol.Accepted{Ref: ref, Seq: seq}, w)
			} else {
				r.answer(c, protocol.Refused{Refusal: *unkept, Ref: ref}, w)
			}
		})
	}
	return true
}

// say proposes what m says. Entries of which m's own copy is the last.
func (r *run) say(m *member, ref protocol.Ref, entries []journal.Entry, w int64, done func()) {
	c := m.client
	m.refs.begin(ref)
	r.propose(proposal{
		entries: entries,
		done: func() {
			done()
			m.refs.decided(ref, entries[len(entries)-1].Seq)
		},
		failed: func() {
			m.refs.drop(ref)
			r.answer(c, protocol.Refused{Refusal: *unkept, Ref: ref}, w)
			m.refs.decided(ref, 0)
		},
	})
}

// proposeFor proposes what m's command changes. What m is told of it comes with
// everybody's; the weight comes back when that is written.
func (r *run) proposeFor(m *member, w int64, entries ...journal.Entry) {
	c := m.client
	r.propose(proposal{
		entries: entries,
		done:    func() { r.giveBackWhenWritten(c, w) },
		failed:  func() { r.refuseUnkept(c, w) },
	})
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
		if !to.away.IsBlank() {
			r.tellOne(c, protocol.AwaySet{From: to.nick, Text: to.away})
		}
		r.giveBackWhenWritten(c, w)
	})
}

func checkAddressee(m, to *member, name protocol.Nick) *protocol.Refusal {
	switch {
	case to == nil || to.bound == protocol.Room{} && to.client != nil:
		return nobody(name)
	case to.client == nil || to.gone:
		return protocol.Refuse("gone", "%s has lost the connection just now: please try again when they are back", to.nick)
	case to == m:
		return protocol.Refuse("yourself", "that is you")
	}
	return nil
}

// rename takes another nick. Before m is announced nobody hears of it.
func (r *run) rename(m *member, to protocol.Nick, w int64) {
	if to == m.nick {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are " + to.String() + " already")}, w)
		return
	}
	if refusal := r.checkNick(m, to); refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	renamed := protocol.Renamed{From: m.nick, To: to, Mine: protocol.Mine{You: true}}
	if m.bound == (protocol.Room{}) {
		r.setNick(m, to)
		r.answer(m.client, renamed, w)
		return
	}
	c, from := m.client, m.nick
	r.claim(m, to)
	r.propose(proposal{
		entries: []journal.Entry{r.entry(m, m.bound, renamed)},
		done:    func() { r.giveBackWhenWritten(c, w) },
		failed: func() {
			r.release(m, to)
			r.claim(m, from)
			r.refuseUnkept(c, w)
		},
	})
}

func (r *run) checkNick(m *member, n protocol.Nick) *protocol.Refusal {
	if n.IsReserved() && !m.operator {
		return protocol.Refuse("reserved", "%s is a name for those who run the server: please choose another", n)
	}
	switch h := r.holder(n); {
	case h == nil || h == m:
		return nil
	case h.nick.Same(n):
		return protocol.Refuse("taken", "%s is taken: please choose another name", n)
	default:
		return protocol.Refuse("alike", "%s looks too much like %s, who is here: please choose another name", n, h.nick)
	}
}

func (r *run) setNick(m *member, n protocol.Nick) {
	r.release(m, m.nick)
	m.nick = n
	r.claim(m, n)
}

func (r *run) join(m *member, to protocol.Room, w int64) {
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

func (r *run) roomList() protocol.Event {
	rooms := slices.SortedFunc(maps.Values(r.rooms), func(a, b *room) int {
		return cmp.Or(cmp.Compare(len(b.members), len(a.members)), cmp.Compare(a.name.String(), b.name.String()))
	})
	list := protocol.RoomList{Count: len(rooms), Rooms: []protocol.RoomInfo{}}
	for _, room := range rooms[:min(len(rooms), maxNames)] {
		list.Rooms = append(list.Rooms, protocol.RoomInfo{Room: room.name, Here: len(room.members), Topic: room.topic})
	}
	return list
}

// membersOf names the first who came, as far as the bound allows.
func (r *run) membersOf(room *room) protocol.Event {
	some := slices.Clone(room.members[:min(len(room.members), maxNames)])
	slices.SortFunc(some, func(a, b *member) int { return cmp.Compare(a.came, b.came) })
	e := protocol.Members{Room: room.name, Here: len(room.members), Names: []protocol.Member{}}
	for _, m := range some {
		e.Names = append(e.Names, protocol.Member{Nick: m.nick, Away: !m.away.IsBlank()})
	}
	return e
}

func (r *run) topic(m *member, cmd protocol.Topic, w int64) {
	if cmd.Text.IsBlank() {
		r.answer(m.client, protocol.TopicIs{Room: m.bound, Text: m.room.topic}, w)
		return
	}
	if r.refuseLong(m, cmd.Text, w) {
		return
	}
	set := protocol.TopicSet{From: m.nick, Mine: protocol.Mine{You: true}}
	if cmd.Text.String() != "-" {
		set.Text = cmd.Text
	}
	r.proposeFor(m, w, r.entry(m, m.bound, set))
}

func (r *run) away(m *member, t protocol.Text, w int64) {
	if r.refuseLong(m, t, w) {
		return
	}
	if t.IsBlank() && m.away.IsBlank() {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are not away: /away TEXT says that you are")}, w)
		return
	}
	r.proposeFor(m, w, r.entry(m, m.bound, protocol.AwaySet{From: m.nick, Text: t, Mine: protocol.Mine{You: true}}))
}

func (r *run) refuseLong(m *member, t protocol.Text, w int64) bool {
	if len(t.String()) <= maxShort {
		return false
	}
	r.refuse(m.client, w, "too-long", "that is longer than %d bytes: please make it shorter", maxShort)
	return true
}

// short cuts nothing off what somebody says in leaving: too long, it is not told at all.
func short(t protocol.Text) protocol.Text {
	if len(t.String()) > maxShort {
		return protocol.Text{}
	}
	return t
}

// history has m's writer tell a stretch of the record again.
func (r *run) history(m *member, cmd protocol.History, w int64) {
	lines := cmp.Or(cmd.Lines, max(1, r.opts.Replay))
	if cmd.All {
		lines = -1
	}
	r.append(m.client, &aside{
		after:  r.head,
		weight: w,
		past: &past{
			me:      m.listener,
			streams: []journal.Stream{journal.OfRoom(m.bound), journal.Mailbox(m.id), journal.Everybody},
			lines:   lines,
			upto:    r.head,
			end:     true,
		},
	}, nil)
}

// ignore stops or starts hearing somebody: the session, which a new name does
// not help to dodge, and the name, which a new session does not.
func (r *run) ignore(m *member, n protocol.Nick, w int64) {
	c := m.client
	if n == (protocol.Nick{}) {
		r.answer(c, protocol.IgnoreList{Names: m.ignoring}, w)
		return
	}
	if i := slices.IndexFunc(m.ignoring, n.Same); i >= 0 {
		m.ignoring = slices.Delete(slices.Clone(m.ignoring), i, i+1)
		m.ignored = maps.Clone(m.ignored)
		for key, name := range m.ignored {
			if name.Same(n) {
				delete(m.ignored, key)
			}
		}
		r.answer(c, protocol.Ignoring{Nick: n}, w)
		return
	}
	switch who := r.named(n); {
	case who == nil:
		r.refuseNobody(c, w, n)
	case who == m:
		r.refuse(c, w, "yourself", "that is you")
	case len(m.ignoring) >= maxIgnored:
		r.refuse(c, w, "too-many", "you ignore %d people already: please hear somebody again first", maxIgnored)
	default:
		ignored := maps.Clone(m.ignored)
		if ignored == nil {
			ignored = map[string]protocol.Nick{}
		}
		ignored[who.id.String()], ignored[n.Keys()[0]] = n, n
		m.ignored, m.ignoring = ignored, append(slices.Clone(m.ignoring), n)
		r.answer(c, protocol.Ignoring{Nick: n, On: true}, w)
	}
}

func (r *run) help(m *member, verb protocol.Text, w int64) {
	found := false
	for _, v := range protocol.Verbs() {
		if v.Usage() == "" || v.Operator && !m.operator {
			continue
		}
		if !verb.IsBlank() && v.Name != strings.TrimPrefix(verb.String(), "/") {
			continue
		}
		found = true
		r.tellOne(m.client, protocol.Helped{Usage: v.Usage(), Text: v.Help})
		if !verb.IsBlank() {
			r.tellOne(m.client, protocol.Helped{Usage: "for example:", Text: v.Example})
		}
	}
	if !found {
		r.refuse(m.client, w, "unknown", "there is no such command: /help lists them")
		return
	}
	r.giveBackWhenWritten(m.client, w)
}
