package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestJoinKnowsWhoIsHere(t *testing.T) {
	lobby := protocol.Lobby
	at := protocol.Meta{Room: lobby}
	ann, bob := nickOf("ann"), nickOf("Bob")
	var p Roster
	p.Enter(protocol.Welcome{Nick: ann, Room: lobby, Here: 2})
	p.Hear(protocol.Members{Room: lobby, Here: 2, Names: []protocol.Member{{Nick: ann}, {Nick: bob}}})
	assert.Equal(t, []string{"Bob: "}, p.complete("b"))
	assert.Equal(t, []string{"Bob "}, p.complete("hello b"))
	assert.Equal(t, []string{"Bob "}, p.complete("/msg b"))
	assert.Equal(t, []string{"/me ", "/msg "}, func() []string { w := p.complete("/m"); return []string{w[1], w[0]} }())
	assert.Empty(t, p.complete("/kic"))
	assert.Empty(t, p.complete("an"), "nobody calls himself")
	p.Hear(protocol.Renamed{Meta: at, From: bob, To: nickOf("rob")})
	p.Hear(protocol.Joined{Meta: at, From: nickOf("zoe")})
	assert.Equal(t, []string{"rob: ", "zoe: "}, p.complete(""))
	p.Hear(protocol.Left{Meta: at, From: nickOf("rob")})
	assert.Equal(t, "ann in #lobby · 2 here", p.status())
}

func TestThePromptSaysWhereTheNextLineGoes(t *testing.T) {
	p := Roster{console: true}
	p.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	bob, bobby := nickOf("bob"), nickOf("bobby")
	for _, step := range []struct {
		hears protocol.Event
		want  string
	}{
		{protocol.Notice{}, "#lobby> "},
		{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorWaits}, "#lobby> "},
		{protocol.Target{Event: protocol.VisitorTaken, Ticket: 7, Nick: bob, Target: 7, TargetNick: bob, Room: protocol.Lobby}, "@7 bob> "},
		{protocol.TicketChanged{Ticket: 8, From: bob, Event: protocol.VisitorRenamed, To: bobby}, "@7 bob> "},
		{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorRenamed, To: bobby}, "@7 bobby> "},
		{protocol.TicketChanged{Ticket: 8, From: bob, Event: protocol.VisitorLeft}, "@7 bobby> "},
		{protocol.TicketChanged{Ticket: 7, From: bobby, Event: protocol.VisitorLeft}, "@7 bobby (gone)> "},
		{protocol.Target{Event: protocol.VisitorLeft, Ticket: 7, Nick: bobby, Target: 8, TargetNick: bob, Room: protocol.Lobby}, "@8 bob> "},
		{protocol.Target{Room: protocol.Lobby}, "#lobby> "},
	} {
		p.Hear(step.hears)
		assert.Equal(t, step.want, p.prompt(), "%+v", step.hears)
	}
	p.Hear(protocol.Target{Target: 8, TargetNick: bob})
	p.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, "#lobby> ", p.prompt(), "a new beginning")
}

func TestTheStatusOfAVisitor(t *testing.T) {
	var p Roster
	p.Enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{Place: 1}})
	carol, dan := nickOf("carol"), nickOf("dan")
	for _, step := range []struct {
		hears protocol.Event
		want  string
	}{
		{protocol.Notice{}, "bob at the desk · nobody is on duty"},
		{protocol.VisitorNotice{Event: protocol.VisitorWaits, QueuePosition: &protocol.QueuePosition{Place: 3, OnDuty: 2}}, "bob at the desk · number 3 in the queue"},
		{protocol.VisitorNotice{Event: protocol.VisitorWaits, QueuePosition: &protocol.QueuePosition{Place: 1, OnDuty: 2}}, "bob at the desk · you are next"},
		{protocol.VisitorNotice{Event: protocol.VisitorTaken, By: carol}, "bob at the desk · carol is with you"},
		{protocol.VisitorNotice{Event: protocol.VisitorHeld, By: carol}, "bob at the desk · carol is with you"},
		{protocol.VisitorNotice{Event: protocol.VisitorHanded, By: carol, To: dan}, "bob at the desk · dan is with you"},
		{protocol.VisitorNotice{Event: protocol.VisitorReturned, By: dan, QueuePosition: &protocol.QueuePosition{Place: 2, OnDuty: 1}}, "bob at the desk · number 2 in the queue"},
		{protocol.Entered{Room: protocol.Lobby, Here: 4}, "bob in #lobby · 4 here"},
	} {
		p.Hear(step.hears)
		assert.Equal(t, step.want, p.status(), "%+v", step.hears)
	}
}

func TestOperatorsComplete(t *testing.T) {
	var p Roster
	p.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 2})
	p.Hear(protocol.Members{Room: protocol.Lobby, Here: 2, Names: []protocol.Member{{Nick: nickOf("carol")}, {Nick: nickOf("operator")}}})
	assert.Empty(t, p.complete("/que"), "no operator yet")
	p.Hear(protocol.Promoted{})
	assert.True(t, p.isOperator())
	assert.Equal(t, []string{"/queue "}, p.complete("/que"))
	p.Hear(protocol.CannedList{Names: []string{"bye", "hours", "你好"}})
	assert.Equal(t, []string{"bye", "hours", "你好"}, p.complete("/canned "))
	assert.Equal(t, []string{"hours"}, p.complete("/canned H"))
	assert.Equal(t, []string{"operator "}, p.complete("/hand 7 op"))
	p.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Resumed: true})
	assert.True(t, p.isOperator(), "the same session")
	p.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby})
	assert.False(t, p.isOperator(), "another one")
}
