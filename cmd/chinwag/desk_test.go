package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/tui"
	"chinwag/hub"
	"chinwag/protocol"
)

// written is a file with these words.
func written(t *testing.T, words string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(words), 0o644))
	return path
}

func TestLoadPassword(t *testing.T) {
	none, _, err := loadPassword("")
	require.NoError(t, err)
	assert.Nil(t, none)
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, savePassword(path, "芝麻开门"))
	knows, _, err := loadPassword(path)
	require.NoError(t, err)
	assert.True(t, knows("芝麻开门"))
	assert.False(t, knows("芝麻关门"))
	assert.False(t, knows(""))
	const no = "FILE does not hold what chinwag password writes: make it with chinwag password FILE"
	for words, want := range map[string]string{
		"":              no,
		"open sesame\n": no,
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$":                                no, // which anything would match
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFz":                            no, // cut off
		"$argon2id$v=19$m=64,t=1,p=1$$aGFzaGhhc2hoYXNoaGFzaA":                                no,
		"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA":          no, // the check of a password would end the server
		"$argon2id$v=19$m=64,t=1,p=0$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA":          no,
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + strings.Repeat("aGFz", 1000): no,
		"\xff\xfe$\x00a\x00": "the file with the operators' password FILE is written in UTF-16: save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)",
		"$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g": "the hash in FILE asks for more than a server has for it: make it with chinwag password FILE",
	} {
		path := written(t, words)
		_, _, err := loadPassword(path)
		assert.EqualError(t, err, strings.ReplaceAll(want, "FILE", path))
	}
}

func nickOf(s string) protocol.Nick {
	n, err := protocol.ParseNick(s)
	if err != nil {
		panic(err)
	}
	return n
}

func TestThePromptSaysWhereTheNextLineGoes(t *testing.T) {
	p := people{console: true}
	p.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
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
		p.hear(step.hears)
		assert.Equal(t, step.want, p.prompt(), "%+v", step.hears)
	}
	p.hear(protocol.Target{Target: 8, TargetNick: bob})
	p.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, "#lobby> ", p.prompt(), "a new beginning")
}

func TestTheStatusOfAVisitor(t *testing.T) {
	var p people
	p.enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{Place: 1}})
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
		p.hear(step.hears)
		assert.Equal(t, step.want, p.status(), "%+v", step.hears)
	}
}

func TestOperatorsComplete(t *testing.T) {
	var p people
	p.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Here: 2})
	p.hear(protocol.Members{Room: protocol.Lobby, Here: 2, Names: []protocol.Member{{Nick: nickOf("carol")}, {Nick: nickOf("operator")}}})
	assert.Empty(t, p.complete("/que"), "no operator yet")
	p.hear(protocol.Promoted{})
	assert.True(t, p.serves())
	assert.Equal(t, []string{"/queue "}, p.complete("/que"))
	p.hear(protocol.CannedList{Names: []string{"bye", "hours", "你好"}})
	assert.Equal(t, []string{"bye", "hours", "你好"}, p.complete("/canned "))
	assert.Equal(t, []string{"hours"}, p.complete("/canned H"))
	assert.Equal(t, []string{"operator "}, p.complete("/hand 7 op"))
	p.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby, Resumed: true})
	assert.True(t, p.serves(), "the same session")
	p.enter(protocol.Welcome{Nick: nickOf("carol"), Room: protocol.Lobby})
	assert.False(t, p.serves(), "another one")
}

// types is what becomes of a typed line.
func types(f *face, line string) protocol.Command {
	return f.parse(tui.Typed{Text: line, Prompt: f.here.prompt()})
}

