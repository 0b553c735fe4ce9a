// Package journaltest tests what journal.Store promises, for every store.
package journaltest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Maker makes an empty store that keeps so many lines of each
// stream, 0: all. prune makes it prune now what it need not keep.
type Maker func(t testing.TB, lines int) (s journal.Store, prune func())

// Run runs every test on stores from make.
func Run(t *testing.T, make Maker) {
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
		"never beyond upto":                   upto,
		"what is gone is counted":             gone,
		"what is another's is not missed":     last,
		"nobody's stream is passed over":      nobody,
		"only what was spoken counts":         back,
		"before a time":                       before,
		"search finds all the words":          search,
		"search in Chinese":                   chinese,
		"no search is a syntax error":         hostile,
		"what is forgotten leaves its place":  forget,
		"the tail is of all streams":          tail,
		"what is after a position is kept":    keepAfter,
		"lines are what was spoken":           lines,
		"what was not spoken has a bound":     unspoken,
	} {
		t.Run(name, func(t *testing.T) { test(t, make) })
	}
}

// Said is a line in a stream.
func Said(st journal.Stream, text string) journal.Entry { return SaidBy(uuid.New(), st, text) }

// SaidBy is a line of an author.
func SaidBy(author uuid.UUID, st journal.Stream, text string) journal.Entry {
	now := protocol.Meta{Time: time.Now().UTC().Truncate(time.Millisecond)}
	return journal.Entry{Stream: st, Author: author, Event: protocol.Said{Meta: now, From: Nick("bob"), Text: protocol.MustText(text)}}
}

// Nick is the nick s. It panics where s is none.
func Nick(s string) protocol.Nick {
	n, err := protocol.ParseNick(s)
	if err != nil {
		panic(err)
	}
	return n
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

func empty(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	assert.NotEqual(t, uuid.Nil, s.Epoch())
	assert.Zero(t, s.Head())
	cur := From(0, "#a")
	assert.Empty(t, read(t, s, cur, 0, 10).Entries)
	seq, err := s.SeqBefore(time.Now())
	require.NoError(t, err)
	assert.Zero(t, seq)
	found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "x", 9, 10)
	require.NoError(t, err)
	assert.Empty(t, found)
	require.NoError(t, s.Commit(nil, nil))
	assert.Zero(t, s.Head())
}

func positions(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	a := Commit(t, s, Said("#a", "1"), Said("#b", "1"), Said("#a", "2"))
	assert.Equal(t, []uint64{1, 2, 3}, []uint64{a[0].Seq, a[1].Seq, a[2].Seq})
	assert.Equal(t, []uint64{1, 1, 2}, []uint64{a[0].StreamSeq, a[1].StreamSeq, a[2].StreamSeq})
	assert.Equal(t, uint64(3), protocol.MetaOf(a[2].Event).Seq, "the event tells its position, too")
	assert.Equal(t, uint64(3), s.Head())
}

