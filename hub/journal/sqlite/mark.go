package sqlite

// markEntry stands in the index while redacted words may be left in the files. It is no entry: position 0 in stream 0.
var markEntry = indexed{text: "forgotten"}

const (
	theMark  = `SELECT rowid FROM words WHERE words MATCH 'stream : "s0"'`
	isMarked = "SELECT count(*) FROM (" + theMark + ")"
)

// mark gives the index a part with nothing but markEntry in it.
func (s *Store) mark() error { return s.inWords(s.newMark) }

func (s *Store) newMark(step *maintenanceStep) error {
	if s.marked.Load() {
		if err := s.put(&markEntry, s.words.remove); err != nil {
			return err
		}
	}
	step.onCommit = func() { s.marked.Store(true) }
	return s.put(&markEntry, s.words.insert)
}

// unmark takes the mark out of the index, if nothing was redacted since.
func (s *Store) unmark(redactions uint64) error {
	return s.inWords(func(step *maintenanceStep) error {
		if s.redactions.Load() != redactions || !s.marked.Load() {
			return nil
		}
		step.onCommit = func() { s.marked.Store(false) }
		return s.put(&markEntry, s.words.remove)
	})
}
