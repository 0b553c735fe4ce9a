//go:build unix

package sqlite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/hub/journal/journaltest"
)

const backlog = 40_000 // lines

func backlogged(b *testing.B, path string) *Store {
	s := still(b, path, Options{Sync: Off})
	in := lines(1000)
	for range backlog / len(in) {
		journaltest.Commit(b, s, anew(in)...)
	}
	return s
}

// Run with -bench Backlog: what a line costs the index when a flood is over, merging included. It is alone.
func BenchmarkJournalBacklog(b *testing.B) {
	var used time.Duration
	for range b.N {
		b.StopTimer()
		s := backlogged(b, newPath(b))
		s.opts.stepTime = stepTime
		b.StartTimer()
		before := cpu(b)
		for more := true; more; {
			var err error
			more, err = s.index()
			require.NoError(b, err)
			merges := !more
			for n := 0; merges || n < mergesPerIndexing; n++ {
				if merges, err = s.mergeStep(); !merges {
					break
				}
				require.NoError(b, err)
				merges = !more
			}
		}
		used += cpu(b) - before
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N)/backlog, "cpu-ns/line")
}

// Run with -bench Pace -benchtime 1x: what a line waits while the words of a flood are indexed.
func BenchmarkPaceIndex(b *testing.B) {
	path := newPath(b)
	require.NoError(b, backlogged(b, path).Close())
	s := opened(b, path, Options{})
	for b.Loop() {
		start := time.Now()
		talk(b, s, func() bool { return s.indexed.Load() >= backlog })
		b.ReportMetric(time.Since(start).Seconds(), "s")
	}
}
