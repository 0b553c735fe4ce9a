package hub

import (
	"cmp"
	"maps"
	"net/netip"
	"time"

	"chinwag/protocol"
)

// A kick keeps somebody out for a while: the name and those that look like it are
// refused to everybody, and whoever comes from the address is turned away, unless others
// come from there, too. Operators are never kept out.
//
// block is what is refused, and up to when.
type block[K comparable] map[K]time.Time

// maxBlocked is how much is refused at once. When there is more, what would be free
// again first is free at once.
const maxBlocked = 1000

// add refuses keys, those that are refused already for longer as before.
func (b block[K]) add(until time.Time, keys ...K) {
	b.forget(time.Now())
	for len(b)+len(keys) > maxBlocked {
		b.forget(b.first())
	}
	for _, k := range keys {
		if b[k].Before(until) {
			b[k] = until
		}
	}
}

// forget forgets what is free again by then.
func (b block[K]) forget(then time.Time) {
	maps.DeleteFunc(b, func(_ K, until time.Time) bool { return !until.After(then) })
}

// first is when something is free again.
func (b block[K]) first() (first time.Time) {
	for _, until := range b {
		if first.IsZero() || until.Before(first) {
			first = until
		}
	}
	return first
}

// left is for how long k is still refused; 0: it is not.
func (b block[K]) left(k K) protocol.Seconds {
	if len(b) == 0 {
		return 0
	}
	until, blocked := b[k]
	if !blocked {
		return 0
	}
	return protocol.SecondsOf(max(0, time.Until(until)))
}

// blocks is all that is refused.
type blocks struct {
	names     block[string] // by both keys of each nick
	addresses block[netip.Prefix]
}

func newBlocks() blocks {
	return blocks{names: block[string]{}, addresses: block[netip.Prefix]{}}
}

func (b *blocks) addName(n protocol.Nick, until time.Time) {
	keys := n.Keys()
	b.names.add(until, keys[:]...)
}

// name is for how long n, or a name that looks like it, is refused; 0: it is not.
func (b *blocks) name(n protocol.Nick) (left protocol.Seconds) {
	if len(b.names) == 0 {
		return 0
	}
	for _, key := range n.Keys() {
		left = max(left, b.names.left(key))
	}
	return left
}

// kick throws somebody out, for an operator, and keeps them out for a while.
func (r *run) kick(c *Client, cmd protocol.Kick, weight int64) {
	m := r.named(cmd.Nick)
	switch {
	case m == nil:
		r.refuseNobody(c, weight, cmd.Nick)
		return
	case m.operator:
		r.refuse(c, weight, "operator-exempt", "%s is an operator, and operators are not kicked", m.nick)
		return
	case m.gone && (m.token == "" || m.kicked):
		r.refuse(c, weight, "already-leaving", "%s is leaving already", m.nick)
		return
	}
	long := kickedFor(cmd)
	words := protocol.MustText(m.nick.String() + " is kicked: " + r.keepOut(m, long))
	goodbye := protocol.Goodbye{Reason: protocol.Kicked, Wait: long, Text: cmd.Text}
	if m.bound == (protocol.Room{}) {
		r.kickAbsent(m, goodbye)
		r.answer(c, protocol.Notice{Text: words}, weight)
		return
	}
	r.forgetToken(m)
	r.depart(m, protocol.Left{Reason: protocol.Kicked, By: c.member.nick, Text: cmd.Text}, func() {
		r.cutOff(m, goodbye)
		r.end(m)
		if c.member != nil {
			r.tellOne(c, protocol.Notice{Text: words})
		}
		r.giveBackWhenWritten(c, weight)
	})
}

// kickedFor is how long a kick keeps somebody out.
func kickedFor(cmd protocol.Kick) protocol.Seconds {
	return min(cmp.Or(max(0, cmd.For), protocol.KickTime), protocol.MaxKick)
}

// kickAbsent ends a session that is in no room: it is held, or is about to be, or
// has not arrived yet.
func (r *run) kickAbsent(m *member, goodbye protocol.Goodbye) {
	if m.gone {
		delete(r.tokens, m.token) // hold does the rest
		m.kicked = true
		return
	}
	r.cutOff(m, goodbye)
	r.endHeld(m)
}

// cutOff says goodbye to m before all that it waits for, if it is connected.
func (r *run) cutOff(m *member, goodbye protocol.Goodbye) {
	if m.client != nil {
		m.client.out.cut(protocol.NewLine(goodbye))
		r.unlink(m.client)
	}
}

// keepOut is what a kick does to those who come later, and the words for it.
func (r *run) keepOut(m *member, long protocol.Seconds) (words string) {
	until := time.Now().Add(long.Duration())
	r.blocked.addName(m.nick, until)
	if m.called != (protocol.Nick{}) {
		r.blocked.addName(m.called, until)
	}
	words = "the name is refused for " + long.String()
	switch {
	case !m.at.IsValid():
		return words
	case r.isShared(m):
		return words + "; others come from there: the address stays open"
	}
	r.blocked.addresses.add(until, m.at)
	return words + ", and so is the address"
}

// isShared reports whether others come from where m comes from. Somebody whose
// connection is broken may come back from there.
func (r *run) isShared(m *member) bool {
	for _, o := range r.members {
		if o != m && !o.gone && !o.released && o.at == m.at {
			return true
		}
	}
	return false
}

// refusesName is for how long m cannot be called n since somebody was kicked; 0: it can.
func (r *run) refusesName(m *member, n protocol.Nick) protocol.Seconds {
	if m.operator {
		return 0
	}
	return r.blocked.name(n)
}

// turnAway says goodbye to a connection that comes from an address which is refused,
// and reports whether it is such a one.
func (r *run) turnAway(c *Client, id Identity) bool {
	if id.Operator {
		return false
	}
	if left := r.blocked.addresses.left(id.From.Prefix); left > 0 {
		r.endWith(c, protocol.Goodbye{Reason: protocol.Kicked, Wait: left, Address: true})
		return true
	}
	if r.budgets.isOver(id.From.Prefix) {
		r.endWith(c, protocol.Goodbye{Reason: protocol.Full, Back: protocol.SecondsOf(r.opts.Hold), Text: spentToo})
		return true
	}
	return false
}
