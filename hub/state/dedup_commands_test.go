package state

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// What has an id is said once in its session, and told each time where it stands: whatever it is.
func TestAMessageThatIsSentAgainIsNotSaidAgain(t *testing.T) {
	text := protocol.MustText("hello")
	for _, cmd := range []protocol.Command{
		protocol.Say{Text: text, Ref: "k1"}, protocol.Me{Text: text, Ref: "k1"}, protocol.Msg{To: protocol.MustNick("bob"), Text: text, Ref: "k1"},
	} {
		k := newTalk(t, "ann", "bob")
		d := k.decide("ann", Command{Command: cmd})
		own := d.Events[len(d.Events)-1]
		require.Equal(t, k.who["ann"], own.Author)
		again := k.decide("ann", Command{Command: cmd})
		assert.Empty(t, again.Events)
		assert.Equal(t, []protocol.Event{protocol.Duplicate{Ref: "k1", Seq: own.Seq}}, answersOf(again))
		assert.NotEmpty(t, k.decide("ann", Command{Command: protocol.Say{Text: text, Ref: "k2"}}).Events)
		assert.NotEmpty(t, k.decide("bob", Command{Command: protocol.Say{Text: text, Ref: "k1"}}).Events, "an id of another session")
	}
}

func TestAMessageAtTheDeskThatIsSentAgainIsNotSaidAgain(t *testing.T) {
	text := protocol.MustText("hello")
	for _, c := range []struct {
		who string
		cmd protocol.Command
	}{
		{"ann", protocol.Desk{Text: text, Ref: "k1"}},
		{"vic", protocol.Desk{Text: text, Ref: "k1"}},
		{"vic", protocol.Say{Text: text, Ref: "k1"}},
		{"op", protocol.Reply{Ticket: 1, Text: text, Ref: "k1"}},
		{"op", protocol.Say{Text: protocol.MustText("@1 hello"), Ref: "k1"}},
		{"op", protocol.Canned{Ticket: 1, Name: protocol.MustText("hours"), Ref: "k1"}},
		{"op", protocol.Note{Ticket: 1, Text: text, Ref: "k1"}},
	} {
		k := newTalk(t, "op", "ann", "vic")
		k.Settings.Replies = []Canned{{"hours", text}}
		k.do("vic", protocol.Desk{})
		first := k.decide(c.who, Command{Command: c.cmd})
		require.NotEmpty(t, first.Events, "%T", c.cmd)
		ids := k.of(c.who).ids.list()
		require.Len(t, ids, 1, "%T", c.cmd)
		again := k.decide(c.who, Command{Command: c.cmd})
		assert.Empty(t, again.Events, "%T", c.cmd)
		assert.Equal(t, []protocol.Event{protocol.Duplicate{Ref: "k1", Seq: ids[0].seq}}, answersOf(again), "%T", c.cmd)
	}
}

func TestSoManyIDsAreRemembered(t *testing.T) {
	k := newTalk(t, "ann")
	ref := func(i int) protocol.Ref { return protocol.Ref(fmt.Sprint("k", i)) }
	seqs := []uint64{}
	for i := range MaxIDs + 10 {
		seqs = append(seqs, k.said("ann", "hello", ref(i)))
	}
	head := k.Head()
	for i := 10; i < MaxIDs+10; i++ {
		again := k.decide("ann", Command{Command: protocol.Say{Text: protocol.MustText("hello"), Ref: ref(i)}})
		require.Equal(t, []protocol.Event{protocol.Duplicate{Ref: ref(i), Seq: seqs[i]}}, answersOf(again))
	}
	assert.Equal(t, head, k.Head())
	assert.Equal(t, head+1, k.said("ann", "hello", ref(9)), "it is forgotten")
	assert.Len(t, k.of("ann").ids.list(), MaxIDs)
}

// What could not be recorded may be said again with its id, and what was said before it may not.
func TestAnIDWhoseMessageIsUndoneIsFree(t *testing.T) {
	k := newTalk(t, "ann")
	first := k.said("ann", "hello", "k1")
	k.said("ann", "hello", "k2")
	second := k.Number()
	for i := range 2 * MaxIDs {
		k.said("ann", "hello", protocol.Ref(fmt.Sprint("l", i)))
	}
	k.Rollback(second)
	assert.Equal(t, first, k.Head())
	assert.Equal(t, first+1, k.said("ann", "hello", "k2"))
	again := k.decide("ann", Command{Command: protocol.Say{Text: protocol.MustText("hello"), Ref: "k1"}})
	assert.Equal(t, []protocol.Event{protocol.Duplicate{Ref: "k1", Seq: first}}, answersOf(again))
	k.Rollback(second - 1)
	assert.Nil(t, k.of("ann").ids)
}

// Sessions that give no ids have no memory for them.
func TestWhoGivesNoIDsHasNoRing(t *testing.T) {
	k := newTalk(t, "ann")
	k.said("ann", "hello", "")
	assert.Nil(t, k.of("ann").ids)
}

func answersOf(d *Decision) (events []protocol.Event) {
	for _, a := range d.Answers {
		events = append(events, a.Event)
	}
	return events
}

func BenchmarkSay(b *testing.B) { benchmarkDecide(b, aSay("hello")) }

func BenchmarkSayWithIDs(b *testing.B) {
	for _, form := range []string{"k%06d", "01890000-0000-7000-8000-%012d"} {
		says := make([]protocol.Command, 1<<14)
		for i := range says {
			says[i] = protocol.Say{Text: protocol.MustText("hello"), Ref: protocol.Ref(fmt.Sprintf(form, i))}
		}
		b.Run(fmt.Sprintf(form, 0), func(b *testing.B) { benchmarkDecide(b, says...) })
	}
}

func BenchmarkWhisper(b *testing.B) {
	benchmarkDecide(b, protocol.Msg{To: protocol.MustNick("bob"), Text: protocol.MustText("psst")})
}

// benchmarkDecide has the same commands decided again and again, of which 64 are under way.
func benchmarkDecide(b *testing.B, cmds ...protocol.Command) {
	k := newTalk(b, "ann", "bob")
	ops := make([]Op, len(cmds))
	for i, cmd := range cmds {
		ops[i] = Command{Command: cmd}
	}
	in := &Intent{Time: k.clock, Session: k.who["ann"], Conn: k.of("ann").Conn}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Op = ops[i%len(ops)]
		if d := k.Decide(in); len(d.Events) == 0 {
			b.Fatal("it was not said")
		}
		if i%64 == 0 {
			k.Release(k.Number())
		}
	}
}
