package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// spareExports are exported for a reason that the code of this repository does not show.
var spareExports = map[string]string{
	"conn.Polled":         "a Transport has its method or has not: the interface says what that means",
	"protocol.ParseEvent": "the inverse of AppendEvent, for programs that read what people read",
}

// A name that only its own package uses is not exported: a reader of its documentation would learn it in vain. A type
// may stand in what another exported name shows.
func TestExportsAreUsed(t *testing.T) {
	used := map[string]bool{} // "hub.New"
	for _, s := range allSources(t) {
		names := map[string]string{} // of the packages that it imports, as it calls them
		for _, spec := range s.Imports {
			if of, own := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "chinwag/"); own {
				name := of[strings.LastIndex(of, "/")+1:]
				if spec.Name != nil {
					name = spec.Name.Name
				}
				names[name] = of
			}
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			if sel, is := n.(*ast.SelectorExpr); is {
				if of, is := sel.X.(*ast.Ident); is && names[of.Name] != "" {
					used[names[of.Name]+"."+sel.Sel.Name] = true
				}
			}
			return true
		})
	}
	var spare []string
	for _, s := range sources(t) {
		for name, decl := range exported(s.File) {
			_, isType := decl.(*ast.TypeSpec)
			if full := s.folder + "." + name; !used[full] && spareExports[full] == "" && !(isType && isShown(t, s.folder, name)) {
				spare = append(spare, full)
			}
		}
	}
	slices.Sort(spare)
	assert.Empty(t, spare, "exported, and used by no other package")
}

// exported are the functions, types, variables and constants that a file exports. A constant of a type of its own is
// one of a set, which is whole.
func exported(f *ast.File) map[string]ast.Node {
	all := map[string]ast.Node{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				all[d.Name.Name] = d
			}
		case *ast.GenDecl:
			typed := false
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						all[spec.Name.Name] = spec
					}
				case *ast.ValueSpec:
					typed = typed || spec.Type != nil // the others of an iota have none
					for _, name := range spec.Names {
						if name.IsExported() && !(d.Tok == token.CONST && typed) {
							all[name.Name] = spec
						}
					}
				}
			}
		}
	}
	return all
}

// isShown reports whether a type stands in an exported function, method, field or type of its package.
func isShown(t *testing.T, folder, name string) (shown bool) {
	for _, s := range sources(t) {
		if s.folder != folder {
			continue
		}
		for _, d := range s.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Name.IsExported() {
						shown = shown || hasName(n.Type, name)
					}
					return false
				case *ast.TypeSpec:
					shown = shown || n.Name.IsExported() && n.Name.Name != name && hasName(n.Type, name)
					return false
				case *ast.ValueSpec:
					shown = shown || n.Names[0].IsExported() && hasName(n, name)
					return false
				}
				return true
			})
		}
	}
	return shown || isOfASet(t, folder, name)
}

// isOfASet reports whether a type is one of those that make up a sealed interface: it has its unexported method.
func isOfASet(t *testing.T, folder, name string) (found bool) {
	seals := map[string]bool{}
	for _, s := range sources(t) {
		ast.Inspect(s.File, func(n ast.Node) bool {
			if face, is := n.(*ast.InterfaceType); is && s.folder == folder {
				for _, m := range face.Methods.List {
					for _, method := range m.Names {
						seals[method.Name] = !method.IsExported()
					}
				}
			}
			return true
		})
	}
	for _, s := range sources(t) {
		for _, d := range s.Decls {
			m, is := d.(*ast.FuncDecl)
			found = found || is && s.folder == folder && m.Recv != nil && seals[m.Name.Name] && hasName(m.Recv, name)
		}
	}
	return found
}

func hasName(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, is := n.(*ast.Ident)
		found = found || is && id.Name == name
		return !found
	})
	return found
}
