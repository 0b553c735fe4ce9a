package sqlite

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// hanLine is a line of letters that are words each: as much as a line can cost the index.
func hanLine(letters int) string {
	r := make([]rune, letters)
	for i := range r {
		r[i] = rune(0x4e00 + rand.IntN(20000))
	}
	return string(r)
}

// talk commits a line now and then until stop, and reports how long that took.
func talk(b *testing.B, s *Store, stop func() bool) {
	var took []time.Duration
	for !stop() {
		start := time.Now()
		journaltest.Commit(b, s, journaltest.Said("#pair", "hello there"))
		took = append(took, time.Since(start))
		time.Sleep(5 * time.Millisecond)
	}
	slices.Sort(took)
	ms := func(i int) float64 { return float64(took[i].Microseconds()) / 1000 }
	b.ReportMetric(ms(len(took)/2), "p50-ms")
	b.ReportMetric(ms(len(took)*99/100), "p99-ms")
	b.ReportMetric(ms(len(took)-1), "max-ms")
	b.ReportMetric(float64(len(took)), "commits")
	b.ReportMetric(0, "ns/op")
}

// Run with -bench Pace -benchtime 1x: what a line waits while 20 people take back 50 long lines each.
func BenchmarkPaceRedact(b *testing.B) {
	s := opened(b, newPath(b), Options{})
	authors := make([]uuid.UUID, 20)
	for i := range authors {
		authors[i] = uuid.New()
	}
	for range 50 {
		var in []journal.Entry
		for _, a := range authors {
			in = append(in, journaltest.SaidBy(a, "#a", hanLine(1360)))
		}
		journaltest.Commit(b, s, in...)
	}
	require.Eventually(b, func() bool { return s.indexed.Load() == s.Head() }, time.Minute, time.Millisecond)
	for b.Loop() {
		var all sync.WaitGroup
		var left atomic.Int32
		left.Store(int32(len(authors)))
		start := time.Now()
		for _, a := range authors {
			all.Go(func() {
				defer left.Add(-1)
				if _, err := s.Redact(a, []journal.Stream{"#a"}, math.MaxInt64); err != nil {
					b.Error(err)
				}
			})
		}
		talk(b, s, func() bool { return left.Load() == 0 })
		all.Wait()
		b.ReportMetric(time.Since(start).Seconds(), "s")
	}
}

// What a line waits while long lines come as fast as forty people may say them, and are kept for two seconds.
func BenchmarkPacePrune(b *testing.B) {
	const keep = 2 * time.Second
	s := opened(b, newPath(b), Options{Keep: keep})
	for b.Loop() {
		begin := time.Now()
		stop := func() bool { return time.Since(begin) > 12*time.Second }
		var flood sync.WaitGroup
		flood.Go(func() {
			for !stop() {
				var in []journal.Entry
				for range 20 {
					in = append(in, ago("#a", 0, hanLine(1360)))
				}
				_ = s.Commit(in, nil)
				time.Sleep(50 * time.Millisecond)
			}
		})
		talk(b, s, stop)
		flood.Wait()
		_, first, err := s.used()
		require.NoError(b, err)
		b.ReportMetric(float64(s.Head()-first), "kept-lines")
	}
}
