package hub

import (
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
	m.moving++
	r.propose(proposal{
		entries: entries,
		done: func() {
			room.coming--
			r.tidy(room)
			m.moving--
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
			m.moving--
			if !m.gone {
				m.bound = m.where()
			}
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

// entered does what waits until m is where it wants to be.
func (r *run) entered(m *member) {
	if m.moving > 0 {
		return
	}
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
		here := r.place(m.client)
		here.nth[roomStream] = left
		r.append(m.client, &aside{after: here, enter: &journal.Reading{Stream: at.Stream, Nth: at.Nth}}, nil)
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
	a := &aside{after: r.place(m.client), weight: weight}
	if m.replay > 0 {
		a.past = &past{me: m.listener, streams: []journal.Stream{at.Stream}, lines: m.replay, upto: at.Seq - 1}
	}
	r.append(m.client, a, nil)
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
