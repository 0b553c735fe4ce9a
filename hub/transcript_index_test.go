package hub

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// The extents hold all entries of their conversation, however they lie, and are bounded.
func TestATrailLeadsToAll(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, 5))
		ts := newTranscriptIndex()
		nths := map[protocol.Ticket][]uint64{} // of each; positions are twice as much
		var open []protocol.Ticket
		var highest protocol.Ticket
		nth := uint64(0)
		for range 30_000 {
			nth++
			e := journal.Entry{Seq: 2 * nth, StreamSeq: nth}
			switch n := dice.IntN(100); {
			case n < 30 && len(open) < 30, len(open) == 0:
				highest++
				open = append(open, highest)
				ts.open(highest)
				e.Event = protocol.TicketChanged{Ticket: highest, Event: protocol.VisitorWaits}
			case n < 60 && len(open) > 10:
				i := dice.IntN(len(open))
				e.Event = protocol.TicketChanged{Ticket: open[i], Event: protocol.TicketClosed}
				ts.close(open[i])
				open = slices.Delete(open, i, i+1)
			default:
				e.Event = protocol.VisitorSaid{Ticket: open[min(dice.IntN(len(open)), dice.IntN(len(open)))]}
			}
			no := protocol.TicketOf(e.Event)
			ts.append(&e)
			nths[no] = append(nths[no], nth)
		}
		require.LessOrEqual(t, len(ts.old), maxOld)
		require.LessOrEqual(t, len(ts.extents), maxEnded+len(open))
		require.Greater(t, int(ts.width), 1, "long enough to forget much")
		for no, own := range nths {
			all := ts.find(no, -1)
			require.LessOrEqual(t, len(all), maxExtents)
			for _, n := range own {
				require.True(t, slices.ContainsFunc(all, func(s extent) bool { return s.from <= 2*n && 2*n <= s.to }), "%s: entry %d", no, n)
			}
			for _, n := range own[max(0, len(own)-3):] {
				require.True(t, slices.ContainsFunc(ts.find(no, 3), func(s extent) bool { return s.from <= 2*n && 2*n <= s.to }), "%s: entry %d of the last", no, n)
			}
		}
		require.Empty(t, ts.find(highest+1, -1))
	})
}

// The extents of a conversation that goes on among all others for ever are bounded, too.
func TestATrailIsBounded(t *testing.T) {
	var tr extents
	for i := range uint64(10 * maxExtents) {
		tr.add(100*i, 100*i, maxExtents)
	}
	require.Len(t, tr, maxExtents)
	own := 0
	for _, s := range tr {
		own += s.entries
	}
	assert.Equal(t, 10*maxExtents, own)

	ts := newTranscriptIndex()
	for no := protocol.Ticket(1); no <= 2000; no++ {
		ts.open(no)
	}
	for i := range uint64(200_000) {
		e := journal.Entry{Seq: 1 + i, StreamSeq: 1 + i, Event: protocol.VisitorSaid{Ticket: protocol.Ticket(1 + i%2000)}}
		ts.append(&e)
	}
	spans := 0
	for _, tr := range ts.extents {
		spans += len(*tr)
	}
	assert.Equal(t, spans, ts.extentCount)
	assert.Equal(t, maxAllExtents, spans)
	for no := range ts.extents {
		ts.forget(no)
	}
	assert.Zero(t, ts.extentCount)
}

// BenchmarkTranscript reads a conversation of 200 lines among 200,000 of others, on disk: by its number, and as it
// would be without trails.
func BenchmarkTranscript(b *testing.B) {
	store, err := sqlite.Open(filepath.Join(b.TempDir(), "chinwag.db"), sqlite.Options{Sync: sqlite.Off})
	require.NoError(b, err)
	defer func() { _ = store.Close() }()
	ts := newTranscriptIndex()
	ts.open(1)
	for i := range 200 {
		var entries []journal.Entry
		for j := range 1001 {
			e := protocol.VisitorSaid{Ticket: 2, From: nick("eve"), Text: protocol.MustText("my screen is black, and has been since I came")}
			if j == 500 {
				e.Ticket = 1
			}
			stamp := protocol.Meta{ID: uuid.New(), Time: time.Unix(int64(i), 0), Room: protocol.DeskRoom}
			entries = append(entries, journal.Entry{Stream: journal.Desk, Author: uuid.UUID{1}, Event: e.WithMeta(stamp)})
		}
		require.NoError(b, store.Commit(entries, nil))
		for j := range entries {
			ts.append(&entries[j])
		}
	}
	c := newClient(New(journal.New(store), Options{}))
	c.Start(context.Background(), &taking{}, nil, func(error) {})
	for name, way := range map[string]extents{"by number": ts.find(1, -1), "the last 20": ts.find(1, 20), "all of the stream": {{from: 1, to: store.Head()}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d := delivery{c: c}
				require.NoError(b, d.replayTranscript(&transcript{ticket: 1, extents: way, last: -1}))
			}
		})
	}
}
