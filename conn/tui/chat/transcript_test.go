package chat

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/tui/tuitest"
	"chinwag/protocol"
)

// newTranscriptView is an operator's view, and a folder.
func newTranscriptView(t *testing.T) (v *View, g *tuitest.Terminal, dir string) {
	t.Helper()
	g = tuitest.New()
	v, dir = New(Options{Operator: true, Terminal: g}), t.TempDir()
	ended := make(chan error, 1)
	go func() { ended <- v.Run() }()
	t.Cleanup(func() { v.screen.Stop(); require.NoError(t, <-ended) })
	v.Enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	t.Chdir(dir)
	return v, g, dir
}

func past(ticket protocol.Ticket, text string) protocol.Replayed {
	return protocol.Replayed{Event: protocol.VisitorSaid{Ticket: ticket, From: nickOf("bob"), Text: protocol.MustText(text)}}
}

func TestATranscriptIsSaved(t *testing.T) {
	v, g, _ := newTranscriptView(t)
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(v, "/transcript @7 a file.txt"))
	v.Hear(past(7, "my screen is black"))
	assert.Nil(t, types(v, "/transcript 8 other.txt"))
	g.Shows(t, "-- the transcript of @7 is still being saved: please try again then")
	assert.NoFileExists(t, "other.txt")
	v.Hear(past(8, "somebody else"))
	v.Hear(past(7, "which one?"))
	v.Hear(protocol.HistoryEnd{})
	g.Shows(t, "-- the transcript of @7 is saved as a file.txt (2 lines)")
	g.Shows(t, "[@8 bob] somebody else")
	words, err := os.ReadFile("a file.txt")
	require.NoError(t, err)
	assert.Regexp(t, `\A\[[^\]]+\] \[@7 bob\] my screen is black\n\[[^\]]+\] \[@7 bob\] which one\?\n\z`, string(words))
	at, err := os.Stat("a file.txt")
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), at.Mode().Perm())

	assert.Nil(t, types(v, "/transcript 7 a file.txt"))
	g.Shows(t, "-- the transcript cannot be saved as a file.txt: something of that name is there already")
	assert.Nil(t, types(v, "/transcript 7 no/such/place"))
	g.Shows(t, "-- the transcript cannot be saved as no/such/place: there is no such file or folder")
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(v, "/transcript 7"), "to the screen")
	v.Hear(past(7, "on the screen"))
	g.Shows(t, "[@7 bob] on the screen")
}

// No file is left where there is nothing to save.
func TestATranscriptThatIsNone(t *testing.T) {
	v, g, _ := newTranscriptView(t)
	assert.Equal(t, protocol.Transcript{Ticket: 9}, types(v, "/transcript 9 nine.txt"))
	v.Hear(protocol.HistoryEnd{})
	g.Shows(t, "-- no transcript is saved: there is none of @9")
	assert.NoFileExists(t, "nine.txt")

	assert.NotNil(t, types(v, "/transcript 7 seven.txt"))
	v.Enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	g.Shows(t, "-- no transcript is saved: the connection was lost")
	assert.NoFileExists(t, "seven.txt")
	assert.NotNil(t, types(v, "/transcript 7 seven.txt"))
	v.Hear(past(7, "my screen"))
	v.Enter(protocol.Welcome{Nick: nickOf("operator"), Room: protocol.Lobby, Here: 1})
	g.Shows(t, "-- the transcript is not whole in seven.txt: the connection was lost")
	assert.FileExists(t, "seven.txt")
}

func TestOnlyAnOperatorSavesTranscripts(t *testing.T) {
	t.Chdir(t.TempDir())
	v := New(Options{Terminal: tuitest.New()})
	v.Enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Transcript{Ticket: 7}, types(v, "/transcript 7 seven.txt"), "the server refuses it")
	assert.NoFileExists(t, "seven.txt")
}

// A transcript in a file is read by others: it names the author of each answer, also its own operator.
func TestASavedTranscriptNamesItsOperator(t *testing.T) {
	v, g, _ := newTranscriptView(t)
	require.NotNil(t, types(v, "/transcript 7 seven.txt"))
	mine := protocol.Ack{You: true}
	for _, e := range []protocol.Event{
		protocol.Replied{Ticket: 7, To: nickOf("bob"), From: nickOf("carol"), Text: protocol.MustText("mine"), Ack: mine},
		protocol.Replied{Ticket: 7, To: nickOf("bob"), From: nickOf("dan"), Text: protocol.MustText("his")},
		protocol.Noted{Ticket: 7, To: nickOf("bob"), From: nickOf("carol"), Text: protocol.MustText("a note"), Ack: mine},
	} {
		v.Hear(protocol.Replayed{Event: e})
	}
	v.Hear(protocol.HistoryEnd{})
	g.Shows(t, "-- the transcript of @7 is saved as seven.txt (3 lines)")
	words, err := os.ReadFile("seven.txt")
	require.NoError(t, err)
	assert.Equal(t, "[carol -> @7 bob] mine\n[dan -> @7 bob] his\n[@7 bob, note by carol] a note\n",
		regexp.MustCompile(`(?m)^\[[^]]+\] `).ReplaceAllString(string(words), ""))
}