func TestTheFaceAsksForThePassword(t *testing.T) {
	f := newFace(false, false, newGlass())
	f.enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, passwordPrompt, f.secretAfter("/operator"))
	assert.Empty(t, f.secretAfter("hello"))
	assert.Empty(t, f.secretAfter("//operator"))
	assert.Nil(t, types(f, "/operator"), "it is sent with the password")
	assert.Equal(t, protocol.Operator{Password: "/quit 芝麻"}, f.parse(tui.Typed{Text: "/quit 芝麻", Secret: true}))
	assert.Nil(t, f.parse(tui.Typed{Secret: true}))
	assert.Nil(t, f.parse(tui.Typed{Text: strings.Repeat("x", protocol.MaxSecret+1), Secret: true}))
	f.heard(protocol.Promoted{})
	assert.Empty(t, f.secretAfter("/operator"), "one already")
	assert.Nil(t, types(f, "/operator"))
}

// Nobody is asked for who is at the desk: the answer would be told to somebody who did not ask.
func TestTheFaceDoesNotAskAtTheDesk(t *testing.T) {
	f := newFace(false, false, newGlass())
	f.enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{Place: 1, OnDuty: 1}})
	assert.Empty(t, f.asks)
	f.heard(protocol.Entered{Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Who{}, <-f.asks)
	f.heard(protocol.Entered{Room: protocol.DeskRoom, Here: 1})
	assert.Empty(t, f.asks)
}

// A waiting visitor rings once: neither its words, nor what operators do, ring again.
func TestAVisitorRingsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGlass()
		f, ended := newFace(true, false, g), make(chan error, 1)
		go func() { ended <- f.run() }()
		bob, carol, operator := nickOf("bob"), nickOf("carol"), nickOf("operator")
		f.enter(protocol.Welcome{Nick: operator, Room: protocol.Lobby, Here: 1})
		for _, step := range []struct {
			hears protocol.Event
			rings bool
		}{
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorWaits}, true},
			{protocol.VisitorSaid{Ticket: 7, From: bob, Text: protocol.MustText("operator, are you there?")}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorTaken, By: carol}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorHanded, By: carol, To: nickOf("dan")}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorHanded, By: carol, To: operator}, true},
			{protocol.Replayed{Event: protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorWaits}}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorLeft}, false},
		} {
			time.Sleep(2 * time.Second) // the bell rings once a second at the most
			g.mu.Lock()
			g.beeps = 0
			g.mu.Unlock()
			f.heard(step.hears)
			time.Sleep(time.Second)
			synctest.Wait()
			g.mu.Lock()
			assert.Equal(t, step.rings, g.beeps == 1, "%+v", step.hears)
			g.mu.Unlock()
		}
		f.screen.Stop()
		require.NoError(t, <-ended)
	})
}

// saving is an operator's face, and a folder.
func saving(t *testing.T) (f *face, g *glass, dir string) {
	t.Helper()
	g = newGlass()
	f, dir = newFace(true, false, g), t.TempDir()
	ended := make(chan error, 1)
	go func() { ended <- f.run() }()
	t.Cleanup(func() { f.screen.Stop(); require.NoError(t, <-ended) })
	f.enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	t.Chdir(dir)
	return f, g, dir
}

func past(ticket protocol.Ticket, text string) protocol.Replayed {
	return protocol.Replayed{Event: protocol.VisitorSaid{Ticket: ticket, From: nickOf("bob"), Text: protocol.MustText(text)}}
}

func TestATranscriptIsSaved(t *testing.T) {
	f, g, _ := saving(t)
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(f, "/transcript @7 a file.txt"))
	f.heard(past(7, "my screen is black"))
	assert.Nil(t, types(f, "/transcript 8 other.txt"))
	g.shows(t, "-- the transcript of @7 is still being saved: please try again then")
	assert.NoFileExists(t, "other.txt")
	f.heard(past(8, "somebody else"))
	f.heard(past(7, "which one?"))
	f.heard(protocol.HistoryEnd{})
	g.shows(t, "-- the transcript of @7 is saved as a file.txt (2 lines)")
	g.shows(t, "[@8 bob] somebody else")
	words, err := os.ReadFile("a file.txt")
	require.NoError(t, err)
	assert.Regexp(t, `\A\[[^\]]+\] \[@7 bob\] my screen is black\n\[[^\]]+\] \[@7 bob\] which one\?\n\z`, string(words))
	at, err := os.Stat("a file.txt")
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), at.Mode().Perm())

	assert.Nil(t, types(f, "/transcript 7 a file.txt"))
	g.shows(t, "-- the transcript cannot be saved as a file.txt: something of that name is there already")
	assert.Nil(t, types(f, "/transcript 7 no/such/place"))
	g.shows(t, "-- the transcript cannot be saved as no/such/place: there is no such file or folder")
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(f, "/transcript 7"), "to the screen")
	f.heard(past(7, "on the screen"))
	g.shows(t, "[@7 bob] on the screen")
}

