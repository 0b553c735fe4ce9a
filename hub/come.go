package hub

import (
	"cmp"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// attach greets a new connection. It holds a name from here on, and nobody
// hears of it before it arrives.
func (r *run) attach(req attach) {
	if r.stopping {
		req.c.attached <- false
		return
	}
	c := req.c
	r.clients[c] = true
	m := r.newMember(c, req.id)
	r.tellOne(c, protocol.Welcome{Server: protocol.Version, Nick: m.nick, Room: protocol.Lobby, Here: r.here(protocol.Lobby) + 1})
	c.attached <- true
}

func (r *run) newMember(c *Client, id Identity) *member {
	m := &member{listener: listener{id: uuid.New(), echo: id.Echo}, nick: id.Nick, operator: id.Operator, client: c, replay: r.opts.Replay}
	for m.nick == (protocol.Nick{}) || r.holder(m.nick) != nil {
		r.guests++
		m.nick = guest(r.guests)
	}
	r.add(m)
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

func (r *run) here(name protocol.Room) int {
	if room := r.rooms[name]; room != nil {
		return len(room.members)
	}
	return 0
}

// arrive announces a client that was only greeted so far.
func (r *run) arrive(req arrive) {
	m := req.c.member
	switch done := func() { r.giveBack(req.c, req.weight) }; {
	case m == nil:
		done()
	case m.bound == protocol.Room{}:
		r.move(m, protocol.Lobby, req.weight, r.seeRoom)
	case m.room == nil:
		m.onRoom = append(m.onRoom, done)
	default:
		done()
	}
}

// move takes m to a room, from where it is or from nowhere. see tells it what
// it finds there; it gets the weight of the command to give back.
func (r *run) move(m *member, to protocol.Room, weight int64, see func(m *member, at *journal.Entry, weight int64)) {
	c := m.client
	if refusal := r.checkRoom(to); refusal != nil {
		r.answer(c, protocol.Refused{Refusal: *refusal}, weight)
		return
	}
	from := m.bound
	var entries []journal.Entry
	if from != (protocol.Room{}) {
		entries = append(entries, r.entry(m, from, protocol.Left{From: m.nick, Reason: protocol.Moved, To: to}))
	}
	entries = append(entries, r.entry(m, to, protocol.Joined{From: m.nick}))
	m.bound = to
	room := r.room(to)
	room.coming++
	r.propose(proposal{
		entries: entries,
		done: func() {
			room.coming--
			r.tidy(room)
			if m.client == c {
				see(m, &entries[len(entries)-1], weight)
			} else {
				r.giveBack(c, weight)
			}
			r.entered(m)
		},
		failed: func() {
			room.coming--
			r.tidy(room)
			m.bound = from
			r.refuseUnkept(c, weight)
			r.entered(m)
		},
	})
}

// checkRoom bounds the rooms; there is always a place in the lobby.
func (r *run) checkRoom(to protocol.Room) *protocol.Refusal {
	if to == protocol.Lobby || r.rooms[to] != nil || len(r.rooms) < r.opts.Rooms {
		return nil
	}
	return protocol.Refuse("too-many-rooms", "there are %d rooms already: please join one of them, /rooms lists them", r.opts.Rooms)
}

func (r *run) entered(m *member) {
	for _, f := range m.onRoom {
		f()
	}
	m.onRoom = nil
}

// seeRoom is what somebody sees who comes from nowhere: Welcome has told the rest.
func (r *run) seeRoom(m *member, at *journal.Entry, weight int64) {
	m.live = true
	r.showTopic(m)
	r.replay(m, at, weight)
}

// seeOther is what somebody sees who comes from another room.
func (r *run) seeOther(m *member, at *journal.Entry, weight int64) {
	if !m.live {
		left := m.visits[len(m.visits)-2].last
		r.append(m.client, &aside{after: at.Seq, left: left, enter: &journal.Reading{Stream: at.Stream, Nth: at.Nth}}, nil)
	}
	r.tellOne(m.client, protocol.Entered{Room: m.room.name, Here: len(m.room.members), Seq: at.Seq})
	r.showTopic(m)
	r.replay(m, at, weight)
}

func (r *run) showTopic(m *member) {
	if !m.room.topic.IsBlank() {
		r.tellOne(m.client, protocol.TopicIs{Room: m.room.name, Text: m.room.topic})
	}
}

// replay shows the last lines that were said in the room before m came.
func (r *run) replay(m *member, at *journal.Entry, weight int64) {
	a := &aside{after: r.head, weight: weight}
	if m.replay > 0 {
		a.past = &past{me: m.listener, streams: []journal.Stream{at.Stream}, lines: m.replay, upto: at.Seq - 1}
	}
	r.append(m.client, a, nil)
}

// hello makes a program of a greeted client: it speaks JSON lines, has a token
// to come back with, and may have been here before.
func (r *run) hello(c *Client, h protocol.Hello, weight int64) {
	if c.member.token != "" {
		r.refuse(c, weight, "late-hello", "hello is said once, in the first line")
		return
	}
	if back := r.tokens[h.Token]; back != nil && h.Token != "" {
		r.comeBack(c, back, h, weight)
		return
	}
	m := r.forgetGuest(c)
	m.echo = true
	m.token = rand.Text()
	r.tokens[m.token] = m
	if h.Replay != nil {
		m.replay = max(0, *h.Replay)
	}
	var refusals []*protocol.Refusal // told after the welcome: before it, the program does not listen
	if h.Nick != (protocol.Nick{}) {
		if refusal := r.checkNick(m, h.Nick); refusal != nil {
			refusals = append(refusals, refusal)
		} else {
			r.setNick(m, h.Nick)
		}
	}
	to := cmp.Or(h.Room, protocol.Lobby)
	if refusal := r.checkRoom(to); refusal != nil {
		refusals = append(refusals, refusal)
		to = protocol.Lobby
	}
	r.move(m, to, weight, func(m *member, at *journal.Entry, weight int64) {
		m.live = true
		seq, missing := r.checkResume(h.Resume, at.Seq)
		r.welcome(m, seq, false)
		for _, refusal := range refusals {
			r.tellOne(c, protocol.Refused{Refusal: *refusal})
		}
		if missing == "" && h.Resume != nil {
			missing = protocol.OldToken
		}
		if missing != "" {
			r.tellOne(c, protocol.Gap{Why: missing})
		}
		r.showTopic(m)
		if missing == protocol.OldToken {
			r.readFrom(m, seq, []visit{{stream: at.Stream}})
			r.giveBackWhenWritten(c, weight)
			return
		}
		r.replay(m, at, weight)
	})
}

// forgetGuest is the member that a client's session begins as. A guest who was
// announced already, because the hello took long, leaves first.
func (r *run) forgetGuest(c *Client) *member {
	m := c.member
	if m.bound == (protocol.Room{}) {
		return m
	}
	m.client = nil
	m.live = false
	r.depart(m, protocol.Left{Reason: protocol.Quit}, func() { r.end(m) })
	return r.newMember(c, Identity{Operator: m.operator})
}

// comeBack gives a session to the connection that brings its token.
func (r *run) comeBack(c *Client, m *member, h protocol.Hello, weight int64) {
	r.end(r.forgetGuest(c))
	if old := m.client; old != nil {
		r.goodbye(old, protocol.Replaced, protocol.Text{})
	}
	r.unhold(m)
	m.client, c.member, m.live = c, m, false
	seq, missing := r.checkResume(h.Resume, r.head)
	see := func() {
		r.welcome(m, seq, true)
		if missing != "" {
			r.tellOne(c, protocol.Gap{Why: missing})
		}
		r.readFrom(m, seq, m.visits)
		r.giveBackWhenWritten(c, weight)
	}
	switch nowhere := m.bound == (protocol.Room{}); {
	case nowhere:
		m.gone = false
		r.move(m, m.last, weight, func(*member, *journal.Entry, int64) { see() })
	case m.room == nil:
		m.onRoom = append(m.onRoom, see)
	default:
		see()
	}
}

func (r *run) welcome(m *member, seq uint64, resumed bool) {
	r.tellOne(m.client, protocol.Welcome{
		Server: protocol.Version, Nick: m.nick, Room: m.room.name, Here: len(m.room.members),
		Token: m.token, Epoch: r.hub.journal.Epoch().String(), Seq: seq, Resumed: resumed,
	})
}

// checkResume is the position from which a program reads on, and why that is
// not the one which it named. Without one it has seen all.
func (r *run) checkResume(res *protocol.Resume, head uint64) (seq uint64, missing string) {
	switch {
	case res == nil:
		return head, ""
	case res.Epoch != r.hub.journal.Epoch().String():
		return head, protocol.OldEpoch
	case res.Seq > head:
		return head, protocol.Future
	}
	return res.Seq, ""
}

// readFrom has m's writer read the record from a position on: the room in which
// it was at that time, then the next, up to where it is.
func (r *run) readFrom(m *member, seq uint64, visits []visit) {
	first := 0
	for i, v := range visits {
		if v.from <= seq {
			first = i
		}
	}
	r.fallBehind(m, journal.Cursor{Seq: seq, Streams: []journal.Reading{
		{Stream: journal.Everybody, Nth: journal.Unknown},
		{Stream: journal.Mailbox(m.id), Nth: journal.Unknown},
		{Stream: visits[first].stream, Nth: journal.Unknown},
	}})
	for i, v := range visits[first+1:] {
		left := visits[first+i].last
		r.append(m.client, &aside{after: v.from, left: left, enter: &journal.Reading{Stream: v.stream, Nth: journal.Unknown}}, nil)
	}
}

func (r *run) unhold(m *member) {
	for i, h := range r.held {
		if h == m {
			r.held = append(r.held[:i], r.held[i+1:]...)
			return
		}
	}
}

// entry is what m proposes to happen in a room, or in no room. The time and
// the id are stamped here: apply has no clock and no dice.
func (r *run) entry(m *member, in protocol.Room, e protocol.Recorded) journal.Entry {
	st := journal.Everybody
	if in != (protocol.Room{}) {
		st = journal.OfRoom(in)
	}
	stamp := protocol.Stamp{ID: uuid.Must(uuid.NewV7()), Time: time.Now().UTC().Truncate(time.Millisecond), Room: in}
	return journal.Entry{Stream: st, Author: m.id, Event: e.Stamped(stamp)}
}
