package journal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func said(st Stream, text string) Entry {
	return Entry{Stream: st, Author: uuid.New(), Event: protocol.Said{Text: protocol.MustText(text)}}
}

func joined(st Stream) Entry { return Entry{Stream: st, Event: protocol.Joined{}} }

func commit(t testing.TB, m *Memory, entries ...Entry) []Entry {
	t.Helper()
	require.NoError(t, m.Commit(entries))
	return entries
}

func from(seq uint64, streams ...Stream) *Cursor {
	c := &Cursor{Seq: seq}
	for _, s := range streams {
		c.Streams = append(c.Streams, Reading{Stream: s})
	}
	return c
}

func texts(p Page) (s []string) {
	for _, e := range p.Entries {
		s = append(s, e.Event.(protocol.Said).Text.String())
	}
	return s
}

func TestCommitGivesPositionsThatGrow(t *testing.T) {
	m := NewMemory(Bounds{})
	a := commit(t, m, said("#a", "1"), said("#b", "1"), said("#a", "2"))
	assert.Equal(t, []uint64{1, 2, 3}, []uint64{a[0].Seq, a[1].Seq, a[2].Seq})
	assert.Equal(t, []uint64{1, 1, 2}, []uint64{a[0].Nth, a[1].Nth, a[2].Nth})
	assert.Equal(t, uint64(3), protocol.StampOf(a[2].Event).Seq, "the event tells its position, too")
}

func TestReadMergesStreamsInOrder(t *testing.T) {
	m := NewMemory(Bounds{})
	commit(t, m, said("#a", "1"), said("#b", "2"), said("@x", "3"), said("#a", "4"), said("#b", "5"))
	cur := from(0, "#a", "@x", "#nowhere")
	p, err := m.Read(cur, 5, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "3"}, texts(p))
	assert.Equal(t, uint64(3), cur.Seq)
	p, err = m.Read(cur, 5, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"4"}, texts(p))
	assert.Equal(t, uint64(5), cur.Seq, "a short page ends where it was asked to")
	assert.Equal(t, uint64(2), cur.Streams[0].Nth)
}

func TestReadNeverGoesBeyondUpto(t *testing.T) {
	m := NewMemory(Bounds{})
	commit(t, m, said("#a", "1"), said("#a", "2"), said("#a", "3"))
	cur := from(0, "#a")
	p, err := m.Read(cur, 2, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, texts(p))
	assert.Equal(t, uint64(2), cur.Seq)
}

func TestReadCountsWhatIsGone(t *testing.T) {
	m := NewMemory(Bounds{Lines: 3})
	for i := range 10 {
		commit(t, m, said("#a", fmt.Sprint(i)), said("#b", "other"))
	}
	cur := from(0, "#a")
	p, err := m.Read(cur, 20, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"7", "8", "9"}, texts(p))
	assert.Equal(t, 7, p.Gone)
	assert.False(t, p.Unsure)

	p, err = m.Read(cur, 20, 10)
	require.NoError(t, err)
	assert.Zero(t, p.Gone, "told once")

	cur = &Cursor{Seq: 4, Streams: []Reading{{Stream: "#a", Nth: Unknown}}}
	p, err = m.Read(cur, 20, 10)
	require.NoError(t, err)
	assert.True(t, p.Unsure)
	cur = &Cursor{Seq: 14, Streams: []Reading{{Stream: "#a", Nth: Unknown}}}
	p, err = m.Read(cur, 20, 10)
	require.NoError(t, err)
	assert.False(t, p.Unsure, "nothing after this position is gone")

	cur = &Cursor{Streams: []Reading{{Stream: "#a", Last: 4}}}
	p, err = m.Read(cur, 8, 10)
	require.NoError(t, err)
	assert.Equal(t, 4, p.Gone, "what came after the last entry that is ours is not missed")
}

func TestBackCountsOnlyWhatWasSpoken(t *testing.T) {
	m := NewMemory(Bounds{})
	commit(t, m, said("#a", "1"), joined("#a"), said("#a", "2"), joined("#a"), said("@x", "3"), joined("#a"))
	for n, want := range map[int]uint64{0: 5, 1: 3, 2: 1, 3: 0, 9: 0} {
		seq, err := m.Back([]Stream{"#a", "@x", "#nowhere"}, 6, n)
		require.NoError(t, err)
		assert.Equal(t, want, seq, n)
	}
	seq, err := m.Back([]Stream{"#a"}, 2, 1)
	require.NoError(t, err)
	assert.Zero(t, seq, "nothing after upto counts")
}

// Everything that a peer can make grow has a bound.
func TestMemoryIsBounded(t *testing.T) {
	long := strings.Repeat("x", 4000)
	t.Run("lines of a stream", func(t *testing.T) {
		m := NewMemory(Bounds{Lines: 10})
		for range 100 {
			commit(t, m, said("#a", "x"))
		}
		assert.Len(t, m.streams["#a"].entries, 10)
	})
	t.Run("bytes of a stream", func(t *testing.T) {
		m := NewMemory(Bounds{Bytes: 20_000})
		for range 100 {
			commit(t, m, said("#a", long))
		}
		assert.LessOrEqual(t, m.streams["#a"].bytes, 20_000)
		assert.Equal(t, m.streams["#a"].bytes, m.bytes)
	})
	t.Run("streams", func(t *testing.T) {
		m := NewMemory(Bounds{Streams: 5})
		for i := range 100 {
			commit(t, m, said(Stream(fmt.Sprint("#", i)), long), said("#busy", long))
		}
		assert.Len(t, m.streams, 5)
		assert.Contains(t, m.streams, Stream("#busy"), "the silent ones go first")
	})
	t.Run("bytes in all", func(t *testing.T) {
		m := NewMemory(Bounds{Total: 100_000})
		for i := range 100 {
			commit(t, m, said(Stream(fmt.Sprint("#", i%7)), long), said("#quiet", "x"))
		}
		assert.LessOrEqual(t, m.bytes, 100_000)
		sum := 0
		for _, r := range m.streams {
			sum += r.bytes
		}
		assert.Equal(t, sum, m.bytes)
	})
}

func BenchmarkMemoryCommit(b *testing.B) {
	for _, group := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint(group), func(b *testing.B) {
			m := NewMemory(Bounds{})
			entries := make([]Entry, group)
			b.ReportAllocs()
			for i := 0; i < b.N; i += group {
				for j := range entries {
					entries[j] = said("#a", "hello")
				}
				commit(b, m, entries...)
			}
		})
	}
}

func BenchmarkMemoryRead(b *testing.B) {
	m := NewMemory(Bounds{})
	for range 1000 {
		commit(b, m, said("#a", "hello"))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Read(from(500, "#a", "@x", "*"), 1000, 128); err != nil {
			b.Fatal(err)
		}
	}
}
