package sqlite

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

func TestTooManyCannotWaitToRedact(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	s.redactCalls.Store(maxRedactCalls)
	_, err := s.Redact(uuid.New(), []journal.Stream{"#a"}, math.MaxInt64)
	assert.ErrorIs(t, err, journal.ErrBusy)
	assert.EqualValues(t, maxRedactCalls, s.redactCalls.Load())
}

// Redacted words are nowhere in the files: not in the rows, the index or the WAL.
func TestRedactedWordsLeaveTheFiles(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{scrubDelay: 1, scrubEvery: 1, quiet: 1})
	bob := uuid.New()
	for i := range 150 {
		journaltest.Commit(t, s,
			journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d is %s", i, strings.Repeat("plugh", i%50))),
			journaltest.Said("#a", fmt.Sprint("innocent ", i)))
		if i%5 == 0 {
			_, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "innocent", s.Head(), 1)
			require.NoError(t, err)
		}
	}
	inFiles := func(word string) (n int) {
		for _, file := range []string{path, path + "-wal", wordsPath(path), wordsPath(path) + "-wal"} {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			n += bytes.Count(b, []byte(word))
		}
		return n
	}
	for s.checkpoint() != nil { // the maintenance does it at the same time
		time.Sleep(time.Millisecond)
	}
	require.Positive(t, inFiles("xyzzy"))
	require.Positive(t, inFiles("plugh"))
	var maintaining sync.WaitGroup
	done := make(chan struct{})
	maintaining.Go(func() { // the maintenance empties the WAL, too
		for {
			select {
			case <-done:
				return
			default:
				assert.NoError(t, s.checkpointIfLong())
			}
		}
	})
	n, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 150, n)
	awaitScrub(t, s)
	close(done)
	maintaining.Wait()
	assert.Zero(t, inFiles("xyzzy"))
	assert.Zero(t, inFiles("plugh"))
	assert.Positive(t, inFiles("innocent"))
	found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "innocent", s.Head(), 1000)
	require.NoError(t, err)
	assert.Equal(t, 150, len(found))
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

// Redact looks at a few entries at a time, whether it finds the author in them or not.
func TestRedactingLooksAtAFewAtATime(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off})
	ann, bob := uuid.New(), uuid.New()
	in := []journal.Entry{journaltest.SaidBy(ann, "#b", "first")}
	for range scanBatch + 10 {
		in = append(in, journaltest.Said("#a", "x"), journal.Entry{Stream: "#a", Author: bob, Event: protocol.Joined{}}, journaltest.SaidBy(bob, "#b", "y"))
	}
	journaltest.Commit(t, s, append(in, journaltest.SaidBy(bob, "#a", "z"), journaltest.SaidBy(ann, "#b", "last"))...)
	require.NoError(t, s.fileUpto(s.Head()))
	found, last, more, err := s.messagesBy(bob, "#a", 0, math.MaxInt64)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Equal(t, uint64(3*scanBatch-1), last, "of what was spoken in this stream")
	assert.True(t, more)
	found, _, more, err = s.messagesBy(bob, "#a", last, math.MaxInt64)
	require.NoError(t, err)
	assert.Len(t, found, 1)
	assert.False(t, more)

	found, _, more, err = s.messagesBy(bob, "#b", 0, math.MaxInt64)
	require.NoError(t, err)
	assert.Len(t, found, scanBatch-1, "and one of somebody else")
	assert.True(t, more)
	n, err := s.Redact(ann, []journal.Stream{"#a", "#nowhere", "#b"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}
