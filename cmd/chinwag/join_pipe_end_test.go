package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
)

// The end is the last line, whatever is still typed after it.
func TestNothingIsToldAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		o, cut := once(in.as("ann", hub.Identity{}))
		o.NoReconnect = true
		typing, hands := io.Pipe()
		var out strings.Builder
		l := pipeClient{in: typing, out: &out, err: io.Discard, json: true}
		ended := make(chan error, 1)
		go func() { ended <- l.run(t.Context(), o) }()
		synctest.Wait()
		cut()
		require.Error(t, <-ended)
		_, err := io.WriteString(hands, `{"type":"dance","id":"k1"}`+"\n")
		require.NoError(t, err)
		synctest.Wait()
		lines := jsonOf(t, out.String())
		assert.Equal(t, "ended", lines[len(lines)-1]["type"])
		require.NoError(t, hands.Close())
	})
}

// A mistyped command is answered with one that the session can use, in its room and with its role.
func TestInAPipeTheGuessIsOfWhatCanBeDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		for _, asJSON := range []bool{false, true} {
			typing, hands := io.Pipe()
			var out, errs strings.Builder
			l := pipeClient{in: typing, out: &out, err: &errs, json: asJSON}
			ended := make(chan error, 1)
			go func() { ended <- l.run(t.Context(), in.as("ann", hub.Identity{})) }()
			told := func(line, want string) {
				t.Helper()
				synctest.Wait()
				out.Reset()
				errs.Reset()
				_, _ = io.WriteString(hands, line+"\n")
				synctest.Wait()
				assert.Contains(t, out.String()+errs.String(), want)
			}
			told("/lave", "there is no /lave: /help lists all")
			told("/desk", "")
			told("/lave", "there is no /lave: did you mean /leave? /help lists all")
			if asJSON {
				told(`{"type":"lave"}`, `there is no command \"lave\": did you mean \"leave\"?`)
			}
			told("/leave", "")
			told("/lave", "there is no /lave: /help lists all")
			_ = hands.Close()
			<-ended
		}
	})
}
