package main

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/tui"
	"chinwag/hub"
	"chinwag/protocol"
)

func sayAt(words string, at place) protocol.Say {
	return protocol.Say{Text: protocol.MustText(words), Ticket: at.ticket, Room: at.room}
}

var inLobby, atSeven = place{room: protocol.Lobby}, place{ticket: 7}

// faceOf is somebody's face in #lobby.
func faceOf(operator bool) *face {
	f := newFace(operator, false, newGlass())
	f.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	return f
}

func serving(no protocol.Ticket) protocol.Target {
	return protocol.Target{Event: protocol.VisitorTaken, Ticket: no, Nick: nickOf("bob"), Target: no, TargetNick: nickOf("bob"), Room: protocol.Lobby}
}

func TestThePlaceOfAPrompt(t *testing.T) {
	tea, err := protocol.ParseRoom("茶")
	require.NoError(t, err)
	for prompt, want := range map[string]place{
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
		assert.Equal(t, want, placeOf(prompt), prompt)
	}
}

func TestWhatIsTypedGoesWhereThePromptSays(t *testing.T) {
	f := faceOf(true)
	assert.Equal(t, sayAt("hello", inLobby), types(f, "hello"))
	f.heard(serving(7))
	assert.Equal(t, sayAt("hello", atSeven), types(f, "hello"))
	assert.Equal(t, sayAt("/who", atSeven), types(f, "//who"))
	assert.Equal(t, protocol.Reply{Ticket: 8, Text: protocol.MustText("hello")}, types(f, "@8 hello"))
	f.heard(protocol.Replied{Ticket: 8, To: nickOf("ann"), Text: protocol.MustText("hello"), Ack: protocol.Ack{You: true}})
	assert.Equal(t, protocol.Who{}, types(f, "/who"))
	f.heard(protocol.TicketChanged{Ticket: 7, From: nickOf("bob"), Event: protocol.VisitorLeft})
	assert.Equal(t, sayAt("hello", atSeven), types(f, "hello"), "it is not said in the room")
	f.heard(protocol.Target{Room: protocol.Lobby})
	assert.Equal(t, sayAt("hello", inLobby), types(f, "hello"))
}

func TestThePromptOfTheMomentBetween(t *testing.T) {
	f := faceOf(true)
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
		f.heard(step.hears)
		assert.Equal(t, step.want, f.here.prompt())
	}
	f.heard(protocol.Target{Event: protocol.TicketClosed, Ticket: 7, Nick: nickOf("bob"), Room: protocol.Lobby, Nobody: true})
	f.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, "#lobby> ", f.here.prompt())
}

// A line is for where it was begun, whatever the prompt is as Enter is pressed.
func TestALineIsForWhereItWasBegun(t *testing.T) {
	f := faceOf(true)
	f.heard(serving(7))
	f.heard(serving(8))
	assert.Equal(t, sayAt("your pin is 1234", atSeven), f.parse(tui.Typed{Text: "your pin is 1234", Prompt: "@7 bob> "}))
	assert.Equal(t, sayAt("for the room", inLobby), f.parse(tui.Typed{Text: "for the room", Prompt: "#lobby> "}))
	assert.Nil(t, f.parse(tui.Typed{Text: "begun in the moment between", Prompt: "nobody> "}))
	assert.Equal(t, sayAt("typed before the first prompt", place{}), f.parse(tui.Typed{Text: "typed before the first prompt", Prompt: "> "}))

	// Commands without a number mean whom the prompt named, too.
	for line, want := range map[string]protocol.Command{
		"/close":        protocol.Close{Ticket: 7},
		"/hold":         protocol.Hold{Ticket: 7},
		"/canned hours": protocol.Canned{Name: protocol.MustText("hours"), Ticket: 7},
		"/close 8 ok":   protocol.Close{Ticket: 8, Text: protocol.MustText("ok")},
		"/canned":       protocol.Canned{},
	} {
		assert.Equal(t, want, f.parse(tui.Typed{Text: line, Prompt: "@7 bob> "}), line)
	}
	for _, prompt := range []string{"#lobby> ", "nobody> "} {
		for _, line := range []string{"/close", "/hold", "/canned hours"} {
			assert.Nil(t, f.parse(tui.Typed{Text: line, Prompt: prompt}), "somebody may have been assigned meanwhile")
		}
	}
}

