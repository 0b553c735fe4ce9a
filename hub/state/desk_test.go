package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestAVisitorIsToldWhereTheyStand(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 2)
	c.comes("ann", Open{})
	c.forgetTold()
	c.do("ann", protocol.Desk{Text: protocol.MustText("my screen is black")})
	assert.Contains(t, c.words("ann"), "-- you are at the desk now: an operator is on duty, and you are number 3")
	assert.Contains(t, c.words("op1"), "-- @3 ann waits at the desk\n[@3 ann] my screen is black")
	assert.Equal(t, "my screen is black", c.ticket(3).First.String())
	c.says("ann", "and my keyboard")
	assert.Equal(t, "my screen is black", c.ticket(3).First.String())
	assert.Empty(t, c.words("v1"), "visitors never hear each other")
	c.forgetTold()
	for _, cmd := range []protocol.Command{protocol.Who{}, protocol.Desk{}, protocol.Join{Room: protocol.DeskRoom}} {
		c.do("ann", cmd)
		assert.Equal(t, "-- you are number 3 in the queue", c.words("ann"))
	}
	c.do("op1", protocol.Take{Ticket: 3})
	c.forgetTold()
	c.do("ann", protocol.Who{})
	assert.Equal(t, "-- op1 is with you now", c.words("ann"))
	c.do("ann", protocol.Topic{}, protocol.Me{Text: protocol.MustText("waves")}, protocol.Away{}, protocol.Msg{To: c.of("op1").Nick, Text: protocol.MustText("psst")})
	assert.Equal(t, 4, len(c.told["ann"]))
	assert.Contains(t, c.words("ann"), "at the desk you talk to the operators only")
	c.do("ann", protocol.LeaveDesk{})
	assert.Contains(t, c.words("ann"), "-- you are in #lobby now")
	assert.Equal(t, "closed", c.holder(3))
}

func TestWhereThereIsOnlyTheDesk(t *testing.T) {
	set := deskSettings()
	set.Desk = true
	c := newCounter(t, set, 2, 1)
	c.do("v1", protocol.Rooms{}, protocol.Join{Room: protocol.Lobby})
	assert.Equal(t, "-- there is only the desk here: please just type what you need\n-- there is only the desk here: please just type what you need", c.words("v1"))
	conn := c.of("v1").Conn
	c.do("v1", protocol.LeaveDesk{})
	assert.Contains(t, c.words(fmt.Sprint("conn ", conn)), "goodbye: see you")
	assert.Nil(t, c.of("v1"))
	assert.Equal(t, "closed", c.holder(1))
}

func TestOperatorsDoNotAskAtTheDesk(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	c.do("op1", protocol.Desk{})
	assert.Contains(t, c.words("op1"), "-- 0 waiting")
	c.do("op1", protocol.Desk{Text: protocol.MustText("hello")})
	assert.Contains(t, c.words("op1"), "-- nobody has heard that: you are an operator")
	assert.Empty(t, c.desk.tickets)
}

func TestThePlacesAtTheDeskAreBounded(t *testing.T) {
	set := deskSettings()
	set.Visitors, set.VisitorsPerAddress = 3, 2
	c := newCounter(t, set, 1, 0)
	for i, from := range []int{1, 1, 2, 3, 1} {
		c.visitsFrom(fmt.Sprint("v", i+1), "", someAddress(from))
	}
	assert.Contains(t, c.words("v3"), "you are at the desk now")
	assert.Contains(t, c.words("v4"), "-- the queue is full just now: please try again in a while")
	assert.Equal(t, protocol.Lobby, c.of("v4").Room)
	c.breaks("v3")
	c.do("v5", protocol.Desk{})
	assert.Contains(t, c.words("v5"), "-- 2 from your address are at the desk already: please try again in a while")
	c.do("v4", protocol.Desk{})
	assert.Contains(t, c.words("v4"), "you are at the desk now", "a place that is free again")
	c.returns("v3")
	assert.Len(t, c.desk.visitors, 4, "whoever comes back has a place, also where there is none for others")
	for i := range 4 {
		c.do(fmt.Sprint("v", i+1), protocol.Quit{})
	}
	assert.Empty(t, c.desk.visitors)
	assert.Empty(t, c.desk.visitorsFrom)
}

// The places that the hub keeps for other clients, which it has greeted, count for a newcomer, too.
func TestANewcomerHasAPlaceBesideThoseThatAreKept(t *testing.T) {
	set := deskSettings()
	set.Visitors, set.VisitorsPerAddress = 3, 2
	c := newCounter(t, set, 0, 0)
	c.visitsFrom("v1", "", someAddress(1))
	at, other := someAddress(1).Prefix, someAddress(2).Prefix
	assert.Nil(t, c.FullDesk(at, 1, 0))
	assert.Equal(t, "desk-address-full", c.FullDesk(at, 1, 1).Code)
	assert.Nil(t, c.FullDesk(other, 1, 0))
	assert.Equal(t, "desk-full", c.FullDesk(other, 2, 0).Code)
	assert.Nil(t, c.FullDesk(Address{}.Prefix, 1, 7), "nowhere is no address")
}

func TestASessionComesToTheDeskTenTimesAMinute(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 1)
	for range MaxVisits - 1 {
		c.do("v1", protocol.LeaveDesk{}, protocol.Desk{})
	}
	assert.Equal(t, protocol.Ticket(MaxVisits), c.of("v1").Ticket)
	c.do("v1", protocol.LeaveDesk{})
	c.forgetTold()
	c.do("v1", protocol.Desk{})
	assert.Equal(t, "-- you have come to the desk too often: please wait a minute", c.words("v1"))
	c.after(time.Minute)
	c.do("v1", protocol.Desk{})
	assert.Contains(t, c.words("v1"), "you are at the desk now")
	assert.Equal(t, 1, c.of("v1").Visits)
}

func TestTheLastNumbersAreRemembered(t *testing.T) {
	c := newCounter(t, deskSettings(), 1, 0)
	for i := range MaxEnded + 1 {
		name := fmt.Sprint("v", i+1)
		c.visits(name, "")
		c.do(name, protocol.Quit{})
	}
	assert.Len(t, c.common.Ended, MaxEnded)
	assert.False(t, c.knows(1))
	assert.True(t, c.knows(2))
	assert.False(t, c.knows(MaxEnded+2))
	assert.Equal(t, protocol.Ticket(MaxEnded+1), c.Tickets)
	c.forgetTold()
	c.do("op1", protocol.Take{Ticket: 1}, protocol.Take{Ticket: 2})
	assert.Equal(t, "-- there is no visitor @1 here: /queue shows who is\n-- @2 has gone", c.words("op1"))
}
