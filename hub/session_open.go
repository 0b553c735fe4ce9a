package hub

import (
	"cmp"
	"crypto/rand"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// pendingJoin is a client that is announced at a time, unless it sends a command before.
type pendingJoin struct {
	c         *Client
	due       time.Time
	deferrals int // times that it had unread input when it was due
}

const (
	maxDeferrals = 10

	// maxDeferralsFull is how often the moment is lengthened for a client that was told that the desk is full, so that
	// it may resume a session or become an operator: 15 seconds with the default Options.Arrive.
	maxDeferralsFull = 50
)

func (l *loop) deferJoin(n *pendingJoin) {
	n.due = time.Now().Add(l.opts.Arrive)
	if l.pendingJoins = append(l.pendingJoins, n); len(l.pendingJoins) == 1 {
		l.rearm()
	}
}

// joinSilent announces newcomers that have been silent for long enough. When many come at once, some have unread input:
// perhaps a name, so that none of them need be announced as a guest.
func (l *loop) joinSilent(now time.Time) {
	silent := l.pendingJoins
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
	l.pendingJoins = slices.Delete(l.pendingJoins, 0, n)
}

// waitsForPlace reports whether a client that was told that the desk is full, and has been silent since, is left alone
// for another moment: there may be a place by then. A raw connection was not told.
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

// hello makes a client a program: it speaks JSON lines, gets a token to resume with, and may have been here before.
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

// resume resumes a session for a person, by its code. The person does not name the last position seen: the server knows
// it.
func (l *loop) resume(c *Client, code string, p proposal) {
	if p.c = c; l.refusesSession(p) {
		return
	}
	code = canonCode(code)
	guest := l.nextGuest()
	if guest > 0 && c.id != uuid.Nil { // see adoptResumed
		guest++
	}
	p.op = state.Resume{
		Conn: c.conn, Code: l.hash(code), Own: code == c.code && c.id != uuid.Nil, From: c.From, Echo: c.Echo,
		Operator: c.Operator, Ref: p.ref, Guest: guest,
	}
	p.codes = &sessionCodes{resumed: code}
	l.propose(p)
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

// refuseSession tells a client whose session could not be recorded that it is in no room yet. No place is reserved for
// it: it may never try again, and operators would not see the reservation.
func (l *loop) refuseSession(d *decision) {
	l.reservations.release(d.c)
	d.c.refusedSession = true
	l.send(d.c, protocol.Refused{Refusal: *noSession, Ref: d.ref}, d.slots)
}

// withhold keeps a client without a session before its hello. If it was announced already, because its first line took
// long, its session ends.
func (l *loop) withhold(c *Client) {
	if c.over || l.draining {
		return
	}
	l.reservations.release(c) // a hello may never come, and operators would not see the reservation
	c.withheld = true
	if c.hasSession() {
		l.withdraw(c)
	}
}

func (l *loop) withdraw(c *Client) {
	l.propose(proposal{c: c, op: state.Withdraw{}})
}
