package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// A /close of many means no visitor in the prompt, wherever lines go; what comes of it is told in
// a notice, and not of each.
func TestACloseOfManyIsForNobodyInThePrompt(t *testing.T) {
	f := &face{}
	f.here.operator = true
	for _, line := range []string{"/close 10-900", "/close from 192.0.2.7 bye"} {
		typed, err := protocol.ParseCommand(line)
		require.NoError(t, err)
		for _, at := range []place{{ticket: 7}, {nobody: true}, {room: protocol.Lobby}} {
			cmd, err := f.aimed(typed, at)
			require.NoError(t, err)
			assert.Equal(t, typed, cmd)
		}
	}
	l := &inPipe{}
	assert.Nil(t, l.heard(protocol.TicketChanged{Ticket: 7, Event: protocol.TicketClosed, Many: true}))
	assert.NotNil(t, l.heard(protocol.TicketChanged{Ticket: 7, Event: protocol.TicketClosed}))
}
