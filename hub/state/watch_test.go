package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func severalRooms(s *Settings) { s.RoomsPerSession = 64 }

// A line with a ticket and a room goes to the visitor: "if both are given, ticket counts".
func TestOfTicketAndRoomTheTicketCounts(t *testing.T) {
	set := deskSettings()
	set.RoomsPerSession = 64
	c := newCounter(t, set, 1, 1)
	c.do("op1", protocol.Next{})
	from := len(c.events)
	c.do("op1", protocol.Say{Text: protocol.MustText("private"), Ticket: 1, Room: aRoom("tea")})
	assert.NotEmpty(t, c.events[from:])
	for _, e := range c.events[from:] {
		assert.NotEqual(t, OfRoom(aRoom("tea")), e.Stream, "the words for a visitor are said in a room")
	}
}

// A session that was an operator's and is none since a start is not told what #operators says after that.
func TestAFormerOperatorIsNotToldWhatOperatorsSaid(t *testing.T) {
	for _, watched := range []bool{false, true} {
		f := newScene(t, func(s *Settings) { severalRooms(s); s.Hold = 2 * time.Hour })
		op := func(o *Open) { o.Operator = true }
		f.open("ann", op)
		if watched {
			f.do("ann", protocol.Watch{Room: protocol.OperatorsRoom})
		} else {
			f.do("ann", protocol.Join{Room: protocol.OperatorsRoom})
		}
		f.loses("ann", protocol.Lost)
		f.restarts(time.Minute, func(s *Settings) { s.Password[0]++ })
		demoted := f.head
		f.open("eve", op)
		f.do("eve", protocol.Join{Room: protocol.OperatorsRoom})
		f.do("eve", protocol.Say{Text: protocol.MustText("secret")})
		secret := f.head
		f.open("gus", nil)
		in := &Intent{Time: f.clock, Op: Resume{Conn: f.connects("ann"), Code: secretOf("ann"), Guest: f.LastGuest() + 1}}
		d := f.proceed(in)
		for _, a := range d.Answers {
			if q, ok := a.Effect.(CatchUp); ok {
				for _, st := range q.Stays {
					if st.Stream == OfRoom(protocol.OperatorsRoom) {
						assert.True(t, st.Upto != 0 && st.Upto <= demoted, "watched %v: is told of #operators up to %d, was demoted at %d, the secret is at %d", watched, st.Upto, demoted, secret)
					}
				}
			}
		}
	}
}

// On a server that is only a desk now, an operator that comes back is in no room but #operators.
func TestAnOperatorComesBackToAServerThatIsOnlyADesk(t *testing.T) {
	for _, front := range []protocol.Room{protocol.OperatorsRoom, aRoom("tea")} {
		f := newScene(t, severalRooms)
		f.open("ann", func(o *Open) { o.Operator = true })
		f.do("ann", protocol.Watch{Room: aRoom("tea")})
		f.do("ann", protocol.Watch{Room: protocol.OperatorsRoom})
		f.do("ann", protocol.Join{Room: front})
		f.do("ann", protocol.Watch{Room: front})
		f.restarts(time.Minute, func(s *Settings) { s.Desk = true })
		f.resumes("ann", "ann")
		assert.Equal(t, []protocol.Room{protocol.OperatorsRoom}, f.of("ann").rooms(), "front %s", front)
	}
}

// A page after a room that is gone by now is not the first page again.
func TestAPageAfterARoomThatHasVanishedIsEmpty(t *testing.T) {
	f := newScene(t, severalRooms)
	f.open("ann", nil)
	list := f.roomList(f.of("ann"), protocol.Rooms{After: aRoom("gone")}).(protocol.RoomList)
	assert.Empty(t, list.Rooms)
}
