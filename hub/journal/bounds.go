package journal

import (
	"cmp"
	"math"
)

// MaxEntries bounds the entries of a stream of which so many lines are kept. Joins and leaves are no lines: ten of them
// are kept for each line, and 10,000 beside.
func MaxEntries(lines int) int {
	const few = 10_000
	if lines > (math.MaxInt-few)/11 {
		return math.MaxInt
	}
	return 11*lines + few
}

// Bounds of the memory store. Beyond them the oldest entries are pruned first; zero means the default, below zero no
// bound.
type Bounds struct {
	Lines   int // of one stream, see MaxEntries; 0: 1,000
	Bytes   int // of words in one stream; 0: 1 MiB
	Streams int // 0: 4,096; beyond, the smallest is dropped
	Total   int // bytes of words in all; 0: 64 MiB; beyond, the largest stream shrinks
}

func bound(n, standard int) int {
	if n < 0 {
		return math.MaxInt
	}
	return cmp.Or(n, standard)
}
