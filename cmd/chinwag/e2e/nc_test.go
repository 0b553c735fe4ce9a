//go:build unix

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNCIsAnsweredInOrder is printf '/nick bob\nhi\n/who\n/quit\n' | nc -N.
func TestNCIsAnsweredInOrder(t *testing.T) {
	t.Parallel()
	nc := open(t).nc("-N")
	nc.types("/nick bob", "hi", "/who", "/quit")
	nc.finishes()
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are bob in #lobby (1 here). Type to talk, /help for more; /resume CODE after a break.",
		"-- 1 in #lobby: bob",
		"-- goodbye: see you",
	), nc.ends())
	assert.Zero(t, nc.process.exits())
}

func TestNCEndsWithItsInput(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.enter("ann")
	nc := h.nc("-N")
	nc.types("/nick bob", "hi", "/echo on", "safe?", "/who")
	nc.sends("no end of line") // as printf leaves it
	nc.finishes()
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are bob in #lobby (2 here). Type to talk, /help for more; /resume CODE after a break.",
		"-- echo is on: your own line comes back to you when it is safe",
		"<bob> safe?",
		"-- 2 in #lobby: ann, bob",
		"<bob> no end of line",
		"-- goodbye: see you",
	), nc.ends())
	assert.Zero(t, nc.process.exits())
	assert.Equal(t, linesOf("-- bob joined", "<bob> hi", "<bob> safe?", "<bob> no end of line", "-- bob left"), ann.until("-- bob left"))
}

// Without -N nc says nothing about the end of its input and goes on to listen.
func TestNCStaysToListen(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.enter("ann")
	nc := h.nc()
	nc.types("/nick bob", "hi", "/who")
	nc.finishes()
	nc.expect("-- 2 in #lobby: ann, bob")
	ann.expect("<bob> hi")
	ann.types("are you there?", "/quit")
	nc.expect("<ann> are you there?", "-- ann left")
	assert.True(t, nc.process.runs())
	h.process.signal(terminate)
	nc.expect(strings.TrimSuffix(farewell, "\n"))
	assert.Zero(t, nc.process.exits())
}

// What a person types faster than the room can follow arrives all the same.
func TestRateHoldsBackAndLosesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "20", "--burst", "10")
	ann, nc := h.enter("ann"), h.nc("-N")
	nc.types("/nick bob")
	var said, heard []string
	for i := range 30 {
		said = append(said, fmt.Sprintf("line %d", i))
		heard = append(heard, fmt.Sprintf("<bob> line %d", i))
	}
	nc.types(said...)
	nc.finishes()
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are bob in #lobby (2 here). Type to talk, /help for more; /resume CODE after a break.",
		"-- that is faster than the room can follow: you are read more slowly for a while, and nothing is lost",
		"-- goodbye: see you",
	), nc.ends())
	assert.Equal(t, "-- bob joined\n"+linesOf(heard...)+"-- bob left\n", ann.until("-- bob left"))
}

// A plain nc shows every byte: so none may come that is meant for a telnet.
func TestNCNeverSeesTelnet(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.nc()
	ann.isCalled("ann")
	eve := h.enter("eve")
	eve.sends("\xff\xfb\x1f\xff\xfa\x1f\x00P\x00\x18\xff\xf0\xff\xfd\x06hel\xff\xf1lo\r\n")
	eve.sends("caf\xff\xffe\n") // a data byte 255 is not UTF-8
	eve.types("/ping")
	ann.expect("<eve> hello")
	eve.expect("...did not arrive as UTF-8...", "...-- pong")
	ann.types("/ping")
	ann.expect("-- pong")
	assert.NotContains(t, ann.all(), "\xff")
	assert.NotContains(t, ann.all(), "caf")
	told := strings.ReplaceAll(onlyTelnet(eve.all()), "\xff\xfd\x00", "") // a telnet may be asked for binary
	assert.Equal(t, "\xff\xfe\x1f\xff\xfb\x06", told, "DONT NAWS, WILL TIMING-MARK, and nothing else")
}

// onlyTelnet is what a server sent that is no text: commands of three bytes.
func onlyTelnet(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, 0xff)
		if i < 0 || i+3 > len(s) {
			return b.String()
		}
		b.WriteString(s[i : i+3])
		s = s[i+3:]
	}
}
