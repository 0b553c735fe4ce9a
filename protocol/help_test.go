package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var places = map[string]Place{
	"a member": {}, "a visitor": {Visitor: true}, "a visitor of a desk alone": {Visitor: true, OnlyDesk: true}, "nowhere": {Nowhere: true},
	"a member of two rooms": {Watching: true}, "an operator": {Operator: true}, "an operator with a visitor": {Operator: true, Aimed: true}, "the console": {Operator: true, Console: true},
}

func helpOf(t *testing.T, words string, p Place) (lines []string) {
	t.Helper()
	told, err := HelpFor(Help{MustText(words), true}, p)
	if err != nil {
		return []string{"refused " + err.Error()}
	}
	for _, e := range told {
		lines = append(lines, strings.TrimSuffix(string(AppendEvent(nil, e)), "\n"))
	}
	return lines
}

func TestHelpFitsOnATerminal(t *testing.T) {
	for name, p := range places {
		lines := helpOf(t, "", p)
		assert.NotEmpty(t, lines, name)
		for _, l := range lines {
			assert.LessOrEqual(t, uniseg.StringWidth(l), 80, l)
		}
		for _, v := range Verbs() {
			if v.parse == nil {
				continue
			}
			for _, l := range helpOf(t, v.Name, p) {
				if !strings.HasPrefix(l, "-- and:") && !slices.ContainsFunc(Verbs(), func(v *Verb) bool {
					why := v.Barred(p)
					return why != "" && strings.HasSuffix(l, " ("+why+")")
				}) { // these are sentences
					assert.LessOrEqual(t, uniseg.StringWidth(l), 80, l)
				}
			}
		}
	}
	assert.LessOrEqual(t, len(helpOf(t, "", Place{})), 22, "all of it is seen on a terminal of 24 lines")
}

// /help COMMAND tells of every command, however it is written and wherever it is asked.
func TestHelpOfOneCommand(t *testing.T) {
	for words, first := range map[string]string{
		"history": "-- /history [N|all|since TIME]  shows what was said here, with the times", "/history": "-- /history", "HISTORY": "-- /history", "／ＨＩＳＴＯＲＹ": "-- /history",
		"text": "-- TEXT  ", "TEXT": "-- TEXT  ", "say": "-- TEXT  ", "kick": "-- /kick NAME [TIME] [TEXT]  throws somebody out for a minute, or a TIME: 10m (only an operator can do that)",
		"@N": "-- @N TEXT  ", "@7": "-- @N TEXT  ", "@": "-- @N TEXT  ", "＠７": "-- @N TEXT  ", "/say": "-- TEXT  ", "/canned": "-- /canned [NAME [N]]", "@N TEXT": "-- @N TEXT  ", "reply": "-- @N TEXT", "msg bob": "-- /msg NAME TEXT",
		"leave":   "-- /leave                leaves the desk for the room (you are not at the desk: /part leaves a room, /quit the server)",
		"histroy": "refused there is no /histroy: did you mean /history?", "/histroy": "refused there is no /histroy: did you mean /history?", "kcik": "refused there is no /kcik: /help", "hello": "refused there is no /hello",
	} {
		got := helpOf(t, words, Place{})
		assert.True(t, strings.HasPrefix(got[0], first), "%q: %q", words, got[0])
	}
	op := Place{Operator: true}
	said := strings.Join(helpOf(t, "say", op), "\n")
	assert.Contains(t, said, "-- /say #tea hello")
	assert.Contains(t, strings.Join(helpOf(t, "canned", op), "\n"), "-- /canned [NAME [N]]")
	assert.Contains(t, strings.Join(helpOf(t, "part", Place{}), "\n"), "(you are in no other room: /join goes to one, /quit leaves the server)")
	assert.NotContains(t, strings.Join(helpOf(t, "part", Place{Watching: true}), "\n"), "(")
	assert.Contains(t, strings.Join(helpOf(t, "text", op), "\n"), "-- TEXT  ")
	assert.Contains(t, strings.Join(helpOf(t, "msg", Place{Visitor: true}), "\n"), "(not at the desk")
	assert.Contains(t, strings.Join(helpOf(t, "join", Place{Visitor: true, OnlyDesk: true}), "\n"), "(there are no other rooms here)")
	for _, p := range places {
		for _, v := range Verbs() {
			if v.parse != nil {
				assert.NotContains(t, strings.Join(helpOf(t, v.Name, p), "\n"), "refused", v.Name)
			}
		}
	}
}

func TestEveryFormIsWhatItSays(t *testing.T) {
	for _, v := range Verbs() {
		for _, f := range v.Forms {
			c, err := ParseCommand(f.Line)
			require.NoError(t, err, f.Line)
			assert.Equal(t, v.Name, c.verb().Name, f.Line)
			assert.NotEmpty(t, f.Help)
		}
	}
}

// What help tells a program it can send, and knows all that the command can have.
func TestHelpForPrograms(t *testing.T) {
	for _, v := range Verbs() {
		told, err := HelpFor(Help{Verb: MustText(v.Name)}, Place{Operator: true, Program: true})
		require.NoError(t, err, v.Name)
		require.NotEmpty(t, told)
		for _, e := range told {
			c, err := DecodeCommand([]byte(e.Usage))
			require.NoError(t, err, e.Usage)
			assert.Equal(t, v.Name, c.verb().Name)
			assert.Equal(t, v.Name, e.Verb)
			assert.NotContains(t, e.Usage, `"typed"`)
			assert.Equal(t, v.Fields(), e.Members, v.Name)
		}
		line := AppendEventJSON(nil, told[0])
		assert.Less(t, len(line), 2048, v.Name)
		var members map[string]any
		require.NoError(t, json.Unmarshal([]byte(told[0].Usage), &members))
		for name := range members {
			if name != "type" {
				assert.Contains(t, string(line), fmt.Sprintf(`{"name":%q`, name))
			}
		}
	}
	for words, want := range map[string]string{"say": "say", "/say": "say", "canned": "canned", "reply": "reply", "@N": "reply", "history": "history", "/kick": "kick", "HISTORY": "history", "hello": "hello"} {
		told, err := HelpFor(Help{Verb: MustText(words)}, Place{Program: true})
		require.NoError(t, err, words)
		assert.Equal(t, want, told[0].Verb, words)
	}
	_, err := HelpFor(Help{Verb: MustText("histroy")}, Place{Program: true})
	assert.EqualError(t, err, `there is no command "histroy": did you mean "history"? {"type":"help"} lists all`)
	all, err := HelpFor(Help{}, Place{Program: true})
	require.NoError(t, err)
	for _, e := range all {
		assert.True(t, strings.HasPrefix(e.Usage, `{"type":"`+e.Verb+`"`), e.Usage)
		assert.NotEqual(t, "hello", e.Verb)
	}
}
