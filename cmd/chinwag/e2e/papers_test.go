//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// papers are the pages that tables stand on.
var papers = []string{"README.md", "protocol/README.md", "cmd/chinwag/*.md"}

// A table is a page and its first line.
var aTable = regexp.MustCompile(`(?m)^(\|.*\|)\n\|(?:-+\|)+$`)

// playedBy is the test that plays the rows of each table, or the tests, where several begin alike.
var playedBy = map[string]string{
	// The specification's:
	"| line | event |":                 "TestEveryLineOfTheTableComesOut",
	"| command | does |":               "TestEveryCommandOfTheTable",
	"| | |":                            "TestTheBareDoorIsAConversation TestG12ARestart TestThePagesLinksLead", // at the bare door, after a restart, and of folders
	"| type | members | it does |":     "TestEveryMemberOfTheTable",
	"| mark | it means |":              "TestMarksOfTheSpecification",
	"| type | members | |":             "TestEventsOfTheSpecification",
	"| type | members | it tells |":    "TestEventsOfTheSpecification",
	"| state | it means | stands in |": "TestStatesOfTheSpecification",
	"| reason | in words | `back` | exit code | stands in |": "TestEveryReasonOfTheTable",
	"| code | it means | again |":                            "TestCodesOfTheSpecification",
	"| why | it means |":                                     "TestGapsOfTheSpecification",
	"| number | promise |":                                   "TestPromisesOfTheSpecification",
	// Those of the pages for people:
	"| flag | default | |":                            "TestThePagesAreTrueAboutFlags",
	"| setting | default | who reaches it |":          "TestAClassBehindOneAddress",
	"| the disk | |":                                  "TestG11AFullDiskIsToldAndOver",
	"| message | level | what it means |":             "TestTheQuotedMessages",
	"| what you see | why | what to do |":             "TestTheQuotedMessages",
	"| what no longer starts | write |":               "TestWhatNoLongerStarts",
	"| before | now |":                                "TestTheCodesThatWereRenamed",
	"| flag | variable | key in the file | default |": "TestEveryRowOfTheSettingsPage",
}

// There is no table in the papers that no test reads, and no test for one that is gone.
func TestEveryTableOfThePapersIsPlayed(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	for _, folder := range []string{"protocol", "conn", filepath.Join("cmd", "chinwag"), filepath.Join("cmd", "chinwag", "e2e")} {
		files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
		require.NoError(t, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			tests.Write(b)
		}
	}
	found := map[string]string{}
	for _, pattern := range papers {
		pages, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, m := range aTable.FindAllStringSubmatch(string(text), -1) {
				found[m[1]] = page
			}
		}
	}
	for header, page := range found {
		test, ok := playedBy[header]
		assert.True(t, ok, "no test plays the table %q of %s", header, page)
		for name := range strings.FieldsSeq(test) {
			assert.Contains(t, tests.String(), "func "+name+"(", header)
		}
	}
	for header := range playedBy {
		assert.Contains(t, found, header, "the table is gone")
	}
}

// reasonsOfTheTable are the rows of the specification: a reason, and the exit code of a join that goes for it.
func reasonsOfTheTable(t *testing.T) map[string]string {
	doc, err := os.ReadFile(filepath.Join(root, "protocol", "README.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(doc), "\n| reason | in words | `back` | exit code |")
	require.True(t, found)
	rest, _, _ = strings.Cut(rest, "\n\n")
	codes := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| [^|]+ \\| [^|]* \\| (\\d) \\|").FindAllStringSubmatch(rest, -1) {
		codes[m[1]] = m[2]
	}
	require.NotEmpty(t, codes)
	return codes
}

// TestJoinEndsAsTheReasonsHaveIt: with the exit code of the table, for each reason that can be brought about; a goodbye
// of the others is made up in the tests of join.
func TestJoinEndsAsTheReasonsHaveIt(t *testing.T) {
	t.Parallel()
	for reason, want := range reasonsOfTheTable(t) {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			does := map[string]func() *person{
				"quit": func() *person { bob := comes(open(t)); bob.types("/quit"); return bob },
				"finished": func() *person {
					desk := openPiped(t, "--desk")
					desk.console.expect("-- You are operator...")
					bob := comes(desk)
					bob.types("hello?")
					desk.console.expect("[@1 bob] hello?")
					desk.console.types("/close 1")
					return bob
				},
				"kicked":   func() *person { h := openPiped(t); bob := comes(h); h.console.types("/kick bob"); return bob },
				"shutdown": func() *person { h := openPiped(t); bob := comes(h); h.console.types("/shutdown"); return bob },
				"restart":  func() *person { h := open(t); bob := comes(h, "--once"); h.process.signal(terminate); return bob },
				"lost": func() *person {
					h := open(t)
					way := h.relay()
					h.addr = way.listener.Addr().String()
					bob := comes(h, "--once")
					way.breaks(true)
					return bob
				},
				"stalled": func() *person {
					h := open(t, "--stall", "200ms", "--rate", "0")
					ann, bob := h.enter("ann"), comes(h, "--once")
					bob.process.signal(syscall.SIGSTOP)
					for !strings.Contains(ann.all(), "-- bob left (took nothing for too long)") {
						ann.types(strings.Repeat("x", 4000), "/ping")
						ann.expect("-- pong")
					}
					bob.process.signal(syscall.SIGCONT)
					return bob
				},
			}[reason]
			if does != nil {
				bob := does()
				assert.Equal(t, want, string(rune('0'+bob.process.exits())), bob.all())
			}
		})
	}
}

// comes is bob with join, as a member.
func comes(h *server, flags ...string) *person {
	bob := h.join(append(flags, "--nick", "bob")...)
	bob.expect("-- You are bob...")
	return bob
}
