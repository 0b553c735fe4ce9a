package hub

import (
	"cmp"
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// A new connection is greeted, and has no session before it says something or has been silent
// for Options.Arrive. So one that goes again leaves no trace, and a name that is told first is the first
// that anybody hears.
//
// greeted are the clients that have no session yet.
type greeted struct {
	silent   []*newcomer // that have said nothing yet, the first to be announced first
	reserved int         // places at the desk that are kept for them,
	from     map[netip.Prefix]int
}

func newGreeted() greeted { return greeted{from: map[netip.Prefix]int{}} }

// newcomer is a client that is announced at a time, if it says nothing before.
type newcomer struct {
	c      *Client
	due    time.Time
	waited int // times that it had said something which was not read
}

const (
	maxWaited = 10

	// maxWaitedFull is how often the moment is lengthened in which a client may resume a session, or become an
	// operator, that was told that there is no place: 15 seconds, if Options.Arrive is left alone.
	maxWaitedFull = 50
)

// attach greets a new connection.
func (r *run) attach(req attach) {
	if r.stopping {
		req.answer <- false
		return
	}
	c := req.c
	r.conns++
	c.conn, c.Identity = r.node.no.Conn(r.conns), req.id
	r.clients[c.conn] = c
	if !r.turnAway(c) {
		r.number(c)
		r.append(c, &aside{after: r.place(c)}, r.greet(c))
		r.await(&newcomer{c: c})
	}
	req.answer <- true
}

// nextGuest is the number of a guest that none has; 0: the order of several nodes gives it.
func (r *run) nextGuest() int {
	if r.node.shares() {
		return 0
	}
	return r.guests + 1
}

// number gives c a number among guests.
func (r *run) number(c *Client) {
	if c.Nick == (protocol.Nick{}) && !r.node.shares() {
		r.guests++
		c.guest = r.guests
	}
}

// greeting is the same for all, so there is one line of it.
var greeting = protocol.NewLine(protocol.Greeting{Server: protocol.Version})

// greet is the first line of a connection. Where there is only a desk, it says whether there is a place, which
// is kept from then on.
func (r *run) greet(c *Client) *protocol.Line {
	if !r.opts.Desk || c.Operator {
		return greeting
	}
	full := r.isFull(c)
	if full == nil {
		r.greeted.reserve(c)
		return greeting
	}
	c.toldFull = true
	return protocol.NewLine(protocol.Greeting{Server: protocol.Version, Text: protocol.MustText(full.Text)})
}

// isFull reports why there is no place at the desk for a client, beside those that are kept for others.
func (r *run) isFull(c *Client) *protocol.Refusal {
	all, here := r.greeted.others(c)
	return r.machine.FullDesk(c.From.Prefix, all, here)
}

// reserve keeps a place at the desk for a client; leave gives it back.
func (g *greeted) reserve(c *Client) {
	c.reserves = true
	g.reserved++
	if c.From.Prefix.IsValid() {
		g.from[c.From.Prefix]++
	}
}

func (g *greeted) leave(c *Client) {
	if !c.reserves {
		return
	}
	c.reserves = false
	g.reserved--
	if at := c.From.Prefix; at.IsValid() {
		if g.from[at]--; g.from[at] == 0 {
			delete(g.from, at)
		}
	}
}

// others are the places that are kept for others than c, and those of them from c's address.
func (g *greeted) others(c *Client) (all, here int) {
	all, here = g.reserved, g.from[c.From.Prefix]
	if c.reserves {
		all--
		if c.From.Prefix.IsValid() {
			here--
		}
	}
	return all, here
}

func (r *run) await(n *newcomer) {
	n.due = time.Now().Add(r.opts.Arrive)
	if r.greeted.silent = append(r.greeted.silent, n); len(r.greeted.silent) == 1 {
		r.rearm()
	}
}

// announce announces those who have said nothing for long enough. When many come
// at once, what some have said is not read yet: a name, perhaps, and nobody is told of
// a guest who has one.
func (r *run) announce(now time.Time) {
	silent := r.greeted.silent
	n := 0
	for n < len(silent) && !silent[n].due.After(now) {
		w := silent[n]
		n++
		if w.c.over || w.c.withheld || w.c.hasSession() || w.c.nowhere {
			continue
		}
		if w.waited < maxWaited && w.c.Unread != nil && w.c.Unread() || r.waitsForPlace(w) {
			w.waited++
			r.await(w)
			continue
		}
		r.arrive(w.c)
	}
	r.greeted.silent = slices.Delete(r.greeted.silent, 0, n)
}

// waitsForPlace reports whether a client that was told that there is no place, and has said nothing
// since, is left alone for another moment: perhaps there is one by then. At the bare door nobody was told.
func (r *run) waitsForPlace(w *newcomer) bool {
	return w.c.toldFull && !w.c.Brief && w.waited < maxWaitedFull && r.isFull(w.c) != nil
}

// arrive begins the session of a client that was only greeted so far.
func (r *run) arrive(c *Client) {
	if !c.hasSession() && !c.over && !c.nowhere && !r.draining {
		r.open(c, proposal{}, r.newcomer(c))
	}
}

// newcomer is the intent by which a client's session begins.
func (r *run) newcomer(c *Client) state.Open {
	all, here := r.greeted.others(c)
	o := state.Open{
		As: uuid.New(), Conn: c.conn, Nick: c.Nick, Guest: c.guest, Operator: c.Operator, Echo: c.Echo, From: c.From,
		Replay: r.opts.Replay, Reserved: all, ReservedFrom: here, ToldFull: c.toldFull,
	}
	if h := c.hello; h != nil {
		o.Nick, o.Room, o.Program, o.Echo, o.Missing = cmp.Or(h.Nick, c.Nick), h.Room, true, true, r.missing(h.Resume)
		if h.Token != "" {
			o.Token = r.hash(h.Token)
		}
		if h.Replay != nil {
			o.Replay = max(0, *h.Replay)
		}
	}
	return o
}

// open begins a session for a client, or goes on with the one of the token in its hello.
func (r *run) open(c *Client, p proposal, o state.Open) {
	if p.c = c; r.cannotBegin(p) {
		return
	}
	if !c.hasSession() && !o.Operator && r.keepOut(c) {
		r.drop(p)
		return
	}
	p.codes = &codes{}
	if !c.Brief {
		p.codes.begins = newCode()
		if o.Program {
			p.codes.begins, p.codes.goesOn = rand.Text(), c.hello.Token
		}
		o.Code = r.hash(p.codes.begins)
	}
	o.Again = r.nextGuest()
	p.op = o
	p.secrets = r.secretsIn(c, o.Nick.String(), o.Room.String())
	r.propose(p)
}

// hello makes a program of a client: it speaks JSON lines, has a token to come back with, and may have
// been here before.
func (r *run) hello(c *Client, h protocol.Hello, p proposal) {
	if c.id != uuid.Nil { // its number is that of the guest who goes
		r.number(c)
	}
	c.hello, c.resume = &h, h.Resume
	o := r.newcomer(c)
	o.Ref = p.ref
	r.open(c, p, o)
}

// missing is why a program whose session is over cannot be told all that it has missed.
func (r *run) missing(res *protocol.Resume) protocol.GapReason {
	switch {
	case res == nil:
		return ""
	case res.Epoch != r.hub.journal.Epoch().String():
		return protocol.OldEpoch
	case !r.node.shares() && res.Seq > r.machine.Head(): // another node may be ahead of this one
		return protocol.Future
	}
	return protocol.OldToken
}

// resume goes on with a session for a person, who knows its code and not what was seen of it
// last: the server does.
func (r *run) resume(c *Client, code string, p proposal) {
	if p.c = c; r.cannotBegin(p) {
		return
	}
	code = canonCode(code)
	guest := r.nextGuest()
	if guest > 0 && c.id != uuid.Nil { // see goesOn
		guest++
	}
	p.op = state.Resume{
		Conn: c.conn, Code: r.hash(code), Own: code == c.code && c.id != uuid.Nil, From: c.From, Echo: c.Echo,
		Operator: c.Operator, Ref: p.ref, Guest: guest,
	}
	p.codes = &codes{goesOn: code}
	r.propose(p)
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

// cannotBegin reports whether the disk does not answer, and tells a client so that wants a session: who comes
// on one connection after the other would have more and more decisions wait for it.
func (r *run) cannotBegin(p proposal) bool {
	if !r.health.hangs() {
		return false
	}
	p.before = false
	r.hub.admission.answered(p.cost)
	r.refuseUnkept(&decided{proposal: p})
	return true
}

// tellNowhere tells a client whose session could not be recorded that it is in no room yet. No place is kept for it: it may
// never try again, and no operator sees who has the place.
func (r *run) tellNowhere(d *decided) {
	r.greeted.leave(d.c)
	d.c.nowhere = true
	r.answer(d.c, protocol.Refused{Refusal: *nowhere, Ref: d.ref}, d.weight)
}

var nowhere = protocol.Refuse("not-kept", "You are in no room yet: the record cannot be written just now. Please try again in a while: /join ROOM")

// withhold keeps a client out of every room before its hello. If it was announced already, because
// its first line took long, it leaves.
func (r *run) withhold(c *Client) {
	if c.over || r.draining {
		return
	}
	r.greeted.leave(c) // perhaps none comes, and no operator sees who has the place
	c.withheld = true
	if c.hasSession() {
		r.withdraw(c)
	}
}

func (r *run) withdraw(c *Client) {
	r.propose(proposal{c: c, op: state.Withdrawn{}})
}
