package state

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// maxBlocked bounds the blocked keys of nicks, and those of addresses. Beyond it, the blocks that expire first are
// lifted.
const maxBlocked = 1000

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

// blocked applies Blocked, with keys that are all of nicks or all of addresses. A key that is blocked for longer
// already stays so.
func (m *Machine) blocked(c Blocked) {
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
	for _, b := range slices.SortedFunc(maps.Values(m.blocks), byFree) {
		switch {
		case !b.until.After(m.now):
			m.free(b)
		case isAddress(b.key) == addresses:
			kept = append(kept, b)
		}
	}
	for len(kept) > 0 && len(kept)+room > maxBlocked {
		first := kept[0].until // both keys of a nick
		for len(kept) > 0 && kept[0].until.Equal(first) {
			m.free(kept[0])
			kept = kept[1:]
		}
	}
}

func byFree(a, b *block) int { return cmp.Or(a.until.Compare(b.until), cmp.Compare(a.key, b.key)) }

func (m *Machine) free(b *block) {
	m.touchBlock(b).row = 0
	delete(m.blocks, b.key)
}
