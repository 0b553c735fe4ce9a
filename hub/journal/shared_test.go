package journal_test

import (
	"cmp"
	"testing"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

func TestMemoryIsAStore(t *testing.T) {
	journaltest.Run(t, func(_ testing.TB, lines int) (journal.Store, func()) {
		return journal.NewMemory(journal.Bounds{Lines: cmp.Or(lines, -1), Bytes: -1}), func() {}
	})
}
