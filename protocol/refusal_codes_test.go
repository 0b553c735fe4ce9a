package protocol

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCodesOfTheSource finds every code that is made or compared somewhere in the table, and every code of the table
// made somewhere.
func TestCodesOfTheSource(t *testing.T) {
	var known []string
	for _, row := range RefusalCodes {
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, row.Code)
		assert.Regexp(t, `^(no|later|changed)(: .+)?$`, row.Again, row.Code)
		assert.False(t, slices.Contains(known, row.Code), "%s has one row", row.Code)
		known = append(known, row.Code)
	}
	made := map[string]bool{}
	source(t, func(at token.Position, n ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			if code, ok := codeMade(n); ok {
				assert.True(t, slices.Contains(known, code), "%s: %s has no row", at, code)
				made[code] = true
			}
		case *ast.SwitchStmt:
			if n.Tag == nil || !isCodeExpr(n.Tag) {
				return
			}
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					assertKnown(t, known, at, e)
				}
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && isCodeExpr(n.X) {
				assertKnown(t, known, at, n.Y)
			}
		}
	})
	for _, code := range known {
		assert.True(t, made[code], "%s is made nowhere", code)
	}
}

// TestCodesOfTheSpecification reads the table of the specification.
func TestCodesOfTheSpecification(t *testing.T) {
	var want [][]string
	for _, row := range RefusalCodes {
		want = append(want, []string{"`" + row.Code + "`", row.Means, row.Again})
	}
	assert.Equal(t, want, specified(t, "| code | it means | again |"))
}

// TestCodesInTheSpecification finds each code that is named in its words in the table, too.
func TestCodesInTheSpecification(t *testing.T) {
	var known []string
	for _, row := range RefusalCodes {
		known = append(known, row.Code)
	}
	spec := regexp.MustCompile(`(?m)^\|.*$`).ReplaceAllString(specification(t), "") // what is in tables is compared with these
	named := regexp.MustCompile("(?:code |[(])`([a-z0-9-]+)`|\"code\":\"([a-z0-9-]+)\"").FindAllStringSubmatch(spec, -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		if code := m[1] + m[2]; !slices.Contains(otherWords, code) {
			assert.True(t, slices.Contains(known, code), "%s has no row", code)
		}
	}
}

// otherWords stand in the specification as codes do, and are none.
var otherWords = []string{"full", "behind", "operator"}

// makesCode has which argument of a function is the code of the refusal that it makes. The words follow.
var makesCode = map[string]int{"Refuse": 0, "refuse": 0, "rejectf": 1}

// codeMade is the code of the refusal that a call makes.
func codeMade(call *ast.CallExpr) (code string, ok bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	i, makes := makesCode[name]
	if !makes || i >= len(call.Args)-1 {
		return "", false
	}
	return literal(call.Args[i])
}

func isCodeExpr(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "code"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Code"
	}
	return false
}

func assertKnown(t *testing.T, known []string, at token.Position, e ast.Expr) {
	if s, ok := literal(e); ok && s != "" {
		assert.True(t, slices.Contains(known, s), "%s: %s has no row", at, s)
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// source visits all that the programs are made of.
func source(t *testing.T, visit func(at token.Position, n ast.Node)) {
	files := token.NewFileSet()
	for _, dir := range []string{".", "../hub", "../conn", "../cmd"} {
		require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err == nil {
				ast.Inspect(f, func(n ast.Node) bool {
					if n != nil {
						visit(files.Position(n.Pos()), n)
					}
					return true
				})
			}
			return err
		}))
	}
}
