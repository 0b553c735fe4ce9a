package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/client"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// TestTheExitCodesOfGoodbyes: 0 after quit and finished, 4 after kicked, 1 else.
func TestTheExitCodesOfGoodbyes(t *testing.T) {
	for reason, want := range map[protocol.Reason]int{
		protocol.Finished: 0, protocol.Kicked: 4, protocol.Replaced: 1, protocol.Shutdown: 1, "boredom": 1,
	} {
		code, words := ends(t, &client.GoodbyeError{Goodbye: protocol.Goodbye{Reason: reason}})
		assert.Equal(t, want, code, reason)
		assert.Equal(t, reason.String(), words)
	}
	code, _ := ends(t, errors.Join(client.ErrLost, &client.GoodbyeError{Goodbye: protocol.Goodbye{Reason: protocol.Restart}}))
	assert.Equal(t, 1, code, "with --once")
}

// deskInside is a server that is only a desk.
func deskInside(t *testing.T) *inside {
	h := hub.New(journal.New(journal.NewMemory(journal.Bounds{})), hub.Options{Desk: true})
	ctx, cancel := context.WithCancel(context.Background())
	in := &inside{t: t, hub: h, server: conn.NewServer(h, conn.Options{Rate: -1})}
	in.served.Go(func() { assert.NoError(t, h.Run(ctx)) })
	in.stop = func() { cancel(); in.served.Wait() }
	return in
}

// visits is a visitor by join, which types as long as the returned writer is open. came counts its connections.
func (in *inside) visits(once bool) (hands *io.PipeWriter, out, errs *strings.Builder, ended chan error, came *atomic.Int32) {
	r, w := io.Pipe()
	out, errs, ended, came = &strings.Builder{}, &strings.Builder{}, make(chan error, 1), &atomic.Int32{}
	o := in.as("bob", hub.Identity{})
	o.NoReconnect = once
	dial := o.Dial
	o.Dial = func(ctx context.Context) (net.Conn, error) { came.Add(1); return dial(ctx) }
	l := pipeClient{in: r, out: out, err: errs}
	go func() { ended <- l.run(context.Background(), o) }()
	return w, out, errs, ended, came
}

// TestTheDeskEndsAJoin: /close is the end for a visitor by join, which does not come back as a new one.
func TestTheDeskEndsAJoin(t *testing.T) {
	for _, once := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			in := deskInside(t)
			defer in.stop()
			hands, out, errs, ended, came := in.visits(once)
			_, _ = io.WriteString(hands, "my screen is black\n")
			synctest.Wait()
			var op pipedRun
			op.join(t, in.as("", operatorHere), "/close 1 glad to hear it\n")
			assert.Zero(t, op.code, op.err.String())
			time.Sleep(time.Minute)
			synctest.Wait()
			_ = hands.Close()
			code, words := ends(t, <-ended)
			assert.Zero(t, code)
			assert.Equal(t, "this conversation is closed", words)
			assert.Contains(t, out.String(), "has closed this conversation: glad to hear it\n-- goodbye: this conversation is closed\n")
			assert.Empty(t, errs.String())
			assert.Equal(t, int32(1), came.Load())
			var later pipedRun
			later.join(t, in.as("", operatorHere), "/queue\n")
			assert.Contains(t, later.out.String(), "-- 0 waiting, 0 being answered")
		})
	}
}

// What was refused meanwhile is a failure all the same.
func TestTheDeskEndsAJoinInWhichSomethingWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := deskInside(t)
		defer in.stop()
		hands, _, _, ended, _ := in.visits(false)
		_, _ = io.WriteString(hands, "hello\n/nosuch\n")
		synctest.Wait()
		var op pipedRun
		op.join(t, in.as("", operatorHere), "/close 1\n")
		code, _ := ends(t, <-ended)
		assert.Equal(t, exitFailed, code)
		_ = hands.Close()
	})
}
