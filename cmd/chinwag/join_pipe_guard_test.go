package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// Where a server has no password, the line after /operator is withheld as it is typed. The server's refusal of
// /operator may come much later, and withholds nothing more.
func TestALateRefusalOfAPasswordWithholdsNoOtherLine(t *testing.T) {
	late := protocol.Refused{Refusal: *protocol.Refuse("no-password", "there is none")}
	t.Run("lines", func(t *testing.T) {
		l := pipeClient{out: io.Discard, err: io.Discard}
		l.roster.Enter(protocol.Welcome{Nick: protocol.MustNick("ann"), Room: protocol.Lobby, NoPassword: true})
		cmd, err := l.parse([]byte("/operator"))
		require.NoError(t, err)
		assert.IsType(t, protocol.Operator{}, cmd)
		_, err = l.parse([]byte("open sesame"))
		require.Error(t, err)
		_, err = l.parse([]byte("hello"))
		require.NoError(t, err)
		l.hear(late)
		cmd, err = l.parse([]byte("hello again"))
		require.NoError(t, err)
		assert.IsType(t, protocol.Say{}, cmd)
	})
}
