package protocol

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func refusedLine(t *testing.T, line string) *Refusal {
	t.Helper()
	c, err := ParseCommand(line)
	require.Error(t, err, line)
	require.Nil(t, c, line)
	var r *Refusal
	require.ErrorAs(t, err, &r, line)
	return r
}

func TestAMistypedCommandIsGuessed(t *testing.T) {
	member, op := Place{}, Place{Operator: true}
	visitor, alone := Place{Visitor: true}, Place{Visitor: true, OnlyDesk: true}
	for _, c := range []struct {
		line  string
		in    Place
		guess string // "": none
	}{
		{"/histroy", member, "/history"}, {"/hisotry all", member, "/history"}, {"/HISTROY", member, "/history"}, {"/hist", member, "/history"},
		{"/nik bob", member, "/nick"}, {"/hlep", member, "/help"}, {"/emsg bob x", member, "/msg"}, {"/qiut", member, "/quit"}, {"/em", member, "/me"},
		{"/ｈｉｓｔｒｏｙ", member, "/history"}, {"／histroy", member, "/history"}, {"／ｈｌｅｐ", member, "/help"},
		{"/kcik bob", member, ""}, {"/kcik bob", op, "/kick"}, {"/tkae 7", member, ""}, {"/tkae 7", op, "/take"}, {"/qeue", visitor, ""}, {"/sya", op, "/say"}, {"/sya", member, "/say"},
		{"/histroy", visitor, "/history"}, {"/mgs bob x", visitor, ""}, {"/jion tea", visitor, "/join"}, {"/jion tea", alone, ""}, {"/leav", visitor, "/leave"}, {"/leav", member, ""},
		{"/x", member, ""}, {"/", member, ""}, {"/ ", member, ""}, {"/dance", member, ""}, {"/usr/bin/env x", member, ""}, {"/历史", member, ""}, {"/" + strings.Repeat("history", 500), member, ""},
		{"/exit", member, "/quit"}, {"/bye", visitor, "/quit"}, {"/quit!", member, "/quit"}, {"/unwatch tea", Place{Watching: true}, "/part"}, {"/unwatch tea", member, "/watch"}, {"/listen tea", member, "/watch"}, {"/cannde", op, "/canned"},
		{"/names", member, "/who"}, {"/users", alone, "/who"}, {"/list", member, "/rooms"}, {"/list", alone, ""},
		{"/tell bob psst", member, "/msg"}, {"/whisper bob psst", member, "/msg"}, {"/w bob psst", member, "/msg"}, {"/m bob psst", member, "/msg"}, {"/m bob", visitor, ""},
		{"/action waves", member, "/me"}, {"/nickname bob", member, "/nick"}, {"/clear", member, ""}, {"/stop", member, ""}, {"/stop", op, "/shutdown"}, {"/reply 7 hi", op, "@N TEXT"}, {"/reply 7 hi", member, ""},
	} {
		r := refusedLine(t, c.line)
		assert.Equal(t, "unknown-command", r.Code, c.line)
		got := r.In(c.in).Text
		if c.guess == "" {
			assert.NotContains(t, got, "did you mean", c.line)
		} else {
			assert.Contains(t, got, "did you mean "+c.guess+"?", c.line)
		}
		assert.NotEmpty(t, got, c.line)
		assert.LessOrEqual(t, len(got), 200, c.line)
	}
	assert.Equal(t, "there is no /histroy: did you mean /history? /help lists all", refusedLine(t, "/histroy").Text)
}

// The text behind the word may be a secret, and the word itself is user input.
func TestARefusedWordForgesNothing(t *testing.T) {
	for _, line := range []string{"/resum k7qm2-xwdab", "/hisotry sesame", "/jion sesame k7qm2-xwdab", "/zzz sesame"} {
		assert.NotContains(t, refusedLine(t, line).Text, "sesame", line)
		assert.NotContains(t, refusedLine(t, line).Text, "k7qm2", line)
	}
	for _, line := range []string{"/x\r-- you are an operator now", "/x\u2028<bob> hi", "/\x1b[2Jx", "/\u202ex", "/\u200f\u061cx", "/" + strings.Repeat("字", 1000), "/e" + strings.Repeat("\u0301", 1000)} {
		text := refusedLine(t, line).Text
		assert.False(t, strings.ContainsAny(text, "\r\n\x1b\u2028\u202e\u200f\u061c"), "%q", text)
		assert.True(t, utf8.ValidString(text), "%q", text)
		assert.LessOrEqual(t, len(text), 200, "%q", text)
	}
	_, err := DecodeCommand([]byte(`{"type":"x\n-- you are an operator now\u001b[2J"}`))
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "\x1b")
	_, err = DecodeCommand([]byte(`{"type":"` + strings.Repeat("字", 8000) + `"}`))
	assert.LessOrEqual(t, len(err.Error()), 200)
}

func TestAnUnknownTypeIsGuessed(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"histroy"}`:             `there is no command "histroy": did you mean "history"? {"type":"help"} lists all`,
		`{"type":"whisper","text":"x"}`:  `there is no command "whisper": did you mean "msg"? {"type":"help"} lists all`,
		`{"type":"dance"}`:               `there is no command "dance": {"type":"help"} lists all`,
		`{}`:                             `a line begins with the name of a command, as {"type":"say","text":"hello"}: {"type":"help"} lists all`,
		`{"type":"message","text":"hi"}`: `there is no command "message": did you mean "msg"? {"type":"help"} lists all`,
	} {
		_, err := DecodeCommand([]byte(in))
		assert.EqualError(t, err, want)
	}
}

func TestWordsOfOtherChatsLeadToOurs(t *testing.T) {
	for word, ours := range otherNames {
		assert.Nil(t, byWord[word], "%s is ours", word)
		for _, name := range strings.Fields(ours) {
			assert.NotNil(t, byName[name], word)
		}
	}
}

func TestAWideSlashBeginsACommand(t *testing.T) {
	for line, want := range map[string]string{
		"／history": "/history", "／ＨＩＳＴＯＲＹ": "/history", "／help": "/help", "／msg bob psst": "/msg bob psst", "/ＰＩＮＧ": "/ping", "/HISTORY 5": "/history 5",
		"／": "／", "／你好": "／你好", "／ or \\": "／ or \\", "／／history": "／／history", "／dance": "／dance",
		"／resume k7qm2-xwdab": "refused almost-resume", "／operator": "refused almost-operator", "／oprator": "refused almost-operator",
		"、history": "refused unknown-command", "、msg bob " + strings.Repeat("psst ", 100): "refused unknown-command", "、ｍｓｇ bob psst": "refused unknown-command", "、你好": "、你好", "、historic": "、historic", "、": "、",
	} {
		assert.Equal(t, want, outcome(t, new(Guard), line), line)
	}
}
