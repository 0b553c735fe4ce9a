package sqlite

import "math"

// keepsNothing is the position up to which anything may be pruned where nothing is kept back.
const keepsNothing = math.MaxUint64

// KeepAfter implements journal.Store. What a slice is removing when it is called for the first
// time may still go: Options.Held is for that.
func (s *Store) KeepAfter(position uint64) {
	for {
		was := s.kept.Load()
		if was != keepsNothing && position <= was || s.kept.CompareAndSwap(was, position) {
			return
		}
	}
}
