package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/tuitest"
	"chinwag/hub"
)

// once is o with a way to the server that can be used once. cut breaks it.
func once(o client.Options) (_ client.Options, cut func()) {
	dial, conns := o.Dial, make(chan net.Conn, 1)
	first := true
	o.Dial = func(ctx context.Context) (net.Conn, error) {
		if !first {
			return nil, errors.New("no route")
		}
		first = false
		c, err := dial(ctx)
		conns <- c
		return c, err
	}
	return o, func() { _ = (<-conns).Close() }
}

// A client that ends while the connection is gone tells what was not sent, on a screen as in a pipe.
func TestJoinOnAScreenEndsWithLinesUnsent(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	g, errs, ended := tuitest.New(), &strings.Builder{}, make(chan error, 1)
	o, cut := once(in.as("ann", hub.Identity{}))
	go func() { ended <- runTUI(context.Background(), o, chat.Options{Terminal: g}, errs) }()
	g.Shows(t, "You are ann")
	g.Keys("heard\n")
	g.Shows(t, "<ann> heard")
	cut()
	g.Shows(t, "lost, next try")
	g.Keys("one\n/announce two\n")
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	code, _ := ends(t, <-ended)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "this was not sent: one\nthis was not sent: /announce two\n", errs.String())
}

// Lines that were typed after the client had ended are missed, too.
func TestJoinOnAScreenEndsBeforeItsLinesAreTaken(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	o := in.as("ann", hub.Identity{})
	s := &tuiClient{client: client.New(o), view: chat.New(chat.Options{Terminal: tuitest.New()})}
	o.Dial = func(context.Context) (net.Conn, error) { return nil, errors.New("no route") }
	s.client = client.New(o)
	require.Error(t, s.client.Run(t.Context()))
	for _, line := range []string{"one", "/quit", "/msg bob two"} {
		s.do(t.Context(), tui.Typed{Text: line})
	}
	assert.Equal(t, []string{"this was not sent: one", "this was not sent: /msg bob two"}, s.unsent)
}

func TestJoinInAPipeEndsWithLinesUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		var r pipedRun
		r.join(t, in.as("ann", hub.Identity{}), "one\n/quit\ntwo\n\n/operator\nsesame\nthree")
		assert.Equal(t, exitFailed, r.code)
		assert.Equal(t, "-- this was not sent: two\n-- this was not sent: three\n", r.err.String())

		o, cut := once(in.as("bob", hub.Identity{}))
		typing, hands := io.Pipe()
		ctx, interrupt := context.WithCancel(t.Context())
		l := pipeClient{in: typing, out: &r.out, err: &r.err}
		r.err.Reset()
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx, o) }()
		synctest.Wait()
		cut()
		synctest.Wait()
		_, _ = io.WriteString(hands, "three\n")
		synctest.Wait()
		interrupt()
		code, _ := ends(t, <-ended)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, r.err.String(), "-- this was not sent: three\n")
		_ = hands.Close()
	})
}

// In a pipe a name that was asked for is a condition.
func TestInAPipeTheNickIsACondition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		ann, hears := in.as("bob", hub.Identity{}), &strings.Builder{}
		typing, hands := io.Pipe()
		sits := pipeClient{in: typing, out: hears, err: hears}
		ended := make(chan error, 1)
		go func() { ended <- sits.run(t.Context(), ann) }()
		synctest.Wait()

		r := pipedRun{named: true}
		o := in.as("bob", hub.Identity{})
		o.OnlyAs = true
		r.join(t, o, "done\n/topic done\n")
		assert.Equal(t, exitFailed, r.code)
		assert.Equal(t, "nothing was said: bob is taken: please choose another name (or join as a guest, with --nick-or-guest)", r.words)
		assert.Empty(t, r.out.String())
		assert.Empty(t, r.err.String())

		r = pipedRun{named: true, json: true}
		r.join(t, o, `{"type":"say","text":"done"}`+"\n")
		assert.Equal(t, exitFailed, r.code)
		assert.Equal(t, `{"type":"ended","exit":1,"text":"nothing was said: bob is taken: please choose another name (or join as a guest, with --nick-or-guest)"}`+"\n", r.out.String())

		o.OnlyAs = false // --nick-or-guest
		r = pipedRun{named: true}
		r.join(t, o, "as a guest\n")
		assert.Equal(t, exitFailed, r.code)
		assert.Equal(t, "-- bob is taken: please choose another name\n", r.err.String())

		o = in.as("carol", hub.Identity{})
		o.OnlyAs = true
		r = pipedRun{named: true}
		r.join(t, o, "as carol\n/nick dora\nas dora\n")
		assert.Zero(t, r.code, r.err.String())

		synctest.Wait()
		_ = hands.Close()
		require.NoError(t, <-ended)
		assert.NotContains(t, hears.String(), "done")
		for _, line := range []string{"<guest-", "> as a guest\n", "<carol> as carol\n", "<dora> as dora\n"} {
			assert.Contains(t, hears.String(), line)
		}
	})
}

// So it is when it comes back after its session is over, and another session has the name.
func TestInAPipeTheNickIsAConditionAfterABreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := openInside(t), openInside(t) // as a server that was started anew
		defer first.stop()
		defer second.stop()
		other, otherHands := io.Pipe()
		sits := pipeClient{in: other, out: io.Discard, err: io.Discard}
		otherEnded := make(chan error, 1)
		go func() { otherEnded <- sits.run(t.Context(), second.as("bob", hub.Identity{})) }()
		synctest.Wait()

		conns := make(chan net.Conn, 1)
		o := first.as("bob", hub.Identity{})
		before, after := o.Dial, second.as("bob", hub.Identity{}).Dial
		o.Dial = func(ctx context.Context) (net.Conn, error) {
			c, err := before(ctx)
			before = after
			select {
			case conns <- c:
			default:
			}
			return c, err
		}
		o.OnlyAs = true
		typing, hands := io.Pipe()
		var out, errs strings.Builder
		l := pipeClient{in: typing, out: &out, err: &errs, named: true}
		ended := make(chan error, 1)
		go func() { ended <- l.run(t.Context(), o) }()
		synctest.Wait()
		_ = (<-conns).Close()
		synctest.Wait()
		_, _ = io.WriteString(hands, "who am I?\n")
		code, words := ends(t, <-ended)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, words, "bob is taken")
		assert.Contains(t, errs.String(), "-- this was not sent: who am I?\n")
		_ = hands.Close()
		_ = otherHands.Close()
		require.NoError(t, <-otherEnded)
	})
}

// Of many lines the first are told, and how many there are.
func TestJoinInAPipeEndsWithManyLinesUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		var r pipedRun
		r.join(t, in.as("ann", hub.Identity{}), "/quit\n"+strings.Repeat("x\n", 500))
		assert.Equal(t, exitFailed, r.code)
		assert.Equal(t, strings.Repeat("-- this was not sent: x\n", unsentShown)+"-- nor were 490 lines after it\n", r.err.String())
	})
}
