package hub_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// stalled is a Writer whose other side takes what is sent, then nothing for a while, then a little, and then nothing
// for ever. It encodes and holds what it has to send, as a door does.
type stalled struct {
	ctx   context.Context
	json  bool
	stops atomic.Bool
	more  chan struct{} // closed by the test: the little is taken
	sends int           // since it stops
	held  [][]byte
	stuck chan struct{} // closed when nothing is taken for ever
}

func (s *stalled) Send(frames []*protocol.Frame) error {
	if !s.stops.Load() {
		return nil
	}
	select {
	case <-s.more:
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	if s.sends++; s.sends <= 2 { // the line that waits, and what is in the outbox
		return nil
	}
	for _, frame := range frames {
		if s.json {
			s.held = append(s.held, frame.JSON())
		} else {
			s.held = append(s.held, frame.Text())
		}
	}
	close(s.stuck)
	<-s.ctx.Done()
	return s.ctx.Err()
}

// heap is how much memory lives.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools let go of what they hold at the second time
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Behind members that take nothing, the server holds what their outboxes may hold, and 4 MB for all of them, whatever
// is said, in however many rooms. (The margin is wide: what is counted is exact, what it takes is not.)
func TestWhatIsHeldForTheSlowIsBounded(t *testing.T) {
	long := strings.Repeat("x", 4000)
	for _, c := range []struct {
		name               string
		slow, rooms, times int
		words              string
	}{
		{"long lines", 3, 1, 600, long},
		{"long lines, many members", 30, 1, 600, long},
		{"long lines, many rooms", 30, 20, 30, long},
		{"short lines, many rooms", 30, 20, 3000, "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := sqlite.Open(filepath.Join(t.TempDir(), "chinwag.db"), sqlite.Options{Sync: sqlite.Off})
			require.NoError(t, err)
			h := hub.New(journal.New(store), hub.Options{Replay: -1, Grace: time.Millisecond})
			ctx, cancel := context.WithCancel(t.Context())
			listening, silence := context.WithCancel(ctx)
			defer silence()
			var running sync.WaitGroup
			running.Go(func() { assert.NoError(t, h.Run(ctx)) })
			enter := func(w hub.Writer) *hub.Client {
				cl, err := h.Attach(ctx, hub.Identity{}, nil)
				require.NoError(t, err)
				over := make(chan struct{})
				cl.Start(listening, w, nil, func(error) { close(over) })
				running.Go(func() {
					<-listening.Done()
					cl.Abort()
					<-over
				})
				return cl
			}
			join := func(cl *hub.Client, room int) {
				require.NoError(t, cl.Do(ctx, protocol.Join{Room: hubtest.Room(fmt.Sprint("r", room))}))
				_, err := cl.IsOperator(ctx)
				require.NoError(t, err) // it is written
			}

			more := make(chan struct{})
			var slow []*stalled
			for i := range c.slow {
				w := &stalled{ctx: listening, json: i%2 == 1, more: more, stuck: make(chan struct{})}
				join(enter(w), i%c.rooms)
				w.stops.Store(true)
				slow = append(slow, w)
			}
			before, most := heap(), 8<<20+c.slow*4*hub.Defaults().Outbox
			talker := enter(hubtest.Ready(func([]*protocol.Frame) error { return nil }))
			for room := range c.rooms {
				join(talker, room)
				for range c.times {
					require.NoError(t, talker.Do(ctx, protocol.Say{Text: hubtest.Text(strings.Clone(c.words))}))
				}
			}
			join(talker, 0)
			full := heap() - before
			assert.Less(t, full, most, "with full outboxes")
			close(more)
			for _, w := range slow {
				<-w.stuck
			}
			reading := heap() - before
			assert.Less(t, reading, most, "with a page of the journal under way")
			t.Logf("%.1f MB with full outboxes, %.1f MB with pages under way, of %.1f", float64(full)/1e6, float64(reading)/1e6, float64(most)/1e6)
			runtime.KeepAlive(slow)
			silence()
			cancel()
			running.Wait()
			require.NoError(t, store.Close())
		})
	}
}
