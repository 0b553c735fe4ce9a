package protocol

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tableOf are the rows of the specification's table that begins so: its cells as they are written.
func tableOf(t *testing.T, header string) (rows [][]string) {
	t.Helper()
	doc, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(doc), "\n"+header+"\n")
	require.True(t, found, "no table begins %q", header)
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
	require.NotEmpty(t, rows, header)
	return rows
}

// The table of commands has those there are, in the order of /help, and says of each what /help says.
func TestTheTableOfCommandsIsWhatHelpSays(t *testing.T) {
	var want, got []string
	for _, v := range Verbs() {
		if v.Usage() == "" {
			continue
		}
		does := v.Help
		if v.Operator {
			does = "operators: " + does
		}
		want = append(want, v.Usage()+" "+does)
	}
	for i, row := range tableOf(t, "| command | does |") {
		said := strings.ReplaceAll(row[0]+" "+row[1], "`", "")
		if i < len(want) && strings.HasPrefix(said, want[i]+"; ") || i < len(want) && strings.HasPrefix(said, want[i]+", ") {
			said = want[i] // it says more
		}
		got = append(got, said)
	}
	assert.Equal(t, want, got)
}

// The table of members has those that a command is read from, and no others.
func TestTheTableOfMembersIsWhatIsRead(t *testing.T) {
	want, got := map[string][]string{}, map[string][]string{}
	for typ, v := range byType {
		want[v.Name] = membersOf(typ)
	}
	for _, row := range tableOf(t, "| type | members |") {
		members := namesIn(strings.ReplaceAll(row[1], "in their `hello`", ""))
		for _, name := range namesIn(row[0]) {
			assert.NotContains(t, got, name, "it has two rows")
			got[name] = members
		}
	}
	assert.Equal(t, want, got)
}

// membersOf are the members of a command, with those of the objects in it.
func membersOf(typ reflect.Type) (names []string) {
	names = []string{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		if inner := f.Type; inner.Kind() == reflect.Pointer && inner.Elem().Kind() == reflect.Struct {
			names = append(names, membersOf(inner.Elem())...)
		}
	}
	slices.Sort(names)
	return names
}

var aName = regexp.MustCompile("`([a-z]+)`")

func namesIn(cell string) (names []string) {
	names = []string{}
	for _, m := range aName.FindAllStringSubmatch(cell, -1) {
		if !slices.Contains(names, m[1]) { // it may be named again
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}
