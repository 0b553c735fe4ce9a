package main

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/console"
)

// What the operator types after an /operator for which nothing was asked is no password: it is kept from the room, as
// it may be meant for one, and the line after it is said.
func TestThePlainConsoleAfterOperator(t *testing.T) {
	in := openInside(t)
	typed, types := io.Pipe()
	out, prints := io.Pipe()
	go func() { _ = console.NewLines(typed, prints, io.Discard, false).Serve(in.server, in.hub) }()
	seen := bufio.NewScanner(out)
	sees := func(words string) {
		for seen.Scan() {
			if strings.Contains(seen.Text(), words) {
				return
			}
		}
		assert.Fail(t, "the console ended before it printed "+words)
	}
	sees("You are operator")
	_, _ = io.WriteString(types, "/operator\nsesame\nhello\n/history\n")
	sees("-- you are an operator already")
	sees("-- nobody has heard that, since it may be a password")
	sees("<operator> hello")
	go func() { _, _ = io.Copy(io.Discard, out) }()
	in.stop()
}
