package sqlite

import (
	"bytes"
	"context"
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

// ago is a line that was said some time ago.
func ago(st journal.Stream, d time.Duration, text string) journal.Entry {
	e := journaltest.Said(st, text)
	e.Event = e.Event.WithMeta(protocol.Meta{Time: time.Now().Add(-d).UTC()})
	return e
}

func TestWhatIsOldIsPrunedInSmallSteps(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Keep: 90 * 24 * time.Hour})
	var in []journal.Entry
	for i := range 300 {
		in = append(in, ago([]journal.Stream{"#a", "#b", "#b"}[i%3], time.Duration(299-i)*24*time.Hour+12*time.Hour, fmt.Sprint("line ", i)))
	}
	journaltest.Commit(t, s, in...) // 210 of them are too old: 70 of #a, 140 of #b
	pruneAll(t, s)
	for range 2 {
		cur := journaltest.From(0, "#a", "#b")
		p, err := s.Read(cur, s.Head(), 500)
		require.NoError(t, err)
		assert.Equal(t, 90, len(p.Entries))
		assert.Equal(t, 210, p.Pruned)
		assert.False(t, p.AtLeast)
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a", "#b"}, "line", s.Head(), 500)
		require.NoError(t, err)
		assert.Equal(t, 90, len(found))
		require.NoError(t, s.Close())
		s = opened(t, path, Options{Keep: 90 * 24 * time.Hour})
	}
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

func TestTheLastEntryIsKeptWhateverItsAge(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Keep: time.Hour})
	journaltest.Commit(t, s, ago("#a", 9*time.Hour, "x"), ago("#a", 8*time.Hour, "y"))
	pruneAll(t, s)
	require.NoError(t, s.Close())
	s = opened(t, path, Options{Keep: time.Hour})
	assert.Equal(t, uint64(2), s.Head(), "positions go on")
	assert.Equal(t, []string{"y"}, journaltest.Texts(everything(t, s, "#a")))
}

// A mailbox that no session can read any more is dropped as a whole, and rooms stay.
func TestMailboxesOfOldAreDropped(t *testing.T) {
	t.Parallel()
	s := opened(t, newPath(t), Options{Mailbox: time.Hour})
	var old []journal.Stream
	for range 5 {
		st := journal.Mailbox(uuid.New())
		old = append(old, st)
		var in []journal.Entry
		for range 200 {
			in = append(in, ago(st, 3*time.Hour, "psst"))
		}
		journaltest.Commit(t, s, in...)
	}
	young := journal.Mailbox(uuid.New())
	journaltest.Commit(t, s, ago("#a", 3*time.Hour, "hello"), ago(young, 3*time.Hour, "psst"), ago(young, time.Minute, "psst"))
	pruneAll(t, s)
	assert.Len(t, everything(t, s, young), 2)
	assert.Len(t, everything(t, s, "#a"), 1)
	assert.Empty(t, everything(t, s, old...))
	var streams int
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM streams").Scan(&streams))
	assert.Equal(t, 2, streams)

	p, err := s.Read(&journal.Cursor{Streams: []journal.StreamCursor{{Stream: old[0], StreamSeq: 1}}}, s.Head(), 9)
	require.NoError(t, err)
	assert.True(t, p.AtLeast, "somebody who had read there is told")
	again := journaltest.Commit(t, s, journaltest.Said(old[0], "back"))
	assert.Equal(t, uint64(1), again[0].StreamSeq)
	p, err = s.Read(&journal.Cursor{Streams: []journal.StreamCursor{{Stream: old[0], StreamSeq: journal.SeqUnknown}}}, s.Head(), 9)
	require.NoError(t, err)
	assert.True(t, p.AtLeast)
	assert.Len(t, p.Entries, 1)
}

