package conn_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// What the specification's tables promise is played here, row by row: each of them is read, and a row that no test
// plays fails.

// specified are the rows of the specification's table with these columns, and perhaps more: its cells as they are
// written.
func specified(t *testing.T, columns string) (rows [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(specification(t), "\n"+columns)
	require.True(t, found, "no table begins %q", columns)
	_, rest, _ = strings.Cut(rest, "\n")
	for line := range strings.Lines(rest) {
		// A border in code stands behind a backslash, and is none.
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00"), "|")
		if len(cells) < 3 {
			break
		}
		for i, c := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(c, "\x00", "|"))
		}
		if cells = cells[1 : len(cells)-1]; strings.Trim(cells[0], "-") != "" {
			rows = append(rows, cells)
		}
	}
	require.NotEmpty(t, rows, columns)
	return rows
}

func specification(t *testing.T) string {
	doc, err := os.ReadFile("../protocol/README.md")
	require.NoError(t, err)
	return string(doc)
}

// usages spells out what one usage allows: /topic [TEXT|-] is /topic, /topic TEXT and /topic -.
func usages(usage string) (all []string) {
	add := func(s string) {
		if s = strings.Join(strings.Fields(s), " "); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	begin, end := strings.IndexByte(usage, '['), strings.LastIndexByte(usage, ']')
	if begin < 0 {
		fields := strings.Fields(usage)
		for i, f := range fields {
			if strings.Contains(f, "|") {
				for one := range strings.SplitSeq(f, "|") {
					fields[i] = one
					add(strings.Join(fields, " "))
				}
				return all
			}
		}
		add(usage)
		return all
	}
	if tail := usage[end+1:]; tail != "" { // what is always there comes last
		for _, u := range usages(usage[:end+1]) {
			add(u + tail)
		}
		return all
	}
	if i := strings.Index(usage, "] ["); i >= 0 { // two in a row: the last one is there or not
		begin = strings.LastIndexByte(usage, '[')
	}
	add(usage[:begin])
	for _, u := range usages(usage[:begin]) {
		add(u)
		for _, inner := range alternatives(usage[begin+1 : end]) {
			for _, in := range usages(inner) {
				add(u + " " + in)
			}
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.ContainsAny(s, "[]") })
}

// alternatives are the parts between bars that stand in no brackets.
func alternatives(s string) (parts []string) {
	depth, from := 0, 0
	for i, c := range s {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case '|':
			if depth == 0 {
				parts, from = append(parts, s[from:i]), i+1
			}
		}
	}
	return append(parts, s[from:])
}

func TestUsages(t *testing.T) {
	for usage, want := range map[string][]string{
		"/who":                                 {"/who"},
		"/topic [TEXT|-]":                      {"/topic", "/topic TEXT", "/topic -"},
		"/topic [ROOM] [TEXT|-]":               {"/topic", "/topic ROOM", "/topic TEXT", "/topic -", "/topic ROOM TEXT", "/topic ROOM -"},
		"/read [ROOM]":                         {"/read", "/read ROOM"},
		"/echo on|off":                         {"/echo on", "/echo off"},
		"/hold [N [TEXT]]":                     {"/hold", "/hold N", "/hold N TEXT"},
		"/close [N|N-M|from ADDRESS [TEXT]]":   {"/close", "/close N", "/close N-M", "/close from ADDRESS", "/close from ADDRESS TEXT"},
		"/kick NAME [TIME] [TEXT]":             {"/kick NAME", "/kick NAME TIME", "/kick NAME TEXT", "/kick NAME TIME TEXT"},
		"/search [before N] WORDS":             {"/search WORDS", "/search before N WORDS"},
		"/history [N|all|since TIME|around N]": {"/history", "/history N", "/history all", "/history since TIME", "/history around N"},
	} {
		assert.ElementsMatch(t, want, usages(usage), usage)
	}
}

// meaning is what stands for the words of a usage: bob is here, 1 is a visitor that waits, carol is an operator, and
// hours a ready reply.
func meaning(usage string) string {
	words := strings.Fields(usage)
	for i, w := range words {
		words[i] = cmp.Or(map[string]string{
			"TEXT": "hello, 你好", "ROOM": "#tea", "N": "1", "N-M": "1-9", "WORDS": "hello", "CODE": "k7qm2-xwdab",
			"COMMAND": "nick", "ADDRESS": "192.0.2.7", "@N": "@1", "TIME": "10m", "NAME": "bob",
		}[w], w)
	}
	switch words[0] {
	case "/nick":
		words[1] = "dora"
	case "/hand":
		words[2] = "carol"
	case "/canned":
		if len(words) > 1 {
			words[1] = "hours"
		}
	case "/history", "/search":
		switch words[len(words)-1] {
		case "10m":
			words[2] = "12:30"
		case "1":
			words[len(words)-1] = "9"
		case "hello":
			if len(words) == 4 {
				words[2] = "9"
			}
		}
	}
	return strings.Join(words, " ")
}

// The players: a member, a visitor that waits at the desk, or an operator.
const (
	aMember     = "member"
	aVisitor    = "visitor"
	theOperator = "operator"
)

