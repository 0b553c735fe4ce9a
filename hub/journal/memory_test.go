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

func commit(t testing.TB, m *Memory, entries ...Entry) []Entry {
	t.Helper()
	require.NoError(t, m.Commit(entries, nil))
	return entries
}

func from(seq uint64, streams ...Stream) *Cursor {
	c := &Cursor{Seq: seq}
	for _, s := range streams {
		c.Streams = append(c.Streams, StreamCursor{Stream: s})
	}
	return c
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
