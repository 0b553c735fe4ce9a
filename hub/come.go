package hub

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// attach greets a new connection. It holds a name from here on, and nobody
// hears of it before it arrives. What it is told of itself waits until then, too: the
// name may be another one by that time.
func (r *run) attach(req attach) {
	if r.stopping {
		req.answer <- false
		return
	}
	c := req.c
	r.clients[c] = true
	if r.turnAway(c, req.id) {
		req.answer <- true
		return
	}
	c.ending = req.id.Ending
	c.noPassword = req.id.NoPassword
	r.append(c, &aside{after: r.place(c)}, r.greet(r.newMember(c, req.id)))
	req.answer <- true
	r.await(greeted{c: c, unread: req.id.Unread})
}

// greeted is a client that is announced at a time, if it says nothing before.
type greeted struct {
	c      *Client
	due    time.Time
	unread func() bool // nil: that is not known
	waited int         // times that it had said something which was not read
}

const maxWaited = 10

func (r *run) await(g greeted) {
	g.due = time.Now().Add(r.opts.Arrive)
	if r.silent = append(r.silent, g); len(r.silent) == 1 {
		r.rearm()
	}
}

// announce announces those who have said nothing for long enough. When many come
// at once, what some have said is not read yet: a name, perhaps, and nobody is told of
// a guest who has one.
func (r *run) announce(now time.Time) {
	n := 0
	for n < len(r.silent) && !r.silent[n].due.After(now) {
		g := r.silent[n]
		n++
		if m := g.c.member; m == nil || m.withheld || m.greeted || m.bound != (protocol.Room{}) {
			continue // greeted, and nowhere: it was told that it may try again
		}
		if g.unread != nil && g.waited < maxWaited && g.unread() || r.waitsForPlace(g) {
			g.waited++
			r.await(g)
			continue
		}
		r.arrive(arrive{c: g.c})
	}
	r.silent = slices.Delete(r.silent, 0, n)
}

// greeting is the same for all, so there is one line of it.
var greeting = protocol.NewLine(protocol.Greeting{Server: protocol.Version})

// entrance is the room that m enters first. Where there is only a desk, what operators say
// to each other must not stand in a room that another start opens to everybody.
func (r *run) entrance(m *member) protocol.Room {
	switch {
	case !r.opts.Desk:
		return protocol.Lobby
	case m.operator:
		return protocol.OperatorsRoom
	}
	return protocol.DeskRoom
}

func (r *run) newMember(c *Client, id Identity) *member {
	m := &member{listener: listener{id: uuid.New(), echo: id.Echo}, nick: id.Nick, operator: id.Operator, from: id.From, at: id.From.Prefix, client: c, seen: c.guest, replay: r.opts.Replay, began: time.Now()}
	for m.nick == (protocol.Nick{}) || r.holder(m.nick) != nil || r.refusesName(m, m.nick) > 0 {
		r.guests++
		m.nick = guest(r.guests)
	}
	r.add(m)
	if !id.Brief {
		m.token = newCode()
		r.tokens[m.token] = m
	}
	c.member = m
	return m
}

func guest(n int) protocol.Nick {
	nick, err := protocol.ParseNick("guest-" + strconv.Itoa(n))
	if err != nil {
		panic(err)
	}
	return nick
}

// arrive announces a client that was only greeted so far.
func (r *run) arrive(req arrive) {
	m := req.c.member
	switch done := func() { r.giveBack(req.c, req.weight) }; {
	case m == nil, m.gone:
		done()
	case m.bound == protocol.Room{}:
		r.move(m, r.entrance(m), req.weight, r.seeRoom)
	case m.moving > 0:
		m.onRoom = append(m.onRoom, done)
	default:
		done()
	}
}

