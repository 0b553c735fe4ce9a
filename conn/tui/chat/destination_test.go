package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/tui"
	"chinwag/conn/tui/tuitest"
	"chinwag/protocol"
)

func sayAt(words string, at destination) protocol.Say {
	return protocol.Say{Text: protocol.MustText(words), Ticket: at.ticket, Room: at.room}
}

var inLobby, atSeven = destination{room: protocol.Lobby}, destination{ticket: 7}

// newView is a view in #lobby.
func newView(operator bool) *View {
	v := New(Options{Operator: operator, Terminal: tuitest.New()})
	v.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	return v
}

func serving(no protocol.Ticket) protocol.Target {
	return protocol.Target{Event: protocol.VisitorTaken, Ticket: no, Nick: nickOf("bob"), Target: no, TargetNick: nickOf("bob"), Room: protocol.Lobby}
}

func TestThePlaceOfAPrompt(t *testing.T) {
	tea, err := protocol.ParseRoom("茶")
	require.NoError(t, err)
	for prompt, want := range map[string]destination{
		"#lobby> ":               inLobby,
		"#茶> ":                   {room: tea},
		"@7 bob> ":               atSeven,
		"@7 bob (gone)> ":        atSeven,
		"@7 bob (in a moment)> ": atSeven,
		"@5000000000 bob> ":      {ticket: 5000000000},
		"nobody> ":               {nobody: true},
		"> ":                     {},
		"":                       {},
		"#lobby":                 {},
		"@bob> ":                 {},
		"7 bob> ":                {},
	} {
		assert.Equal(t, want, destinationOf(prompt), prompt)
	}
}

func TestWhatIsTypedGoesWhereThePromptSays(t *testing.T) {
	v := newView(true)
	assert.Equal(t, sayAt("hello", inLobby), types(v, "hello"))
	v.Hear(serving(7))
	assert.Equal(t, sayAt("hello", atSeven), types(v, "hello"))
	assert.Equal(t, sayAt("/who", atSeven), types(v, "//who"))
	assert.Equal(t, protocol.Reply{Ticket: 8, Text: protocol.MustText("hello")}, types(v, "@8 hello"))
	v.Hear(protocol.Replied{Ticket: 8, To: nickOf("ann"), Text: protocol.MustText("hello"), Ack: protocol.Ack{You: true}})
	assert.Equal(t, protocol.Who{}, types(v, "/who"))
	v.Hear(protocol.TicketChanged{Ticket: 7, From: nickOf("bob"), Event: protocol.VisitorLeft})
	assert.Equal(t, sayAt("hello", atSeven), types(v, "hello"), "it is not said in the room")
	v.Hear(protocol.Target{Room: protocol.Lobby})
	assert.Equal(t, sayAt("hello", inLobby), types(v, "hello"))
}

func TestThePromptOfTheMomentBetween(t *testing.T) {
	v := newView(true)
	for _, step := range []struct {
		hears protocol.Target
		want  string
	}{
		{protocol.Target{Event: protocol.VisitorTaken, Ticket: 7, Nick: nickOf("bob"), Room: protocol.Lobby, Nobody: true}, "@7 bob (in a moment)> "},
		{serving(7), "@7 bob> "},
		{protocol.Target{Event: protocol.TicketClosed, Ticket: 7, Nick: nickOf("bob"), Room: protocol.Lobby, Nobody: true}, "nobody> "},
		{serving(8), "@8 bob> "},
		{protocol.Target{Room: protocol.Lobby}, "#lobby> "},
	} {
		v.Hear(step.hears)
		assert.Equal(t, step.want, v.roster.prompt())
	}
	v.Hear(protocol.Target{Event: protocol.TicketClosed, Ticket: 7, Nick: nickOf("bob"), Room: protocol.Lobby, Nobody: true})
	v.Enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, "#lobby> ", v.roster.prompt())
}

// A line is for where it was begun, whatever the prompt is as Enter is pressed.
func TestALineIsForWhereItWasBegun(t *testing.T) {
	v := newView(true)
	v.Hear(serving(7))
	v.Hear(serving(8))
	assert.Equal(t, sayAt("your pin is 1234", atSeven), v.Parse(tui.Typed{Text: "your pin is 1234", Prompt: "@7 bob> "}))
	assert.Equal(t, sayAt("for the room", inLobby), v.Parse(tui.Typed{Text: "for the room", Prompt: "#lobby> "}))
	assert.Nil(t, v.Parse(tui.Typed{Text: "begun in the moment between", Prompt: "nobody> "}))
	assert.Equal(t, sayAt("typed before the first prompt", destination{}), v.Parse(tui.Typed{Text: "typed before the first prompt", Prompt: "> "}))

	// Commands without a number mean the ticket that the prompt named, too.
	for line, want := range map[string]protocol.Command{
		"/close":        protocol.Close{Ticket: 7},
		"/hold":         protocol.Hold{Ticket: 7},
		"/canned hours": protocol.Canned{Name: protocol.MustText("hours"), Ticket: 7},
		"/close 8 ok":   protocol.Close{Ticket: 8, Text: protocol.MustText("ok")},
		"/canned":       protocol.Canned{},
	} {
		assert.Equal(t, want, v.Parse(tui.Typed{Text: line, Prompt: "@7 bob> "}), line)
	}
	for _, prompt := range []string{"#lobby> ", "nobody> "} {
		for _, line := range []string{"/close", "/hold", "/canned hours"} {
			assert.Nil(t, v.Parse(tui.Typed{Text: line, Prompt: prompt}), "somebody may have been assigned meanwhile")
		}
	}
}

