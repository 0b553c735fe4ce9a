package state

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func TestAReply(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 2)
	d := f.decide("op0", Command{Command: protocol.Reply{Ref: "1", Ticket: 1, Text: protocol.MustText("hello")}})
	var told []Event
	for _, e := range d.Events {
		if e.Seq > 0 {
			told = append(told, e)
		}
	}
	require.Len(t, told, 4, "it is taken first")
	visit := Conversation(f.ids["v1"])
	assert.Equal(t, []Stream{visit, Desk, visit, Desk}, []Stream{told[0].Stream, told[1].Stream, told[2].Stream, told[3].Stream})
	assert.Equal(t, protocol.VisitorTaken, told[1].What.(protocol.TicketChanged).Event)
	theirs, ours := told[2].What.(protocol.Said), told[3].What.(protocol.Replied)
	assert.Equal(t, theirs.ID, ours.ID, "both tell of the same")
	assert.Zero(t, theirs.Ack)
	assert.Equal(t, protocol.Ack{You: true, Ref: "1"}, ours.Ack)
	assert.Contains(t, f.words("op0"), "-- you have @1 v1: what you type goes there")
	f.says("op0", "and so on")
	assert.Contains(t, f.words("v1"), "<op0> hello\n<op0> and so on")
	f.forget()
	f.do("op0", protocol.Reply{Ref: "2", Ticket: 2, Text: protocol.MustText("you, too")})
	assert.Contains(t, f.words("op0"), "-- you have @2 v2: what you type goes to @1 v1", "where lines go is as it was")
	f.do("op1", protocol.Reply{Ticket: 2, Text: protocol.MustText("no, mine")})
	assert.Contains(t, f.words("op1"), "nobody has heard that: op0 has @2 v2")
	f.says("op1", "and this belongs to it")
	assert.Contains(t, f.words("op1"), "nobody has heard that: it came together with the line before")
	assert.NotContains(t, f.words("v2"), "mine")
	d = f.decide("op0", Command{Command: protocol.Reply{Ref: "2", Ticket: 2, Text: protocol.MustText("you, too")}})
	assert.Empty(t, d.Events, "it was said already")
}

func TestAnAnswerThatIsTyped(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 1)
	f.comes("ann", false)
	f.forget()
	f.says("op0", "@1 hello", "@1", "@7 hello", "@0 hello", "＠１　again")
	seen := f.words("op0")
	assert.Contains(t, seen, "did you mean @1 TEXT?")
	assert.Contains(t, seen, "nobody has heard that: there is no visitor @7 here")
	assert.Contains(t, seen, "no visitor has that number")
	assert.Contains(t, f.words("v1"), "<op0> hello\n<op0> again")
	assert.NotContains(t, f.words("ann"), "<op0>")
	f.says("ann", "@1 your pin is 1234")
	assert.Contains(t, f.words("ann"), "nobody has heard that: a line that begins with the number of a visitor")
	f.says("ann", "@9 am then?", "@1")
	assert.Contains(t, f.words("ann"), "<ann> @9 am then?\n<ann> @1")
}

func TestAReplyGoesToASessionAndToNoName(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 2)
	f.do("op0", protocol.Take{Ticket: 1})
	f.do("v1", protocol.Rename{Nick: protocol.MustNick("other")})
	f.do("v2", protocol.Rename{Nick: protocol.MustNick("v1")})
	f.forget()
	f.says("op0", "for the first")
	assert.Contains(t, f.words("v1"), "<op0> for the first")
	assert.Empty(t, f.words("v2"))
	f.breaks("v1")
	f.says("op0", "for later")
	assert.Contains(t, f.words("op0"), "@1 other is not connected just now: your words are kept until they are back")
	assert.NotContains(t, f.words("v2"), "for later")
}

func TestAReplyToAMessage(t *testing.T) {
	f := newShift(t, shiftSettings(), 0, 2)
	f.says("v1", "hello?")
	f.do("v1", protocol.LeaveDesk{})
	f.says("v2", "hello?")
	f.do("v2", protocol.Quit{})
	f.comes("op0", true)
	f.forget()
	f.do("op0", protocol.Reply{Ticket: 1, Text: protocol.MustText("here")})
	assert.Contains(t, f.words("v1"), "[op0 -> you] here")
	t.Run("of a session that is over", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 0, 0)
		f.comesWith("bare", false, false)
		f.do("bare", protocol.Desk{Text: protocol.MustText("hello?")}, protocol.Quit{})
		f.comes("op0", true)
		f.do("op0", protocol.Reply{Ticket: 1, Text: protocol.MustText("here")})
		assert.Contains(t, f.words("op0"), "nobody has heard that: @1 bare has gone, and cannot come back to it: /close 1 ends it")
	})
}

