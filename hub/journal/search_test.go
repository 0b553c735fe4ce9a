package journal

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// endless is a store whose searches find nothing, for ever, or fail.
type endless struct {
	*Memory
	err error // not nil: what they fail with, at once
}

func (e *endless) Search(ctx context.Context, _ []Stream, _ string, _ uint64, _ int) ([]Entry, uint64, error) {
	if e.err == nil {
		<-ctx.Done()
	}
	return nil, 0, errors.Join(e.err, errors.New("interrupted"))
}

func TestASearchTakesABoundedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New(&endless{Memory: NewMemory(Bounds{})})
		start := time.Now()
		_, _, err := j.Search(t.Context(), address(1), []Stream{"#a"}, "tea", 0, 9)
		assert.Equal(t, ErrTooBroad, err)
		assert.Equal(t, searchTime, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		start = time.Now()
		_, _, err = j.Search(ctx, address(1), []Stream{"#a"}, "tea", 0, 9)
		assert.Equal(t, context.DeadlineExceeded, err, "nobody waits for it any more")
		assert.Equal(t, time.Millisecond, time.Since(start))
	})
	own := errors.New("the disk")
	j := New(&endless{NewMemory(Bounds{}), own})
	_, _, err := j.Search(t.Context(), address(1), []Stream{"#a"}, "tea", 0, 9)
	assert.ErrorIs(t, err, own)
}

// The time of a search counts from its turn on, one runs at a time, and the queue has a bound.
func TestSearchesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New(&endless{Memory: NewMemory(Bounds{})})
		start := time.Now()
		var all sync.WaitGroup
		var mu sync.Mutex
		busy, took := 0, map[int]time.Duration{}
		search := func(from int) {
			all.Go(func() {
				_, _, err := j.Search(t.Context(), address(from), []Stream{"#a"}, "tea", 0, 9)
				mu.Lock()
				defer mu.Unlock()
				if err == ErrBusy {
					busy++
					return
				}
				assert.Equal(t, ErrTooBroad, err)
				took[from] = time.Since(start)
			})
			synctest.Wait()
		}
		for range 40 {
			search(1)
		}
		search(2)
		all.Wait()
		assert.Equal(t, 40-1-maxSearchesFrom, busy)
		assert.Equal(t, (1+maxSearchesFrom+1)*searchTime, took[1])
		assert.Equal(t, 3*searchTime, took[2], "after the one under way and one more")
	})
}

func TestQuestionsHaveABound(t *testing.T) {
	for words, want := range map[string]int{
		"": 0, "tea": 1, " tea  and cake ": 3, "天气": 2, "天气 tea": 3, "a.b.c": 3, "한국어": 3, "👍👍": 2, "...": 1, "ＡＢＣ ﾌｧｲﾙ": 5, "tea ++": 2, strings.Repeat("天", 1351): 1351,
	} {
		assert.Equal(t, want, ParseQuestion(words).Len(), words)
	}
	j := New(NewMemory(Bounds{}))
	for _, s := range []string{"天", "a ", "a."} {
		_, _, err := j.Search(t.Context(), address(1), []Stream{"#a"}, strings.Repeat(s, MaxWords), 0, 9)
		require.NoError(t, err)
		_, _, err = j.Search(t.Context(), address(1), []Stream{"#a"}, strings.Repeat(s, MaxWords+1), 0, 9)
		assert.Equal(t, ErrTooLong, err)
	}
}

// committing is a context that commits whenever Err is called.
type committing struct {
	context.Context
	m *Memory
	n int
}

func (c *committing) Err() error {
	c.n++
	return c.m.Commit([]Entry{{Stream: "#b", Event: protocol.Said{Text: protocol.MustText("meanwhile")}}}, nil)
}

// A commit waits for a few entries of a search in memory, not for all of it.
func TestCommitsGoOnDuringASearchInMemory(t *testing.T) {
	m := NewMemory(Bounds{})
	for range 10 * searchBatch {
		require.NoError(t, m.Commit([]Entry{{Stream: "#a", Event: protocol.Said{Text: protocol.MustText("tea")}}}, nil))
	}
	ctx := &committing{Context: t.Context(), m: m}
	found, looked, err := m.Search(ctx, []Stream{"#a"}, "cake", 9999, 9)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Equal(t, uint64(9999), looked)
	assert.Greater(t, ctx.n, 9)
	found, _, err = m.Search(ctx, []Stream{"#a"}, "tea", 100, 2*searchBatch)
	require.NoError(t, err)
	require.Len(t, found, 100)
	assert.Equal(t, uint64(1), found[0].Seq)
	assert.Equal(t, uint64(100), found[99].Seq)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = m.Search(ended, []Stream{"#a"}, "tea", 9999, 9)
	assert.ErrorIs(t, err, context.Canceled)
}
