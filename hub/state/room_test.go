package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func join(f *scene, who, room string) []string {
	return f.do(who, protocol.Join{Room: aRoom(room)})
}

func topic(f *scene, who, text string) []string {
	return f.do(who, protocol.Topic{Text: protocol.MustText(text)})
}

func TestFromRoomToRoom(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", func(op *Open) { op.Replay = 3 })
	f.open("bob", nil)
	join(f, "bob", "tea")
	topic(f, "bob", "green")
	f.do("ann", protocol.Away{Text: protocol.MustText("tea")})
	assert.Equal(t, []string{
		"#lobby| -- ann went to #tea", "#tea| -- ann joined", "ann< -- you are in #tea now (2 here)", "ann< -- topic of #tea: green", "ann< Replay",
	}, join(f, "ann", "tea"))
	assert.True(t, f.of("ann").Away.IsBlank())
	assert.Equal(t, []string{"ann< -- you are in #tea already"}, join(f, "ann", "tea"))
	assert.Equal(t, []string{"ann< -- #operators is for operators: /operator makes you one, if you know the password"}, join(f, "ann", "operators"))
	assert.Nil(t, f.room("lobby"), "nobody is there, and nothing is known of it")
	assert.Equal(t, []string{"ann< -- 1 room: #tea (2, with you)"}, f.do("ann", protocol.Rooms{}))
}

// The members are told to which room a session goes, but not that it goes to the desk.
func TestToTheDeskAndBack(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", func(op *Open) { op.Room = aRoom("tea") })
	assert.Equal(t, []string{"#tea| -- ann left", "@ann#desk| -- ann joined", "#desk| -- @1 ann waits at the desk"}, join(f, "ann", "desk")[:3])
	assert.Equal(t, []string{"@ann#desk| -- ann went to #tea", "#desk| -- @1 ann has gone", "#tea| -- ann joined"}, f.do("ann", protocol.LeaveDesk{})[:3])
}

// A room that is empty and has a topic counts, and the one that is so for longest makes place.
func TestBoundOfRooms(t *testing.T) {
	f := newScene(t, func(s *Settings) { s.Rooms = 3 })
	for _, who := range []string{"ann", "bob", "eve"} {
		f.open(who, nil)
	}
	tooMany := "-- there are 3 rooms already: please join one of them, /rooms lists them"
	for _, room := range []string{"b", "a"} {
		join(f, "ann", room)
		topic(f, "ann", "of "+room)
	}
	join(f, "bob", "b")
	assert.Equal(t, []string{"bob< " + tooMany}, join(f, "bob", "c"))
	join(f, "ann", "b")
	join(f, "bob", "lobby")
	join(f, "ann", "lobby")
	assert.NotZero(t, f.room("b").row)
	assert.Equal(t, []string{"RoomDropped", "#lobby| -- ann went to #c", "#c| -- ann joined"}, join(f, "ann", "c")[:3])
	assert.Nil(t, f.room("a"), "empty longest")
	assert.NotNil(t, f.room("b"))
	assert.Equal(t, []string{"RoomDropped", "#lobby| -- bob went to #d", "#d| -- bob joined"}, join(f, "bob", "d")[:3])
	assert.Equal(t, []string{"eve< " + tooMany}, join(f, "eve", "e"))
	f.open("op", func(op *Open) { op.Operator = true })
	assert.Equal(t, "#operators| -- op joined", join(f, "op", "operators")[1])
	assert.Equal(t, "@eve#desk| -- eve joined", join(f, "eve", "desk")[1])
	assert.Equal(t, "#lobby| -- eve joined", f.do("eve", protocol.Join{Room: protocol.Lobby})[2])
}

