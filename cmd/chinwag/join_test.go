package main

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/client"
	"chinwag/conn/line"
	"chinwag/conn/raw"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// inside is a server in the test's own process.
type inside struct {
	t      *testing.T
	hub    *hub.Hub
	server *conn.Server
	served sync.WaitGroup
	stop   func()
}

func openInside(t *testing.T) *inside {
	h := hub.New(journal.New(journal.NewMemory(journal.Bounds{})), hub.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	in := &inside{t: t, hub: h, server: conn.NewServer(h, conn.Options{Rate: -1})}
	in.served.Go(func() { assert.NoError(t, h.Run(ctx)) })
	in.stop = func() { cancel(); in.served.Wait() }
	return in
}

// as is how a client of that name joins.
func (in *inside) as(name string, id hub.Identity) client.Options {
	o := client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		in.served.Go(func() { _ = in.server.Serve(line.New(theirs, line.Options{}), id) })
		return ours, nil
	}}
	if name != "" {
		o.Nick = protocol.MustNick(name)
	}
	return o
}

var operatorHere = hub.Identity{Operator: true}

// ends is the exit code of an end, and the words that come with it.
func ends(t *testing.T, err error) (code int, words string) {
	if err = joinError("here:1", err); err == nil {
		return 0, ""
	}
	var e *exitError
	require.ErrorAs(t, err, &e)
	if e.err != nil {
		words = e.err.Error()
	}
	return e.code, words
}

// piped is a run of join in a pipe whose input is all there.
type pipedRun struct {
	out, err    strings.Builder
	code        int
	words       string
	json, named bool
}

func (r *pipedRun) join(t *testing.T, o client.Options, input string) {
	l := pipeClient{in: strings.NewReader(input), out: &r.out, err: &r.err, json: r.json, named: r.named}
	r.code, r.words = ends(t, l.run(t.Context(), o))
}

func TestJoinSaysHelloInAPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		var ann, bob pipedRun
		ann.join(t, in.as("ann", hub.Identity{}), "hello\n\n/me waves\n//slash\nno end")
		assert.Equal(t, "-- Welcome to chinwag/1.\n-- You are ann in #lobby (1 here). Type to talk, /help for more.\n-- goodbye: see you\n", ann.out.String())
		assert.Empty(t, ann.err.String())
		assert.Zero(t, ann.code)
		bob.join(t, in.as("bob", hub.Identity{}), "/who\n/echo on\nhi\n/echo on\n")
		got := bob.out.String()
		for _, want := range []string{"<ann> hello\n", "* ann waves\n", "<ann> /slash\n", "<ann> no end\n", "-- 1 in #lobby: bob\n", "<bob> hi\n"} {
			assert.Contains(t, got, want)
		}
		assert.Zero(t, bob.code)
	})
}

// What was told already is told in no other words.
func TestARawConnectionThatLostSomethingFails(t *testing.T) {
	code, words := ends(t, raw.ErrLost)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, words)
}

func TestJoinExitsAsItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		refused := func(input, want string) {
			t.Helper()
			r := pipedRun{named: true}
			r.join(t, in.as("ann", hub.Identity{}), input)
			assert.Equal(t, exitFailed, r.code)
			assert.Empty(t, r.words, "it was told already")
			assert.Equal(t, "-- "+want+"\n", r.err.String())
			assert.NotContains(t, r.out.String(), want)
		}
		refused("/nosuch\n", "there is no /nosuch: /help lists all; with // in front it is said")
		refused("/msg zoe hi\n", "there is nobody called zoe just now")
		refused(strings.Repeat("x", 5000)+"\n", "that line is longer than 4096 bytes: please send it in parts")
		refused(strings.Repeat("x", 100_000)+"\n", "that line is longer than 4096 bytes: please send it in parts")
		refused("/kick zoe\n", "only an operator can do that")

		var away pipedRun
		o := client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) { return nil, errors.New("no route") }}
		away.join(t, o, "hello\n")
		assert.Equal(t, exitNobody, away.code)
		assert.Equal(t, "cannot connect to here:1: no route: is here:1 the address of a chinwag server, and does no firewall keep port 1? A server without lines wants --bare", away.words)
		var other pipedRun
		o.Dial = func(context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = theirs.Write([]byte("220 mail\r\n")); _ = theirs.Close() }()
			return ours, nil
		}
		other.join(t, o, "hello\n")
		assert.Equal(t, exitNobody, other.code)
		assert.Equal(t, "here:1: that is not a chinwag server: is it another port? A server without lines wants --bare", other.words)
		assert.Empty(t, other.err.String())
	})
}

func TestJoinIsKicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		r, w := io.Pipe()
		ended := make(chan error, 1)
		var out, errs strings.Builder
		l := pipeClient{in: r, out: &out, err: &errs}
		go func() { ended <- l.run(context.Background(), in.as("ann", hub.Identity{})) }()
		synctest.Wait()
		var op pipedRun
		op.join(t, in.as("", operatorHere), "/kick ann enough\n")
		assert.Zero(t, op.code)
		code, words := ends(t, <-ended)
		assert.Equal(t, 4, code)
		assert.Equal(t, "you were kicked, please stay away for 1 minute: enough", words)
		assert.Contains(t, out.String(), "-- goodbye: you were kicked, please stay away for 1 minute: enough\n")
		_ = w.Close()
	})
}

// TestJoinIsInterrupted: the first signal leaves in good order.
func TestJoinIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		r, w := io.Pipe()
		ctx, signalled := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		var out, errs strings.Builder
		l := pipeClient{in: r, out: &out, err: &errs}
		go func() { ended <- l.run(ctx, in.as("ann", hub.Identity{})) }()
		synctest.Wait()
		signalled()
		assert.NoError(t, <-ended)
		assert.Contains(t, out.String(), "-- goodbye: see you\n")
		_ = w.Close()
	})
}

// unread is an output whose reader is gone, as where head has closed its input: TestJoinWithoutAReader ends quietly.
type unread struct{}

func (unread) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestJoinWithoutAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		r, w := io.Pipe()
		var errs strings.Builder
		l := pipeClient{in: r, out: unread{}, err: &errs, typing: true}
		assert.NoError(t, l.run(context.Background(), in.as("ann", hub.Identity{})), "who types into the dark is led out")
		assert.Empty(t, errs.String())
		_ = w.Close()

		script := pipeClient{in: strings.NewReader("said all the same\n"), out: unread{}, err: &errs}
		assert.NoError(t, script.run(context.Background(), in.as("bob", hub.Identity{})))
		asks := pipedRun{}
		asks.join(t, in.as("zoe", hub.Identity{}), "/history\n")
		assert.Contains(t, asks.out.String(), "<bob> said all the same")
	})
}

func TestJoinSpeaksJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		r := pipedRun{json: true}
		r.join(t, in.as("bot", hub.Identity{}), `{"type":"say","id":"mine","text":"hi"}`+"\nplain words\n{\"type\":\"nosuch\"}\n")
		lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, `{"type":"refused","code":"unknown-command"`) }) // it comes whenever that line is read
		require.Len(t, lines, 5)
		assert.Contains(t, lines[0], `{"type":"welcome","server":"chinwag/1","nick":"bot"`)
		assert.NotContains(t, lines[0], "token")
		assert.Contains(t, lines[1], `"text":"hi","you":true,"ref":"mine"}`)
		assert.Contains(t, lines[2], `"text":"plain words"`)
		assert.Contains(t, lines[3], `{"type":"goodbye"`)
		assert.Equal(t, `{"type":"ended","exit":1}`, lines[4])
		assert.Contains(t, r.out.String(), `there is no command \"nosuch\"`)
		assert.Empty(t, r.err.String())
		assert.Equal(t, exitFailed, r.code)
	})
}

func TestJoinCommandLine(t *testing.T) {
	for in, want := range map[string]string{
		"": "localhost:12345", "host": "host:12345", "host:4000": "host:4000", "host:": "host:12345", ":4000": "localhost:4000",
		"::1": "[::1]:12345", "[::1]": "[::1]:12345", "[::1]:4000": "[::1]:4000", "192.0.2.1": "192.0.2.1:12345",
	} {
		got, err := parseAddress([]string{in})
		require.NoError(t, err)
		assert.Equal(t, want, got, in)
	}
	for _, args := range [][]string{{"--nick", "a b"}, {"--room", "a b"}, {"--replay", "-1"}} {
		c := joinCommand()
		c.SilenceErrors, c.SilenceUsage = true, true
		c.SetArgs(args)
		var e *exitError
		require.ErrorAs(t, c.Execute(), &e)
		assert.Equal(t, exitUsage, e.code)
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
