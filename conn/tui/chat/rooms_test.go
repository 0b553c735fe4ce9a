package chat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// shownTo is what a person sees of e.
func shownTo(p *Roster, e protocol.Event) string {
	e = inner(e)
	p.Hear(e)
	return strings.TrimSuffix(string(protocol.AppendEvent(nil, p.Named(e))), "\n")
}

func in(room protocol.Room) protocol.Meta { return protocol.Meta{Seq: 1, Room: room} }

func TestALineOfAnotherRoomHasItsName(t *testing.T) {
	tea, ann, hi := parsedRoom(t, "tea"), nickOf("ann"), protocol.MustText("hi")
	p := knows(t, true, protocol.Watched{Room: tea, Here: 2})
	for _, c := range []struct {
		e    protocol.Event
		want string
	}{
		{protocol.Said{Meta: in(protocol.Lobby), From: ann, Text: hi}, "<ann> hi"},
		{protocol.Said{Meta: in(tea), From: ann, Text: hi}, "#tea <ann> hi"},
		{protocol.Elsewhere{Event: protocol.Acted{Meta: in(tea), From: ann, Text: hi}}, "#tea * ann hi"},
		{protocol.Replayed{Event: protocol.Redacted{Meta: in(tea), From: ann}}, "[00:00] -- #tea: a line of ann's was taken out here"},
		{protocol.Joined{Meta: in(tea), From: ann}, "-- #tea: ann joined"},
		{protocol.AwaySet{Meta: in(tea), From: ann}, "-- #tea: ann is back"},
		{protocol.AwaySet{Meta: in(tea), From: ann, Rooms: []protocol.Room{protocol.Lobby, tea}}, "-- ann is back"},
		{protocol.Left{Meta: in(tea), From: ann, Reason: protocol.Departed, Rooms: []protocol.Room{protocol.Lobby, tea}}, "-- ann left"},
		{protocol.Whispered{From: ann, To: ann, Text: hi}, "[ann -> you] hi"},
		{protocol.VisitorSaid{Meta: in(protocol.DeskRoom), Ticket: 7, From: ann, Text: hi}, "[@7 ann] hi"},
		{protocol.TicketChanged{Meta: in(protocol.DeskRoom), Ticket: 7, From: ann, Event: protocol.VisitorWaits}, "-- @7 ann waits at the desk"},
		{protocol.Announced{From: ann, Text: hi}, "-- ann to everybody: hi"},
		{protocol.Fronted{Room: tea, Here: 2}, "-- you are in #tea now (2 here)"},
		{protocol.Said{Meta: in(tea), From: ann, Text: hi}, "<ann> hi"},
	} {
		if past, ok := c.e.(protocol.Replayed); ok {
			assert.Equal(t, c.want[len("[00:00] "):], shownTo(p, past.Event))
			assert.Contains(t, shownTo(p, past), c.want[len("[00:00] "):])
			continue
		}
		assert.Equal(t, c.want, shownTo(p, c.e))
	}
}

// The line that is shown has the words of the one that is told, in its parts.
func TestSpansOfAnotherRoom(t *testing.T) {
	tea, ann, hi := parsedRoom(t, "茶"), nickOf("小明"), protocol.MustText("hi")
	for _, e := range []protocol.Event{
		protocol.Said{Meta: in(tea), From: ann, Text: hi}, protocol.Acted{Meta: in(tea), From: ann, Text: hi},
		protocol.Joined{Meta: in(tea), From: ann}, protocol.Replayed{Event: protocol.Said{Meta: in(tea), From: ann, Text: hi}},
	} {
		p := knows(t, false)
		var text string
		for _, s := range render(p.Named(e)) {
			text += s.Text
		}
		assert.Equal(t, string(protocol.AppendEvent(nil, p.Named(e))), text+"\n")
		assert.Contains(t, text, "#茶")
	}
}