func roundTrip(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	room, err := protocol.ParseRoom("茶")
	require.NoError(t, err)
	stamp := protocol.Meta{ID: uuid.New(), Time: time.Now().UTC().Truncate(time.Millisecond), Room: room}
	private := protocol.Meta{ID: stamp.ID, Time: stamp.Time}
	bob, ann, text := Nick("bob"), Nick("安"), protocol.MustText(`a "quoted" <b> \ 你好 👍🏽`)
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

func merges(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	Commit(t, s, Said("#a", "1"), Said("#b", "2"), Said("@x", "3"), Said("#a", "4"), Said("#b", "5"))
	cur := From(0, "#a", "@x", "#nowhere")
	assert.Equal(t, []string{"1", "3"}, Texts(read(t, s, cur, 5, 2).Entries))
	assert.Equal(t, uint64(3), cur.Seq)
	assert.Equal(t, []string{"4"}, Texts(read(t, s, cur, 5, 2).Entries))
	assert.Equal(t, uint64(5), cur.Seq, "a short page ends where it was asked to")
	assert.Equal(t, uint64(2), cur.Streams[0].StreamSeq)
}

func upto(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	Commit(t, s, Said("#a", "1"), Said("#a", "2"), Said("#a", "3"))
	cur := From(0, "#a")
	assert.Equal(t, []string{"1", "2"}, Texts(read(t, s, cur, 2, 10).Entries))
	assert.Equal(t, uint64(2), cur.Seq)
	assert.Empty(t, read(t, s, From(1<<63+5, "#a"), 1<<63+9, 10).Entries, "a position that nothing ever had")
}

func gone(t *testing.T, make Maker) {
	s, prune := make(t, 3)
	for i := range 10 {
		Commit(t, s, Said("#a", fmt.Sprint(i)), Said("#b", "other"))
	}
	prune()
	cur := From(0, "#a")
	p := read(t, s, cur, 20, 10)
	assert.Equal(t, []string{"7", "8", "9"}, Texts(p.Entries))
	assert.Equal(t, 7, p.Pruned)
	assert.False(t, p.AtLeast)
	assert.Zero(t, read(t, s, cur, 20, 10).Pruned, "told once")

	unknown := func(seq uint64) *journal.Cursor {
		return &journal.Cursor{Seq: seq, Streams: []journal.StreamCursor{{Stream: "#a", StreamSeq: journal.SeqUnknown}}}
	}
	assert.True(t, read(t, s, unknown(4), 20, 10).AtLeast)
	assert.False(t, read(t, s, unknown(14), 20, 10).AtLeast, "nothing after this position is gone")
}

func last(t *testing.T, make Maker) {
	s, prune := make(t, 3)
	for i := range 10 {
		Commit(t, s, Said("#a", fmt.Sprint(i)), Said("#b", "other"))
	}
	prune()
	cur := &journal.Cursor{Streams: []journal.StreamCursor{{Stream: "#a", End: 4}}}
	assert.Equal(t, 4, read(t, s, cur, 8, 10).Pruned, "what came after the last entry that is ours is not missed")
}

func nobody(t *testing.T, make Maker) {
	s, prune := make(t, 1)
	Commit(t, s, Said("#a", "1"), Said("#a", "2"))
	prune()
	cur := &journal.Cursor{Streams: []journal.StreamCursor{{}, {Stream: "#a", StreamSeq: 1}, {StreamSeq: 7}, {StreamSeq: journal.SeqUnknown}}}
	p := read(t, s, cur, 2, 10)
	assert.Equal(t, []string{"2"}, Texts(p.Entries))
	assert.Zero(t, p.Pruned)
	assert.False(t, p.AtLeast)
	_, err := s.SeqOfLast([]journal.Stream{"", "#a"}, 2, 3)
	require.NoError(t, err)
	found, _, err := s.Search(t.Context(), []journal.Stream{""}, "2", 2, 3)
	require.NoError(t, err)
	assert.Empty(t, found)
}

func back(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	joined := journal.Entry{Stream: "#a", Event: protocol.Joined{}}
	Commit(t, s, Said("#a", "1"), joined, Said("#a", "2"), joined, Said("@x", "3"), joined)
	for n, want := range map[int]uint64{0: 5, 1: 3, 2: 1, 3: 0, 9: 0} {
		seq, err := s.SeqOfLast([]journal.Stream{"#a", "@x", "#nowhere"}, 6, n)
		require.NoError(t, err)
		assert.Equal(t, want, seq, n)
	}
	seq, err := s.SeqOfLast([]journal.Stream{"#a"}, 2, 1)
	require.NoError(t, err)
	assert.Zero(t, seq, "nothing after upto counts")
	seq, err = s.SeqOfLast(nil, 6, 1)
	require.NoError(t, err)
	assert.Zero(t, seq)

	for n, want := range map[int][]string{0: nil, 1: {"3"}, 2: {"2", "3"}, 3: {"1", "2", "3"}, 9: {"1", "2", "3"}} {
		last, more, err := s.Newest([]journal.Stream{"#a", "@x", "#nowhere", ""}, 6, n)
		require.NoError(t, err)
		assert.Equal(t, want, Texts(last), n)
		assert.Equal(t, n < 3, more, n)
	}
	last, more, err := s.Newest([]journal.Stream{"#a"}, 2, 5)
	require.NoError(t, err)
	assert.Equal(t, []string{"1"}, Texts(last), "nothing after upto counts")
	assert.False(t, more)
}

func before(t *testing.T, make Maker) {
	s, prune := make(t, 5)
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 9 {
		e := Said("#a", "x")
		e.Event = e.Event.WithMeta(protocol.Meta{Time: start.Add(time.Duration(i/2) * time.Minute)})
		Commit(t, s, e)
	}
	prune() // 5 to 9 are left, of the minutes 2, 2, 3, 3, 4
	for minute, want := range map[int]uint64{-1: 0, 0: 0, 2: 0, 3: 6, 4: 8, 5: 9, 60: 9} {
		seq, err := s.SeqBefore(start.Add(time.Duration(minute) * time.Minute))
		require.NoError(t, err)
		assert.Equal(t, want, seq, "minute %d", minute)
	}
}

func find(t *testing.T, s journal.Store, words string, upto uint64, n int, streams ...journal.Stream) []string {
	t.Helper()
	found, _, err := s.Search(t.Context(), streams, words, upto, n)
	require.NoError(t, err, "%q", words)
	return Texts(found)
}

func search(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	in := Commit(t, s, Said("#a", "the quick brown fox"), Said("#b", "the quick dog"), Said("@x", "a QUICK reply"), Said("#a", "slow"),
		journal.Entry{Stream: "#a", Event: protocol.Left{From: Nick("bob"), Text: protocol.MustText("quick exit")}},
		journal.Entry{Stream: "#a", Event: protocol.Acted{From: Nick("bob"), Text: protocol.MustText("is quick too")}})
	assert.Equal(t, []string{"the quick brown fox", "a QUICK reply", "is quick too"}, find(t, s, "quick", 99, 9, "#a", "@x", "#nowhere"))
	assert.Equal(t, []string{"the quick brown fox"}, find(t, s, " Fox  quick ", 99, 9, "#a", "#b"))
	assert.Equal(t, []string{"a QUICK reply", "is quick too"}, find(t, s, "quick", 99, 2, "#a", "@x"), "the last ones")
	assert.Equal(t, []string{"the quick brown fox"}, find(t, s, "quick", 2, 9, "#a"), "nothing after upto")
	assert.Empty(t, find(t, s, "quick", 99, 9))
	assert.Empty(t, find(t, s, "quick", 99, 0, "#a"))
	assert.Empty(t, find(t, s, "  ", 99, 9, "#a"))
	found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "fox", 99, 1)
	require.NoError(t, err)
	assert.Equal(t, in[:1], found, "whole entries come back")
}

