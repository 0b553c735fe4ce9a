package bench

// tally is the sum of what all checks have found.
type tally struct {
	seen       int // deliveries, each line once for each member
	lost       int // lines skipped and never seen
	repeated   int
	disordered int // lines that came after a later one; members whose order differs from the first member's
	damaged    int // lines whose words were changed

	unacknowledged int // lines whose id is not in the sender's own copy
}

// check is one member's account of the lines of the senders in one of its rooms.
type check struct {
	tally *tally
	room  int
	base  uint32          // the first sender of the room
	next  []uint32        // the next number of each sender
	order uint64          // a running hash of the order in which lines came
	holes map[uint64]bool // the lines skipped that may still come; nil: none
}

// see adds a line to the account, and reports whether the sender is of this room.
func (c *check) see(sender, number uint32) bool {
	i := sender - c.base
	if i >= uint32(len(c.next)) {
		return false
	}
	c.order = (c.order ^ lineKey(sender, number)) * 0x9e3779b97f4a7c15
	switch next := c.next[i]; {
	case number == next:
		c.next[i]++
		c.tally.seen++
	case number > next:
		c.passOver(sender, next, number)
		c.next[i] = number + 1
		c.tally.seen++
	default:
		c.late(lineKey(sender, number))
	}
	return true
}

func lineKey(sender, number uint32) uint64 { return uint64(sender)<<32 | uint64(number) }

// maxHoles bounds the memory that a broken stream costs. Beyond it, a late line
// counts as repeated: both are faults.
const maxHoles = 1 << 16

func (c *check) passOver(sender, from, to uint32) {
	c.tally.lost += int(to - from)
	if c.holes == nil {
		c.holes = map[uint64]bool{}
	}
	for ; from < to && len(c.holes) < maxHoles; from++ {
		c.holes[lineKey(sender, from)] = true
	}
}

func (c *check) late(key uint64) {
	if !c.holes[key] {
		c.tally.repeated++
		return
	}
	delete(c.holes, key)
	c.tally.lost--
	c.tally.disordered++
	c.tally.seen++
}
