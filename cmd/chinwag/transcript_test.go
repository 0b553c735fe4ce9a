package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// A transcript in a file is read by others: it names who answered, also its own operator.
func TestASavedTranscriptNamesItsOperator(t *testing.T) {
	f, g, _ := saving(t)
	require.NotNil(t, types(f, "/transcript 7 seven.txt"))
	mine := protocol.Ack{You: true}
	for _, e := range []protocol.Event{
		protocol.Replied{Ticket: 7, To: nickOf("bob"), From: nickOf("carol"), Text: protocol.MustText("mine"), Ack: mine},
		protocol.Replied{Ticket: 7, To: nickOf("bob"), From: nickOf("dan"), Text: protocol.MustText("his")},
		protocol.Noted{Ticket: 7, To: nickOf("bob"), From: nickOf("carol"), Text: protocol.MustText("a note"), Ack: mine},
	} {
		f.heard(protocol.Replayed{Event: e})
	}
	f.heard(protocol.HistoryEnd{})
	g.shows(t, "-- the transcript of @7 is saved as seven.txt (3 lines)")
	words, err := os.ReadFile("seven.txt")
	require.NoError(t, err)
	assert.Equal(t, "[carol -> @7 bob] mine\n[dan -> @7 bob] his\n[@7 bob, note by carol] a note\n",
		regexp.MustCompile(`(?m)^\[[^]]+\] `).ReplaceAllString(string(words), ""))
}
