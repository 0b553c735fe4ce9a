package state

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// maxBlocked is how many keys of nicks are refused at once, and how many addresses. Where there would be more, what is
// free again first is free at once.
const maxBlocked = 1000

// addressMark begins the key of an address; those of a nick begin with a letter.
const addressMark = '@'

func addressKey(at netip.Prefix) string { return string(addressMark) + at.String() }

func isAddress(key string) bool { return key[0] == addressMark }

// Blocked is for how long after now an address is kept out; 0: it is not.
func (m *Machine) Blocked(at netip.Prefix, now time.Time) protocol.Seconds {
	if len(m.blocks) == 0 || !at.IsValid() {
		return 0
	}
	return m.blocks[addressKey(at)].left(now)
}

// refusesNick is for how long s cannot be called n since somebody was kicked; 0: it can.
func (m *Machine) refusesNick(s *Session, n protocol.Nick) (left protocol.Seconds) {
	if len(m.blocks) == 0 || s.Operator {
		return 0
	}
	for _, key := range n.Keys() {
		left = max(left, m.blocks[key].left(m.now))
	}
	return left
}

// left is for how long what b blocks is refused; 0, if b is nil, too: it is not.
func (b *block) left(now time.Time) protocol.Seconds {
	if b == nil {
		return 0
	}
	return protocol.SecondsOf(max(0, b.until.Sub(now)))
}

// blocked refuses keys, all of nicks or all of addresses. What is refused already for longer stays so.
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

// unblock frees what is over, and as much more as it takes to have room for so many keys.
func (m *Machine) unblock(addresses bool, room int) {
	var kept []*block // of that kind, the first to be free first
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
