package protocol

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A transcript names the author of every kind of event that is recorded, whether the reader is the author or not.
func TestATranscriptNamesWhoDidWhat(t *testing.T) {
	bob, ann, carol := nick(t, "bob"), nick(t, "ann"), nick(t, "carol")
	text := MustText("你好")
	at := Meta{Seq: 7, Time: time.Date(2026, 11, 22, 12, 31, 5, 0, time.Local), Room: Lobby}
	mine := Ack{You: true, Ref: "r1"}
	rows := []struct {
		event Recorded
		want  string
	}{
		{Said{at, bob, text, mine}, "<bob> 你好"},
		{Acted{at, bob, text, mine}, "* bob 你好"},
		{Whispered{at, bob, ann, text, mine}, "[bob -> ann] 你好"},
		{Whispered{at, bob, ann, text, Ack{}}, "[bob -> ann] 你好"},
		{Joined{at, bob}, "-- bob joined"},
		{Left{Meta: at, From: bob, Reason: Kicked, By: ann, Text: text}, "-- bob was kicked by ann: 你好"},
		{Left{Meta: at, From: bob, Reason: Moved, To: Lobby}, "-- bob went to #lobby"},
		{Left{Meta: at, From: bob, Reason: Departed, Text: text}, "-- bob left: 你好"},
		{Left{Meta: at, From: bob, Reason: Replaced}, "-- bob left"},
		{Renamed{at, bob, ann, nil, mine}, "-- bob is now ann"},
		{TopicSet{at, bob, text, mine}, "-- bob set the topic: 你好"},
		{TopicSet{at, bob, Text{}, mine}, "-- bob cleared the topic"},
		{AwaySet{at, bob, text, nil, mine}, "-- bob is away: 你好"},
		{AwaySet{at, bob, Text{}, nil, mine}, "-- bob is back"},
		{Announced{at, bob, text}, "-- bob to everybody: 你好"},
		{Redacted{at, bob}, "-- a line of bob's was taken out here"},
		{VisitorSaid{at, 7, bob, text}, "[@7 bob] 你好"},
		{Replied{at, 7, bob, ann, text, mine}, "[ann -> @7 bob] 你好"},
		{Noted{at, 7, bob, ann, text, mine}, "[@7 bob, note by ann] 你好"},
		{TicketChanged{at, 7, bob, VisitorHanded, ann, carol, "", Text{}, false}, "-- ann hands @7 bob over to carol"},
		{TicketChanged{at, 7, bob, VisitorHeld, ann, Nick{}, "", text, false}, "-- ann asks @7 bob to wait: 你好"},
		{TicketChanged{at, 7, bob, TicketClosed, ann, Nick{}, "", text, false}, "-- ann closed the conversation with @7 bob: 你好"},
		{DutyChanged{at, ann, true, ""}, "-- ann is on duty"},
		{VisitorNotice{at, VisitorTaken, ann, Nick{}, nil, Text{}}, "-- ann is with the visitor now"},
		{VisitorNotice{at, VisitorHanded, ann, carol, nil, Text{}}, "-- ann hands the visitor over to carol"},
		{VisitorNotice{at, VisitorHeld, ann, Nick{}, nil, text}, "-- ann asks the visitor to wait a moment: 你好"},
		{VisitorNotice{at, TicketClosed, ann, Nick{}, nil, text}, "-- ann has closed this conversation: 你好"},
		{VisitorNotice{at, VisitorReturned, ann, Nick{}, nil, Text{}}, "-- ann had to go: the visitor waits again"},
		{VisitorNotice{at, VisitorReturned, ann, Nick{}, &QueuePosition{1, 1}, Text{}}, "-- ann had to go: the visitor waits again"},
		{VisitorNotice{at, VisitorWaits, Nick{}, Nick{}, &QueuePosition{1, 1}, Text{}}, "-- the visitor waits at the desk"},
	}
	seen := map[reflect.Type]bool{}
	for _, row := range rows {
		seen[reflect.TypeOf(row.event)] = true
		assert.Equal(t, "[2026-11-22 12:31] "+row.want+"\n", string(AppendTranscript(nil, row.event)))
	}
	you := regexp.MustCompile(`(?i)\byou(r|rs)?\b`)
	for _, e := range everyEvent(t) { // all their states, too
		if e, ok := e.(Recorded); ok {
			assert.True(t, seen[reflect.TypeOf(e)], "%T has no row", e)
			told := string(AppendTranscript(nil, e))
			assert.NotRegexp(t, you, told)
			assert.Equal(t, 1, strings.Count(told, "\n"))
		}
	}
}
