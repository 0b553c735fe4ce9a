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
type reservations struct {
	silent   []*pendingJoin // without a command yet, in the order of their arrival
	reserved int            // places at the desk reserved for them,
	from     map[netip.Prefix]int
}

func newReservations() reservations { return reservations{from: map[netip.Prefix]int{}} }

// pendingJoin is a client that is announced at a time, unless it sends a command before.
type pendingJoin struct {
	c         *Client
	due       time.Time
	deferrals int // times that it had unread input when it was due
}

const (
	maxDeferrals = 10

	// maxDeferralsFull is how often the moment is lengthened for a client that was told that the desk is full, so
	// that it may resume a session or become an operator: 15 seconds with the default Options.Arrive.
	maxDeferralsFull = 50
)

// attach greets a new connection.
func (l *loop) attach(req attach) {
	if l.stopping {
		req.answer <- false
		return
	}
	c := req.c
	l.lastConn++
	c.conn, c.Identity = l.node.no.Conn(l.lastConn), req.id
	l.clients[c.conn] = c
	if !l.turnAway(c) {
		l.numberGuest(c)
		l.append(c, &control{after: l.position(c)}, l.greetingFor(c))
		l.deferJoin(&pendingJoin{c: c})
	}
	req.answer <- true
}

// nextGuest is a guest number that is free; 0: the order of several nodes gives it.
func (l *loop) nextGuest() int {
	if l.node.shares() {
		return 0
	}
	return l.lastGuest + 1
}

// numberGuest gives c a guest number.
func (l *loop) numberGuest(c *Client) {
	if c.Nick == (protocol.Nick{}) && !l.node.shares() {
		l.lastGuest++
		c.guest = l.lastGuest
	}
}

// greeting is the same for all clients, so one line serves.
var greeting = protocol.NewFrame(protocol.Greeting{Server: protocol.Version})

// greetingFor is the first line of a connection. On a desk-only server it reports whether there is a place, which is
// reserved from then on.
func (l *loop) greetingFor(c *Client) *protocol.Frame {
	if !l.opts.Desk || c.Operator {
		return greeting
	}
	full := l.isFull(c)
	if full == nil {
		l.reservations.reserve(c)
		return greeting
	}
	c.toldFull = true
	return protocol.NewFrame(protocol.Greeting{Server: protocol.Version, Text: protocol.MustText(full.Text)})
}

// isFull returns why there is no place at the desk for a client, beside those reserved for other clients.
func (l *loop) isFull(c *Client) *protocol.Refusal {
	all, here := l.reservations.others(c)
	return l.machine.FullDesk(c.From.Prefix, all, here)
}

// reserve reserves a place at the desk for a client; leave gives it back.
func (g *reservations) reserve(c *Client) {
	c.hasReservation = true
	g.reserved++
	if c.From.Prefix.IsValid() {
		g.from[c.From.Prefix]++
	}
}

func (g *reservations) leave(c *Client) {
	if !c.hasReservation {
		return
	}
	c.hasReservation = false
	g.reserved--
	if at := c.From.Prefix; at.IsValid() {
		if g.from[at]--; g.from[at] == 0 {
			delete(g.from, at)
		}
	}
}

// others counts the places reserved for clients other than c, and those of them from c's address.
func (g *reservations) others(c *Client) (all, here int) {
	all, here = g.reserved, g.from[c.From.Prefix]
	if c.hasReservation {
		all--
		if c.From.Prefix.IsValid() {
			here--
		}
	}
	return all, here
}

func (l *loop) deferJoin(n *pendingJoin) {
	n.due = time.Now().Add(l.opts.Arrive)
	if l.reservations.silent = append(l.reservations.silent, n); len(l.reservations.silent) == 1 {
		l.rearm()
	}
}

// joinSilent announces newcomers that have been silent for long enough. When many come at once, some have unread
// input: perhaps a name, so that none of them need be announced as a guest.
func (l *loop) joinSilent(now time.Time) {
	silent := l.reservations.silent
	n := 0
	for n < len(silent) && !silent[n].due.After(now) {
		w := silent[n]
		n++
		if w.c.over || w.c.withheld || w.c.hasSession() || w.c.refusedSession {
			continue
		}
		if w.deferrals < maxDeferrals && w.c.input != nil && w.c.input.HasPending() || l.waitsForPlace(w) {
			w.deferrals++
			l.deferJoin(w)
			continue
		}
		l.join(w.c)
	}
	l.reservations.silent = slices.Delete(l.reservations.silent, 0, n)
}

// waitsForPlace reports whether a client that was told that the desk is full, and has been silent since, is
// left alone for another moment: there may be a place by then. A bare connection was not told.
func (l *loop) waitsForPlace(w *pendingJoin) bool {
	return w.c.toldFull && !w.c.Brief && w.deferrals < maxDeferralsFull && l.isFull(w.c) != nil
}