// What is typed ahead of an answer, or pasted with the command, is for where the command leads.
func TestWhatIsTypedAheadIsForWhereTheCommandLeads(t *testing.T) {
	tea, _ := protocol.ParseRoom("tea")
	for command, want := range map[string]destination{
		"/join tea": {room: tea},
		"/take 8":   {ticket: 8},
		"/to 8":     {ticket: 8},
		"/to":       inLobby,
		"/next":     {},
		"@8 hello":  {},
		"/who":      atSeven,
		"/close 7":  atSeven,
		"/desk":     atSeven, // an operator's /queue
	} {
		v := newView(true)
		v.Hear(serving(7))
		require.NotNil(t, types(v, command))
		assert.Equal(t, sayAt("hello", want), types(v, "hello"), command)
		for _, answer := range []protocol.Event{protocol.Refused{}, serving(7)} {
			v.Hear(answer)
			assert.Equal(t, sayAt("hello", atSeven), types(v, "hello"), command)
		}
	}
	v := newView(false)
	require.NotNil(t, types(v, "/desk"))
	assert.Equal(t, sayAt("my screen is black", destination{room: protocol.DeskRoom}), types(v, "my screen is black"))
	v.Hear(protocol.Entered{Room: protocol.DeskRoom})
	assert.Equal(t, sayAt("are you there?", destination{room: protocol.DeskRoom}), types(v, "are you there?"))
}

// A room that was typed is ReplyOrSay wherever lines go, and /part names the room that it leaves: it may be sent twice.
func TestARoomThatIsNamedIsMeant(t *testing.T) {
	tea := parsedRoom(t, "tea")
	v := newView(true)
	v.Hear(protocol.Watched{Room: tea, Here: 1})
	assert.Equal(t, sayAt("hello", destination{room: tea}), types(v, "/say #tea hello"))
	assert.Equal(t, protocol.Part{Room: protocol.Lobby}, types(v, "/part"))
	assert.Equal(t, sayAt("where am I?", destination{}), types(v, "where am I?"), "the server knows what is in front now")
	v.Hear(protocol.PartedFrom{Room: protocol.Lobby, Front: tea})
	assert.Equal(t, "#tea> ", v.roster.prompt())
	assert.Equal(t, sayAt("hello", destination{room: tea}), types(v, "hello"))
	v.Hear(protocol.Watched{Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Part{Room: protocol.Lobby}, types(v, "/part lobby"))
	assert.Equal(t, sayAt("hello", destination{room: tea}), types(v, "hello"), "that was not in front")
	v.Hear(serving(7))
	assert.Equal(t, sayAt("hello", destination{room: tea}), types(v, "/say #tea hello"))
	assert.Equal(t, protocol.Part{Room: tea}, types(v, "/part"))
	v.Hear(protocol.Target{Event: protocol.TicketClosed, Ticket: 7, Nick: nickOf("bob"), Room: tea, Nobody: true})
	assert.Equal(t, sayAt("hello", destination{room: tea}), types(v, "/say #tea hello"))
}

func TestWhatBeginsWithAnAddress(t *testing.T) {
	reply := protocol.Reply{Ticket: 1, Text: protocol.MustText("hi")}
	for _, line := range []string{"@1 hi", " @1 hi", "＠1 hi", "@１ hi", "＠１\u3000hi"} {
		op, bob := newView(true), newView(false)
		assert.Equal(t, reply, types(op, line), line)
		assert.Equal(t, sayAt(line, inLobby), types(bob, line), "the server knows who may say it")
		bob.Hear(protocol.Promoted{})
		assert.Equal(t, reply, types(bob, line), line)
		bob.Enter(protocol.Welcome{Nick: nickOf("guest-3"), Room: protocol.Lobby, Here: 1})
		assert.Equal(t, reply, types(bob, line), "the server has forgotten who is an operator")
	}
	for _, line := range []string{"@1", "@1: hi", "@1hi", "@01 x", "@0 x", " ＠1，x"} {
		op, bob := newView(true), newView(false)
		assert.Nil(t, types(op, line), line)
		assert.Equal(t, sayAt(line, inLobby), types(bob, line), line)
	}
}

// A /close of many means no visitor in the prompt, wherever lines go; what comes of it is told in a notice, and not of
// each.
func TestACloseOfManyIsForNobodyInThePrompt(t *testing.T) {
	v := &View{}
	v.roster.operator = true
	for _, line := range []string{"/close 10-900", "/close from 192.0.2.7 bye"} {
		typed, err := protocol.ParseCommand(line)
		require.NoError(t, err)
		for _, at := range []destination{{ticket: 7}, {nobody: true}, {room: protocol.Lobby}} {
			cmd, err := v.address(typed, at)
			require.NoError(t, err)
			assert.Equal(t, typed, cmd)
		}
	}
}
