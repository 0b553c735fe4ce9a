package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the code keeps to, and no compiler knows.

// arrows are the packages of chinwag that each may import, outside of tests. No other is imported, and none turns
// round.
var arrows = map[string]string{
	"protocol":                    "",
	"protocol/seedtest":           "",
	"hub/state":                   "protocol",
	"hub/journal":                 "hub/state protocol",
	"hub/journal/sqlite":          "hub/journal protocol",
	"hub/journal/sqlite/disktest": "",
	"hub/journal/journaltest":     "hub/journal protocol",
	"hub":                         "hub/journal hub/state protocol",
	"hub/hubtest":                 "hub hub/journal hub/state protocol",
	"conn/fault":                  "",
	"conn/socket":                 "",
	"conn/tui":                    "conn/fault",
	"conn/tui/chat":               "conn/fault conn/tui protocol",
	"conn/tui/guard":              "",
	"conn/tui/tuitest":            "",
	"conn/line":                   "conn/socket protocol",
	"conn/raw":                    "conn/fault conn/socket protocol",
	"conn/console":                "conn conn/line conn/tui conn/tui/chat hub protocol",
	"conn/client":                 "conn/fault protocol",
	"conn/bench":                  "conn/fault",
	"conn":                        "conn/fault conn/socket hub protocol",
	"conn/conntest":               "conn hub hub/hubtest protocol",
	"cmd/chinwag": "conn conn/raw conn/bench conn/client conn/console conn/fault conn/line conn/tui conn/tui/chat conn/tui/guard conn/socket hub hub/journal " +
		"hub/journal/sqlite protocol",
}

// outside are what hub/state must not know, since several nodes decide the same by it.
var outside = []string{"context", "crypto/rand", "io", "log/slog", "math/rand", "math/rand/v2", "net", "os", "sync", "sync/atomic", "syscall"}

// source is a file of the code.
type source struct {
	name, folder string
	text         string
	*ast.File
}

// sources are all of them, also those of other systems.
func sources(t *testing.T) []source {
	all := slices.DeleteFunc(allSources(t), func(s source) bool { return strings.HasSuffix(s.name, "_test.go") })
	require.Greater(t, len(all), 200)
	return all
}

// allSources are the files of the code, and its tests.
var allSources = func() func(*testing.T) []source {
	var once sync.Once
	var all []source
	return func(t *testing.T) []source {
		once.Do(func() { all = readSources(t) })
		return slices.Clone(all)
	}
}()

func readSources(t *testing.T) (all []source) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, ".") {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		require.NoError(t, err)
		all = append(all, source{name, name[:max(0, strings.LastIndex(name, "/"))], string(text), file})
		return nil
	})
	require.NoError(t, err)
	return all
}

func (s *source) imports() (paths []string) {
	for _, i := range s.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, path)
	}
	return paths
}

func TestArrowsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		may, known := arrows[s.folder]
		assert.True(t, known, "%s is in a package without arrows", s.name)
		for _, path := range s.imports() {
			if of, own := strings.CutPrefix(path, "chinwag/"); own {
				assert.Contains(t, strings.Fields(may), of, s.name)
			}
		}
	}
}

// Decide has no clock, no dice, no disk and no goroutine.
func TestTheStateIsPure(t *testing.T) {
	for _, s := range sources(t) {
		if s.folder != "hub/state" {
			continue
		}
		for _, path := range s.imports() {
			assert.NotContains(t, outside, path, s.name)
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
				assert.Fail(t, "a goroutine or a channel", s.name)
			case *ast.SelectorExpr:
				clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "Sleep", "Tick"}
				if of, is := n.X.(*ast.Ident); is && of.Name == "time" {
					assert.NotContains(t, clock, n.Sel.Name, s.name)
				} else if is && of.Name == "uuid" {
					assert.False(t, strings.HasPrefix(n.Sel.Name, "New"), "%s: an id by chance", s.name)
				}
			}
			return true
		})
	}
}

var (
	vague = regexp.MustCompile(`(?i)\b(who|whoever|whom|somebody|nobody|everybody)\b`)
	spare = 25 // comments that have one of these all the same: /who, names in the code, a quotation
)

// The subject of a comment is a thing of the program: a session, a client, an entry.
func TestCommentsNameThings(t *testing.T) {
	var found []string
	for _, s := range allSources(t) {
		for _, group := range s.Comments {
			for _, line := range strings.Split(group.Text(), "\n") {
				if vague.MatchString(line) {
					found = append(found, s.name+": "+line)
				}
			}
		}
	}
	slices.Sort(found)
	assert.LessOrEqual(t, len(found), spare, strings.Join(found, "\n"))
}

// Comments have one width, in which a tab counts four.
func TestCommentsHaveOneWidth(t *testing.T) {
	for _, s := range allSources(t) {
		for _, line := range strings.Split(s.text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				assert.LessOrEqual(t, utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")), 120, "%s: %s", s.name, line)
			}
		}
	}
}
