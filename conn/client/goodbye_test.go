package client_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/hub"
	"chinwag/protocol"
)

// bidding is a server that welcomes each client, then sends its lines, and ends the connection.
type bidding struct {
	*stage
	lines []string // of each connection; the last ones also those that follow
	came  atomic.Int32
}

func (b *bidding) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	lines := b.lines[min(int(b.came.Add(1)), len(b.lines))-1]
	b.Go(func() {
		defer theirs.Close()
		_, _ = theirs.Write([]byte("-- Welcome to chinwag/1.\n"))
		if _, err := bufio.NewReader(theirs).ReadSlice('\n'); err != nil {
			return
		}
		_, _ = theirs.Write([]byte(lines))
	})
	return ours, nil
}

const isOver = `{"type":"goodbye","reason":"finished","back":0}` + "\n"

const letIn = `{"type":"welcome","server":"chinwag/1","nick":"ann","room":"#desk","here":1,"token":"T","epoch":"E","seq":1}` + "\n"

// Whether a client comes back is for the server to say, and for the reason where an older server does not.
func TestAClientComesBackIfItIsTold(t *testing.T) {
	for goodbye, comesBack := range map[string]bool{
		`"reason":"finished","back":0`:  false,
		`"reason":"shutdown","back":0`:  false,
		`"reason":"replaced","back":0`:  false,
		`"reason":"kicked","back":0`:    false,
		`"reason":"boredom","back":0`:   false,
		`"reason":"restart","back":120`: true,
		`"reason":"stalled","back":120`: true,
		`"reason":"full","back":120`:    true,
		`"reason":"lost","back":120`:    true,
		`"reason":"boredom","back":1`:   true,
		`"reason":"finished"`:           false, // of older servers
		`"reason":"kicked"`:             false,
		`"reason":"shutdown"`:           true,
		`"reason":"full"`:               true,
	} {
		for _, once := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s once %v", goodbye, once), func(t *testing.T) {
				onStage(t, func(t *testing.T, s *stage) {
					b := &bidding{stage: s, lines: []string{letIn + `{"type":"goodbye",` + goodbye + "}\n"}}
					ann := s.join("ann", client.Options{Dial: b.dial, NoReconnect: once})
					time.Sleep(time.Minute)
					synctest.Wait()
					if comesBack && !once {
						assert.Greater(t, b.came.Load(), int32(2))
						assert.NoError(t, ann.quit())
						return
					}
					assert.Equal(t, int32(1), b.came.Load())
					err := <-ann.ended
					if comesBack {
						require.ErrorIs(t, err, client.ErrLost)
						return
					}
					var dismissed *client.GoodbyeError
					require.ErrorAs(t, err, &dismissed)
					assert.Equal(t, dismissed.Reason.String(), err.Error())
				})
			})
		}
	}
}

// A goodbye may come in the place of the welcome.
func TestAGoodbyeInsteadOfAWelcome(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		full := &bidding{stage: s, lines: []string{`{"type":"refused","code":"desk-full","text":"the queue is full just now"}` + "\n" + `{"type":"goodbye","reason":"full","back":120}` + "\n"}}
		ann := s.join("ann", client.Options{Addr: "here:1", Dial: full.dial})
		assert.EqualError(t, <-ann.ended, "cannot connect to here:1: the queue is full just now")
		over := &bidding{stage: s, lines: []string{isOver}}
		bob := s.join("bob", client.Options{Dial: over.dial})
		var dismissed *client.GoodbyeError
		require.ErrorAs(t, <-bob.ended, &dismissed)
		assert.Equal(t, protocol.Finished, dismissed.Reason)
	})
}

// A client that comes back to a server that dismisses it stops retrying.
func TestAClientThatComesBackIsSentAway(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		b := &bidding{stage: s, lines: []string{letIn, isOver}}
		ann := s.join("ann", client.Options{Dial: b.dial})
		assert.Len(t, told[client.Lost](ann), 1)
		time.Sleep(time.Minute)
		var dismissed *client.GoodbyeError
		require.ErrorAs(t, <-ann.ended, &dismissed)
		assert.Equal(t, protocol.Finished, dismissed.Reason)
		assert.Equal(t, int32(2), b.came.Load())
	})
}

// A client that leaves and gets the goodbye of a server that ends has left.
func TestLeavingAServerThatEnds(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		b := &bidding{stage: s}
		ann := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			s.Go(func() {
				defer theirs.Close()
				_, _ = theirs.Write([]byte("-- Welcome to chinwag/1.\n"))
				in := bufio.NewReader(theirs)
				_, _ = in.ReadSlice('\n')
				_, _ = theirs.Write([]byte(letIn))
				_, _ = in.ReadSlice('\n')
				_, _ = theirs.Write([]byte(`{"type":"goodbye","reason":"shutdown","back":0}` + "\n"))
			})
			b.came.Add(1)
			return ours, nil
		}})
		assert.NoError(t, ann.quit())
		assert.Equal(t, int32(1), b.came.Load())
	})
}

// An operator's /shutdown is the end, and a signal is not.
func TestShutdownIsTheEnd(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		op := s.join("", client.Options{Dial: func(context.Context) (net.Conn, error) {
			return s.Dial(hub.Identity{Nick: nick("operator"), Operator: true}, nil)
		}})
		op.send(protocol.Stop{})
		require.NoError(t, op.Flush(t.Context()))
		s.Shut()
		for _, p := range []*person{ann, op} {
			assert.EqualError(t, <-p.ended, "the server is shutting down")
		}
		s.Reopen()
	})
}
