package client_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"

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
			bob := client.New(client.Options{Replay: &lines, Dial: func(context.Context) (net.Conn, error) { return s.dial(hub.Identity{}, nil) }})
			ended := make(chan error, 1)
			go func() { ended <- bob.Run(t.Context()) }()
			var told []string
			for e := range bob.Events() {
				switch e := e.(type) {
				case client.Connected:
					told = append(told, "connected")
				case client.Arrived:
					told = append(told, "arrived")
					go func() { _ = bob.Send(t.Context(), protocol.Leave{}) }()
				case client.Heard:
					if p, ok := e.Event.(protocol.Past); ok {
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
