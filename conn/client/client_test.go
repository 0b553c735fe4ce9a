package client_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/hub"
	"chinwag/protocol"
)

func TestTalk(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann, bob := s.join("ann", client.Options{}), s.join("bob", client.Options{})
		in := told[client.Connected](bob)
		require.Len(t, in, 1)
		assert.Equal(t, "bob", in[0].Nick.String())
		assert.Equal(t, 2, in[0].Here)
		assert.Empty(t, in[0].Token, "nobody needs to know it")
		ann.say("hello")
		require.NoError(t, ann.Flush(t.Context()))
		bob.say("hi")
		require.NoError(t, bob.Flush(t.Context()))
		require.NoError(t, ann.Flush(t.Context()))
		synctest.Wait() // what is in Events has been read, too
		assert.Equal(t, []string{"hello", "hi"}, said(ann))
		assert.Equal(t, []string{"hello", "hi"}, said(bob))
		assert.Empty(t, heard[protocol.Pong](ann), "the client's own pings are its own business")
		ann.send(protocol.Ping{})
		synctest.Wait()
		assert.Len(t, heard[protocol.Pong](ann), 1)
		assert.NoError(t, ann.quit())
		assert.Len(t, heard[protocol.Goodbye](ann), 1)
		assert.Equal(t, client.ErrEnded, ann.Send(t.Context(), protocol.Who{}))
		assert.Equal(t, client.ErrEnded, ann.Flush(t.Context()))
		assert.NoError(t, bob.quit())
		left := heard[protocol.Left](bob)
		require.Len(t, left, 1)
		assert.Equal(t, protocol.Departed, left[0].Reason)
	})
}

// TestNotAByteToStrangers: in front of a server of another kind every byte would be a message.
func TestNotAByteToStrangers(t *testing.T) {
	for _, greeting := range []string{"", "220 mail.example.com ESMTP\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "chinwag/10 here\n", "chinwag/1", string(make([]byte, 20000))} {
		t.Run(fmt.Sprintf("%.20q", greeting), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				var got []byte
				p := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
					ours, theirs := net.Pipe()
					s.Go(func() {
						_, _ = theirs.Write([]byte(greeting))
						if greeting == "chinwag/1" { // a line that never ends
							_ = theirs.Close()
							return
						}
						got, _ = io.ReadAll(theirs)
					})
					return ours, nil
				}})
				err := <-p.ended
				switch greeting {
				case "", "chinwag/1":
					assert.ErrorIs(t, err, client.ErrUnreachable)
				default:
					assert.ErrorIs(t, err, client.ErrNotChinwag)
				}
				synctest.Wait()
				assert.Empty(t, got)
			})
		})
	}
}

func TestTheFirstConnectionMustSucceed(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		refused := s.join("ann", client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) { return nil, errRefused }})
		assert.EqualError(t, <-refused.ended, "cannot connect to here:1: connection refused")
		full := s.join("ann", client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			s.Go(func() { _, _ = theirs.Write([]byte("-- goodbye: there is no place\n")); _ = theirs.Close() })
			return ours, nil
		}})
		assert.EqualError(t, <-full.ended, "cannot connect to here:1: there is no place")
	})
}

func TestKickedIsTheEnd(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		op := s.join("", client.Options{Dial: func(context.Context) (net.Conn, error) {
			return s.Dial(hub.Identity{Nick: nick("operator"), Operator: true}, nil)
		}})
		op.send(protocol.Kick{Nick: nick("ann"), Text: protocol.MustText("enough")})
		err := <-ann.ended
		assert.EqualError(t, err, "you were kicked, please stay away for 1 minute: enough")
		var dismissed *client.GoodbyeError
		require.ErrorAs(t, err, &dismissed)
		assert.Equal(t, protocol.Kicked, dismissed.Reason)
		assert.Empty(t, told[client.Lost](ann))
		assert.NoError(t, op.quit())
	})
}

func TestOnceDoesNotComeBack(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{NoReconnect: true})
		s.Shut()
		assert.ErrorIs(t, <-ann.ended, client.ErrLost)
		s.Reopen()
	})
}

