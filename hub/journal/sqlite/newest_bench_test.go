package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// What entering a room of a hundred costs: the last 20 lines of it, of a mailbox and of what is said to all.
func BenchmarkNewest(b *testing.B) {
	for name, filed := range map[string]bool{"filed": true, "not-filed": false} {
		b.Run(name, func(b *testing.B) {
			s := still(b, newPath(b), Options{Sync: Off})
			journaltest.Commit(b, s, linesOf(8000, 100)...)
			if filed {
				require.NoError(b, s.fileUpto(s.Head()))
			}
			b.ReportAllocs()
			for b.Loop() {
				last, _, err := s.Newest([]journal.Stream{"#room-7", "@x", "*"}, s.Head(), 20)
				if err != nil || len(last) != 20 {
					b.Fatal(err)
				}
			}
		})
	}
}
