package hub

import (
	"net/netip"
	"time"

	"chinwag/protocol"
)

// A new connection is greeted, and has no session before its first command, or before it has been silent for
// Options.Arrive. So a connection that ends before that leaves no trace, and a name in the first command is the first
// name that is announced.

// reservations are places at the desk for clients that have no session yet.
type reservations struct {
	all  int
	from map[netip.Prefix]int
}

func newReservations() reservations { return reservations{from: map[netip.Prefix]int{}} }

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
	if !l.reject(c) {
		l.numberGuest(c)
		l.appendControl(c, &control{after: l.position(c)}, l.greetingFor(c))
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

// reserve reserves a place at the desk for a client; release gives it back.
func (r *reservations) reserve(c *Client) {
	c.hasReservation = true
	r.all++
	if c.From.Prefix.IsValid() {
		r.from[c.From.Prefix]++
	}
}

func (r *reservations) release(c *Client) {
	if !c.hasReservation {
		return
	}
	c.hasReservation = false
	r.all--
	if at := c.From.Prefix; at.IsValid() {
		if r.from[at]--; r.from[at] == 0 {
			delete(r.from, at)
		}
	}
}

// others counts the places reserved for clients other than c, and those of them from c's address.
func (r *reservations) others(c *Client) (all, here int) {
	all, here = r.all, r.from[c.From.Prefix]
	if c.hasReservation {
		all--
		if c.From.Prefix.IsValid() {
			here--
		}
	}
	return all, here
}

// reject says goodbye to a connection from an address that is kept out, and reports whether it is such a one.
func (l *loop) reject(c *Client) bool {
	switch {
	case c.Operator:
		return false
	case l.keepOut(c):
		return true
	case l.budgets.isOver(c.From.Prefix):
		l.goodbye(c, protocol.Goodbye{Reason: protocol.Full, Text: reserveSpent})
		return true
	}
	return false
}

// keepOut says goodbye to a connection if a session from its address was kicked, perhaps after the greeting, and
// reports whether it did.
func (l *loop) keepOut(c *Client) bool {
	left := l.machine.Blocked(c.From.Prefix, time.Now())
	if left > 0 {
		l.goodbye(c, protocol.Goodbye{Reason: protocol.Kicked, Wait: left, Address: true})
	}
	return left > 0
}