// move takes m to a room, from where it is or from nowhere. see tells it what
// it finds there; it gets the weight of the command to give back.
func (r *run) move(m *member, to protocol.Room, weight int64, see func(m *member, at *journal.Entry, weight int64)) {
	c := m.client
	visited, message := m.visiting, m.message
	if to == protocol.DeskRoom && r.desk.tickets[message] != nil { // it comes back to its own words
		m.visiting, m.message = message, 0
	}
	from, back := m.bound, m.visiting != 0 || m.finished
	if refusal := r.checkPlace(m, to, back); refusal != nil {
		r.refusePlace(c, refusal, weight)
		return
	}
	entries := r.moving(m, from, to, back)
	visiting := m.visiting
	at := slices.IndexFunc(entries, func(e journal.Entry) bool { _, ok := e.Event.(protocol.Joined); return ok })
	m.bound = to
	room := r.room(to)
	room.coming++
	m.moving++
	r.propose(proposal{
		entries: entries,
		done: func() {
			room.coming--
			r.tidy(room)
			m.moving--
			if m.client == c {
				see(m, &entries[at], weight)
			} else {
				r.giveBack(c, weight)
			}
			r.entered(m)
		},
		failed: func() {
			room.coming--
			r.tidy(room)
			m.moving--
			if m.moving == 0 && !m.gone {
				m.bound = m.where()
			}
			switch {
			case to == protocol.DeskRoom && !back:
				r.giveUpTicket(m, visiting)
			case r.desk.tickets[message] != nil: // it has not come
				m.visiting, m.message = visited, message
			case m.visiting == 0 && r.desk.tickets[visited] != nil: // it has not left
				m.visiting, m.message = visited, 0
				r.recall(r.desk.tickets[visited])
			}
			r.refuseMove(m, c, weight)
			r.entered(m)
		},
	})
}

// refuseMove tells m that its way could not be recorded. A newcomer was not told yet who
// it is.
func (r *run) refuseMove(m *member, c *Client, weight int64) {
	if m.client != c || m.greeted || m.bound != (protocol.Room{}) {
		r.refuseUnkept(c, weight)
		return
	}
	m.greeted = true
	r.tellUnnamed(m)
	r.refuse(c, weight, "not-kept", "You are %s, but in no room yet: the record cannot be written just now. Please try again in a while: /join %s", m.nick, r.entrance(m))
}

// moving is what is recorded of m's way from one room to another.
func (r *run) moving(m *member, from, to protocol.Room, back bool) (entries []journal.Entry) {
	if from != (protocol.Room{}) {
		left := protocol.Left{From: m.nick, Reason: protocol.Moved, To: to}
		if to == protocol.DeskRoom {
			left.To = protocol.Room{} // nobody's business
			m.before = from
		}
		entries = append(entries, r.entry(m, from, left))
	}
	if to != protocol.DeskRoom && m.visiting != 0 {
		state := protocol.Gone
		if r.leavesMessage(m) {
			state, m.message = protocol.LeftMessage, m.visiting
		}
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: m.visiting, From: m.nick, State: state}))
		m.visiting = 0
	}
	entries = append(entries, r.entry(m, to, protocol.Joined{From: m.nick}))
	if to == protocol.DeskRoom && !m.finished {
		state := protocol.Back
		if !back {
			state = protocol.Waiting
			r.openTicket(m)
		}
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: m.visiting, From: m.nick, State: state}))
	}
	if m.operator && (!m.serves || from == (protocol.Room{})) { // its leaving may be on its way yet
		entries = append(entries, r.deskEntry(m, protocol.DutyChanged{From: m.nick, On: true}))
	}
	return entries
}

// checkPlace reports why m cannot go there.
func (r *run) checkPlace(m *member, to protocol.Room, back bool) *protocol.Refusal {
	switch {
	case to == protocol.OperatorsRoom && !m.operator:
		return operatorsOnly
	case to != protocol.DeskRoom:
		return r.checkRoom(to)
	case back:
		return nil
	}
	return r.checkDesk(m)
}

var operatorsOnly = protocol.Refuse("operators-room", "%s is for operators: /operator makes you one, if you know the password", protocol.OperatorsRoom)

// refusePlace tells why there is no place, but to whom the greeting has told it. Who has no other goes.
func (r *run) refusePlace(c *Client, refusal *protocol.Refusal, weight int64) {
	m := c.member
	if m.toldFull && !m.program && m.bound == (protocol.Room{}) {
		r.giveBackWhenWritten(c, weight)
	} else {
		r.answer(c, protocol.Refused{Refusal: *refusal}, weight)
	}
	if r.opts.Desk && m.bound == (protocol.Room{}) && !m.operator {
		r.goodbye(c, protocol.Full, protocol.Text{})
		r.end(m)
	}
}