// scene plays lines as olga, a session of that kind, of a program in JSON or of a person, and returns what the last one
// brings to it. A member, a visitor that waits and another operator are there.
func scene(t *testing.T, kind string, program bool, lines ...string) (seen []string) {
	w := newServer(t, hub.Options{Replies: map[string]protocol.Text{"hours": protocol.MustText("from 9 to 5")}}, conn.Options{Rate: -1, Password: knowsSesame})
	carol, bob, vic := w.Connect(identity("carol", true)), w.ConnectAs("bob"), w.Connect(identity("", false))
	bob.Say("hello", "/topic tea")
	synctest.Wait()
	vic.Say("/nick vic", "/desk please help")
	synctest.Wait()
	who := identity("", false)
	if kind == theOperator {
		who = identity("olga", true)
	}
	me := w.Attach(who)
	if program {
		me.Say(`{"type":"hello","nick":"olga"}`)
	} else if kind != theOperator {
		me.Say("/nick olga")
	}
	time.Sleep(time.Second)
	if kind == aVisitor {
		lines = append([]string{"/desk me, too"}, lines...)
	}
	before := 0
	for _, l := range lines {
		synctest.Wait()
		before = len(me.Text())
		if program && !strings.HasPrefix(l, "{") {
			cmd, err := protocol.ParseCommand(l)
			require.NoError(t, err, l)
			l = strings.TrimSuffix(string(protocol.AppendCommandJSON(nil, cmd)), "\n")
		}
		me.Say(l)
	}
	synctest.Wait()
	for line := range strings.Lines(me.Text()[before:]) {
		seen = append(seen, strings.TrimSuffix(line, "\n"))
	}
	w.End(me, bob, vic, carol)
	return seen
}

func identity(nick string, operator bool) hub.Identity {
	id := hub.Identity{Operator: operator, From: hub.Address{Host: "192.0.2.7", Prefix: netip.MustParsePrefix("192.0.2.7/32")}}
	if nick != "" {
		id.Nick = hubtest.Nick("%s", nick)
	}
	return id
}

// kindsOf is what JSON lines are: their types, with their states, reasons and refs.
func kindsOf(t *testing.T, lines []string) string {
	var kinds []string
	for _, l := range lines {
		var e struct{ Type, Code, State, Reason, Ref string }
		require.NoError(t, json.Unmarshal([]byte(l), &e), l)
		kind := e.Type
		for _, more := range []string{e.State, e.Reason} {
			if more != "" {
				kind += ":" + more
			}
		}
		if slices.Contains([]string{"operators-only", "stray-reply"}, e.Code) {
			kind = notOperator
		}
		if e.Ref != "" {
			kind += "(" + e.Ref + ")"
		}
		if n := len(kinds); n == 0 || kinds[n-1] != kind {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, " ")
}

// Every usage of the table of commands does what its row says, for each kind of session that may type it, and is
// refused to others. People and programs are answered alike.
func TestEveryCommandOfTheTable(t *testing.T) {
	var played []string
	for _, row := range specified(t, "| command | does |") {
		forOperators := strings.HasPrefix(row[1], "operators: ")
		for _, usage := range usages(strings.Trim(row[0], "`")) {
			a, ok := answers[usage]
			if !assert.True(t, ok, "nobody plays %s", usage) {
				continue
			}
			played = append(played, usage)
			for kind, want := range map[string]string{aMember: a.member, aVisitor: a.visitor, theOperator: a.operator} {
				t.Run(usage+" "+kind, func(t *testing.T) {
					lines := []string{meaning(usage)}
					if a.after != "" && (kind == theOperator || !forOperators) {
						lines = []string{a.after, lines[0]}
					}
					synctest.Test(t, func(t *testing.T) {
						program := scene(t, kind, true, lines...)
						assert.Equal(t, want, kindsOf(t, program), program)
						assert.Equal(t, forOperators && kind != theOperator, strings.Contains(want, "refused:operators-only"))
						person := scene(t, kind, false, lines...)
						assert.NotRegexp(t, `(?m)^-- there is no /`, strings.Join(person, "\n"))
						for _, line := range program {
							var refused struct{ Type, Text string }
							require.NoError(t, json.Unmarshal([]byte(line), &refused))
							if refused.Type == "refused" && usage != "/resume CODE" { // which is for people
								assert.Contains(t, person, "-- "+refused.Text)
							}
						}
						silent := usage == "TEXT" || usage == "/me TEXT" && kind != aVisitor || usage == "/desk TEXT" && kind == aVisitor || strings.HasPrefix(usage, "/shutdown") && kind == theOperator
						assert.Equal(t, silent, len(person) == 0, "%q", person)
					})
				})
			}
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(answers)), played, "a usage that no row has")
}

// Every member of a command of a program is read, and does something.
func TestEveryMemberOfTheTable(t *testing.T) {
	var played []string
	play := func(what string) {
		if slices.Contains(played, what) { // the row names it twice
			return
		}
		l, ok := lines[what]
		if !assert.True(t, ok, "nobody plays %s", what) {
			return
		}
		played = append(played, what)
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := scene(t, l.as, true, l.line)
				assert.Equal(t, l.answer, kindsOf(t, got), got)
			})
		})
	}
	for _, row := range specified(t, "| type | members |") {
		for _, name := range code.FindAllStringSubmatch(row[0], -1) {
			members := code.FindAllStringSubmatch(row[1], -1)
			for _, m := range members {
				switch "hello" {
				case name[1]: // the transcripts there say it
					assert.Regexp(t, `(?m)^\+!.*"type":"hello".*"`+m[1]+`":`, specification(t))
				case m[1]: // prose
				default:
					play(name[1] + " " + m[1])
				}
			}
			if len(members) == 0 {
				play(name[1])
			}
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(lines)), played, "a member that no row has")
}

var code = regexp.MustCompile("`([a-z]+)\\??`") // a member that may be left out has a question mark
