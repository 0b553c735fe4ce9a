package sqlite

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// mixed are numbered entries of many streams, of which some are no messages.
func mixed(from, n, streams int) (entries []journal.Entry) {
	for i := from; i < from+n; i++ {
		e := journaltest.Said(journal.Stream(fmt.Sprint("#", i*i%streams)), fmt.Sprint("tea ", i))
		if i%3 == 0 {
			e.Event = protocol.Joined{From: protocol.MustNick("bob")}
		}
		entries = append(entries, e)
	}
	return entries
}

// Whether entries are filed, half filed or not, the journal answers what a journal in memory does.
func TestFilingChangesNoAnswer(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path := newPath(t)
	const of = 5
	o := Options{Sync: Off, filing: 64}
	s, m := still(t, path, o), journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1, Total: -1})
	for range rounds(60) {
		in := mixed(int(s.Head())+1, 1+dice.IntN(100), of)
		journaltest.Commit(t, s, in...)
		journaltest.Commit(t, m, anew(in)...)
		for range dice.IntN(3) {
			require.NoError(t, s.runStep(lazy, func(step *maintenanceStep) error {
				step.budget = dice.IntN(1000) // ends anywhere
				return s.fileSome(step)
			}))
		}
		if dice.IntN(10) == 0 {
			if abandon(t, s); dice.IntN(2) == 0 {
				to := newPath(t)
				copyFiles(t, path, to)
				path = to
			}
			s = still(t, path, o)
		}
		assertSame(t, dice, m, s, of)
	}
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

// assertSame asks two stores the same.
func assertSame(t *testing.T, dice *rand.Rand, want, got journal.Store, streams int) {
	t.Helper()
	require.Equal(t, want.Head(), got.Head())
	for range 5 {
		var names []journal.Stream
		for i := range streams {
			if dice.IntN(2) == 0 {
				names = append(names, journal.Stream(fmt.Sprint("#", i)))
			}
		}
		after, n := dice.Uint64N(want.Head()+1), 1+dice.IntN(200)
		upto := after + dice.Uint64N(want.Head()-after+1)
		one, two := journaltest.From(after, names...), journaltest.From(after, names...)
		wantPage, err := want.Read(one, upto, n)
		require.NoError(t, err)
		gotPage, err := got.Read(two, upto, n)
		require.NoError(t, err)
		require.Equal(t, journaltest.Texts(wantPage.Entries), journaltest.Texts(gotPage.Entries))
		require.Equal(t, one, two)
		wantLast, wantMore, err := want.Newest(names, upto, n)
		require.NoError(t, err)
		gotLast, gotMore, err := got.Newest(names, upto, n)
		require.NoError(t, err)
		require.Equal(t, journaltest.Texts(wantLast), journaltest.Texts(gotLast))
		require.Equal(t, wantMore, gotMore)
		wantSeq, err := want.SeqOfLast(names, upto, n)
		require.NoError(t, err)
		gotSeq, err := got.SeqOfLast(names, upto, n)
		require.NoError(t, err)
		require.Equal(t, wantSeq, gotSeq)
	}
}

// A flood that leaves the maintenance no time makes the commits file, so that what is in memory has a bound.
func TestWhatIsNotFiledHasABound(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off, filing: 100})
	for range 60 {
		journaltest.Commit(t, s, mixed(int(s.Head())+1, 50, 300)...)
		assert.Less(t, s.streams.unfiled, maxUnfiled*100/filingBatch+50)
	}
	assert.Positive(t, s.filed.Load())
	assert.Greater(t, s.Head()-s.filed.Load(), uint64(100), "and no commit files more than it must")
	require.NoError(t, s.fileUpto(s.Head()))
	assert.Zero(t, s.streams.unfiled)
	for _, st := range s.streams.byName {
		assert.Empty(t, st.unfiled)
	}
}

// The maintenance files when there is enough, and Close files the rest.
func TestTheMaintenanceFiles(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off, filing: 50})
	journaltest.Commit(t, s, mixed(1, 60, 7)...)
	require.Eventually(t, func() bool { return s.filed.Load() == 60 }, time.Minute, time.Millisecond)
	journaltest.Commit(t, s, mixed(61, 9, 7)...)
	require.NoError(t, s.Close())
	s = opened(t, path, Options{})
	assert.Equal(t, uint64(69), s.filed.Load())
	assert.Zero(t, s.streams.unfiled)
}

// Another process that reads while a server writes counts what is not filed.
func TestOthersCountWhatIsNotFiled(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off})
	journaltest.Commit(t, s, mixed(1, 100, 7)...)
	require.NoError(t, s.fileUpto(s.Head()))
	journaltest.Commit(t, s, mixed(101, 100, 9)...)
	require.NoError(t, s.runStep(lazy, func(step *maintenanceStep) error {
		step.budget = 1 // of one stream
		return s.fileSome(step)
	}))
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
	assert.Equal(t, 200, r.Entries)
	text := exportOf(t, path, JSON)
	require.NoError(t, s.fileUpto(s.Head()))
	assert.Equal(t, exportOf(t, path, JSON), text)
}

// A line that is not filed is neither dropped with its stream nor pruned, and is forgotten like any other.
func TestWhatIsNotFiledIsPrunedAndRedacted(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off, Keep: time.Hour})
	bob := uuid.New()
	journaltest.Commit(t, s, ago("#a", 2*time.Hour, "old"), journaltest.SaidBy(bob, "#b", "secret"))
	require.NoError(t, s.fileUpto(1))
	journaltest.Commit(t, s, ago("#a", 2*time.Hour, "old, too"), journaltest.SaidBy(bob, "#b", "secret"))
	n, err := s.prune(oldest, 10, 3)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, []string{"old, too"}, journaltest.Texts(everything(t, s, "#a")))
	n, err = s.Redact(bob, []journal.Stream{"#b"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	pruneAll(t, s)
	assert.Empty(t, everything(t, s, "#a"))
	var left int
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM positions").Scan(&left))
	assert.Equal(t, 1, left)
	again := journaltest.Commit(t, s, journaltest.Said("#a", "new"))
	assert.Equal(t, uint64(1), again[0].StreamSeq, "it was dropped")
}

// However entries are filed while they are read, each is read once.
func TestReadersSeeAllWhileEntriesAreFiled(t *testing.T) {
	t.Parallel()
	s := opened(t, newPath(t), Options{Sync: Off, filing: 20})
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				head := s.Head()
				last, _, err := s.Newest([]journal.Stream{"#a", "#b", "@x"}, head, 30)
				assert.NoError(t, err)
				for i := range last {
					assert.Equal(t, head-uint64(len(last)-1-i), last[i].Seq)
				}
				assert.Len(t, last, min(30, int(head)))
			}
		})
	}
	for range 200 {
		journaltest.Commit(t, s, numbered(int(s.Head())+1, 1+rand.IntN(20))...)
	}
	close(stop)
	all.Wait()
	assertNumbered(t, s)
}

// The file can be read without this program.
func TestTheViewShowsLines(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	e := ago("#a", 0, "green tea")
	e.Event = e.Event.WithMeta(protocol.Meta{Time: time.Date(2026, 11, 28, 12, 30, 0, 5, time.UTC)})
	journaltest.Commit(t, s, e, journal.Entry{Stream: "#b", Event: protocol.Joined{From: protocol.MustNick("ann")}})
	var got string
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), `SELECT group_concat(concat_ws(' ', seq, stream, nth, time, type, "from", text), '; ') FROM lines`).Scan(&got))
	assert.Equal(t, "1 #a 1 2026-11-28 12:30:00 said bob green tea; 2 #b 1 joined ann", got)
}
