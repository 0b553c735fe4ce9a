package state

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func TestASessionMovesToAnotherNode(t *testing.T) {
	v := twoNodes(t)
	v.begins(2, defaults())
	id := v.clients["bob"].id
	assert.Equal(t, "bob attached", v.caused(v.returnsAt(1, "bob"))[0])
	bob := v.m.sessions[id]
	assert.Equal(t, []any{Node(1), time.Time{}}, []any{HostOf(bob.Conn), bob.Until})
	assert.Equal(t, []string{"#lobby: <bob> here again"}, v.caused(v.types("bob", "here again")))
}

// A client may be at another node before that is known of the one that it has left.
func TestASessionMovesBeforeItsConnectionIsLost(t *testing.T) {
	for name, returns := range map[string]func(*several) outcome{
		"with a token": func(v *several) outcome { return v.returnsAt(1, "bob") },
		"with a code": func(v *several) outcome {
			v.at = 1
			return v.wants(1, Resume{Conn: v.connect(v.client("bob")), Code: v.clients["bob"].secret})
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := twoNodes(t)
			was := v.clients["bob"].conn
			o := returns(v)
			require.NotEmpty(t, o.Answers)
			assert.Equal(t, was, o.Answers[0].Conn)
			assert.Contains(t, spelledOut(o.Answers[0].Event), "you are back on another connection")
			assert.Equal(t, []string{"void"}, v.caused(v.proposes(2, Intent{Conn: was, Op: Disconnect{}})), "that is known now")
			assert.Equal(t, v.clients["bob"].conn, v.m.sessions[v.clients["bob"].id].Conn)
			assert.Equal(t, "node 2 ended, replaced", v.caused(v.begins(2, defaults()))[0])
			assert.NotZero(t, v.m.sessions[v.clients["bob"].id].Conn, "it is at the first")
		})
	}
}

// A guest is called by the next number, whichever node it comes to, and none is skipped by a start.
func TestGuestsAreNumberedByTheOrder(t *testing.T) {
	v := twoNodes(t)
	guest := func(no Node) string {
		name := fmt.Sprint("g", v.intents)
		v.opensAt(no, name, func(o *Open) { o.Nick = protocol.MustNick("ann") })
		return v.m.sessions[v.clients[name].id].Nick.String()
	}
	assert.Equal(t, []string{"guest-1", "guest-2", "guest-3"}, []string{guest(1), guest(2), guest(1)})
	v.reload()
	assert.Equal(t, "guest-4", guest(2))
}

// The journal of a lone server may become that of several nodes, which begin where it has ended.
func TestTheJournalOfALoneServer(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("ann", nil)
	w.says("ann", "hello", "1")
	w.keepAll()
	w.reload()
	v := severalIn(w)
	assert.Equal(t, []string{"the server configured", "the server started", "ann detached, quiet true, seen 1, unsure true", "node 1 began its life 1"},
		v.caused(v.begins(1, defaults())), "it brings its ready replies, too")
	assert.Equal(t, []string{"node 2 began its life 1"}, v.caused(v.begins(2, defaults())))
	assert.Equal(t, "ann attached", v.caused(v.returnsAt(2, "ann"))[0])
	v.mustLoad()
}

// What a lone server has in memory alone is not what another node reads.
func TestAnOrderBeginsWithWhatIsRecorded(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("ann", func(o *Open) { o.Nick = protocol.Nick{} })
	w.keepAll()
	v := severalIn(w)
	v.brings(Intent{Origin: Origin{1, 1, 1}, Op: Heartbeat{}}) // it is void, and the first of the order
	m, _, err := v.store.load()
	require.NoError(t, err)
	assert.Equal(t, v.m.dump(true), m.dump(true))
}

// And back: the nodes are forgotten, and the sessions of all have no connection.
func TestALoneServerHasTheJournalOfSeveralNodes(t *testing.T) {
	v := twoNodes(t)
	v.wants(2, NoteSeen{Upto: 2})
	v.opensAt(2, "bare", func(o *Open) { o.Code = Secret{} })
	v.reload()
	replies := v.m.replies.row
	require.NotZero(t, replies)
	o := v.brings(Intent{Op: Start{Settings: defaults()}})
	assert.Equal(t, []string{
		"the server started", "ann detached, quiet true, seen 1, unsure false", "bob detached, quiet true, seen 2, unsure false",
		"#lobby: -- bare left (the connection broke)", "bare ended",
	}, v.caused(o))
	assert.Nil(t, v.m.Order)
	assert.Empty(t, v.m.conns)
	assert.Zero(t, v.m.Position())
	assert.Nil(t, v.store.rows[replies])
	assert.Empty(t, v.caused(v.brings(Intent{Op: Checksum{1, Sum{1}}})), "there is none to compare it with")
	v.mustLoad()
	v.opens("eve", nil)
	v.says("eve", "hello", "1")
	for range maxSpoken {
		v.says("eve", "hello", "")
	}
	v.keepAll()
	v.says("eve", "hello", "")
	assert.Empty(t, v.pending[0].Rows, "a lone server writes no row of a plain line")
}