// Forgotten words are nowhere in the files: not in the rows, the index or the log.
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
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + suffix)
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
	var tidying sync.WaitGroup
	done := make(chan struct{})
	tidying.Go(func() { // the maintenance empties the log, too
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
	tidying.Wait()
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

// The index follows the commits by itself.
func TestTheIndexFollows(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	journaltest.Commit(t, s, numbered(1, 500)...)
	require.Eventually(t, func() bool { return s.indexed.Load() == s.Head() }, time.Minute, time.Millisecond)
}

// However much is committed, the log begins anew again and again.
func TestTheWALStaysShort(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off})
	for range 20 {
		journaltest.Commit(t, s, lines(500)...)
		require.NoError(t, s.checkpointIfLong())
	}
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(9<<20))
	assert.Equal(t, uint64(10_000), s.Head())
}

// still is a store whose maintenance the test does by itself.
// However slow the machine is, each of its slices does what it can do on a quick one.
func still(t testing.TB, path string, o Options) *Store {
	t.Helper()
	o.stepTime = time.Hour
	s := opened(t, path, o)
	s.end()
	<-s.ended
	s.stop, s.end = context.WithCancel(context.Background())
	s.ended = make(chan struct{})
	close(s.ended)
	return s
}

// awaitScrub waits until nothing that was forgotten is left in the files.
func awaitScrub(t testing.TB, s *Store) {
	t.Helper()
	require.Eventually(t, func() bool { return !s.marked.Load() }, time.Minute, time.Millisecond)
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

// The index keeps out of the way of a flood, until a search would wait for it too long.
func TestTheIndexWaitsInAFlood(t *testing.T) {
	s := still(t, newPath(t), Options{})
	const head = 10 * floodRate
	s.head.Store(head)
	now := time.Now()
	assert.True(t, s.isFlooded(0, now.Add(-time.Second)))
	assert.False(t, s.isFlooded(0, now.Add(-time.Minute)), "people who talk")
	assert.False(t, s.isFlooded(head, now.Add(-time.Second)), "nobody says anything")
	s.head.Store(maxIndexLag)
	assert.False(t, s.isFlooded(0, now.Add(-time.Second)), "far behind")
	s.indexed.Store(1)
	assert.True(t, s.isFlooded(0, now.Add(-time.Second)))
}

// However long a flood lasts, what is too much goes.
func TestAFloodIsPruned(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Keep: time.Minute, Lines: 10})
	task := maintenance{s: s}
	for i := range 50 {
		in := []journal.Entry{ago("#a", time.Hour, "x"), ago("#a", time.Hour, "x")}
		for range 20 {
			in = append(in, journaltest.Said("#a", "x"))
		}
		journaltest.Commit(t, s, in...)
		task.pruneAt, task.pruneStreamsAt = time.Time{}, time.Time{} // it is time again
		for range 20 {
			task.work()
		}
		assert.LessOrEqual(t, len(everything(t, s, "#a")), 11, "round %d", i)
	}
}

// What stands in the file is searched as it is; parsed, it says the same.
func TestTheWordsInTheFileAreTheWordsOfTheEvent(t *testing.T) {
	bob, text := journaltest.Nick("bob"), protocol.MustText(`a "quoted" <b> \ 你好, Ünï 👍🏽 42x`)
	for _, e := range []protocol.Recorded{
		protocol.Said{From: bob, Text: text}, protocol.Acted{From: bob, Text: text}, protocol.Whispered{From: bob, To: bob, Text: text},
		protocol.TopicSet{From: bob, Text: text}, protocol.TopicSet{From: bob}, protocol.Announced{From: bob, Text: text}, protocol.Redacted{From: bob},
		protocol.VisitorSaid{From: bob, Text: text}, protocol.Replied{From: bob, Text: text}, protocol.Noted{From: bob, Text: text},
	} {
		require.True(t, e.IsMessage(), "%T", e)
		got, err := wordsIn(protocol.AppendEventJSON(nil, e))
		require.NoError(t, err)
		_, words := protocol.Words(e)
		assert.Equal(t, journal.SeparateWords(words.String()), got, "%T", e)
	}
	assert.Equal(t, "a  quoted   b     你  好   Ünï  👍   42x", journal.SeparateWords(text.String()))
	_, err := wordsIn([]byte("{"))
	assert.Error(t, err)
}