// checkRoom bounds the rooms; there is always a place where people enter.
func (r *run) checkRoom(to protocol.Room) *protocol.Refusal {
	if to == protocol.OperatorsRoom {
		return nil
	}
	if r.opts.Desk {
		return protocol.Refuse("desk-only", "there are only the desk and %s here", protocol.OperatorsRoom)
	}
	if refusal := to.Unfit(); refusal != nil {
		return refusal
	}
	if to == protocol.Lobby || r.rooms[to] != nil || len(r.rooms)-1 < r.opts.Rooms { // the desk's is not one of them
		return nil
	}
	return protocol.Refuse("too-many-rooms", "there are %d rooms already: please join one of them, /rooms lists them", r.opts.Rooms)
}

// entered does what waits until m is where it wants to be.
func (r *run) entered(m *member) {
	if m.moving > 0 {
		return
	}
	waiting := m.onRoom
	m.onRoom = nil
	for _, f := range waiting {
		f()
	}
	if r.isStranded(m) {
		r.again(m, func() {
			if r.isStranded(m) {
				r.seeOut(m)
			}
		})
	}
}

// isStranded reports whether m sits at the desk after the end of its
// conversation, because its way out could not be recorded.
func (r *run) isStranded(m *member) bool {
	return m.moving == 0 && m.bound == protocol.DeskRoom && m.where() == m.bound && r.desk.tickets[m.visiting] == nil
}

// seeRoom is what somebody sees who comes from nowhere: first what scrolls, and last
// what is needed. All of it is written at once.
func (r *run) seeRoom(m *member, at *journal.Entry, weight int64) {
	m.live, m.greeted = true, true
	m.seen.Store(at.Seq)
	items := []item{{aside: r.before(m, at)}}
	tell := func(e protocol.Event) {
		items = append(items, item{line: protocol.NewLine(e), aside: &aside{after: r.place(m.client)}})
	}
	if m.shows(m.room.topic) {
		tell(protocol.TopicIs{Room: m.room.name, Text: m.room.topic.text})
	}
	if m.unnamed != nil {
		tell(protocol.Refused{Refusal: *m.unnamed})
		m.unnamed = nil
	}
	tell(r.welcome(m, at.Seq, false))
	items[len(items)-1].weight = weight
	r.appendAll(m.client, items)
}

// seeOther is what somebody sees who comes from another room.
func (r *run) seeOther(m *member, at *journal.Entry, weight int64) {
	if !m.live {
		left := m.visits[len(m.visits)-2].last
		here := r.place(m.client)
		here.nth[roomSlot] = left
		r.append(m.client, &aside{after: here, enter: &entering{roomSlot, journal.Reading{Stream: at.Stream, Nth: at.Nth}}}, nil)
	}
	entered := protocol.Entered{Room: m.room.name, Here: len(m.room.members), Seq: at.Seq}
	if q := r.stand(m); m.room.name == protocol.DeskRoom {
		entered.Here, entered.Desk = 1, q
	}
	r.tellOne(m.client, entered)
	r.showTopic(m)
	r.replay(m, at, weight)
}

func (r *run) showTopic(m *member) {
	if m.shows(m.room.topic) {
		r.tellOne(m.client, protocol.TopicIs{Room: m.room.name, Text: m.room.topic.text})
	}
}

// replay shows the last lines that were said in the room before m came.
func (r *run) replay(m *member, at *journal.Entry, weight int64) {
	a := r.before(m, at)
	a.weight = weight
	r.append(m.client, a, nil)
}

func (r *run) before(m *member, at *journal.Entry) *aside {
	a := &aside{after: r.place(m.client)}
	if m.replay > 0 {
		a.past = &past{me: m.listener, streams: []journal.Stream{at.Stream}, lines: m.replay, upto: at.Seq - 1}
	}
	return a
}

// entry is what m proposes to happen in a room, or in no room. The time and
// the id are stamped here: apply has no clock and no dice.
func (r *run) entry(m *member, in protocol.Room, e protocol.Recorded) journal.Entry {
	st := journal.Everybody
	if in != (protocol.Room{}) {
		st = m.stream(in)
	}
	return r.entryOf(st, m, in, e)
}

func (r *run) entryOf(st journal.Stream, m *member, in protocol.Room, e protocol.Recorded) journal.Entry {
	stamp := protocol.Stamp{ID: uuid.Must(uuid.NewV7()), Time: time.Now().UTC().Truncate(time.Millisecond), Room: in}
	return journal.Entry{Stream: st, Author: m.id, Event: e.Stamped(stamp)}
}
