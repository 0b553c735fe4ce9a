package state

import (
	"fmt"
	"reflect"

	"chinwag/protocol"
)

// A table lists the types of a sealed interface, a row for each: ops, commands and changes have one. A row is all that
// the machine knows of a type beside its rule, so a new one is a line of a table and a file with its rule and fields.
//
//	ops        intent.go     do decides an intent
//	commands   command.go    do decides a command of a session
//	changes    change.go     do applies a change
type table[I any] []entry[I]

// entry is the row of one type.
type entry[I any] struct {
	kind   byte // in bytes; a number never changes, and is never used again
	of     reflect.Type
	do     func(*Machine, *Session, I)
	barred *protocol.Refusal // of a session that is no operator; nil: it is for all
	read   func(*coder) I
	write  func(*coder, I)
}

// entryOf returns the row of T, whose fields have the order in which fields codes them.
func entryOf[I, T any](kind byte, do func(*Machine, *Session, T), fields func(*T, *coder)) entry[I] {
	return entry[I]{
		kind: kind, of: reflect.TypeFor[T](),
		do: func(m *Machine, s *Session, v I) { do(m, s, any(v).(T)) },
		read: func(c *coder) I {
			var v T
			fields(&v, c)
			return any(v).(I)
		},
		write: func(c *coder, v I) {
			of := any(v).(T)
			fields(&of, c)
		},
	}
}

// none codes a type that has no fields.
func none[T any](*T, *coder) {}

// rowOf returns the row of v's type. It looks at one row after the other: what comes most often stands first.
func (t table[I]) rowOf(v I) *entry[I] {
	of := reflect.TypeOf(v)
	for i := range t {
		if t[i].of == of {
			return &t[i]
		}
	}
	panic(fmt.Sprintf("state: a value of an unknown type %T", v))
}

// write writes the kind of v and its fields.
func (t table[I]) write(c *coder, v I) {
	row := t.rowOf(v)
	c.b = append(c.b, row.kind)
	row.write(c, v)
}

// read reads the fields of a kind.
func (t table[I]) read(c *coder, kind byte) (none I) {
	for i := range t {
		if t[i].kind == kind {
			return t[i].read(c)
		}
	}
	c.fail(fmt.Errorf("it is of a kind that nobody knows: %d", kind))
	return none
}