// Decisions that cannot be recorded have never been, in the order either.
func TestWhatIsUndoneOfAnOrder(t *testing.T) {
	v := twoNodes(t)
	v.undoing = true
	sum := v.m.Checksum()
	v.types("bob", "hello")
	v.opensAt(1, "eve", func(o *Open) { o.Nick = protocol.MustNick("ann") })
	v.begins(2, defaults())
	set := defaults()
	set.Replies = nil
	v.begins(3, set)
	v.returnsAt(1, "bob")
	v.wants(1, Checksum{v.m.Position(), v.m.Checksum()})
	v.beats(2*Lease, 1)
	v.brings(Intent{Op: Start{Settings: set}})
	for i := len(v.pending) - 1; i >= 0; i-- {
		o := v.pending[i]
		v.m.Rollback(o.number)
		require.Equal(t, o.before, v.m.dump(true), "%T", o.in.Op)
		require.Empty(t, v.m.Check())
	}
	assert.Equal(t, sum, v.m.Checksum())
}

// sums is a world in which nodes say what they have made of the order up to the same position.
func sums(t *testing.T, made ...byte) (v *several, lines []string) {
	v = newSeveral(t)
	for i := range made {
		v.begins(Node(1+i), defaults())
	}
	at := v.m.Position()
	for i, n := range made {
		if n != 0 {
			lines = append(lines, v.caused(v.wants(Node(1+i), Checksum{at, Sum{n}}))...)
		}
	}
	return v, lines
}

// Each digit is the checksum of a node, in the order of their numbers; 0: it says none.
func TestChecksums(t *testing.T) {
	for made, want := range map[string][]string{
		"5":     nil,
		"55":    nil,
		"56":    {"> the log: state.Diverged"},
		"555":   nil,
		"550":   nil,
		"556":   {"node 3 ended, differs"},
		"565":   {"node 2 ended, differs"},
		"655":   {"node 1 ended, differs"},
		"567":   {"> the log: state.Diverged"},
		"560":   nil,
		"5566":  {"> the log: state.Diverged"},
		"5560":  nil,
		"5556":  {"node 4 ended, differs"},
		"65755": {"node 1 ended, differs", "node 3 ended, differs"},
	} {
		var sum []byte
		for _, digit := range made {
			sum = append(sum, byte(digit-'0'))
		}
		_, lines := sums(t, sum...)
		assert.Equal(t, want, lines, made)
	}
}

// A node that lags says so late what it has made of a position.
func TestALateChecksum(t *testing.T) {
	v, lines := sums(t, 5, 5, 0)
	assert.Empty(t, lines)
	v.opensAt(3, "ann", nil)
	v.wants(2, Heartbeat{})
	assert.Equal(t, []string{"node 3 ended, differs", "ann detached, quiet true, seen 1, unsure false"}, v.caused(v.wants(3, Checksum{3, Sum{6}})))
}

// Those of different positions are not compared.
func TestChecksumsOfDifferentPositions(t *testing.T) {
	v, _ := sums(t, 5, 5, 0)
	v.wants(1, Checksum{4, Sum{7}})
	assert.Empty(t, v.caused(v.wants(3, Checksum{3, Sum{6}})), "one of the others is further")
	v.wants(2, Checksum{4, Sum{7}})
	assert.Equal(t, []string{"node 3 ended, differs"}, v.caused(v.wants(3, Checksum{4, Sum{6}})))
}

// The one that is in the majority after others have ended was not in it before.
func TestAChecksumOfANodeThatHasEnded(t *testing.T) {
	v, _ := sums(t, 5, 5, 6)
	assert.Equal(t, []string{"void"}, v.caused(v.wants(3, Checksum{3, Sum{5}})))
	assert.Equal(t, []string{"> the log: state.Diverged"}, append(v.caused(v.wants(1, Checksum{9, Sum{1}})), v.caused(v.wants(2, Checksum{9, Sum{2}}))...))
}

// A checksum is that of all that is true.
func TestAChecksumIsOfEachRow(t *testing.T) {
	v := twoNodes(t)
	was := v.m.Checksum()
	for _, in := range []func(){
		func() { v.wants(1, Heartbeat{}) },
		func() { v.types("bob", "hello") },
		func() { v.types("bob", "/topic tea") },
		func() { v.types("ann", "/desk hello?") },
		func() { v.m.blocks["x"] = &block{key: "x", row: 99} },
		func() { v.m.Settings.Replies = []Canned{{"hours", textOf("never")}} },
		func() { v.m.head++ },
		func() { v.m.sessions[v.clients["bob"].id].spoken++ },
	} {
		in()
		is := v.m.Checksum()
		assert.NotEqual(t, was, is, strings.Join(v.caused(outcome{Decision: v.m.out}), "\n"))
		was = is
	}
}
