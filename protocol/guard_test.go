package protocol

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outcome is what became of a line: what is said of it, the command, or the code of the refusal.
func outcome(t *testing.T, g *Guard, line string) string {
	t.Helper()
	cmd, err := g.Parse(line)
	if err != nil {
		require.Nil(t, cmd)
		return "refused " + codeOf(t, err)
	}
	return strings.TrimSuffix(string(AppendCommand(nil, cmd)), "\n")
}

func TestAPasswordAfterAMistypedCommandIsNotSaid(t *testing.T) {
	for _, line := range []string{
		"/oeprator", "/opertor", "/operater", "/Oprator", "/operatorr", "/opperator", "/oper", "/op bob", "/login", "/sudo",
		" /operator", "／operator", "、operator", `\operator`, "／ｏｐｅｒａｔｏｒ", "　/operator", " /oper root sesame",
		"/operator sesame", "/OPERATOR sesame", "/ｏｐｅｒａｔｏｒ sesame", "/ｏｐｒａｔｏｒ sesame", "／operator sesame", "/oeprator sesame",
	} {
		synctest.Test(t, func(t *testing.T) {
			var g Guard
			_, err := g.Parse(line)
			require.Error(t, err, "%q", line)
			assert.NotContains(t, err.Error(), "sesame", "%q", line)
			assert.Equal(t, "almost-operator", codeOf(t, err), "%q", line)
			time.Sleep(4 * time.Second)
			assert.Equal(t, "/ping", outcome(t, &g, "/ping"), "what is no talk goes on")
			assert.Equal(t, "refused maybe-password", outcome(t, &g, "sesame"), "%q", line)
			assert.Equal(t, "hello", outcome(t, &g, "hello"), "once")
			_, _ = g.Parse(line)
			assert.Equal(t, "/operator", outcome(t, &g, "/operator"))
			assert.Equal(t, "hello", outcome(t, &g, "hello"), "the password came where it was expected")
			_, _ = g.Parse(line)
			time.Sleep(5 * time.Second)
			assert.Equal(t, "hello", outcome(t, &g, "hello"), "who has read the answer")
		})
	}
}

func TestACodeIsNotSaid(t *testing.T) {
	for _, line := range []string{
		"resume k7qm2-xwdab", "Resume K7QM2-XWDAB", "resume k7qm2xwdab", " /resume k7qm2-xwdab", "　/resume abcde-fghij",
		"／resume k7qm2-xwdab", "、resume abcde-fghij", "ｒｅｓｕｍｅ　ｋ７ｑｍ２－ｘｗｄａｂ", `\resume k7qm2-xwdab`,
	} {
		assert.Equal(t, "refused almost-resume", outcome(t, new(Guard), line), "%q", line)
	}
	for line, want := range map[string]string{
		"/resume k7qm2-xwdab":  "/resume k7qm2-xwdab",
		"/ resume k7qm2-xwdab": "/resume k7qm2-xwdab",
		"/resum k7qm2-xwdab":   "refused unknown-command",
	} {
		assert.Equal(t, want, outcome(t, new(Guard), line))
	}
}

func TestWhatOnlyAProgramSaysIsNotSaid(t *testing.T) {
	for _, line := range []string{
		`{"type":"hello"}`, `{"type":"hello","token":"T"}`, ` { "type" : "say", "text":"x"}`, `{"text":"x","type":"operator","password":"p"}`,
		`{"type":"hello","token":"T"`, `hello {"type":"hello","token":"T"}`, `{'type': 'hello', 'token': 'T'}`,
		`"{\"type\":\"hello\",\"token\":\"T\"}"`, `"type":"operator","password" : "p"`, `data: {“token”: “T”}`,
	} {
		assert.Equal(t, "refused program-line", outcome(t, new(Guard), line), line)
	}
}

// What people say is said, whatever it looks like.
func TestOrdinaryTalkIsSaid(t *testing.T) {
	for _, line := range []string{
		"operator", "operator?", "operators wanted", "is there an operator", "resume", "resume tomorrow", "resume after-lunch", "resume everything",
		"  /usr/bin", " /nick bob", "{sic}", "{", "{}", `{"a":1}`, `{"type":"Point"}`, `{"type":"Point"} is not for you`, `say {"type":"hello"} first`, `{"type":`, `{ what type: of tea }`, `"what type of tea?" she asked`,
		"the token is lost", "my password: it is long", "don't use a password, use a token", "、你好", `\o/`, "//operator", "//resume k7qm2-xwdab",
		"  ", "r", "／", "、", "\\", "÷ 2", "résumé k7qm2-xwdab", "🙂",
	} {
		want, err := ParseCommand(line)
		require.NoError(t, err)
		got, err := new(Guard).Parse(line)
		assert.NoError(t, err, "%q", line)
		assert.Equal(t, want, got, "%q", line)
	}
}

func TestDistance(t *testing.T) {
	for word, want := range map[string]int{
		"operator": 0, "oeprator": 1, "opertor": 1, "operatorr": 1, "operater": 1, "oprater": 2, "opera": 3, "xperatox": 2, "": 8, "rotarepo": 6, "topic": 7, "operatör": 1,
	} {
		assert.Equal(t, want, Distance(word, "operator"), word)
	}
	for _, v := range Verbs() {
		if v.Name != "operator" {
			assert.False(t, isAlmostOperator(v.Name), v.Name)
		}
	}
}

// FuzzGuard: what comes through is what it would be without, and nothing is heard of what does not.
func FuzzGuard(f *testing.F) {
	for _, line := range []string{"／operator x", " /resume k7qm2-xwdab", `{"type":"hello"`, "、", "/oper", "ｒ"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		cmd, err := new(Guard).Parse(line)
		want, wrong := ParseCommand(line)
		if err == nil {
			require.NoError(t, wrong)
			require.Equal(t, want, cmd)
			return
		}
		require.Nil(t, cmd)
		require.NotEmpty(t, codeOf(t, err))
	})
}