func TestTheDelaysGrow(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		s.Shut()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		lost := told[client.Lost](ann)
		require.Greater(t, len(lost), 8)
		assert.True(t, lost[0].Broke)
		assert.EqualError(t, lost[0].Err, "the server is shutting down, please come back in a while")
		for i, l := range lost {
			most := min(500*time.Millisecond<<i, 30*time.Second)
			assert.GreaterOrEqual(t, l.Next, most/2)
			assert.Less(t, l.Next, most)
			assert.Equal(t, i == 0, l.Broke)
		}
		s.Reopen()
		time.Sleep(2 * time.Minute)
		in := told[client.Connected](ann)
		require.Len(t, in, 2)
		assert.True(t, in[1].Again)
		assert.True(t, in[1].Resumed, "what is held is held anew from a start on")
		assert.Equal(t, "ann", in[1].Nick.String())
		s.Shut()
		synctest.Wait()
		lost = told[client.Lost](ann)
		assert.Less(t, lost[len(lost)-1].Next, 500*time.Millisecond, "a stable connection begins anew")
		s.Reopen()
		time.Sleep(time.Minute)
		assert.NoError(t, ann.quit())
	})
}

func TestTheNameWasTaken(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		s.Shut()
		s.ReopenEmpty()
		other := s.join("Ann", client.Options{})
		time.Sleep(time.Second)
		synctest.Wait()
		refused := heard[protocol.Refused](ann)
		require.Len(t, refused, 1)
		assert.Equal(t, "ann is taken: please choose another name", refused[0].Text)
		assert.NoError(t, ann.quit())
		assert.NoError(t, other.quit())
	})
}

// TestRoomAndNameAreKept through a new session.
func TestRoomAndNameAreKept(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("", client.Options{})
		tea, err := protocol.ParseRoom("tea")
		require.NoError(t, err)
		ann.send(protocol.Join{Room: tea})
		ann.send(protocol.Rename{Nick: nick("ann")})
		require.NoError(t, ann.Flush(t.Context()))
		s.Shut()
		synctest.Wait() // else it may be sent to the old server, and what became of it is not known
		ann.say("said while the server is away")
		ann.send(protocol.Who{})
		s.ReopenEmpty()
		time.Sleep(time.Second)
		synctest.Wait()
		in := told[client.Connected](ann)
		require.Len(t, in, 2)
		assert.Equal(t, tea, in[1].Room)
		assert.Equal(t, "ann", in[1].Nick.String())
		assert.Equal(t, []string{"said while the server is away"}, said(ann))
		assert.Len(t, heard[protocol.Members](ann), 1)
		assert.NoError(t, ann.quit())
	})
}

// TestASilentServerIsLost: a connection that died without a word is found out.
func TestASilentServerIsLost(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		assert.Empty(t, told[client.Lost](ann), "a quiet room is not a dead one")
		ann.leave()
		assert.ErrorIs(t, <-ann.ended, context.Canceled)
	})
	onStage(t, func(t *testing.T, s *stage) {
		dead := make(chan struct{})
		n := 0
		ann := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			c, err := s.Dial(hub.Identity{}, nil)
			if n++; n > 1 || err != nil {
				return c, err
			}
			return &swallowing{Conn: c, dead: dead}, nil
		}})
		close(dead)
		begin := time.Now()
		for len(told[client.Connected](ann)) < 2 {
			time.Sleep(time.Second)
		}
		assert.InDelta(t, 90, time.Since(begin).Seconds(), 3)
		lost := told[client.Lost](ann)
		require.Len(t, lost, 1)
		assert.EqualError(t, lost[0].Err, "the other side does not answer")
		assert.NoError(t, ann.quit())
	})
}

// swallowing is a connection on which nothing gets through any more.
type swallowing struct {
	net.Conn
	dead chan struct{}
}

func (c *swallowing) Write(b []byte) (int, error) {
	select {
	case <-c.dead:
		return len(b), nil
	default:
		return c.Conn.Write(b)
	}
}

func TestWhatAClientCannotSend(t *testing.T) {
	c := client.New(client.Options{})
	for _, cmd := range []protocol.Command{protocol.Hello{}, protocol.Echo{}} {
		var refusal *protocol.Refusal
		assert.ErrorAs(t, c.Send(t.Context(), cmd), &refusal)
	}
}