// The room that was in front stays if we watch it, also after a break: the server keeps the rooms.
func TestTheRoomsThatWeAreIn(t *testing.T) {
	tea, milk := parsedRoom(t, "tea"), parsedRoom(t, "milk")
	p := knows(t, false)
	assert.Equal(t, "ann in #lobby · 4 here", p.status())
	p.Hear(protocol.Watched{Room: tea, Here: 1})
	assert.Equal(t, "ann in #lobby · 4 here · also #tea", p.status())
	p.Hear(protocol.Entered{Room: milk, Here: 2})
	assert.Equal(t, "ann in #milk · 2 here · also #tea", p.status(), "nobody watched the lobby")
	p.Hear(protocol.Fronted{Room: tea, Here: 1})
	assert.Equal(t, "ann in #tea · 1 here", p.status(), "nor milk")
	p.Hear(protocol.Entered{Room: milk, Here: 2})
	assert.Equal(t, "ann in #milk · 2 here · also #tea", p.status())
	p.Hear(protocol.Watched{Room: milk, Here: 2})
	p.Hear(protocol.Fronted{Room: tea, Here: 1})
	assert.Equal(t, "ann in #tea · 1 here · also #milk", p.status())

	p.Enter(protocol.Welcome{Nick: p.nick, Room: tea, Here: 1, Rooms: []protocol.Room{tea, milk}, Resumed: true})
	p.Hear(protocol.Entered{Room: protocol.Lobby, Here: 4})
	assert.Equal(t, "ann in #lobby · 4 here · also #milk, #tea", p.status())
	p.Hear(protocol.PartedFrom{Room: milk, Front: protocol.Lobby})
	assert.Equal(t, "ann in #lobby · 4 here · also #tea", p.status())
	p.Hear(protocol.PartedFrom{Room: protocol.Lobby, Front: tea})
	assert.Equal(t, "ann in #tea · 1 here", p.status())
	assert.False(t, p.Place().Watching)

	p.Hear(protocol.Watching{Rooms: []protocol.Room{tea, milk, protocol.Lobby, parsedRoom(t, "a"), parsedRoom(t, "b")}})
	assert.Equal(t, "ann in #tea · 1 here · also #milk, #lobby, #a and 1 more", p.status())
	assert.True(t, p.Place().Watching)
	p.Hear(protocol.Entered{Room: protocol.DeskRoom, Desk: &protocol.QueuePosition{Place: 1, OnDuty: 1}})
	p.Hear(protocol.Entered{Room: protocol.Lobby, Here: 4})
	assert.Equal(t, "ann in #lobby · 4 here", p.status(), "the desk is no room among others")
	p.Hear(protocol.Watched{Room: tea, Here: 1})
	p.Enter(protocol.Welcome{Nick: p.nick, Room: protocol.Lobby, Here: 1})
	assert.Equal(t, "ann in #lobby · 1 here", p.status(), "a new session is in one room")
}

// The names are those of the room in front.
func TestNamesOfAnotherRoomAreNotOurs(t *testing.T) {
	tea := parsedRoom(t, "tea")
	dan, eve := nickOf("dan"), nickOf("eve")
	p := knows(t, false, protocol.Watched{Room: tea, Here: 2}, protocol.Joined{Meta: in(tea), From: dan}, protocol.Renamed{Meta: in(tea), From: dan, To: eve})
	assert.Nil(t, p.complete("/msg d"))
	assert.Nil(t, p.complete("/msg e"))
	assert.Equal(t, 4, p.count)
	p.Hear(protocol.Joined{Meta: in(protocol.Lobby), From: eve})
	p.Hear(protocol.Renamed{Meta: in(tea), From: eve, To: dan, Rooms: []protocol.Room{protocol.Lobby, tea}})
	assert.Equal(t, []string{"dan "}, p.complete("/msg d"))
	p.Hear(protocol.Left{Meta: in(tea), From: dan, Reason: protocol.Parted})
	assert.Equal(t, 5, p.count)
	p.Hear(protocol.Left{Meta: in(tea), From: dan, Reason: protocol.Departed, Rooms: []protocol.Room{protocol.Lobby, tea}})
	assert.Equal(t, 4, p.count)
}

// A break or a server makes no more rooms of them than there are.
func TestOurRoomsAreOnce(t *testing.T) {
	p := knows(t, false)
	for i := range 300 {
		p.Hear(protocol.Watched{Room: parsedRoom(t, fmt.Sprint("r", i%3)), Here: 1})
		p.Hear(protocol.Fronted{Room: parsedRoom(t, fmt.Sprint("r", i%3)), Here: 1})
	}
	assert.Len(t, p.others, 2)
}
