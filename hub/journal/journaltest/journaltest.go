// Package journaltest tests what journal.Store promises, for every store.
package journaltest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Maker makes an empty store that keeps so many lines of each stream, 0: all. prune makes it prune now what it need not
// keep.
type Maker func(t testing.TB, lines int) (s journal.Store, prune func())

// Run runs every test on stores from newStore.
func Run(t *testing.T, newStore Maker) {
	for name, test := range map[string]func(*testing.T, Maker){
		"an empty store":                      empty,
		"positions grow":                      positions,
		"a position may be given":             given,
		"a position is the next":              misplaced,
		"rows are what they became":           rows,
		"rows and entries are one commit":     together,
		"the bytes of a row are its reader's": ownRows,
		"an entry comes back as it was":       roundTrip,
		"streams are merged in order":         merges,
		"a page is bounded in bytes":          pages,
		"never beyond upto":                   bounded,
		"what is gone is counted":             pruned,
		"what is another's is not missed":     ofOthers,
		"nobody's stream is passed over":      noStream,
		"only what was spoken counts":         seqOfLast,
		"before a time":                       seqBefore,
		"search finds all the words":          search,
		"search in Chinese":                   chinese,
		"search finds what was meant":         meant,
		"search finds marks as they are":      marks,
		"search goes back":                    goesBack,
		"no search is a syntax error":         hostile,
		"what is redacted leaves its place":   redact,
		"the tail is of all streams":          tail,
		"what is after a position is kept":    keepAfter,
		"lines are what was spoken":           lines,
		"what was not spoken has a bound":     notMessages,
	} {
		t.Run(name, func(t *testing.T) { test(t, newStore) })
	}
}

// Said is a line in a stream.
func Said(st journal.Stream, text string) journal.Entry { return SaidBy(uuid.New(), st, text) }

// SaidBy is a line of an author.
func SaidBy(author uuid.UUID, st journal.Stream, text string) journal.Entry {
	now := protocol.Meta{Time: time.Now().UTC().Truncate(time.Millisecond)}
	return journal.Entry{Stream: st, Author: author, Event: protocol.Said{Meta: now, From: protocol.MustNick("bob"), Text: protocol.MustText(text)}}
}

// Commit commits entries, and returns them with their positions.
func Commit(t testing.TB, s journal.Store, entries ...journal.Entry) []journal.Entry {
	t.Helper()
	require.NoError(t, s.Commit(entries, nil))
	return entries
}

// From is a cursor of streams at a position.
func From(seq uint64, streams ...journal.Stream) *journal.Cursor {
	c := &journal.Cursor{Seq: seq}
	for _, s := range streams {
		c.Streams = append(c.Streams, journal.StreamCursor{Stream: s})
	}
	return c
}

// Texts are the words of entries.
func Texts(entries []journal.Entry) (s []string) {
	for _, e := range entries {
		_, words := protocol.Words(e.Event)
		s = append(s, words.String())
	}
	return s
}

func read(t *testing.T, s journal.Store, cur *journal.Cursor, upto uint64, limit int) journal.Page {
	t.Helper()
	p, err := s.Read(cur, upto, limit)
	require.NoError(t, err)
	return p
}

func positions(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	a := Commit(t, s, Said("#a", "1"), Said("#b", "1"), Said("#a", "2"))
	assert.Equal(t, []uint64{1, 2, 3}, []uint64{a[0].Seq, a[1].Seq, a[2].Seq})
	assert.Equal(t, []uint64{1, 1, 2}, []uint64{a[0].StreamSeq, a[1].StreamSeq, a[2].StreamSeq})
	assert.Equal(t, uint64(3), protocol.MetaOf(a[2].Event).Seq, "the event tells its position, too")
	assert.Equal(t, uint64(3), s.Head())
}

func roundTrip(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	room, err := protocol.ParseRoom("茶")
	require.NoError(t, err)
	stamp := protocol.Meta{ID: uuid.New(), Time: time.Now().UTC().Truncate(time.Millisecond), Room: room}
	private := protocol.Meta{ID: stamp.ID, Time: stamp.Time}
	bob, ann, text := protocol.MustNick("bob"), protocol.MustNick("安"), protocol.MustText(`a "quoted" <b> \ 你好 👍🏽`)
	mine := protocol.Ack{You: true, Ref: "r1"}
	st, box := journal.OfRoom(room), journal.Mailbox(uuid.New())
	var in []journal.Entry
	for _, e := range []protocol.Recorded{
		protocol.Said{From: bob, Text: text, Ack: mine}, protocol.Acted{From: bob, Text: text}, protocol.Joined{From: ann},
		protocol.Left{From: bob, Reason: protocol.Kicked, By: ann, Text: text}, protocol.Renamed{From: bob, To: ann},
		protocol.TopicSet{From: bob, Text: text}, protocol.TopicSet{From: bob}, protocol.AwaySet{From: bob, Text: text}, protocol.Redacted{From: bob},
	} {
		in = append(in, journal.Entry{Stream: st, Author: uuid.New(), Event: e.WithMeta(stamp)})
	}
	in = append(in, journal.Entry{Stream: box, Author: uuid.New(), Event: protocol.Whispered{Meta: private, From: bob, To: ann, Text: text}},
		journal.Entry{Stream: journal.Everybody, Author: uuid.New(), Event: protocol.Announced{Meta: private, From: bob, Text: text}},
		journal.Entry{Stream: journal.Everybody, Event: protocol.Joined{Meta: stamp, From: bob}})
	Commit(t, s, in...)
	assert.Equal(t, in, read(t, s, From(0, st, box, journal.Everybody), 99, 99).Entries)
}
