package chat

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// knows makes what the client of a member of the lobby, or of an operator there, knows of rooms, members and visitors.
func knows(t *testing.T, operator bool, more ...protocol.Event) *Roster {
	t.Helper()
	p := &Roster{}
	ann := nickOf("ann")
	p.Enter(protocol.Welcome{Nick: ann, Room: protocol.Lobby, Here: 4})
	var names []protocol.Member
	for _, n := range []string{"ann", "Bob", "carol", "小明"} {
		names = append(names, protocol.Member{Nick: nickOf(n)})
	}
	p.Hear(protocol.Members{Room: protocol.Lobby, Here: 4, Names: names})
	if operator {
		p.Hear(protocol.Promoted{})
	}
	for _, e := range more {
		p.Hear(e)
	}
	return p
}

func parsedRoom(t *testing.T, s string) protocol.Room {
	t.Helper()
	r, err := protocol.ParseRoom(s)
	assert.NoError(t, err)
	return r
}

func TestMembersComplete(t *testing.T) {
	p := knows(t, false, protocol.RoomList{Count: 3, Rooms: []protocol.RoomInfo{{Room: protocol.Lobby}, {Room: parsedRoom(t, "tea")}, {Room: parsedRoom(t, "茶室")}}})
	p.Hear(protocol.Left{Meta: protocol.Meta{Room: protocol.Lobby}, From: nickOf("dan"), Reason: protocol.Moved, To: parsedRoom(t, "beer")})
	for before, want := range map[string][]string{
		"/join ": {"#beer", "#tea", "#茶室"}, "/join t": {"#tea"}, "/join #T": {"#tea"}, "/join ＃茶": {"#茶室"}, "/join tea b": nil, "/JOIN b": {"#beer"}, "／join b": {"#beer"},
		"/help hi": {"history"}, "/help /hi": {"/history"}, "/help ki": nil,
		"/hi": {"/history "}, "／hi": {"/history "}, "/HI": {"/history "}, "/ki": nil, "/resu": nil, "/lea": nil, "//m": nil, "/nosuch b": nil, "/kick b": nil,
		"@b": {"@Bob "}, "@": {"@Bob ", "@carol ", "@小明 "}, "look @c": {"@carol "}, "你好@小": {"你好@小明 "}, "(@b": {"(@Bob "}, "me@b": nil, "@B": {"@Bob "}, "＠小": {"@小明 "}, "@7": nil,
		"b": {"Bob: "}, "小": {"小明: "}, "hello 小": {"小明 "}, "/msg 小": {"小明 "}, "/msg @小": {"小明 "}, "/msg bob c": {"carol "}, "/me hugs b": {"Bob "}, "/topic b": {"Bob "}, "/ignore b": {"Bob "},
		"/nick b": nil, "/who b": {"#beer"}, "/rooms b": nil, "/join b c": nil,
		"/echo o": {"on", "off"}, "/echo of": {"off"}, "/echo on b": nil, "/forget ": {"yes"},
		"/history ": {"all", "since ", "before ", "around "}, "/history s": {"since "}, "/history 5 b": nil,
		"/take ": nil, "/canned ": nil, "/duty ": nil,
	} {
		assert.Equal(t, want, p.complete(before), "%q", before)
	}
	assert.Contains(t, p.complete("/help "), "history")
	assert.NotContains(t, p.complete("/help "), "kick")
}

func TestRoomsThatOneIsInComplete(t *testing.T) {
	p := knows(t, false, protocol.Watched{Room: parsedRoom(t, "tea"), Here: 2}, protocol.Watched{Room: parsedRoom(t, "茶"), Here: 1})
	for before, want := range map[string][]string{
		"/say ": {"#lobby ", "#tea ", "#茶 "}, "/say #t": {"#tea "}, "/say t": {"#tea "}, "/say ＃茶": {"#茶 "}, "/say #tea b": {"Bob "},
		"/part ": {"#lobby", "#tea", "#茶"}, "/part #te": {"#tea"}, "/topic #t": {"#tea "}, "/topic b": {"Bob "}, "/watch t": {"#tea"}, "/who #t": {"#tea"},
		"/pa": {"/part "}, "/sa": {"/say "}, "/wa": {"/watch "}, "/rooms t": nil,
	} {
		assert.Equal(t, want, p.complete(before), "%q", before)
	}
	assert.Nil(t, knows(t, false).complete("/pa"), "there is nothing to leave")
	p.Hear(protocol.Entered{Room: protocol.DeskRoom, Desk: &protocol.QueuePosition{}})
	assert.Nil(t, p.complete("/part "))
	assert.Nil(t, p.complete("/say "))
}