func TestAnAnswerToWhoComesJustNow(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.forget()
	f.says("op0", "@1 hello", "and so on")
	assert.Contains(t, f.words("op0"), "-- you have @1 v1: what you type goes there")
	assert.Contains(t, f.words("v1"), "<op0> hello\n<op0> and so on")
}

// A session at the bare door cannot have been an operator, so its line is said as it was sent.
func TestTheBareDoorSaysWhatItIsSent(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 1)
	f.comesWith("bare", false, false)
	f.says("bare", "@1 hello")
	assert.Contains(t, f.words("op0"), "<bare> @1 hello")
}

func TestWhatFollowsAnAnswerWithoutWords(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 1)
	f.says("op0", "@1", "your pin is 1234")
	assert.Contains(t, f.words("op0"), "nobody has heard that: it came together with the line before")
	assert.NotContains(t, f.words("op1"), "1234")
}

func TestReadyReplies(t *testing.T) {
	set := shiftSettings()
	set.Replies = []Canned{{"hours", protocol.MustText("we are here from 9 to 5")}, {"thanks", protocol.MustText("thank you")}}
	f := newShift(t, set, 1, 2)
	d := f.decide("op0", Command{Command: protocol.Canned{}})
	assert.Equal(t, protocol.CannedList{Names: []string{"hours", "thanks"}}, d.Answers[0].Event)
	say := func(name string, no protocol.Ticket) {
		f.do("op0", protocol.Canned{Name: protocol.MustText(name), Ticket: no})
	}
	say("thanks", 0)
	assert.Contains(t, f.words("op0"), "nobody has heard that: whom do you mean?")
	say("no", 1)
	assert.Contains(t, f.words("op0"), "there is no ready reply of that name: /canned lists them")
	say("thanks", 2)
	say("hours", 0)
	assert.Contains(t, f.words("v2"), "<op0> thank you\n<op0> we are here from 9 to 5")
	t.Run("of which there are none", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 0)
		d := f.decide("op0", Command{Command: protocol.Canned{}})
		assert.Equal(t, protocol.CannedList{Names: []string{}}, d.Answers[0].Event)
	})
}

func TestANote(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 1)
	f.do("op0", protocol.Note{Ticket: 1, Text: protocol.MustText("a nice one")}, protocol.Note{Ref: "n", Ticket: 2, Text: protocol.MustText("who?")})
	assert.Contains(t, f.words("op1"), "a nice one")
	assert.NotContains(t, f.words("v1"), "nice")
	assert.Contains(t, f.words("op0"), "there is no visitor @2 here: /queue shows who is")
	assert.Equal(t, "waits", f.holder(1))
}

func TestATranscript(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 2)
	f.do("op0", protocol.Transcript{})
	assert.Contains(t, f.words("op0"), "whose? Please name the number, /queue shows them")
	f.do("op0", protocol.Transcript{Ticket: 3})
	assert.Contains(t, f.words("op0"), "there has been no visitor @3 since this server began: /queue shows who is here")
	f.do("v2", protocol.Quit{})
	f.do("op0", protocol.Take{Ticket: 1})
	f.forget()
	f.do("op0", protocol.Transcript{}, protocol.Transcript{Ticket: 2})
	assert.Equal(t, "{Ticket:@1 Lines:-1}\n{Ticket:@2 Lines:-1}", f.words("op0"))
}

// What is said in a room is looked at for where it goes, and costs nothing for that.
func TestALineForTheRoomCostsNothing(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 0)
	f.comes("ann", false)
	for _, who := range []string{"ann", "op0"} {
		s := f.of(who)
		for _, cmd := range []protocol.Say{{Text: protocol.MustText("hello")}, {Text: protocol.MustText("hello"), Room: protocol.Lobby}} {
			assert.Zero(t, testing.AllocsPerRun(100, func() {
				if f.addressed(s, cmd) || f.checkDestination(s, cmd) != nil {
					t.Fatal("it is for the room")
				}
			}))
		}
	}
}