// What is typed ahead of an answer, or pasted with the command, is for where the command leads.
func TestWhatIsTypedAheadIsForWhereTheCommandLeads(t *testing.T) {
	tea, _ := protocol.ParseRoom("tea")
	for command, want := range map[string]place{
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
		f := faceOf(true)
		f.heard(serving(7))
		require.NotNil(t, types(f, command))
		assert.Equal(t, sayAt("hello", want), types(f, "hello"), command)
		for _, answer := range []protocol.Event{protocol.Refused{}, serving(7)} {
			f.heard(answer)
			assert.Equal(t, sayAt("hello", atSeven), types(f, "hello"), command)
		}
	}
	f := faceOf(false)
	require.NotNil(t, types(f, "/desk"))
	assert.Equal(t, sayAt("my screen is black", place{room: protocol.DeskRoom}), types(f, "my screen is black"))
	f.heard(protocol.Entered{Room: protocol.DeskRoom})
	assert.Equal(t, sayAt("are you there?", place{room: protocol.DeskRoom}), types(f, "are you there?"))
}

// A room that was typed is meant wherever lines go, and /part names the room that it leaves: it may be sent twice.
func TestARoomThatIsNamedIsMeant(t *testing.T) {
	tea := parsedRoom(t, "tea")
	f := faceOf(true)
	f.heard(protocol.Watched{Room: tea, Here: 1})
	assert.Equal(t, sayAt("hello", place{room: tea}), types(f, "/say #tea hello"))
	assert.Equal(t, protocol.Part{Room: protocol.Lobby}, types(f, "/part"))
	assert.Equal(t, sayAt("where am I?", place{}), types(f, "where am I?"), "the server knows what is in front now")
	f.heard(protocol.PartedFrom{Room: protocol.Lobby, Front: tea})
	assert.Equal(t, "#tea> ", f.here.prompt())
	assert.Equal(t, sayAt("hello", place{room: tea}), types(f, "hello"))
	f.heard(protocol.Watched{Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Part{Room: protocol.Lobby}, types(f, "/part lobby"))
	assert.Equal(t, sayAt("hello", place{room: tea}), types(f, "hello"), "that was not in front")
	f.heard(serving(7))
	assert.Equal(t, sayAt("hello", place{room: tea}), types(f, "/say #tea hello"))
	assert.Equal(t, protocol.Part{Room: tea}, types(f, "/part"))
	f.heard(protocol.Target{Event: protocol.TicketClosed, Ticket: 7, Nick: nickOf("bob"), Room: tea, Nobody: true})
	assert.Equal(t, sayAt("hello", place{room: tea}), types(f, "/say #tea hello"))
}

func TestWhatBeginsWithAnAddress(t *testing.T) {
	reply := protocol.Reply{Ticket: 1, Text: protocol.MustText("hi")}
	for _, line := range []string{"@1 hi", " @1 hi", "＠1 hi", "@１ hi", "＠１\u3000hi"} {
		op, bob := faceOf(true), faceOf(false)
		assert.Equal(t, reply, types(op, line), line)
		assert.Equal(t, sayAt(line, inLobby), types(bob, line), "the server knows who may say it")
		bob.heard(protocol.Promoted{})
		assert.Equal(t, reply, types(bob, line), line)
		bob.enter(protocol.Welcome{Nick: nickOf("guest-3"), Room: protocol.Lobby, Here: 1})
		assert.Equal(t, reply, types(bob, line), "the server has forgotten who is an operator")
	}
	for _, line := range []string{"@1", "@1: hi", "@1hi", "@01 x", "@0 x", " ＠1，x"} {
		op, bob := faceOf(true), faceOf(false)
		assert.Nil(t, types(op, line), line)
		assert.Equal(t, sayAt(line, inLobby), types(bob, line), line)
	}
}

// The same for a pipe, which knows only that it sent a password.
func TestAPipeAnswersAsAnOperatorOrSaysIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		in.server = conn.NewServer(in.hub, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { return p == "sesame" }})
		defer in.stop()
		bob, op, ann := pipedRun{}, pipedRun{}, pipedRun{}
		bob.join(t, in.as("bob", hub.Identity{}), "@2pm then?\n@7 o'clock\n ＠7 o'clock\n")
		assert.Zero(t, bob.code)
		op.join(t, in.as("op", hub.Identity{}), "/operator\nsesame\n@7 your pin is 1234\n@7: 1234\n ＠7 1234\n")
		assert.NotZero(t, op.code)
		assert.Contains(t, op.err.String(), "there is no visitor @7 here")
		assert.Contains(t, op.err.String(), "did you mean @7 TEXT?")
		ann.join(t, in.as("ann", hub.Identity{}), "/history all\n")
		for _, line := range []string{"@2pm then?", "@7 o'clock", " ＠7 o'clock"} {
			assert.Contains(t, ann.out.String(), "<bob> "+line+"\n")
		}
		assert.NotContains(t, ann.out.String(), "1234")
	})
}
