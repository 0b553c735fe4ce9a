package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// Streams that hold nothing leave no rows. A client that has read one of them is never told that nothing is missing, or
// how much, when it has begun anew.
func TestStreamsThatHoldNothingAreDropped(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Keep: time.Hour, Sync: Off})
	var in []journal.Entry
	const n = 1000 // of each kind: several steps of a sweep
	for i := range n {
		in = append(in, ago(journal.Mailbox(uuid.New()), 2*time.Hour, "psst"), ago(journal.Stream(fmt.Sprint("#", i)), 2*time.Hour, "anybody here"))
	}
	for range 5 {
		in = append(in, ago("#tea", 2*time.Hour, "tea"))
	}
	journaltest.Commit(t, s, in...)
	journaltest.Commit(t, s, journaltest.Said("#a", "hello"))
	pruneAll(t, s)
	var streams int
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM streams").Scan(&streams))
	assert.Equal(t, 1, streams)

	reading := func(after, nth uint64) *journal.Cursor {
		return &journal.Cursor{Seq: after, Streams: []journal.StreamCursor{{Stream: "#tea", StreamSeq: nth}}}
	}
	unsure := func(cur *journal.Cursor, want bool) {
		t.Helper()
		p, err := s.Read(cur, s.Head()-1, 1)
		require.NoError(t, err)
		assert.Equal(t, want, p.AtLeast)
		p, err = s.Read(cur, s.Head(), 1)
		require.NoError(t, err)
		assert.False(t, p.AtLeast, "once")
	}
	unsure(reading(2*n+2, 2), true)
	unsure(reading(2*n+5, 5), false)
	journaltest.Commit(t, s, ago("#tea", 2*time.Hour, "again"), journaltest.Said("#tea", "and again"))
	unsure(reading(2*n+2, 2), true)
	pruneAll(t, s)
	unsure(reading(2*n+2, 2), true)
	p, err := s.Read(reading(2*n+6, 0), s.Head(), 9)
	require.NoError(t, err)
	assert.False(t, p.AtLeast)
	assert.Equal(t, 1, p.Pruned, "who has come since then is told exactly")
}

// However long the streams have too much in them, the index follows and is merged.
func TestPruningOfStreamsLeavesTimeForTheRest(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off, Lines: 1})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}, pruneAt: time.Now().Add(time.Hour)}
	isDone := false
	for range 20 {
		in := make([]journal.Entry, 2*pruneBatch)
		for i := range in {
			in[i] = journaltest.Said("#a", "x")
		}
		journaltest.Commit(t, s, in...)
		task.pruneStreamsAt, task.indexAt = time.Time{}, time.Now()
		task.work()
		isDone = isDone || s.indexed.Load() > 0 && !s.unmerged.Load()
	}
	assert.True(t, isDone)
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