// No file is left where there is nothing to save.
func TestATranscriptThatIsNone(t *testing.T) {
	f, g, _ := saving(t)
	assert.Equal(t, protocol.Transcript{Ticket: 9}, types(f, "/transcript 9 nine.txt"))
	f.heard(protocol.HistoryEnd{})
	g.shows(t, "-- no transcript is saved: there is none of @9")
	assert.NoFileExists(t, "nine.txt")

	assert.NotNil(t, types(f, "/transcript 7 seven.txt"))
	f.enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	g.shows(t, "-- no transcript is saved: the connection was lost")
	assert.NoFileExists(t, "seven.txt")
	assert.NotNil(t, types(f, "/transcript 7 seven.txt"))
	f.heard(past(7, "my screen"))
	f.enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	g.shows(t, "-- the transcript is not whole in seven.txt: the connection was lost")
	assert.FileExists(t, "seven.txt")
}

func TestOnlyAnOperatorSavesTranscripts(t *testing.T) {
	t.Chdir(t.TempDir())
	f := newFace(false, false, newGlass())
	f.enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(f, "/transcript 7 seven.txt"), "the server refuses it")
	assert.NoFileExists(t, "seven.txt")
}

// The password goes to the server, and to nobody else, whatever it is.
func TestJoinAsAnOperatorInAPipe(t *testing.T) {
	for name, c := range map[string]struct {
		input, told, refused string
		json                 bool
	}{
		"right":          {input: "/operator\n/quit 芝麻\n/queue\n", told: "-- you are an operator now"},
		"wrong":          {input: "/operator\nsesame\n", refused: "-- that is not the password"},
		"given up":       {input: "/operator\n\n/ping\n", refused: "-- no password, then", told: "-- pong"},
		"too long":       {input: "/operator\n" + strings.Repeat("x", 1025) + "\n", refused: "-- a password has at most 1024 bytes"},
		"at the end":     {input: "/operator\n/quit 芝麻", told: "-- you are an operator now"},
		"none":           {input: "/operator\n"},
		"json":           {input: "{\"type\":\"operator\",\"password\":\"/quit 芝麻\"}\n", json: true, told: `{"type":"promoted"`},
		"json, no line":  {input: "{\"type\":\"operator\"}\n{\"type\":\"ping\"}\n", json: true, told: `{"type":"pong"`},
		"text with json": {input: "/operator\n/quit 芝麻\n", json: true, told: `{"type":"promoted"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := openInside(t)
				in.server = conn.NewServer(in.hub, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { return p == "/quit 芝麻" }})
				defer in.stop()
				ann, bob := pipedRun{}, pipedRun{json: c.json}
				bob.join(t, in.as("bob", hub.Identity{}), "before\n"+c.input)
				assert.Contains(t, bob.out.String(), c.told)
				assert.Contains(t, bob.out.String()+bob.err.String(), c.refused)
				assert.Equal(t, c.refused != "", bob.code != 0)
				ann.join(t, in.as("ann", hub.Identity{}), "/history all\n")
				assert.Contains(t, ann.out.String(), "<bob> before\n")
				for _, words := range []string{"芝麻", "sesame", "xxx"} {
					assert.NotContains(t, ann.out.String()+bob.out.String()+bob.err.String(), words)
				}
			})
		})
	}
}
