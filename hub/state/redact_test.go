package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

var redactCommand = protocol.Redact{Sure: true}

func (k *talk) redaction(who string) Redact {
	k.t.Helper()
	d := k.decide(who, Command{Command: redactCommand})
	require.Len(k.t, d.Answers, 1)
	require.IsType(k.t, Redact{}, d.Answers[0].Effect)
	r := d.Answers[0].Effect.(Redact)
	require.Equal(k.t, k.Head(), r.Upto, "what is said from here on stays")
	r.Upto = 0
	return r
}

// All that a session has said is taken out: in the streams that it was said in, and where it stands again.
func TestWhatIsRedacted(t *testing.T) {
	k := newTalk(t, "op", "ann", "bob")
	lobby, ann, bob := OfRoom(protocol.Lobby), k.who["ann"], k.who["bob"]
	assert.Equal(t, Redact{Author: ann, Complete: true}, k.redaction("ann"))
	k.clock = k.clock.Add(redactEvery)

	k.said("ann", "hello", "")
	k.do("ann", protocol.Msg{To: protocol.MustNick("bob"), Text: protocol.MustText("psst")})
	k.do("ann", protocol.Join{Room: aRoom("tea")})
	k.do("ann", protocol.Topic{Text: protocol.MustText("tea")})
	k.do("ann", protocol.Desk{Text: protocol.MustText("help")})
	assert.Equal(t, Redact{
		Author: ann, Complete: true,
		Streams: []Stream{lobby, Mailbox(ann), "#tea", Conversation(ann)},
		Copies:  []Stream{Mailbox(bob), Desk},
	}, k.redaction("ann"))

	k.do("op", protocol.Reply{Ticket: 1, Text: protocol.MustText("hello")})
	k.do("op", protocol.Announce{Text: protocol.MustText("hello")})
	assert.Equal(t, Redact{Author: k.who["op"], Complete: true, Streams: []Stream{Desk, Everybody}, Copies: []Stream{Conversation(ann)}}, k.redaction("op"))
}

// The words of the session leave the state in the same decision, and those of other sessions stay.
func TestRedactedWordsLeaveTheState(t *testing.T) {
	k := newTalk(t, "op", "ann", "bob", "vic", "carol", "dave")
	k.do("carol", protocol.Desk{Text: protocol.MustText("not mine")})
	k.do("vic", protocol.Desk{Text: protocol.MustText("mine")})
	k.do("op", protocol.Join{Room: aRoom("three")})
	k.do("op", protocol.Topic{Text: protocol.MustText("not mine")})
	k.do("bob", protocol.Join{Room: aRoom("two")})
	k.do("bob", protocol.Away{Text: protocol.MustText("tea")})
	for _, room := range []string{"one", "two", "lobby"} {
		k.do("ann", protocol.Join{Room: aRoom(room)})
		k.do("ann", protocol.Topic{Text: protocol.MustText("mine, too")})
	}
	k.do("ann", protocol.Away{Text: protocol.MustText("lunch")})
	assert.Equal(t, "lunch", k.of("ann").Away.String())

	assert.Equal(t, []string{"change state.Redacted", "ann: state.Redact"}, k.do("ann", redactCommand))
	assert.True(t, k.rooms[protocol.Lobby].Topic.IsBlank())
	assert.Nil(t, k.rooms[aRoom("one")], "nobody is there, and nothing is known of it")
	assert.True(t, k.rooms[aRoom("two")].Topic.IsBlank())
	assert.Equal(t, "not mine", k.rooms[aRoom("three")].Topic.String())
	assert.True(t, k.of("ann").Away.IsBlank())
	assert.Equal(t, "tea", k.of("bob").Away.String())

	k.redaction("vic")
	assert.True(t, k.desk.tickets[2].First.IsBlank())
	assert.Equal(t, "not mine", k.desk.tickets[1].First.String())

	k.Rollback(k.Number() - 1)
	assert.Equal(t, "mine, too", k.rooms[protocol.Lobby].Topic.String())
	assert.Equal(t, "lunch", k.of("ann").Away.String())
	assert.Equal(t, "mine, too", k.rooms[aRoom("one")].Topic.String())
	assert.Equal(t, k.who["ann"], k.rooms[aRoom("two")].By)
	assert.Equal(t, "mine", k.desk.tickets[2].First.String())
	assert.True(t, k.of("ann").Redacted.IsZero())
}

func TestRedactionIsOnceAMinute(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	k.redaction("ann")
	k.clock = k.clock.Add(20 * time.Second)
	assert.Equal(t, []string{"ann: -- that can be done once a minute: please try again in 40 seconds"}, k.do("ann", redactCommand))
	k.redaction("bob")
	k.clock = k.clock.Add(40 * time.Second)
	k.redaction("ann")
}

// The streams in which a session has spoken are remembered up to a number; that there were more is told.
func TestSoManyStreamsAreRedacted(t *testing.T) {
	k := newTalk(t, "ann")
	s := k.of("ann")
	for i := range MaxStreams {
		k.noteAuthored(s, Stream(fmt.Sprint("#r", i)))
	}
	assert.True(t, k.redaction("ann").Complete)
	k.clock = k.clock.Add(redactEvery)
	kept := s.authored
	k.said("ann", "hello", "")
	r := k.redaction("ann")
	assert.False(t, r.Complete)
	assert.Len(t, r.Streams, MaxStreams)
	assert.Equal(t, OfRoom(protocol.Lobby), r.Streams[MaxStreams-1])
	k.Rollback(k.Number() - 1)
	assert.Equal(t, kept, s.authored)
	assert.Equal(t, Stream("#r0"), s.authored[0])
	assert.False(t, s.authoredCut)
}
