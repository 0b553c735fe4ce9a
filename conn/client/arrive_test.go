package client_test

import (
	"context"
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

// Arrived comes after the history, and where there is none to come at once.
func TestArrivedComesAfterTheHistory(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		for _, words := range []string{"one", "two"} {
			require.NoError(t, ann.Send(t.Context(), protocol.Say{Text: protocol.MustText(words)}))
		}
		synctest.Wait()
		for lines, want := range map[int][]string{0: {"connected", "arrived"}, 10: {"connected", "one", "two", "arrived"}} {
			bob := client.New(client.Options{Replay: &lines, Dial: func(context.Context) (net.Conn, error) { return s.Dial(hub.Identity{}, nil) }})
			ended := make(chan error, 1)
			go func() { ended <- bob.Run(t.Context()) }()
			var told []string
			for e := range bob.Events() {
				switch e := e.(type) {
				case client.Connected:
					told = append(told, "connected")
				case client.Arrived:
					told = append(told, "arrived")
					go func() { _ = bob.Send(t.Context(), protocol.Quit{}) }()
				case client.Heard:
					if p, ok := e.Event.(protocol.Replayed); ok {
						told = append(told, p.Event.(protocol.Said).Text.String())
					}
				}
			}
			assert.Equal(t, want, told)
			require.NoError(t, <-ended)
		}
		ann.leave()
	})
}

// A refusal that comes before the welcome of a slow hello is no refusal of the nick.
func TestASlowHelloIsRefusedOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		ann := s.join("ann", client.Options{})
		synctest.Wait()
		twin := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			c, err := s.Dial(hub.Identity{}, nil)
			return slow{c}, err
		}})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		var refused []string
		twin.mu.Lock()
		for _, e := range twin.events {
			if h, ok := e.(client.Heard); ok {
				if r, ok := h.Event.(protocol.Refused); ok {
					refused = append(refused, r.Text)
				}
			}
		}
		twin.mu.Unlock()
		assert.Equal(t, []string{"ann is taken: please choose another name"}, refused)
		ann.leave()
		twin.leave()
	})
}

// slow is a connection on which all that is written arrives a second later.
type slow struct{ net.Conn }

func (s slow) Write(b []byte) (int, error) {
	time.Sleep(time.Second)
	return s.Conn.Write(b)
}
