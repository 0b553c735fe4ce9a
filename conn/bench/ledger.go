package bench

// tally is the sum of what all ledgers have found.
type tally struct {
	seen       int // deliveries, each line once for each peer
	lost       int // lines skipped and never seen
	repeated   int
	disordered int // lines that came after a later one; peers whose order differs from the first peer's
	damaged    int // lines whose words were changed

	unacknowledged int // lines whose id is not in the sender's own copy
}

// ledger is one peer's account of the lines of the senders in one of its rooms.
type ledger struct {
	tally *tally
	room  int
	base  uint32          // the first sender of the room
	next  []uint32        // the next number of each sender
	order uint64          // a running hash of the order in which lines came
	holes map[uint64]bool // the lines skipped that may still come; nil: none
}

// see adds a line to the account, and reports whether the sender is of this room.
func (l *ledger) see(sender, number uint32) bool {
	i := sender - l.base
	if i >= uint32(len(l.next)) {
		return false
	}
	l.order = (l.order ^ lineKey(sender, number)) * 0x9e3779b97f4a7c15
	switch next := l.next[i]; {
	case number == next:
		l.next[i]++
		l.tally.seen++
	case number > next:
		l.passOver(sender, next, number)
		l.next[i] = number + 1
		l.tally.seen++
	default:
		l.late(lineKey(sender, number))
	}
	return true
}

func lineKey(sender, number uint32) uint64 { return uint64(sender)<<32 | uint64(number) }

// maxHoles bounds the memory that a broken stream costs. Beyond it, a late line counts as repeated: both are faults.
const maxHoles = 1 << 16

func (l *ledger) passOver(sender, from, to uint32) {
	l.tally.lost += int(to - from)
	if l.holes == nil {
		l.holes = map[uint64]bool{}
	}
	for ; from < to && len(l.holes) < maxHoles; from++ {
		l.holes[lineKey(sender, from)] = true
	}
}

func (l *ledger) late(key uint64) {
	if !l.holes[key] {
		l.tally.repeated++
		return
	}
	delete(l.holes, key)
	l.tally.lost--
	l.tally.disordered++
	l.tally.seen++
}
