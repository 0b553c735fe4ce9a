package sqlite

import "math"

// keepsNothing is the value of kept while nothing is kept back: anything may be pruned.
const keepsNothing = math.MaxUint64

// KeepAfter implements journal.Store. A slice that is pruning during the first call may still
// remove entries after position, unless the store was opened with Options.Held.
func (s *Store) KeepAfter(position uint64) {
	for {
		was := s.kept.Load()
		if was != keepsNothing && position <= was || s.kept.CompareAndSwap(was, position) {
			return
		}
	}
}
