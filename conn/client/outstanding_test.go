package client

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// A new session is in one room, and is told the journal of that alone: what was sent to another one may have arrived.
func TestALineOfAnotherRoomIsNotSearchedFor(t *testing.T) {
	tea, err := protocol.ParseRoom("tea")
	assert.NoError(t, err)
	hi := protocol.MustText("hi")
	s := session{outstanding: newOutstanding(), token: "before", room: protocol.Lobby}
	for _, cmd := range []protocol.Command{
		protocol.Say{Text: hi}, protocol.Say{Text: hi, Room: protocol.Lobby}, protocol.Say{Text: hi, Room: tea}, protocol.Me{Text: hi, Room: tea},
	} {
		s.add(cmd)
	}
	s.unsent(nil)
	lost := s.welcomed(protocol.Welcome{Room: protocol.Lobby, Token: "after"})
	assert.Len(t, lost, 2)
	for _, u := range lost {
		assert.True(t, u.Maybe)
		assert.False(t, isSaidIn(u.Command, protocol.Lobby))
	}
	assert.Len(t, s.all, 2)
	assert.NotEmpty(t, s.probe)
}

// The room in which a new session begins is the one that was in front.
func TestTheFrontIsFollowed(t *testing.T) {
	tea, err := protocol.ParseRoom("tea")
	assert.NoError(t, err)
	s := session{outstanding: newOutstanding(), room: protocol.Lobby, seq: 7}
	s.hear(protocol.Watched{Room: tea, Here: 1, Seq: 9})
	assert.Equal(t, uint64(9), s.seq)
	assert.Equal(t, protocol.Lobby, s.hello().Room)
	s.hear(protocol.Fronted{Room: tea, Here: 1})
	assert.Equal(t, tea, s.hello().Room)
	s.hear(protocol.PartedFrom{Room: tea, Front: protocol.Lobby})
	assert.Equal(t, protocol.Lobby, s.hello().Room)
}
