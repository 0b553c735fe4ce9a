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

// A new connection is greeted, and has no session before its first command, or before it has been silent for
// Options.Arrive. So a connection that ends before that leaves no trace, and a name in the first command is the
// first name that is announced.
//
// greeted are the clients that have no session yet.
//
// greeted are the clients that have no session yet.
type greeted struct {
	silent   []*newcomer // without a command yet, in the order of their arrival
	reserved int         // places at the desk reserved for them,
	from     map[netip.Prefix]int
}

func newGreeted() greeted { return greeted{from: map[netip.Prefix]int{}} }

// newcomer is a client that is announced at a time, unless it sends a command before.
type newcomer struct {
	c      *Client
	due    time.Time
	waited int // times that it had unread input when it was due
}

const (
	maxWaited = 10

	// maxWaitedFull is how often the moment is lengthened for a client that was told that the desk is full, so
	// that it may resume a session or become an operator: 15 seconds with the default Options.Arrive.
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

// nextGuest is a guest number that is free; 0: the order of several nodes gives it.
func (r *run) nextGuest() int {
	if r.node.shares() {
		return 0
	}
	return r.guests + 1
}

// number gives c a guest number.
func (r *run) number(c *Client) {
	if c.Nick == (protocol.Nick{}) && !r.node.shares() {
		r.guests++
		c.guest = r.guests
	}
}

// greeting is the same for all clients, so one line serves.
var greeting = protocol.NewFrame(protocol.Greeting{Server: protocol.Version})

// greet is the first line of a connection. On a desk-only server it reports whether there is a place, which is
// reserved from then on.
func (r *run) greet(c *Client) *protocol.Frame {
	if !r.opts.Desk || c.Operator {
		return greeting
	}
	full := r.isFull(c)
	if full == nil {
		r.greeted.reserve(c)
		return greeting
	}
	c.toldFull = true
	return protocol.NewFrame(protocol.Greeting{Server: protocol.Version, Text: protocol.MustText(full.Text)})
}

// isFull returns why there is no place at the desk for a client, beside those reserved for other clients.
func (r *run) isFull(c *Client) *protocol.Refusal {
	all, here := r.greeted.others(c)
	return r.machine.FullDesk(c.From.Prefix, all, here)
}

// reserve reserves a place at the desk for a client; leave gives it back.
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

// others counts the places reserved for clients other than c, and those of them from c's address.
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

// announce announces newcomers that have been silent for long enough. When many come at once, some have unread
// input: perhaps a name, so that none of them need be announced as a guest.
func (r *run) announce(now time.Time) {
	silent := r.greeted.silent
	n := 0
	for n < len(silent) && !silent[n].due.After(now) {
		w := silent[n]
		n++
		if w.c.over || w.c.withheld || w.c.hasSession() || w.c.nowhere {
			continue
		}
		if w.waited < maxWaited && w.c.input != nil && w.c.input.HasPending() || r.waitsForPlace(w) {
			w.waited++
			r.await(w)
			continue
		}
		r.arrive(w.c)
	}
	r.greeted.silent = slices.Delete(r.greeted.silent, 0, n)
}

// waitsForPlace reports whether a client that was told that the desk is full, and has been silent since, is
// left alone for another moment: there may be a place by then. A bare connection was not told.
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

// open begins a session for a client, or resumes the one of the token in its hello.
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

// hello makes a client a program: it speaks JSON lines, gets a token to resume with, and may have been here
// before.
func (r *run) hello(c *Client, h protocol.Hello, p proposal) {
	if c.id != uuid.Nil { // its guest number is that of the replaced session
		r.number(c)
	}
	c.hello, c.resume = &h, h.Resume
	o := r.newcomer(c)
	o.Ref = p.ref
	r.open(c, p, o)
}

// missing is why a program whose session is over cannot be told all that it has missed.
func (r *run) missing(res *protocol.ResumeFrom) protocol.GapReason {
	switch {
	case res == nil:
		return ""
	case res.Epoch != r.hub.journal.Epoch().String():
		return protocol.OldEpoch
	case !r.node.shares() && res.Seq > r.machine.Head(): // with several nodes, another may be ahead of this one
		return protocol.Future
	}
	return protocol.SessionExpired
}

// resume resumes a session for a person, by its code. The person does not name the last position seen: the
// server knows it.
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

// newCode makes the code of a session: 50 bits, which cannot be guessed while guesses are counted, in letters
// that can be read aloud.
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

// cannotBegin reports whether the disk does not answer, and tells that to a client that wants a session: else a
// flood of connections would add ever more waiting decisions.
func (r *run) cannotBegin(p proposal) bool {
	if !r.health.hangs() {
		return false
	}
	p.before = false
	r.hub.admission.answered(p.cost)
	r.refuseUnkept(&decided{proposal: p})
	return true
}

// tellNowhere tells a client whose session could not be recorded that it is in no room yet. No place is
// reserved for it: it may never try again, and operators would not see the reservation.
func (r *run) tellNowhere(d *decided) {
	r.greeted.leave(d.c)
	d.c.nowhere = true
	r.answer(d.c, protocol.Refused{Refusal: *nowhere, Ref: d.ref}, d.weight)
}

var nowhere = protocol.Refuse("not-kept", "You are in no room yet: the record cannot be written just now. Please try again in a while: /join ROOM")

// withhold keeps a client without a session before its hello. If it was announced already, because its first
// line took long, its session ends.
func (r *run) withhold(c *Client) {
	if c.over || r.draining {
		return
	}
	r.greeted.leave(c) // a hello may never come, and operators would not see the reservation
	c.withheld = true
	if c.hasSession() {
		r.withdraw(c)
	}
}

func (r *run) withdraw(c *Client) {
	r.propose(proposal{c: c, op: state.Withdrawn{}})
}
