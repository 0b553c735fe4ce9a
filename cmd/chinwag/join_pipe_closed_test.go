package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// What comes of a /close of many is told in a notice, and not of each visitor.
func TestACloseOfManyIsToldOnceInAPipe(t *testing.T) {
	l := &pipeClient{}
	assert.Nil(t, l.hear(protocol.TicketChanged{Ticket: 7, Event: protocol.TicketClosed, Many: true}))
	assert.NotNil(t, l.hear(protocol.TicketChanged{Ticket: 7, Event: protocol.TicketClosed}))
}
