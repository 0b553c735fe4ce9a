package state

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// kick ends a session for an operator, and blocks its nick for a while. It also blocks its address, unless other
// sessions come from there. Operators cannot be kicked.
func (m *Machine) kick(s *Session, cmd protocol.Kick) {
	cmd.Text = DropLong(cmd.Text)
	v := m.named(cmd.Nick)
	switch {
	case v == nil:
		m.reject(s, nobody(cmd.Nick))
		return
	case v.Operator:
		m.rejectf(s, "operator-exempt", "%s is an operator, and operators are not kicked", v.Nick)
		return
	}
	conn, long := v.Conn, kickedFor(cmd)
	words := v.Nick.String() + " is kicked: " + m.blockSession(v, long)
	m.end(v, protocol.Left{Reason: protocol.Kicked, By: s.Nick, Text: cmd.Text})
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Kicked, Wait: long, Text: cmd.Text}, Cut: true})
	m.notice(s, words)
}

// kickedFor returns how long a kick blocks.
func kickedFor(cmd protocol.Kick) protocol.Seconds {
	return min(cmp.Or(max(0, cmd.For), protocol.KickTime), protocol.MaxKick)
}

// blockSession blocks the nick of s, and its address unless that is shared. It returns the words for it.
func (m *Machine) blockSession(s *Session, long protocol.Seconds) (words string) {
	until, keys := m.now.Add(long.Duration()), s.Nick.Keys()
	m.change(s.ID, Blocked{Keys: keys[:], Until: until})
	words = "the name is refused for " + long.String()
	switch {
	case !s.At.IsValid():
		return words
	case m.isShared(s):
		return words + "; others come from there: the address stays open"
	}
	m.change(s.ID, Blocked{Keys: []string{addressKey(s.At)}, Until: until})
	return words + ", and so is the address"
}

// isShared reports whether another session comes from the address of s. A held session counts while it has its nick,
// because it may come back from there.
func (m *Machine) isShared(s *Session) bool {
	for _, o := range m.sessions { // in any order: one is enough
		if o != s && !o.Released && o.At == s.At {
			return true
		}
	}
	return false
}

// block is a nick or an address that is blocked until a time.
type block struct {
	key   string
	until time.Time
	row   int64
	dirty uint64
}

// addressMark begins the key of an address. The key of a nick begins with a letter.
const addressMark = '@'

func addressKey(at netip.Prefix) string { return string(addressMark) + at.String() }

func isAddress(key string) bool { return key[0] == addressMark }

// Blocked returns for how long after now an address is blocked; 0: it is not.
func (m *Machine) Blocked(at netip.Prefix, now time.Time) protocol.Seconds {
	if len(m.blocks) == 0 || !at.IsValid() {
		return 0
	}
	return m.blocks[addressKey(at)].left(now)
}

// refusesNick returns for how long s cannot take the nick n because of a kick; 0: it can.
func (m *Machine) refusesNick(s *Session, n protocol.Nick) (left protocol.Seconds) {
	if len(m.blocks) == 0 || s.Operator {
		return 0
	}
	for _, key := range n.Keys() {
		left = max(left, m.blocks[key].left(m.now))
	}
	return left
}

// left returns for how long b still blocks its key; 0: it does not, or b is nil.
func (b *block) left(now time.Time) protocol.Seconds {
	if b == nil {
		return 0
	}
	return protocol.SecondsOf(max(0, b.until.Sub(now)))
}

// Blocked blocks nicks or addresses until a time.
type Blocked struct {
	Keys  []string
	Until time.Time
}

func (Blocked) change() {}

// fields codes at least one key, of which none is empty: blocked relies on both.
func (o *Blocked) fields(c *coder) {
	list(c, &o.Keys, maxBlocked, func(key *string) {
		if c.string(key, maxKey); *key == "" {
			c.fail(errEmpty)
		}
	})
	if len(o.Keys) == 0 {
		c.fail(errEmpty)
	}
	c.time(&o.Until)
}

// blocked applies Blocked, with keys that are all of nicks or all of addresses. A key that is blocked for longer
// already stays so.
func (m *Machine) blocked(_ *Session, c Blocked) {
	m.unblock(isAddress(c.Keys[0]), len(c.Keys))
	for _, key := range c.Keys {
		b := m.blocks[key]
		if b == nil {
			b = &block{key: key}
			m.touchBlock(b)
			b.row = m.nextRow()
			m.blocks[key] = b
		}
		if b.until.Before(c.Until) {
			m.touchBlock(b).until = c.Until
		}
	}
}

// unblock lifts the blocks that have expired, and as many more as it takes to make place for so many keys.
func (m *Machine) unblock(addresses bool, room int) {
	var kept []*block // of that kind, the first to expire first
	for _, b := range slices.SortedFunc(maps.Values(m.blocks), byExpiry) {
		switch {
		case !b.until.After(m.now):
			m.lift(b)
		case isAddress(b.key) == addresses:
			kept = append(kept, b)
		}
	}
	for len(kept) > 0 && len(kept)+room > maxBlocked {
		first := kept[0].until // both keys of a nick
		for len(kept) > 0 && kept[0].until.Equal(first) {
			m.lift(kept[0])
			kept = kept[1:]
		}
	}
}

func byExpiry(a, b *block) int { return cmp.Or(a.until.Compare(b.until), cmp.Compare(a.key, b.key)) }

func (m *Machine) lift(b *block) {
	m.touchBlock(b).row = 0
	delete(m.blocks, b.key)
}

func kickFields(v *protocol.Kick, c *coder) {
	c.nick(&v.Nick)
	number(c, &v.For)
	c.text(&v.Text)
}
