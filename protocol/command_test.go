package protocol

import (
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestEveryVerbIsWhole(t *testing.T) {
	seen, types := map[string]bool{}, map[reflect.Type]bool{}
	for _, v := range Verbs() {
		assert.False(t, seen[v.Name], v.Name)
		seen[v.Name] = true
		assert.NotEmpty(t, v.Help, v.Name)
		types[reflect.TypeOf(v.zero)] = true
		assert.Same(t, v, VerbOf(v.zero), v.Name)
		if v.Usage() == "" {
			continue
		}
		c, err := ParseCommand(v.Example)
		require.NoError(t, err, v.Example)
		assert.Equal(t, v.Name, c.verb().Name, v.Example)
	}
	assert.Equal(t, len(Verbs()), len(types), "two verbs make the same command")
}

func TestParseCommand(t *testing.T) {
	bob := nick(t, "bob")
	tea, _ := ParseRoom("tea")
	for in, want := range map[string]Command{
		"hello":             Say{Text: MustText("hello")},
		"  indented":        Say{Text: MustText("  indented")},
		"//x":               Say{Text: MustText("/x")},
		"///x":              Say{Text: MustText("//x")},
		"-- bob left":       Say{Text: MustText("-- bob left")},
		"":                  nil,
		"   ":               nil,
		"\x1b":              nil,
		"/nick bob":         Rename{bob},
		"/NICK   bob  ":     Rename{bob},
		"/join #tea":        Join{tea},
		"/join TEA":         Join{tea},
		"/msg bob a  b":     Msg{To: bob, Text: MustText("a  b")},
		"/me waves":         Me{Text: MustText("waves")},
		"/topic":            Topic{},
		"/topic tea":        Topic{Text: MustText("tea")},
		"/topic -":          Topic{Text: MustText("-")},
		"/topic #tea":       Topic{Room: tea},
		"/topic #Tea a  b":  Topic{Room: tea, Text: MustText("a  b")},
		"/topic #tea -":     Topic{Room: tea, Text: MustText("-")},
		"/topic #1: b":      Topic{Text: MustText("#1: b")},
		"/topic tea #tea":   Topic{Text: MustText("tea #tea")},
		"/say #tea a  b":    Say{Room: tea, Text: MustText("a  b")},
		"/SAY #TEA /x":      Say{Room: tea, Text: MustText("/x")},
		"/say #tea @7 x":    Say{Room: tea, Text: MustText("@7 x")},
		"/canned":           Canned{},
		"/canned hours 7":   Canned{Name: MustText("hours"), Ticket: 7},
		"/who":              Who{},
		"/who tea":          Who{tea},
		"/rooms":            Rooms{},
		"/rooms green tea":  Rooms{Words: MustText("green tea")},
		"/watch":            Watch{},
		"/watch Tea":        Watch{tea},
		"/part":             Part{},
		"/part #tea":        Part{tea},
		"/history":          History{},
		"/history 5":        History{Lines: 5},
		"/history all":      History{All: true},
		"/ignore":           Ignore{},
		"/ignore bob":       Ignore{bob},
		"/away":             Away{},
		"/away back at 5":   Away{MustText("back at 5")},
		"/echo on":          Echo{true},
		"/echo off":         Echo{},
		"/read":             Read{},
		"/read tea":         Read{Room: tea},
		"/ping":             Ping{},
		"/help nick":        Help{MustText("nick"), true},
		"/quit":             Quit{},
		"/kick bob why not": Kick{Nick: bob, Text: MustText("why not")},
		"/shutdown":         Stop{},
	} {
		got, err := ParseCommand(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
	}
}

// A mistyped command is never taken for something to say.
func TestParseCommandRefuses(t *testing.T) {
	for in, code := range map[string]string{
		"/":                             "unknown-command",
		"/ hello":                       "unknown-command",
		"/nik bob":                      "unknown-command",
		"/hello":                        "unknown-command",
		"/usr/bin/env x":                "unknown-command",
		"//":                            "",
		"// ":                           "",
		"/nick":                         "usage",
		"/nick a b":                     "bad-name",
		"/nick <x>":                     "bad-name",
		"/join":                         "usage",
		"/msg":                          "usage",
		"/msg bob":                      "usage",
		"/msg bob \u200d":               "usage",
		"/me":                           "usage",
		"/me \u3000":                    "usage",
		"/who a b":                      "bad-name",
		"/watch a b":                    "bad-name",
		"/part #":                       "bad-name",
		"/say":                          "usage",
		"/say hours":                    "usage",
		"/say tea hello":                "usage",
		"/say #tea":                     "usage",
		"/say #tea \u200d":              "usage",
		"/say # hello":                  "usage",
		"/history 0":                    "usage",
		"/history -3":                   "usage",
		"/history 99999999999999999999": "usage",
		"/echo":                         "usage",
		"/echo maybe":                   "usage",
		"/announce":                     "usage",
		"/kick":                         "usage",
		"caf\xe9":                       "not-utf8",
	} {
		c, err := ParseCommand(in)
		if code == "" { // a lone slash is something to say
			require.NoError(t, err, in)
			assert.IsType(t, Say{}, c, in)
			continue
		}
		assert.Nil(t, c, in)
		assert.Equal(t, code, codeOf(t, err), in)
	}
}

func TestDecodeCommandRefuses(t *testing.T) {
	for in, code := range map[string]string{
		`{}`:                            "unknown-command",
		`{"type":"dance"}`:              "unknown-command",
		`[]`:                            "bad-json",
		`{"type":"say"`:                 "bad-json",
		`{"type":"say"} x`:              "bad-json",
		`{"type":"say"}`:                "usage",
		`{"type":"say","text":" "}`:     "usage",
		`{"type":"say","text":7}`:       "bad-json",
		`{"type":"nick","nick":"a b"}`:  "bad-name",
		`{"type":"nick","nick":""}`:     "usage",
		`{"type":"msg","text":"x"}`:     "usage",
		`{"type":"history","lines":-1}`: "usage",
		`{"type":"say","text":"x","id":"` + strings.Repeat("i", 65) + `"}`: "bad-id",
		`{"type":"say","text":"` + strings.Repeat("x", MaxText+1) + `"}`:   "line-too-long",
		"hello": "bad-json",
	} {
		c, err := DecodeCommand([]byte(in))
		assert.Nil(t, c, in)
		assert.Equal(t, code, codeOf(t, err), in)
	}
}

// What is not known yet does not hurt: a program may be newer than the server.
func TestDecodeCommandPassesOverWhatItDoesNotKnow(t *testing.T) {
	c, err := DecodeCommand([]byte(`{"type":"say","text":"a\u001b[2J\nb","colour":"red"}`))
	require.NoError(t, err)
	assert.Equal(t, Say{Text: MustText("a[2J b")}, c)
}

// The name "cursor" is kept for a later version. A program of that version which names "epoch" and "seq", too, is
// understood by these, and one which does not is refused: it is never told all from the beginning.
func TestACursorInResumeIsPassedOver(t *testing.T) {
	hello := func(resume string) (Command, error) {
		return DecodeCommand([]byte(`{"type":"hello","token":"x","resume":` + resume + `}`))
	}
	for _, cursor := range []string{`7`, `"a:7"`, `[7,8]`, `{"a":7}`, `null`, `{"seq":8,"epoch":"f"}`} {
		for _, resume := range []string{
			`{"epoch":"e","seq":7,"cursor":` + cursor + `}`, `{"cursor":` + cursor + `,"epoch":"e","seq":7}`, `{"epoch":"e","cursor":` + cursor + `,"seq":7}`,
		} {
			c, err := hello(resume)
			require.NoError(t, err, resume)
			assert.Equal(t, Hello{Token: "x", Resume: &ResumeFrom{Epoch: "e", Seq: 7}}, c, resume)
		}
		for _, resume := range []string{
			`{"cursor":` + cursor + `}`, `{"epoch":"e","cursor":` + cursor + `}`, `{"seq":7,"cursor":` + cursor + `}`, `{"epoch":"e","seq":null,"cursor":` + cursor + `}`,
		} {
			_, err := hello(resume)
			assert.Equal(t, "usage", codeOf(t, err), resume)
			assert.ErrorContains(t, err, `a "hello" needs "epoch" and "seq" in its "resume"`, resume)
		}
	}
	c, err := hello(`{"epoch":"e","seq":0}`)
	require.NoError(t, err)
	assert.Equal(t, Hello{Token: "x", Resume: &ResumeFrom{Epoch: "e"}}, c, "0 is a position")
}

// FuzzCommand holds both spellings of commands to both directions.
func FuzzCommand(f *testing.F) {
	for _, v := range Verbs() {
		f.Add(v.Example)
		c, err := ParseCommand(v.Example)
		require.NoError(f, err)
		if c != nil {
			f.Add(string(AppendCommandJSON(nil, c)))
		}
	}
	f.Add("/say #tea hello")
	f.Add("/topic #tea hello")
	f.Add("/watch")
	f.Add("/rooms")
	f.Add("/search before 7 tea")
	f.Add(`{"type":"search","text":"before 7 tea"}`)
	f.Add(`{"type":"rooms","text":"green","after":"#tea"}`)
	f.Add(`{"type":"say","text":"hello","room":"#tea","ticket":7}`)
	f.Add(`{"type":"hello","nick":"bob","room":"tea","token":"x","resume":{"epoch":"e","seq":7},"replay":0}`)
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseCommand(s); err != nil {
			codeOf(t, err)
		} else if c != nil {
			roundTrip(t, c)
		}
		if c, err := DecodeCommand([]byte(s)); err != nil {
			codeOf(t, err)
		} else {
			roundTrip(t, c)
		}
	})
}