func TestVisitorsComplete(t *testing.T) {
	var p Roster
	p.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{}})
	assert.Equal(t, []string{"/leave"}, p.complete("/l"))
	assert.Nil(t, p.complete("/ms"), "the desk is no room")
	assert.Equal(t, []string{"/join "}, p.complete("/jo"))
	p.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{}, NoRooms: true})
	assert.Nil(t, p.complete("/jo"), "there are no rooms")
	assert.Nil(t, p.complete("/help ro"))
}

func TestOperatorsCompleteTheDesk(t *testing.T) {
	at := func(no protocol.Ticket, n string) protocol.TicketChanged {
		return protocol.TicketChanged{Ticket: no, From: nickOf(n), Event: protocol.VisitorWaits}
	}
	p := knows(t, true, at(7, "zoe"), at(8, "小红"), at(12, "eve"), at(13, "gone"),
		protocol.TicketChanged{Ticket: 13, From: nickOf("gone"), Event: protocol.VisitorLeft},
		protocol.TicketChanged{Ticket: 12, From: nickOf("eve"), Event: protocol.VisitorRenamed, To: nickOf("eva")},
		protocol.QueueRow{Ticket: 7, Nick: nickOf("zoe"), Addr: "192.0.2.7"}, protocol.QueueRow{Ticket: 8, Nick: nickOf("小红"), Addr: "192.0.2.7"},
		protocol.QueueInfo{Operators: []protocol.OperatorInfo{{Nick: nickOf("operator")}, {Nick: nickOf("olga")}, {Nick: nickOf("ann")}}},
		protocol.DutyChanged{From: nickOf("olga"), Reason: protocol.Departed},
		protocol.CannedList{Names: []string{"bye", "hours", "你好"}})
	all := []string{"7 \tzoe", "8 \t小红", "12 \teva"}
	for before, want := range map[string][]string{
		"/take ": all, "/to ": all, "/hand ": all, "/hold ": all, "/note ": all, "/transcript ": all, "/take 1": {"12 \teva"}, "/take @1": {"12 \teva"},
		"/take 小": {"8 \t小红"}, "/to Z": {"7 \tzoe"}, "/take 7 ": nil, "/note 7 b": {"Bob "}, "/transcript 7 ": nil,
		"/close ": append(append([]string{}, all...), "from "), "/close f": {"from "}, "/close from ": {"192.0.2.7"}, "/close from 10.": nil, "/close 7 c": {"carol "},
		"/hand 7 ": {"operator "}, "/hand 7 op": {"operator "}, "/hand 7 b": {"Bob "},
		"@": {"@7 \tzoe", "@8 \t小红", "@12 \teva", "@Bob ", "@carol ", "@小明 "}, "@1": {"@12 \teva"}, "@小": {"@8 \t小红", "@小明 "}, "look @小": {"@小明 "},
		"/canned ": {"bye", "hours", "你好"}, "/canned 你": {"你好"}, "/canned bye ": {"7\tzoe", "8\t小红", "12\teva"}, "/duty ": {"on", "off"}, "/queue ": {"all"}, "/queue a": {"all"}, "/que": {"/queue "}, "/help que": {"queue"},
		"/kick b": {"Bob "}, "/kick bob 10m c": {"carol "}, "/op": nil, "/resu": nil,
	} {
		assert.Equal(t, want, p.complete(before), "%q", before)
	}
}

func TestWhatIsSeenIsBounded(t *testing.T) {
	p := knows(t, true)
	for i := range 3 * maxCandidates {
		p.Hear(protocol.Entered{Room: parsedRoom(t, fmt.Sprint("r", i))})
		p.Hear(protocol.TicketChanged{Ticket: protocol.Ticket(i + 1), From: nickOf(fmt.Sprint("v", i)), Event: protocol.VisitorTaken, By: nickOf(fmt.Sprint("o", i))})
	}
	assert.Len(t, p.known.rooms, maxCandidates)
	assert.Len(t, p.known.visitors, maxCandidates)
	assert.Len(t, p.known.operators, maxCandidates)
	assert.Contains(t, p.known.visitors, protocol.Ticket(3*maxCandidates), "the last")
	assert.Contains(t, p.known.rooms, fmt.Sprint("#r", 3*maxCandidates-1))
	p.Hear(protocol.RoomList{Count: 1, Rooms: []protocol.RoomInfo{{Room: parsedRoom(t, "milk")}}, Words: protocol.MustText("milk")})
	assert.Len(t, p.known.rooms, maxCandidates, "there are others, without these words")
	p.Hear(protocol.RoomList{Count: 1, Rooms: []protocol.RoomInfo{{Room: parsedRoom(t, "tea")}}})
	assert.Len(t, p.known.rooms, 1, "a whole list is the truth")
}