// join begins the session of a client that was only greeted so far.
func (l *loop) join(c *Client) {
	if !c.hasSession() && !c.over && !c.refusedSession && !l.draining {
		l.openSession(c, proposal{}, l.openIntent(c))
	}
}

// openIntent is the intent by which a client's session begins.
func (l *loop) openIntent(c *Client) state.Open {
	all, here := l.reservations.others(c)
	o := state.Open{
		As: uuid.New(), Conn: c.conn, Nick: c.Nick, Guest: c.guest, Operator: c.Operator, Echo: c.Echo, From: c.From,
		Replay: l.opts.Replay, Reserved: all, ReservedFrom: here, ToldFull: c.toldFull,
	}
	if h := c.hello; h != nil {
		o.Nick, o.Room, o.Program, o.Echo, o.Missing = cmp.Or(h.Nick, c.Nick), h.Room, true, true, l.missingFor(h.Resume)
		if h.Token != "" {
			o.Token = l.hash(h.Token)
		}
		if h.Replay != nil {
			o.Replay = max(0, *h.Replay)
		}
	}
	return o
}

// openSession begins a session for a client, or resumes the one of the token in its hello.
func (l *loop) openSession(c *Client, p proposal, o state.Open) {
	if p.c = c; l.refusesSession(p) {
		return
	}
	if !c.hasSession() && !o.Operator && l.keepOut(c) {
		l.drop(p)
		return
	}
	p.codes = &sessionCodes{}
	if !c.Brief {
		p.codes.opened = newCode()
		if o.Program {
			p.codes.opened, p.codes.resumed = rand.Text(), c.hello.Token
		}
		o.Code = l.hash(p.codes.opened)
	}
	o.Again = l.nextGuest()
	p.op = o
	p.secrets = l.secretsIn(c, o.Nick.String(), o.Room.String())
	l.propose(p)
}

// hello makes a client a program: it speaks JSON lines, gets a token to resume with, and may have been here
// before.
func (l *loop) hello(c *Client, h protocol.Hello, p proposal) {
	if c.id != uuid.Nil { // its guest number is that of the replaced session
		l.numberGuest(c)
	}
	c.hello, c.resume = &h, h.Resume
	o := l.openIntent(c)
	o.Ref = p.ref
	l.openSession(c, p, o)
}

// missingFor is why a program whose session is over cannot be told all that it has missed.
func (l *loop) missingFor(res *protocol.ResumeFrom) protocol.GapReason {
	switch {
	case res == nil:
		return ""
	case res.Epoch != l.hub.journal.Epoch().String():
		return protocol.OldEpoch
	case !l.node.shares() && res.Seq > l.machine.Head(): // with several nodes, another may be ahead of this one
		return protocol.Future
	}
	return protocol.SessionExpired
}

// resume resumes a session for a person, by its code. The person does not name the last position seen: the
// server knows it.
func (l *loop) resume(c *Client, code string, p proposal) {
	if p.c = c; l.refusesSession(p) {
		return
	}
	code = canonCode(code)
	guest := l.nextGuest()
	if guest > 0 && c.id != uuid.Nil { // see goesOn
		guest++
	}
	p.op = state.Resume{
		Conn: c.conn, Code: l.hash(code), Own: code == c.code && c.id != uuid.Nil, From: c.From, Echo: c.Echo,
		Operator: c.Operator, Ref: p.ref, Guest: guest,
	}
	p.codes = &sessionCodes{resumed: code}
	l.propose(p)
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

// refusesSession reports whether the disk does not answer, and tells that to a client that wants a session: else a
// flood of connections would add ever more waiting decisions.
func (l *loop) refusesSession(p proposal) bool {
	if !l.health.isSilent() {
		return false
	}
	p.implied = false
	l.hub.admission.answered(p.cost)
	l.refuseUncommitted(&decision{proposal: p})
	return true
}

// refuseSession tells a client whose session could not be recorded that it is in no room yet. No place is
// reserved for it: it may never try again, and operators would not see the reservation.
func (l *loop) refuseSession(d *decision) {
	l.reservations.leave(d.c)
	d.c.refusedSession = true
	l.reply(d.c, protocol.Refused{Refusal: *noSession, Ref: d.ref}, d.slots)
}

var noSession = protocol.Refuse("not-kept", "You are in no room yet: the record cannot be written just now. Please try again in a while: /join ROOM")

// withhold keeps a client without a session before its hello. If it was announced already, because its first
// line took long, its session ends.
func (l *loop) withhold(c *Client) {
	if c.over || l.draining {
		return
	}
	l.reservations.leave(c) // a hello may never come, and operators would not see the reservation
	c.withheld = true
	if c.hasSession() {
		l.withdraw(c)
	}
}

func (l *loop) withdraw(c *Client) {
	l.propose(proposal{c: c, op: state.Withdrawn{}})
}
