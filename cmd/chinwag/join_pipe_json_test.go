package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/hub"
)

// jsonOf is the lines of an output, all of which must be objects with a type.
func jsonOf(t *testing.T, out string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(out) {
		var members map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &members), line)
		require.NotEmpty(t, members["type"], line)
		lines = append(lines, members)
	}
	return lines
}

// only are the lines of a type.
func only(kind string, lines []map[string]any) (of []map[string]any) {
	for _, line := range lines {
		if line["type"] == kind {
			of = append(of, line)
		}
	}
	return of
}

// All that a program must know of its input is told in JSON, with the id, whether join or the server refuses it.
func TestJoinRefusesInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		input, want := "", [][3]string{}
		for _, row := range []struct{ line, code, ref string }{
			{`{"type":"dance","id":"a1"}`, "unknown-command", "a1"},
			{`{"id":"a2","type":"say","text":"hel`, "bad-json", "a2"},
			{`{"type":"say","text":5,"id":"a3"}`, "bad-json", "a3"},
			{`{"type":"say","id":"a4"}`, "usage", "a4"},
			{`{"type":"say","text":"x","id":5}`, "bad-id", ""},
			{`{"id":"a5","type":"say","text":"` + strings.Repeat("x", 5000) + `"}`, "line-too-long", "a5"},
			{`{"id":"a6","type":"say","text":"` + strings.Repeat("x", 100_000) + `"}`, "line-too-long", "a6"},
			{`{"type":"hello","id":"a7"}`, "second-hello", "a7"},
			{`{"type":"echo","on":false,"id":"a8"}`, "echo-stays-on", "a8"},
			{"\ufeff" + `{"type":"nick","nick":"two words","id":"a9"}`, "bad-name", "a9"},
			{`{"type":"kick","nick":"zoe","id":"b1"}`, "operators-only", "b1"},
			{`{"type":"help","verb":"dance","id":"b2"}`, "unknown-command", "b2"},
			{`{"type":"ignore","nick":"zoe","id":"b3"}`, "no-such-nick", "b3"},
			{`{"type":"history","before":3,"around":3,"id":"b4"}`, "usage", "b4"},
			{`{"type":"msg","to":"zoe","text":"x","id":"b5"}`, "no-such-nick", "b5"},
			{`/nosuch`, "unknown-command", ""},
			{`/echo off`, "echo-stays-on", ""},
			{"caf\xe9", "not-utf8", ""},
		} {
			input += row.line + "\n"
			want = append(want, [3]string{row.code, row.ref})
		}
		r := pipedRun{json: true}
		r.join(t, in.as("ann", hub.Identity{}), input+"said all the same\n")
		lines := jsonOf(t, r.out.String())
		var got [][3]string
		for _, line := range only("refused", lines) {
			ref, _ := line["ref"].(string)
			got = append(got, [3]string{line["code"].(string), ref})
		}
		assert.ElementsMatch(t, want, got)
		assert.Len(t, only("said", lines), 1)
		assert.Equal(t, map[string]any{"type": "ended", "exit": 1.0}, lines[len(lines)-1])
		assert.Equal(t, "goodbye", lines[len(lines)-2]["type"])
		assert.Equal(t, exitFailed, r.code)
		assert.Empty(t, r.err.String())
		assert.Empty(t, r.words)

		r = pipedRun{json: true}
		r.join(t, in.as("ann", hub.Identity{}), `{"type":"quit","id":"c1"}`+"\n"+strings.Repeat(`{"type":"say","text":"late","id":"c2"}`+"\n", 2*unsentShown)+"/topic late\n")
		lines = jsonOf(t, r.out.String())
		missed := only("undelivered", lines)
		if assert.Len(t, missed, 2*unsentShown+1) {
			assert.Equal(t, map[string]any{"type": "undelivered", "maybe": false, "command": map[string]any{"type": "say", "id": "c2", "text": "late"}}, missed[0])
			assert.Equal(t, map[string]any{"type": "topic", "text": "late"}, missed[2*unsentShown]["command"])
		}
		assert.Equal(t, "ended", lines[len(lines)-1]["type"])
		assert.Empty(t, r.err.String())
	})
}

// How join ends is its last line, also where there was no server to tell anything.
func TestJoinEndsInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		last := func(o client.Options, input string) map[string]any {
			t.Helper()
			r := pipedRun{json: true, named: true}
			r.join(t, o, input)
			assert.Empty(t, r.err.String())
			lines := jsonOf(t, r.out.String())
			require.NotEmpty(t, lines)
			assert.Len(t, only("ended", lines), 1)
			end := lines[len(lines)-1]
			assert.InDelta(t, r.code, end["exit"], 0)
			if r.words == "" {
				assert.NotContains(t, end, "text")
			} else {
				assert.Equal(t, r.words, end["text"])
			}
			return end
		}
		assert.InDelta(t, 0, last(in.as("ann", hub.Identity{}), "hello\n")["exit"], 0)
		away := client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) { return nil, errors.New("no route") }}
		assert.Contains(t, last(away, "hello\n")["text"], "cannot connect to here:1: no route")

		typing, hands := io.Pipe()
		sits := pipeClient{in: typing, out: io.Discard, err: io.Discard}
		ended := make(chan error, 1)
		go func() { ended <- sits.run(t.Context(), in.as("bob", hub.Identity{})) }()
		synctest.Wait()
		o := in.as("bob", hub.Identity{})
		o.OnlyAs = true
		assert.Contains(t, last(o, "hello\n")["text"], "bob is taken")
		_ = hands.Close()
		require.NoError(t, <-ended)

		o, cut := once(in.as("cem", hub.Identity{}))
		typing, hands = io.Pipe()
		var out, errs strings.Builder
		ctx, interrupt := context.WithCancel(t.Context())
		l := pipeClient{in: typing, out: &out, err: &errs, json: true}
		go func() { ended <- l.run(ctx, o) }()
		synctest.Wait()
		cut()
		synctest.Wait()
		_, _ = io.WriteString(hands, `{"type":"topic","text":"x","id":"k1"}`+"\n")
		synctest.Wait()
		interrupt()
		<-ended
		lines := jsonOf(t, out.String())
		assert.NotEmpty(t, only("lost", lines))
		assert.Empty(t, errs.String())
		assert.Equal(t, "ended", lines[len(lines)-1]["type"])
		_ = hands.Close()
	})
}
