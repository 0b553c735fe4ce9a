package hub_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// The schedules again, with the journal in a file. A bubble takes a goroutine that is in a system call for one that
// works, so nothing is passed over: what waits for the disk is waited for, in real time. The store is opened in the
// bubble and closed in it.
func TestG3G5OnSQLite(t *testing.T) {
	seedtest.Each(t, 8, func(t *testing.T, seed uint64) {
		b, o := journal.Bounds{}, sqlite.Options{Sync: sqlite.Off}
		switch {
		case seed == 0:
			o.Sync = sqlite.Full
		case seed > 4:
			b.Lines, o.Lines = 10, 10
		}
		path := filepath.Join(t.TempDir(), "chinwag.db")
		synctest.Test(t, func(t *testing.T) {
			s, err := sqlite.Open(path, o)
			require.NoError(t, err)
			playScheduleOn(t, seed, s, b)
			require.NoError(t, s.Close())
		})
		r, err := sqlite.Verify(path)
		require.NoError(t, err)
		assert.Empty(t, r.Problems)
		require.NoError(t, sqlite.View(path, func(m *sqlite.Snapshot) error {
			problems, err := hub.CheckJournal(m)
			assert.Empty(t, problems)
			return err
		}))
	})
}

// A thousand programs come back at once, each a hundred lines late, while three people talk.
func BenchmarkResume(b *testing.B) {
	b.Run("memory", func(b *testing.B) { benchmarkResume(b, journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})) })
	b.Run("sqlite", func(b *testing.B) {
		s, err := sqlite.Open(filepath.Join(b.TempDir(), "chinwag.db"), sqlite.Options{})
		require.NoError(b, err)
		benchmarkResume(b, s)
		require.NoError(b, s.Close())
	})
}

func benchmarkResume(b *testing.B, s journal.Store) {
	const clients, late = 1000, 100
	w := newWorldOn(b, hubtest.Setup{Store: s, Options: hub.Options{Replay: -1}})
	var rest sync.WaitGroup
	talk := func(c *hubtest.Client, n int) {
		for i := range n {
			_ = c.Call(protocol.Say{Text: hubtest.Text(fmt.Sprint("line ", i, " of somebody's who has something to say"))})
		}
	}
	enter := func(hear func([]*protocol.Frame) error) *hubtest.Client {
		c := w.NewClient(true)
		c.Writer = func(func([]*protocol.Frame) error) hub.Writer { return hubtest.Blocking(hear) }
		require.True(b, c.Attach())
		rest.Go(func() {
			_ = c.Over()
			c.Conn().Detach(hubtest.Ended, protocol.Lost)
		})
		return c
	}
	ignore := func([]*protocol.Frame) error { return nil }
	author := enter(ignore)
	talk(author, 5)
	_ = author.Call(protocol.Ping{})
	epoch := s.Epoch().String()

	talking, quiet := context.WithCancel(context.Background())
	for range 3 {
		c := enter(ignore)
		rest.Go(func() {
			for talking.Err() == nil {
				talk(c, 1)
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for b.Loop() {
		from := s.Head()
		talk(author, late)
		var back sync.WaitGroup
		for range clients {
			back.Add(1)
			seen, up, done := uint64(0), s.Head(), false
			c := enter(func(lines []*protocol.Frame) error {
				for _, l := range lines {
					seen = max(seen, protocol.MetaOf(l.First()).Seq)
				}
				if seen >= up && !done {
					done = true
					back.Done()
					return context.Canceled // it goes again
				}
				return nil
			})
			go func() { _ = c.Call(protocol.Hello{Resume: &protocol.ResumeFrom{Epoch: epoch, Seq: from}}) }()
		}
		back.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*clients), "µs/client")
	quiet()
	w.Close()
	rest.Wait()
}
