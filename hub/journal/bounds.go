package journal

import "math"

// MaxEntries bounds the entries of a stream of which so many lines are kept. Joins and leaves
// are no lines: ten of them are kept for each line, and 10,000 beside.
func MaxEntries(lines int) int {
	const few = 10_000
	if lines > (math.MaxInt-few)/11 {
		return math.MaxInt
	}
	return 11*lines + few
}
