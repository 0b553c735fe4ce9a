package state

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// A kind stands for one type: a number that two rows had would be read as the first of them.
func TestKindsAndTypesStandInOneRow(t *testing.T) {
	assertOnce(t, ops)
	assertOnce(t, commands)
	assertOnce(t, changes)
}

func assertOnce[I any](t *testing.T, rows table[I]) {
	kinds, types := map[byte]bool{0: true}, map[reflect.Type]bool{}
	for _, row := range rows {
		assert.False(t, kinds[row.kind] || types[row.of], "%v, of the kind %d, has two rows", row.of, row.kind)
		kinds[row.kind], types[row.of] = true, true
	}
}

// Operators' commands are those of the verbs that say so, but for the password, and for what may be an ordinary line.
func TestOperatorsCommandsAreBarredToOthers(t *testing.T) {
	operators := map[reflect.Type]bool{}
	for _, v := range protocol.Verbs() {
		cmd, err := protocol.ParseCommand(v.Example)
		if v.Example == "" || err != nil {
			continue
		}
		operators[reflect.TypeOf(cmd)] = operators[reflect.TypeOf(cmd)] || v.Operator
	}
	for _, row := range commands {
		assert.Equal(t, operators[row.of], row.barred != nil, "%v", row.of)
	}
}

// BenchmarkDecideSay is the decision about a line in a room, on a server that is alone.
func BenchmarkDecideSay(b *testing.B) {
	w := newWorld(b, defaults())
	c := w.client("bob")
	w.newSession(c)
	c.id = c.next
	w.decide(Intent{Op: Open{As: c.id, Conn: w.connect(c), Nick: protocol.MustNick("bob")}})
	w.keepAll()
	in := Intent{Time: w.now, Session: c.id, Conn: c.conn, Op: Command{Command: protocol.Say{Text: textOf("has anybody seen the milk?")}}}
	b.ReportAllocs()
	for b.Loop() {
		w.m.Decide(&in)
		w.m.Release(w.m.Number())
	}
}

// BenchmarkDecideTranscript is the decision about a command whose row stands far down in the table.
func BenchmarkDecideTranscript(b *testing.B) {
	w := newWorld(b, defaults())
	c := w.client("bob")
	w.newSession(c)
	c.id = c.next
	w.decide(Intent{Op: Open{As: c.id, Conn: w.connect(c), Nick: protocol.MustNick("bob"), Operator: true}})
	w.keepAll()
	in := Intent{Time: w.now, Session: c.id, Conn: c.conn, Op: Command{Command: protocol.Transcript{}}}
	b.ReportAllocs()
	for b.Loop() {
		w.m.Decide(&in)
		w.m.Release(w.m.Number())
	}
}
