package journal

import "math"

// MostEntries bounds what is kept of a stream of which so many lines are kept: comings and goings
// are no lines, and ten of them are kept for each, and 10,000.
func MostEntries(lines int) int {
	const few = 10_000
	if lines > (math.MaxInt-few)/11 {
		return math.MaxInt
	}
	return 11*lines + few
}