func roundTrip(t *testing.T, c Command) {
	t.Helper()
	j := AppendCommandJSON(nil, c)
	assert.Equal(t, 1, strings.Count(string(j), "\n"), "%q", j)
	got, err := DecodeCommand(j)
	require.NoError(t, err, "%s", j)
	require.Equal(t, c, got, "%s", j)

	text := string(AppendCommand(nil, c))
	if text == "" {
		bare, _ := Split(c)
		require.IsType(t, Hello{}, bare)
		return
	}
	assert.Equal(t, 1, strings.Count(text, "\n"), "%q", text)
	got, err = ParseCommand(strings.TrimSuffix(text, "\n"))
	require.NoError(t, err, "%q", text)
	if say, ok := c.(Say); ok {
		said := got
		if r, ok := got.(Reply); ok { // the server tells the two apart by the author
			said = Say{Text: r.Line()}
		}
		if say.Room == (Room{}) {
			require.Equal(t, Say{Text: say.Text}, said, "what is said stays as it was said")
		} else {
			require.Equal(t, Say{Text: trimmed(say.Text), Room: say.Room}, said)
		}
	}
	// White space around arguments is not kept in text; after that it is stable.
	text = string(AppendCommand(nil, got))
	again, err := ParseCommand(strings.TrimSuffix(text, "\n"))
	require.NoError(t, err, "%q", text)
	require.Equal(t, got, again, "%q", text)
}

// trimmed is t as it is read behind something else on a line.
func trimmed(t Text) Text {
	_, rest := cutWord("x " + t.s)
	return Text{rest}
}

func TestTheSpecificationListsEveryVerb(t *testing.T) {
	doc, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, v := range Verbs() {
		if v.Usage() != "" {
			row := "| `" + strings.ReplaceAll(v.Usage(), "|", `\|`) + "` | "
			assert.Contains(t, string(doc), row)
		}
		assert.Contains(t, string(doc), "`"+v.Name+"`", "in the table of JSON members")
	}
	for name := range events {
		assert.Contains(t, string(doc), "`"+name+"`")
	}
}

// A command that was perhaps followed before a break is followed twice if it is sent again: /part without a room would
// leave two.
func TestWhatMayBeRepeated(t *testing.T) {
	for _, c := range []struct {
		cmd Command
		may bool
	}{
		{Part{}, false}, {Part{Room: Lobby}, true}, {Watch{Room: Lobby}, true},
		{Watch{}, true}, {Join{Room: Lobby}, true}, {Next{}, false},
		{Call{Command: Part{}, Ref: "k"}, false},
	} {
		assert.Equal(t, c.may, MayRepeat(c.cmd), "%#v", c.cmd)
	}
}
