package protocol

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReasonsOfTheSpecification compares the table of reasons with that of the package, and both with what the hub
// says.
func TestReasonsOfTheSpecification(t *testing.T) {
	var want [][]string
	var known []string
	for _, r := range reasons {
		row := []string{"`" + string(r.Reason) + "`", "", "", "", "`" + strings.Join(r.in, "`, `") + "`"}
		if slices.Contains(r.in, "goodbye") {
			row[1], row[2], row[3] = r.words, "0", strconv.Itoa(r.exit)
			if r.back {
				row[2] = "more"
			}
		}
		want, known = append(want, row), append(known, string(r.Reason))
	}
	assert.Equal(t, want, specified(t, "| reason | in words | `back` | exit code | stands in |"))
	all := constantsOf(t, "Reason")
	assert.ElementsMatch(t, valuesOf(all), known)
	stands(t, "Reason", all, map[string]string{"Goodbye": "goodbye", "Left": "left", "TicketChanged": "ticket", "DutyChanged": "duty"}, func(value string) []string {
		return reasons[slices.Index(known, value)].in
	})
}

// TestStatesOfTheSpecification compares the table of states with the constants and with what the hub says.
func TestStatesOfTheSpecification(t *testing.T) {
	in := map[string][]string{}
	var said []string
	for _, row := range specified(t, "| state | it means | stands in |") {
		name := namesIn(row[0])[0]
		said, in[name] = append(said, name), namesIn(row[2])
	}
	happened, states := constantsOf(t, "TicketEvent"), constantsOf(t, "TicketState")
	assert.Equal(t, valuesOf(happened), said)
	stands(t, "Event", happened, map[string]string{"TicketChanged": "ticket", "VisitorNotice": "desk", "Target": "serving"}, func(value string) []string { return in[value] })
	var queued []string
	for _, name := range said {
		if slices.Contains(in[name], "queued") {
			queued = append(queued, name)
		}
	}
	assert.Equal(t, valuesOf(states), queued)
}

// TestGapsOfTheSpecification compares the table of what a gap is for with the constants.
func TestGapsOfTheSpecification(t *testing.T) {
	var said []string
	for _, row := range specified(t, "| why | it means |") {
		said = append(said, namesIn(row[0])...)
	}
	assert.ElementsMatch(t, valuesOf(constantsOf(t, "GapReason")), said)
}

// stands finds no value of a member, in an event that the hub makes, which the table does not have there.
func stands(t *testing.T, member string, all []constant, events map[string]string, in func(value string) []string) {
	found, values := 0, map[string]string{}
	for _, c := range all {
		values[c.name] = c.value
	}
	source(t, func(at token.Position, n ast.Node) {
		made, ok := n.(*ast.CompositeLit)
		if !ok {
			return
		}
		of, ok := made.Type.(*ast.SelectorExpr)
		if !ok || events[of.Sel.Name] == "" {
			return
		}
		for _, e := range made.Elts {
			pair, ok := e.(*ast.KeyValueExpr)
			if !ok || !isIdent(pair.Key, member) {
				continue
			}
			if value, ok := pair.Value.(*ast.SelectorExpr); ok && values[value.Sel.Name] != "" {
				found++
				assert.Contains(t, in(values[value.Sel.Name]), events[of.Sel.Name], "%s: %s", at, value.Sel.Name)
			}
		}
	})
	assert.NotZero(t, found)
}

// constant is one of this package.
type constant struct{ name, value string }

// constantsOf are the constants of a type, in order.
func constantsOf(t *testing.T, of string) (all []constant) {
	source(t, func(_ token.Position, n ast.Node) {
		if s, ok := n.(*ast.ValueSpec); ok && isIdent(s.Type, of) && len(s.Values) == 1 {
			if value, ok := literal(s.Values[0]); ok {
				all = append(all, constant{s.Names[0].Name, value})
			}
		}
	})
	return all
}

func valuesOf(all []constant) (values []string) {
	for _, c := range all {
		values = append(values, c.value)
	}
	return values
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
