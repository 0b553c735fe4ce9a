package hubtest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/state"
	"chinwag/protocol/seedtest"
)

// reader keeps what it is brought, by position.
type reader struct {
	t      *testing.T
	got    map[uint64]string
	times  map[uint64]time.Time
	again  int // that came a second time
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func reads(t *testing.T, k *hubtest.Link, after uint64) *reader {
	r := &reader{t: t, got: map[uint64]string{}, times: map[uint64]time.Time{}}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	brought := k.Read(ctx, after)
	r.ended.Go(func() {
		for {
			select {
			case o := <-brought:
				r.take(o, after)
			case <-ctx.Done():
				return
			}
		}
	})
	return r
}

func (r *reader) take(o hub.LogBatch, after uint64) {
	for i, in := range o.Intents {
		at := o.First + uint64(i)
		if had, is := r.got[at]; is {
			assert.Equal(r.t, had, string(in), "what comes again is what it was")
			assert.Equal(r.t, r.times[at], o.Time)
			r.again++
			continue
		}
		assert.LessOrEqual(r.t, at, after+uint64(len(r.got))+1, "nothing is left out")
		r.got[at], r.times[at] = string(in), o.Time
	}
}

func (r *reader) stop() {
	r.cancel()
	r.ended.Wait()
}

// intents are what a batch appends.
func intents(words ...string) (all [][]byte) {
	for _, w := range words {
		all = append(all, []byte(w))
	}
	return all
}

func TestALogBringsOneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hubtest.NewLog()
		one, two := reads(t, l.Link(1), 0), reads(t, l.Link(2), 1)
		batch := intents("a", "b")
		require.NoError(t, l.Link(1).Append(t.Context(), batch))
		batch[0][0] = 'x' // the log must not keep it
		require.NoError(t, l.Link(2).Append(t.Context(), intents("c")))
		synctest.Wait()
		assert.Equal(t, map[uint64]string{1: "a", 2: "b", 3: "c"}, one.got)
		assert.Equal(t, map[uint64]string{2: "b", 3: "c"}, two.got)
		assert.Equal(t, uint64(3), l.Position())
		one.stop()
		two.stop()
		l.Close()
	})
}

// All that an unreliable log may do happens in a few seeds, and all readers see one order.
func TestAnUnreliableLogBringsOneOrder(t *testing.T) {
	unknown, twice, again := 0, 0, 0
	seedtest.Each(t, 5, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			l := hubtest.NewUnreliableLog(seed)
			var readers []*reader
			var appends sync.WaitGroup
			var mu sync.Mutex
			for no := state.Node(1); no <= 3; no++ {
				readers = append(readers, reads(t, l.Link(no), 0))
				appends.Go(func() {
					for i := range 60 {
						batch := intents(fmt.Sprint(no, " ", i, " a"), fmt.Sprint(no, " ", i, " b"))
						for l.Link(no).Append(t.Context(), batch) != nil {
							mu.Lock()
							unknown++
							mu.Unlock()
						}
					}
				})
			}
			appends.Wait()
			time.Sleep(time.Minute)
			synctest.Wait()
			want := readers[0]
			for _, r := range readers {
				assert.Equal(t, want.got, r.got)
				assert.Equal(t, want.times, r.times)
				again += r.again
				r.stop()
			}
			distinct := map[string]bool{}
			for at := uint64(1); at <= l.Position(); at++ {
				distinct[want.got[at]] = true
				assert.False(t, at > 1 && want.times[at].Before(want.times[at-1]), "time does not go back")
			}
			assert.Len(t, distinct, 3*60*2, "each has a place")
			twice += len(want.got) - len(distinct)
			l.Close()
		})
	})
	assert.NotZero(t, unknown)
	assert.NotZero(t, twice)
	assert.NotZero(t, again)
}

func TestALinkMayBePausedCutOffAndShifted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hubtest.NewLog()
		one, two := l.Link(1), l.Link(2)
		r := reads(t, one, 0)
		one.Pause()
		two.CutOff()
		began := time.Now()
		require.ErrorIs(t, two.Append(t.Context(), intents("lost")), hubtest.ErrUnknown)
		assert.Equal(t, time.Second, time.Since(began))
		var late sync.WaitGroup
		late.Go(func() { assert.NoError(t, two.Append(t.Context(), intents("b"))) })
		require.NoError(t, one.Append(t.Context(), intents("a")))
		synctest.Wait()
		assert.Empty(t, r.got)
		two.Join()
		late.Wait()
		one.Resume()
		one.Shift(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"a", "b"}, slices.Sorted(maps.Values(r.got)))
		assert.Equal(t, time.Now().Add(time.Minute).UTC(), r.times[2])
		r.stop()
		two.CutOff()
		ctx, cancel := context.WithCancel(t.Context())
		late.Go(func() { assert.ErrorIs(t, two.Append(ctx, intents("c")), context.Canceled) })
		synctest.Wait()
		cancel()
		late.Wait()
		l.Close()
	})
}
