package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func (k *talk) query(who string, cmd protocol.Command) Effect {
	k.t.Helper()
	return k.decide(who, Command{Command: cmd}).Answers[0].Effect
}

func TestWhatIsReadOfTheJournal(t *testing.T) {
	k := newTalk(t, "ann", "vic")
	k.do("vic", protocol.Desk{})
	of := func(room string, who string) []Stream {
		return []Stream{Stream(room), Mailbox(k.who[who]), Everybody}
	}
	lobby, head := of("#lobby", "ann"), k.Head()
	for _, c := range []struct {
		cmd  protocol.Command
		want Effect
	}{
		{protocol.History{}, Replay{Streams: lobby, Upto: head, Lines: 10, End: true}},
		{protocol.History{Lines: 3}, Replay{Streams: lobby, Upto: head, Lines: 3, End: true}},
		{protocol.History{All: true}, Replay{Streams: lobby, Upto: head, Lines: -1, End: true}},
		{protocol.History{Before: 2}, Replay{Streams: lobby, Upto: 1, Lines: 10, End: true}},
		{protocol.History{Before: head + 9}, Replay{Streams: lobby, Upto: head, Lines: 10, End: true}},
		{protocol.History{Since: k.clock.Add(-time.Hour)}, Replay{Streams: lobby, Upto: head, Lines: 10, Since: k.clock.Add(-time.Hour), End: true}},
		{protocol.History{Around: 2}, Replay{Streams: lobby, Upto: head, Lines: 10, Around: 2, End: true}},
		{protocol.Search{Text: protocol.MustText("tea time")}, Search{Streams: lobby, Upto: head, Words: "tea time"}},
		{protocol.Search{Text: protocol.MustText("tea"), Before: 2}, Search{Streams: lobby, Upto: 1, Words: "tea"}},
		{protocol.Search{Text: protocol.MustText("tea"), Before: head + 9}, Search{Streams: lobby, Upto: head, Words: "tea"}},
	} {
		assert.Equal(t, c.want, k.query("ann", c.cmd))
	}
	assert.Equal(t, []Stream{Conversation(k.who["vic"]), Mailbox(k.who["vic"]), Everybody}, k.query("vic", protocol.History{}).(Replay).Streams)
	k.Settings.Replay = 0
	assert.Equal(t, 1, k.query("ann", protocol.History{}).(Replay).Lines)
}
