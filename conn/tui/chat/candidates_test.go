package chat

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/tui/tuitest"
	"chinwag/protocol"
)

// The numbers and names of a session that is over are not offered in the next one, and those of one that goes on are.
func TestANewSessionHasSeenNothing(t *testing.T) {
	for _, resumed := range []bool{false, true} {
		p := knows(t, true, protocol.TicketChanged{Ticket: 7, From: nickOf("zoe"), Event: protocol.VisitorWaits},
			protocol.QueueInfo{Operators: []protocol.OperatorInfo{{Nick: nickOf("olga")}}}, protocol.Entered{Room: parsedRoom(t, "tea")})
		p.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.Lobby, Resumed: resumed})
		p.Hear(protocol.Promoted{})
		assert.Equal(t, resumed, p.complete("/take ") != nil)
		assert.Equal(t, resumed, p.complete("/hand 7 o") != nil)
		assert.Equal(t, resumed, p.complete("/join t") != nil)
	}
}

func TestAnOperatorIsCompletedByTheLatestName(t *testing.T) {
	p := knows(t, true, protocol.QueueInfo{Operators: []protocol.OperatorInfo{{Nick: nickOf("olga")}}},
		protocol.Renamed{From: nickOf("olga"), To: nickOf("helga")}, protocol.Renamed{From: nickOf("carol"), To: nickOf("cora")})
	assert.Equal(t, []string{"helga "}, p.complete("/hand 7 "))
	assert.Equal(t, []string{"@cora "}, p.complete("@c"))
}

// A full-width ＠ is one before every name, as Chinese and Japanese keyboards write it.
func TestAWideAtIsTakenOffEverywhere(t *testing.T) {
	p := knows(t, true, protocol.TicketChanged{Ticket: 12, From: nickOf("zoe"), Event: protocol.VisitorWaits})
	assert.Equal(t, []string{"12 \tzoe"}, p.complete("/take ＠1"))
	assert.Equal(t, []string{"12 \tzoe"}, p.complete("/take ＠z"))
	assert.Equal(t, []string{"小明 "}, p.complete("/msg ＠小"))
	assert.Equal(t, []string{"@12 \tzoe"}, p.complete("＠1"))
}

func TestNamesAreBounded(t *testing.T) {
	p := knows(t, false)
	var all protocol.Members
	all.Room = protocol.Lobby
	for i := range 2 * maxCandidates {
		n := nickOf(fmt.Sprint("n", i))
		p.Hear(protocol.Joined{Meta: protocol.Meta{Room: protocol.Lobby}, From: n})
		p.Hear(protocol.Renamed{From: n, To: nickOf(fmt.Sprint("m", i))})
		all.Names = append(all.Names, protocol.Member{Nick: n})
	}
	assert.Equal(t, maxCandidates, len(p.names)) // Len would show them all
	p.Hear(all)
	assert.Equal(t, maxCandidates, len(p.names)) // Len would show them all
}

func TestWhoIsGoneFromTheDeskIsNotOffered(t *testing.T) {
	for _, state := range []protocol.TicketEvent{protocol.TicketClosed, protocol.VisitorLeft} {
		at := protocol.TicketChanged{Ticket: 7, From: nickOf("zoe"), Event: protocol.VisitorWaits}
		p := knows(t, true, at)
		assert.NotNil(t, p.complete("/take z"))
		at.Event = state
		p.Hear(at)
		assert.Nil(t, p.complete("/take z"), state)
	}
}

// What the screen wants to know it asks for itself, wherever one is that has an answer. It asks for little, since all
// that is asked counts as what one has typed.
func TestTheScreenAsksWhatItWantsToKnow(t *testing.T) {
	v := New(Options{Terminal: tuitest.New()})
	asked := func() (all []protocol.Command) {
		for len(v.queries) > 0 {
			all = append(all, <-v.queries)
		}
		return all
	}
	v.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.Lobby})
	assert.Equal(t, []protocol.Command{protocol.Who{}, protocol.Rooms{}}, asked())
	v.Hear(protocol.Entered{Room: parsedRoom(t, "tea")})
	assert.Equal(t, []protocol.Command{protocol.Who{}}, asked())
	v.Hear(protocol.Entered{Room: protocol.DeskRoom})
	assert.Empty(t, asked())
	v.Hear(protocol.Promoted{})
	assert.Equal(t, []protocol.Command{protocol.Canned{}}, asked())
	v.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.OperatorsRoom, NoRooms: true, Resumed: true})
	assert.Equal(t, []protocol.Command{protocol.Who{}, protocol.Canned{}}, asked())
}
