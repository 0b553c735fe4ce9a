package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the pages that are made of tables")
	}
}

// isUpdating reports whether the pages are to be rewritten as the tables have them now.
func isUpdating() bool { return flag.Lookup("update").Value.String() == "true" }

// madeBelow stands in the page before what is made of the table. What is above is written by hand.
const madeBelow = "<!-- What follows is made of the table of the settings: go test ./cmd/chinwag -run Settings -update -->\n"

// The page says what the table says.
func TestTranscriptOfSettings(t *testing.T) {
	const path = "SETTINGS.md"
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	byHand, _, found := strings.Cut(string(got), madeBelow)
	require.True(t, found, "%s lacks %s", path, madeBelow)
	s := defaultSettings()
	want := byHand + madeBelow + s.page()
	if isUpdating() {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(got), "-update makes it anew")
}

// page is the table of settings as a document.
func (s *settings) page() string {
	var b strings.Builder
	for _, g := range s.table() {
		fmt.Fprintf(&b, "\n## %s\n", g.title)
		for _, row := range g.settings {
			fmt.Fprintf(&b, "\n### %s\n\n%s.\n\n", row.name, strings.ToUpper(row.what[:1])+row.what[1:])
			flag := "--" + row.name
			if row.takes != "" {
				flag += " " + row.takes
			}
			if row.short != "" {
				flag += "`, `-" + row.short + " " + row.takes
			}
			inFile := "`" + row.name + " = " + row.inTOML() + "`"
			if row.name == "config" {
				inFile = "none"
			}
			fmt.Fprintf(&b, "| flag | variable | key in the file | default |\n|---|---|---|---|\n| `%s` | `%s=%s` | %s | %s |\n\n", flag, variable(row.name), row.example, inFile, row.inMarkdown())
			b.WriteString("It is " + row.value.expects() + ".")
			if row.zero != "" {
				b.WriteString(" 0: " + row.zero + ".")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// inTOML is the example as it stands in the file: a number as it is, all else in quotes.
func (row setting) inTOML() string {
	if row.value.Type() == "bool" || strings.Trim(row.example, "0123456789.") == "" {
		return row.example
	}
	return `"` + row.example + `"`
}

func (row setting) inMarkdown() string {
	if text := row.value.String(); text != "" {
		return "`" + text + "`"
	}
	return row.unset
}

// The table for the screen has every setting with its default, under a heading, and fits.
func TestHelpOfSettings(t *testing.T) {
	s := defaultSettings()
	help := s.help()
	for line := range strings.Lines(help) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
	}
	for _, g := range s.table() {
		_, under, found := strings.Cut(help, g.title+":\n")
		require.True(t, found, g.title)
		for _, row := range g.settings {
			_, its, found := strings.Cut(under, strings.TrimSuffix(" --"+row.name+" "+row.takes, " ")+" (")
			require.True(t, found, row.name)
			assert.True(t, strings.HasPrefix(strings.Join(strings.Fields(its), " "), row.standard()+") "+row.usage()), row.name)
		}
	}
	assert.Contains(t, help, "lines at once before --rate counts; 0: no limit, whatever --rate says")
}

// What counts, lasts or has a size says what 0 does, or refuses it.
func TestEverySettingSaysWhat0Does(t *testing.T) {
	s := defaultSettings()
	for _, g := range s.table() {
		for _, row := range g.settings {
			switch row.value.Type() {
			case "number", "time", "size":
				assert.Equal(t, row.zero != "", row.value.Set("0") == nil, row.name)
			default:
				assert.Empty(t, row.zero, row.name)
			}
		}
	}
}

func TestHelpNamesEveryFlag(t *testing.T) {
	t.Parallel()
	_, help, _ := ran(t, "", "serve", "--help")
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	addFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		assert.Regexp(t, `(?m)^ +(-\w, +)?--`+f.Name+`\b`, help)
	})
}