func chinese(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	Commit(t, s, Said("#a", "今天天气很好"), Said("#a", "天上有气球"), Said("#a", "hello天气report"), Said("#a", "ひらがなカタカナ"), Said("#a", "nice 👍🏽"), Said("#a", "한국어 날씨"))
	assert.Equal(t, []string{"今天天气很好", "hello天气report"}, find(t, s, "天气", 99, 9, "#a"))
	assert.Equal(t, []string{"今天天气很好", "天上有气球"}, find(t, s, "天 气", 99, 9, "#a")[:2])
	assert.Equal(t, []string{"今天天气很好"}, find(t, s, "天气 很好", 99, 9, "#a"))
	assert.Equal(t, []string{"hello天气report"}, find(t, s, "report 天气", 99, 9, "#a"))
	assert.Equal(t, []string{"ひらがなカタカナ"}, find(t, s, "カナ", 99, 9, "#a"))
	assert.Equal(t, []string{"한국어 날씨"}, find(t, s, "날씨", 99, 9, "#a"))
	assert.Equal(t, []string{"nice 👍🏽"}, find(t, s, "👍", 99, 9, "#a"))
	assert.Empty(t, find(t, s, "气天", 99, 9, "#a"))
}

func hostile(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	Commit(t, s, Said("#a", "one two"), Said("#b", "secret"))
	for _, words := range []string{
		`"`, `""`, `"one`, `one"`, `'`, `*`, `o*`, `^one`, `one AND`, `NOT one`, `one OR secret`, `NEAR(one two)`, `stream:s2`, `{stream text}: secret`,
		`) OR stream : ("s2"`, `") OR ("secret`, "one\x00two", "\x00", `one + two`, `-one`, `(`, `)`, `;DROP TABLE words`, `🤷`, "\xff", `\`, `%`, `?`, `?1`, "´", "a\u0301",
	} {
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, words, 99, 9)
		assert.NoError(t, err, "%q", words)
		for _, e := range found {
			assert.Equal(t, journal.Stream("#a"), e.Stream, "%q", words)
		}
	}
}

func forget(t *testing.T, make Maker) {
	s, _ := make(t, 0)
	ann, bob := uuid.New(), uuid.New()
	in := Commit(t, s, SaidBy(bob, "#a", "hidden treasure"), SaidBy(ann, "#a", "treasure of mine"), SaidBy(bob, "#b", "treasure elsewhere"),
		journal.Entry{Stream: "#a", Author: bob, Event: protocol.Joined{From: Nick("bob")}}, SaidBy(bob, "#a", "more treasure"))
	find(t, s, "treasure", 99, 9, "#a") // it is in the index by now
	Commit(t, s, SaidBy(bob, "#a", "late treasure"))

	n, err := s.Redact(bob, []journal.Stream{"#a", "#nowhere"}, 5)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Contains(t, find(t, s, "treasure", 99, 9, "#a"), "late treasure", "it was said after that")
	n, err = s.Redact(bob, []journal.Stream{"#a", "#nowhere"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	got := read(t, s, From(0, "#a", "#b"), 99, 99).Entries
	require.Len(t, got, 6)
	assert.Equal(t, protocol.Redacted{Meta: protocol.MetaOf(in[0].Event), From: Nick("bob")}, got[0].Event)
	assert.Equal(t, in[0].Author, got[0].Author)
	assert.Equal(t, in[1], got[1])
	assert.Equal(t, in[2], got[2])
	assert.Equal(t, in[3], got[3])
	assert.Equal(t, []uint64{1, 2, 1, 3, 4, 5}, []uint64{got[0].StreamSeq, got[1].StreamSeq, got[2].StreamSeq, got[3].StreamSeq, got[4].StreamSeq, got[5].StreamSeq})
	assert.Equal(t, []string{"treasure of mine", "treasure elsewhere"}, find(t, s, "treasure", 99, 9, "#a", "#b"))
	seq, err := s.SeqOfLast([]journal.Stream{"#a"}, 99, 2)
	require.NoError(t, err)
	assert.Equal(t, uint64(2), seq, "what is taken out still counts")

	n, err = s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Zero(t, n, "once is enough")
}
