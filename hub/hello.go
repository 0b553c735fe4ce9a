package hub

import (
	"cmp"
	"crypto/rand"
	"strings"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// hello makes a program of a greeted client: it speaks JSON lines, has a token
// to come back with, and may have been here before.
func (r *run) hello(c *Client, h protocol.Hello, weight int64) {
	if c.member.program && c.member.bound != (protocol.Room{}) {
		r.refuse(c, weight, "second-hello", "hello is said once, in the first line")
		return
	}
	if back := r.tokens[h.Token]; back != nil && back != c.member && h.Token != "" { // its own is the guest's, who goes
		back.echo, back.program = true, true
		r.comeBack(c, back, h.Resume, weight)
		return
	}
	m := r.forgetGuest(c)
	r.forgetToken(m) // of a hello that could not be recorded
	m.echo, m.program, m.greeted, m.unnamed = true, true, true, nil
	m.token = rand.Text()
	r.tokens[m.token] = m
	if h.Replay != nil {
		m.replay = max(0, *h.Replay)
	}
	ref := c.ref
	var refusals []*protocol.Refusal // told after the welcome: before it, the program does not listen
	if h.Nick != (protocol.Nick{}) {
		r.freeName(m, h.Nick)
		if refusal := r.checkNick(m, h.Nick); refusal != nil {
			refusals = append(refusals, refusal)
		} else if r.holdsSecret(m, h.Nick.String()) {
			refusals = append(refusals, secretSaid)
		} else {
			r.setNick(m, h.Nick)
		}
	}
	to := cmp.Or(h.Room, r.entrance(m))
	if r.opts.Desk && !m.operator || m.operator && to == protocol.DeskRoom {
		to = r.entrance(m)
	}
	if r.holdsSecret(m, to.String()) {
		refusals = append(refusals, secretSaid)
		to = r.entrance(m)
	}
	if refusal := r.checkPlace(m, to, false); refusal != nil && to != r.entrance(m) {
		refusals = append(refusals, refusal)
		to = r.entrance(m)
	}
	r.move(m, to, weight, func(m *member, at *journal.Entry, weight int64) {
		seq, missing := r.checkResume(h.Resume, at.Seq)
		r.begin(c, seq)
		r.tellOne(c, r.welcome(m, seq, false))
		for _, refusal := range refusals {
			r.tellOne(c, protocol.Refused{Refusal: *refusal, Ref: ref})
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
		m.live = true
		r.replay(m, at, weight)
	})
}

// resume is comeBack for a person, who knows the code of the session and not
// what was seen of it last: the server does.
func (r *run) resume(c *Client, code string, weight int64) {
	m := r.tokens[canonCode(code)]
	switch {
	case c.member.program:
		r.refuse(c, weight, "late-resume", "chinwag join comes back by itself; another program says its token in its hello")
		return
	case m == c.member:
		r.refuse(c, weight, "yourself", "that is you already")
		return
	case c.member.operator:
		r.refuse(c, weight, "operator-stays", "you are an operator, and stay one: somebody else may /resume that session")
		return
	case m == nil:
		r.refuse(c, weight, "no-session", "there is no session of that code any more: it is kept for %s after a break", strings.TrimSuffix(r.opts.Hold.String(), "0s"))
		return
	}
	if m.program {
		m.program, m.echo = false, c.member.echo
	}
	r.comeBack(c, m, &protocol.Resume{Epoch: r.hub.journal.Epoch().String(), Seq: m.seen.Load()}, weight)
}

// newCode makes the code of a session: 50 bits, which nobody guesses while they
// count, in letters that can be read aloud.
func newCode() string {
	code := strings.ToLower(rand.Text()[:10])
	return code[:5] + "-" + code[5:]
}

// canonCode is a code as newCode writes it, or the token of a program.
func canonCode(s string) string {
	letters := strings.ToLower(strings.ReplaceAll(s, "-", ""))
	if len(letters) != 10 {
		return s
	}
	return letters[:5] + "-" + letters[5:]
}

// forgetGuest is the member that a client's session begins as. A guest who was
// announced already, because the hello took long, leaves first.
func (r *run) forgetGuest(c *Client) *member {
	m := c.member
	if m.bound == (protocol.Room{}) {
		return m
	}
	r.forgetToken(m)
	m.client = nil
	m.live = false
	visits := m.visiting != 0
	r.depart(m, protocol.Left{Reason: protocol.Quit}, func() { r.end(m) })
	as := r.newMember(c, Identity{Operator: m.operator, From: m.from})
	if visits { // the guest's place is not free yet
		r.desk.expect(as)
	}
	return as
}

// comeBack gives a session to the connection that brings its token.
func (r *run) comeBack(c *Client, m *member, from *protocol.Resume, weight int64) {
	m.at = c.member.at
	r.end(r.forgetGuest(c))
	if old := m.client; old != nil {
		r.goodbye(old, protocol.Replaced, protocol.Text{})
	}
	r.unhold(m)
	m.client, c.member, m.live, m.again = c, m, false, true
	seq, missing := r.checkResume(from, r.head)
	r.begin(c, seq)
	see := func() {
		switch {
		case m.client != c: // gone, or replaced again
			r.giveBack(c, weight)
			return
		case m.room == nil: // it could not be recorded: another connection may try again
			r.goodbye(c, protocol.Lost, protocol.Text{})
			r.hold(m)
			return
		}
		last := r.welcome(m, seq, true)
		if m.program {
			r.tellOne(c, last)
			r.tellTarget(m)
		} else {
			r.tellOne(c, missedFollows)
		}
		if missing != "" {
			r.tellOne(c, protocol.Gap{Why: missing})
		}
		r.readFrom(m, seq, m.visits)
		if !m.program {
			r.tellOne(c, last)
			r.tellTarget(m)
		}
		r.giveBackWhenWritten(c, weight)
		if m.finished {
			r.seeOut(m)
		}
	}
	if m.bound == (protocol.Room{}) {
		if m.gone = false; m.retry != nil {
			r.stillHas(m)
		}
		to := m.last
		if r.opts.Desk || r.checkPlace(m, to, m.visiting != 0) != nil {
			to = r.entrance(m)
		}
		r.reclaim(m)
		r.move(m, to, 0, func(*member, *journal.Entry, int64) {})
	}
	before := m.sees
	if m.sees = see; before != nil {
		before() // of a connection that is over: it gives back what it waits with
	} else {
		m.onRoom = append(m.onRoom, func() {
			see := m.sees
			m.sees = nil
			see()
		})
	}
	r.entered(m)
}

// begin has c told from here on what is for the session that it is now, which was
// told all up to a position before. If the guest that it was is behind, its reading
// ends here.
func (r *run) begin(c *Client, position uint64) {
	told := new(seen)
	told.Store(position)
	c.member.seen = told
	c.reading++
	r.append(c, &aside{begin: told}, nil)
}

// missedFollows stands before what a person has missed, as Welcome does for a program.
var missedFollows = protocol.Notice{Text: protocol.MustText("Welcome back. What you missed follows.")}

func (r *run) tellTarget(m *member) {
	if m.target != nil {
		r.tellOne(m.client, r.servingNow(m, protocol.Serving{}))
	}
}

// welcome is who m is, and where.
func (r *run) welcome(m *member, seq uint64, resumed bool) protocol.Event {
	w := protocol.Welcome{
		Server: protocol.Version, Nick: m.nick, Room: m.room.name, Here: len(m.room.members),
		Resumed: resumed, NoRooms: r.opts.Desk,
	}
	if m.program {
		w.Token, w.Epoch, w.Seq = m.token, r.hub.journal.Epoch().String(), seq
		w.NoPassword = m.client.noPassword
	} else {
		w.Code = m.token
	}
	if q := r.stand(m); m.room.name == protocol.DeskRoom {
		w.Here, w.Desk = 1, q
	}
	return w
}

// reclaim gives a session back the nick that it was held for so long that
// others may have taken it; then it is a guest again.
func (r *run) reclaim(m *member) {
	if !m.released {
		return
	}
	m.released = false
	for r.holder(m.nick) != nil || r.refusesName(m, m.nick) > 0 {
		r.guests++
		m.nick = guest(r.guests)
	}
	r.claim(m, m.nick)
}

// checkResume is the position from which a program reads on, and why that is
// not the one which it named. Without one it has seen all.
func (r *run) checkResume(res *protocol.Resume, head uint64) (seq uint64, missing protocol.GapReason) {
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
	if m.trimmed && seq < visits[0].from { // more rooms ago than are remembered
		r.tellOne(m.client, protocol.Gap{Why: protocol.Forgotten})
		seq = visits[0].from
	}
	first := 0
	for i, v := range visits {
		if v.from <= seq {
			first = i
		}
	}
	streams := make([]journal.Reading, slots)
	streams[everybodySlot] = journal.Reading{Stream: journal.Everybody, Nth: journal.Unknown}
	streams[mailboxSlot] = journal.Reading{Stream: journal.Mailbox(m.id), Nth: journal.Unknown}
	if m.serves {
		streams[deskSlot] = journal.Reading{Stream: journal.Desk, Nth: journal.Unknown}
	}
	streams[roomSlot] = journal.Reading{Stream: visits[first].stream, Nth: journal.Unknown}
	r.fallBehind(m, journal.Cursor{Seq: seq, Streams: streams})
	for i, v := range visits[first+1:] {
		left := visits[first+i].last
		r.append(m.client, &aside{after: place{seq: v.from, nth: [slots]uint64{roomSlot: left}}, enter: &entering{roomSlot, journal.Reading{Stream: v.stream, Nth: journal.Unknown}}}, nil)
	}
}