func TestATopicStaysWhenARoomIsEmpty(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", func(op *Open) { op.Room = aRoom("tea") })
	assert.Equal(t, []string{"ann< -- #tea has no topic: /topic TEXT sets one"}, f.do("ann", protocol.Topic{}))
	assert.Equal(t, []string{"#tea| -- ann set the topic: green"}, topic(f, "ann", "green"))
	join(f, "ann", "lobby")
	assert.Equal(t, f.head-1, f.room("tea").Emptied)
	assert.Equal(t, []string{"ann< -- 1 room: #lobby (1, with you)"}, f.do("ann", protocol.Rooms{}), "empty rooms are not listed")
	assert.Contains(t, join(f, "ann", "tea"), "ann< -- topic of #tea: green")
	assert.Equal(t, []string{"ann< -- a topic has at most 512 bytes: please make it shorter"}, topic(f, "ann", fmt.Sprintf("%0513d", 1)))
	topic(f, "ann", "-")
	assert.Equal(t, Room{Name: aRoom("tea"), dirty: f.room("tea").dirty, members: f.room("tea").members}, *f.room("tea"))
	join(f, "ann", "lobby")
	assert.Nil(t, f.room("tea"))
}

func TestATopicOfOneWhoIsIgnored(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	topic(f, "bob", "green")
	f.do("ann", protocol.Ignore{Nick: protocol.MustNick("bob")})
	assert.Equal(t, []string{"ann< -- the topic of #lobby was set by somebody whom you ignore"}, f.do("ann", protocol.Topic{}))
	assert.Equal(t, []string{"bob< -- topic of #lobby: green"}, f.do("bob", protocol.Topic{}))
}

func TestAway(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	away := func(text string) []string { return f.do("ann", protocol.Away{Text: protocol.MustText(text)}) }
	assert.Equal(t, []string{"ann< -- you are not away: /away TEXT says that you are"}, f.do("ann", protocol.Away{}))
	assert.Equal(t, []string{"ann< -- an away text has at most 512 bytes: please make it shorter"}, away(fmt.Sprintf("%0513d", 1)))
	assert.Equal(t, []string{"#lobby| -- ann is away: tea"}, away("tea"))
	assert.True(t, f.membersOf(f.room("lobby")).(protocol.Members).Names[0].Away)
	assert.Equal(t, []string{"#lobby| -- ann is back"}, f.do("ann", protocol.Away{}))
}

// Members that are here are those that would read what is said.
func TestWhoIsHere(t *testing.T) {
	f := newScene(t, nil)
	for n := range MaxNames + 5 {
		f.open(fmt.Sprint("p", n), nil)
	}
	f.loses("p0", protocol.Lost)
	members := f.membersOf(f.room("lobby")).(protocol.Members)
	assert.Equal(t, []any{MaxNames + 4, MaxNames, "p1"}, []any{members.Here, len(members.Names), members.Names[0].Nick.String()})
	f.restarts(time.Second, nil)
	f.resumes("p3", "p3")
	members = f.membersOf(f.room("lobby")).(protocol.Members)
	assert.Equal(t, []any{1, MaxNames}, []any{members.Here, len(members.Names)})
	assert.Equal(t, []any{new(bool), (*bool)(nil)}, []any{members.Names[0].Attached, members.Names[2].Attached})
	assert.Equal(t, []string{"p3< -- 1 room: #lobby (1, with you)"}, f.do("p3", protocol.Rooms{}))
}

// A room that vanishes and is made again is one room, also when all of that is undone.
func TestARoomOnTheWayBack(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", func(op *Open) { op.Room = aRoom("tea") })
	f.open("bob", nil)
	topic(f, "ann", "green")
	f.unsure = true
	before := f.Number()
	topic(f, "ann", "-")
	join(f, "ann", "lobby")
	join(f, "bob", "tea")
	f.Rollback(before + 1)
	assert.Equal(t, []string{"ann< -- topic of #tea: green"}, f.do("ann", protocol.Topic{}))
	assert.Equal(t, "1 in #tea: ann", spell(f.membersOf(f.room("tea")))[len("-- "):])
	assert.Contains(t, join(f, "bob", "tea"), "bob< -- you are in #tea now (2 here)")
}
