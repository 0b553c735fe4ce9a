package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyElsewhere has an event of each kind that happens in a room, in one that is not in front.
func everyElsewhere(t testing.TB) (events []Event) {
	for _, e := range everyEvent(t) {
		if MetaOf(e).Room != (Room{}) {
			events = append(events, Elsewhere{e})
		}
	}
	return events
}

func TestElsewhereIsToldWithItsRoom(t *testing.T) {
	t.Setenv("TZ", "UTC")
	time.Local = time.UTC
	bob, ann := nick(t, "bob"), nick(t, "ann")
	hi, at := MustText("hi"), Meta{Seq: 7, Room: Room{"#茶"}, Time: time.Date(2026, 11, 22, 12, 31, 5, 0, time.UTC)}
	for want, e := range map[string]Event{
		"#茶 <bob> hi\n":                  Said{at, bob, hi, Ack{}},
		"#茶 * bob hi\n":                  Acted{at, bob, hi, Ack{}},
		"-- #茶: bob joined\n":            Joined{at, bob},
		"-- #茶: bob went to #lobby\n":    Left{Meta: at, From: bob, Reason: Moved, To: Lobby},
		"-- #茶: bob left\n":              Left{Meta: at, From: bob, Reason: Parted},
		"-- #茶: bob is now ann\n":        Renamed{at, bob, ann, nil, Ack{}},
		"-- #茶: you set the topic: hi\n": TopicSet{at, bob, hi, Ack{You: true}},
		"-- #茶: bob is away: hi\n":       AwaySet{at, bob, hi, nil, Ack{}},
		"[12:31] #茶 <bob> hi\n":          Replayed{Event: Said{at, bob, hi, Ack{}}},
		"[12:31] -- #茶: bob joined\n":    Replayed{Event: Joined{at, bob}},
		"-- hi\n":                        Notice{hi},
	} {
		assert.Equal(t, want, string(AppendEvent(nil, Elsewhere{e})))
		assert.Equal(t, want, string(AppendEvent(nil, Elsewhere{Elsewhere{e}})))
		if p, ok := e.(Replayed); ok {
			p.Event = Elsewhere{p.Event}
			assert.Equal(t, want, string(AppendEvent(nil, p)))
		}
	}
}

// Only people are told that it is elsewhere: to a program it is what it is. It has the stamp and the words of that, and
// is no entry of the journal.
func TestElsewhereIsWhatItTells(t *testing.T) {
	for _, e := range everyElsewhere(t) {
		inner := e.(Elsewhere).Event
		assert.Equal(t, string(AppendEventJSON(nil, inner)), string(AppendEventJSON(nil, e)))
		assert.Equal(t, string(AppendEventJSON(nil, Replayed{Event: inner, Dated: true})), string(AppendEventJSON(nil, Replayed{Event: e, Dated: true})))
		assert.Equal(t, string(AppendEventJSON(nil, Replayed{Event: inner})), string(AppendEventJSON(nil, Elsewhere{Replayed{Event: inner}})))
		assert.Equal(t, MetaOf(inner), MetaOf(e))
		assert.Equal(t, TicketOf(inner), TicketOf(e))
		from, words := Words(inner)
		gotFrom, got := Words(e)
		assert.Equal(t, from, gotFrom)
		assert.Equal(t, words, got)
		_, recorded := e.(Recorded)
		assert.False(t, recorded)
		assertEventLine(t, e, string(AppendEvent(nil, e)))
		if _, words := Words(e); words != (Text{}) {
			switch inner.(type) {
			case Said, Acted, VisitorSaid, Replied, Noted:
				assertEventLine(t, Replayed{Event: e}, string(AppendEvent(nil, Replayed{Event: e, Dated: true})))
			}
		}
	}
}

func TestElsewhereIsRead(t *testing.T) {
	e, err := ParseEvent("#tea <bob> hi")
	require.NoError(t, err)
	assert.Equal(t, Elsewhere{Said{Meta{Room: Room{"#tea"}}, nick(t, "bob"), MustText("hi"), Ack{}}}, e)
	e, err = ParseEvent("[12:31] #tea * bob waves")
	require.NoError(t, err)
	assert.Equal(t, "#tea", MetaOf(e.(Replayed).Event).Room.String())
	e, err = ParseEvent("-- #tea: bob joined")
	require.NoError(t, err)
	assert.Equal(t, Notice{MustText("#tea: bob joined")}, e)
}
