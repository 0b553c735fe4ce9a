package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// A line as people write them, about 100 bytes.
const line = "so I said to the man at the door that 今天天气很好 and he only looked at me as if I had asked for tea"

// lines are n lines of many authors in a few rooms.
func lines(n int) []journal.Entry {
	var rooms []protocol.Room
	for _, name := range []string{"lobby", "tea", "go", "茶"} {
		r, err := protocol.ParseRoom(name)
		if err != nil {
			panic(err)
		}
		rooms = append(rooms, r)
	}
	authors := make([]uuid.UUID, 50)
	for i := range authors {
		authors[i] = uuid.New()
	}
	in := make([]journal.Entry, n)
	for i := range in {
		r := rooms[i%len(rooms)]
		in[i] = journal.Entry{Stream: journal.OfRoom(r), Author: authors[i%len(authors)], Event: protocol.Said{
			Meta: protocol.Meta{ID: uuid.Must(uuid.NewV7()), Time: time.Now().UTC(), Room: r},
			From: protocol.MustNick(fmt.Sprint("guest-", i%50)), Text: protocol.MustText(line),
		}}
	}
	return in
}

// linesOf are n lines, the next of so many rooms each.
func linesOf(n, rooms int) []journal.Entry {
	in := lines(n)
	for i := range in {
		room, err := protocol.ParseRoom(fmt.Sprint("room-", i%rooms))
		if err != nil {
			panic(err)
		}
		said := in[i].Event.(protocol.Said)
		said.Room = room
		in[i].Stream, in[i].Author, in[i].Event = journal.OfRoom(room), uuid.New(), said
	}
	return in
}

// anew are the same entries without the positions that a commit has given them.
func anew(in []journal.Entry) []journal.Entry {
	for i := range in {
		in[i].Seq = 0
	}
	return in
}

// What a line costs in a group of so many: the flush is shared, the rest is not.
func BenchmarkCommit(b *testing.B) {
	for _, group := range []int{1, 10, 100, 1000} {
		run := func(name string, open func(b *testing.B) journal.Store) {
			b.Run(fmt.Sprintf("%s/lines=%d", name, group), func(b *testing.B) {
				s, in := open(b), lines(group)
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					if err := s.Commit(anew(in), nil); err != nil {
						b.Fatal(err)
					}
					n += group
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/line")
			})
		}
		run("memory", func(*testing.B) journal.Store { return journal.NewMemory(journal.Bounds{}) })
		for _, y := range []Sync{Full, Normal, Off} {
			run("sqlite-"+string(y), func(b *testing.B) journal.Store { return opened(b, newPath(b), Options{Sync: y}) })
		}
	}
}

// What the disk needs by itself for a small write that is safe.
func BenchmarkJournalBareFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	require.NoError(b, err)
	defer f.Close()
	for b.Loop() {
		_, err := f.WriteString(line)
		require.NoError(b, err)
		require.NoError(b, f.Sync())
	}
}

// What a client that is behind waits for. Half of the mixed entries were not spoken.
func BenchmarkReadPage(b *testing.B) {
	run := func(name string, s journal.Store) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p, err := s.Read(journaltest.From(500, "#lobby", "@x", "*"), 20000, 128); err != nil || len(p.Entries) < 100 {
					b.Fatal(err)
				}
			}
		})
	}
	in := lines(20000)
	m := journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})
	journaltest.Commit(b, m, in...)
	run("memory", m)
	s := opened(b, newPath(b), Options{})
	journaltest.Commit(b, s, in...)
	run("sqlite", s)
	for i := range in {
		if i/4%2 == 0 { // in each room
			said := in[i].Event.(protocol.Said)
			in[i].Event = protocol.Joined{Meta: said.Meta, From: said.From}
		}
	}
	mixed := opened(b, newPath(b), Options{})
	journaltest.Commit(b, mixed, in...)
	run("sqlite-mixed", mixed)
}

func BenchmarkJournalSearch(b *testing.B) {
	s := opened(b, newPath(b), Options{})
	journaltest.Commit(b, s, lines(20000)...)
	_, _, err := s.Search(b.Context(), []journal.Stream{"#lobby"}, "天气", 20000, 20)
	require.NoError(b, err)
	for b.Loop() {
		if found, _, err := s.Search(b.Context(), []journal.Stream{"#lobby"}, "天气 tea", 20000, 20); err != nil || len(found) != 20 {
			b.Fatal(err)
		}
	}
}

// Run with -bench Index: how many lines a second the maintenance can index.
func BenchmarkJournalIndex(b *testing.B) {
	s := still(b, newPath(b), Options{}) // it is alone
	in := lines(20000)
	journaltest.Commit(b, s, in...)
	n := uint64(0)
	for b.Loop() {
		before := s.indexed.Load()
		more, err := s.index()
		require.NoError(b, err)
		for merges := true; merges; {
			merges, err = s.mergeStep()
			require.NoError(b, err)
		}
		n += s.indexed.Load() - before
		if !more {
			b.StopTimer()
			journaltest.Commit(b, s, anew(in)...)
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}
