package journaltest

import (
	"fmt"
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

// What differs only in case, width, accents or the way of writing it is the same, and the last word may be the
// beginning of one.
func meant(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	said := func(texts ...string) {
		for _, text := range texts {
			Commit(t, s, Said("#a", text))
		}
	}
	said("ＡＢＣ １２", "この ﾌｧｲﾙ", "ファイル名", "Crème brûlée", "hello there", "Straße", "ΟΔΟΣ", "한국어 날씨", "\u1112\u1161\u11ab글 자모", "हिन्दी", "❤\ufe0f 👍🏽", "コーヒー2杯", "Москва, йод", "今天report好", "can 天气🤷here")
	for words, want := range map[string][]string{
		"abc": {"ＡＢＣ １２"}, "Abc １2": {"ＡＢＣ １２"}, "ＡＢ": {"ＡＢＣ １２"}, "bc": nil, "ＢＣ": nil,
		"ファイル": {"この ﾌｧｲﾙ", "ファイル名"}, "ﾌｧｲﾙ": {"この ﾌｧｲﾙ", "ファイル名"}, "イル": {"この ﾌｧｲﾙ", "ファイル名"}, "ハイル": nil,
		"creme BRULEE": {"Crème brûlée"}, "brûl": {"Crème brûlée"}, "crem brûlée": nil,
		"hel": {"hello there"}, "the": {"hello there"}, "there hel": {"hello there"}, "hel the": nil, "h": nil, "ello": nil, "here": {"can 天气🤷here"},
		"STRASSE": {"Straße"}, "οδος": {"ΟΔΟΣ"}, "한국": {"한국어 날씨"}, "한글": {"\u1112\u1161\u11ab글 자모"}, "हिन्दी": {"हिन्दी"}, "हि": {"हिन्दी"},
		"❤": {"❤\ufe0f 👍🏽"}, "👍 ❤\ufe0f": {"❤\ufe0f 👍🏽"}, "👍🏿": nil, "コーヒー": {"コーヒー2杯"}, "москв": {"Москва, йод"}, "иод": nil,
		"今repo": nil, "今天rep": {"今天report好"}, "report": {"今天report好"}, "天 rep": {"今天report好"}, "气🤷he": {"can 天气🤷here"}, "天": {"今天report好", "can 天气🤷here"},
	} {
		assert.Equal(t, want, find(t, s, words, 99, 9, "#a"), words)
	}
}

// Where a word of a question has marks, the text has them, too; the index, which knows none, has others on the way.
func marks(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	var others []journal.Entry
	for range 100 {
		others = append(others, Said("#a", "c d, 1 2 3, a b"))
	}
	Commit(t, s, Said("#a", "take v1.2.3-rc4"), Said("#a", "C++ or c"), Said("#a", "11.2.3 and 1.2.34"), Said("#a", "天气：好"), Said("#a", `say "a b" again`))
	Commit(t, s, others...)
	for words, want := range map[string][]string{
		"1.2.3": {"take v1.2.3-rc4"}, "1.2.3 take": {"take v1.2.3-rc4"}, "v1.2": {"take v1.2.3-rc4"}, "-rc4": {"take v1.2.3-rc4"}, "1.2.34": {"11.2.3 and 1.2.34"}, "3.rc4": nil,
		"C++": {"C++ or c"}, "c++ OR": {"C++ or c"}, "+c": nil, "天气:": {"天气：好"}, "天气：好": {"天气：好"}, "天气;": nil, `"a b"`: {`say "a b" again`}, `again "`: {`say "a b" again`}, "++": nil,
	} {
		assert.Equal(t, want, find(t, s, words, 999, 9, "#a"), words)
	}
	assert.Len(t, find(t, s, "c", 999, 999, "#a"), 101)
}

// What is further back is found before the position of the first that was found.
func goesBack(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	for i := range 50 {
		Commit(t, s, Said("#a", fmt.Sprint("tea ", i)), Said("#b", "tea"), Said("#a", "cake"))
	}
	var got []string
	for upto := s.Head(); ; {
		page, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea", upto, 20)
		require.NoError(t, err)
		got = append(Texts(page), got...)
		if len(page) < 20 {
			break
		}
		upto = page[0].Seq - 1
	}
	require.Len(t, got, 50)
	for i, text := range got {
		assert.Equal(t, fmt.Sprint("tea ", i), text)
	}
	assert.Empty(t, find(t, s, "tea", 0, 9, "#a"))
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
