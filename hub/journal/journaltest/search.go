package journaltest

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func find(t *testing.T, s journal.Store, words string, upto uint64, n int, streams ...journal.Stream) []string {
	t.Helper()
	found, _, err := s.Search(t.Context(), streams, words, upto, n)
	require.NoError(t, err, "%q", words)
	return Texts(found)
}

func search(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	in := Commit(t, s, Said("#a", "the quick brown fox"), Said("#b", "the quick dog"), Said("@x", "a QUICK reply"), Said("#a", "slow"),
		journal.Entry{Stream: "#a", Event: protocol.Left{From: protocol.MustNick("bob"), Text: protocol.MustText("quick exit")}},
		journal.Entry{Stream: "#a", Event: protocol.Acted{From: protocol.MustNick("bob"), Text: protocol.MustText("is quick too")}})
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

func chinese(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
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

func hostile(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
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

func redact(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	ann, bob := uuid.New(), uuid.New()
	in := Commit(t, s, SaidBy(bob, "#a", "hidden treasure"), SaidBy(ann, "#a", "treasure of mine"), SaidBy(bob, "#b", "treasure elsewhere"),
		journal.Entry{Stream: "#a", Author: bob, Event: protocol.Joined{From: protocol.MustNick("bob")}}, SaidBy(bob, "#a", "more treasure"))
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
	assert.Equal(t, protocol.Redacted{Meta: protocol.MetaOf(in[0].Event), From: protocol.MustNick("bob")}, got[0].Event)
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
