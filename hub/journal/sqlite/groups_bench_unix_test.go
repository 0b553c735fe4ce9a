//go:build unix

package sqlite

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/hub/journal/journaltest"
)

// What a line costs the processor in a group of so many lines of so many rooms, with the filing and the checkpoints,
// without the index of words. The file holds 50,000 lines before.
func BenchmarkGroups(b *testing.B) {
	for _, of := range []struct{ lines, rooms int }{{1, 1}, {20, 1}, {20, 100}, {100, 1}, {100, 100}, {500, 100}} {
		b.Run(fmt.Sprintf("lines=%d/rooms=%d", of.lines, of.rooms), func(b *testing.B) {
			s := still(b, newPath(b), Options{})
			all := linesOf(50_000, of.rooms)
			for some := range slices.Chunk(all, 500) {
				journaltest.Commit(b, s, some...)
				require.NoError(b, maintainWithoutWords(s))
			}
			all = anew(all)
			n, at, before := 0, 0, cpu(b)
			for b.Loop() {
				group := all[at : at+of.lines]
				if at += of.lines; at+of.lines > len(all) {
					at = 0
				}
				if err := s.Commit(anew(group), nil); err != nil {
					b.Fatal(err)
				}
				if n += of.lines; n%filingBatch < of.lines {
					require.NoError(b, maintainWithoutWords(s))
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(n), "cpu-ns/line")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/line")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpu is the time of the processor that this process has taken.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func maintainWithoutWords(s *Store) error {
	for s.filingIsDue() {
		if err := s.runStep(lazy, s.fileSome); err != nil {
			return err
		}
	}
	return s.checkpointIfLong()
}
