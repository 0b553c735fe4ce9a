package raw

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// said is all that is received, and how it ends. Nothing but words ever is.
func said(t *testing.T, tr *Transport) (words []string, err error) {
	for {
		cmd, err := tr.Receive()
		if err != nil {
			require.Nil(t, cmd)
			refusal, refused := errors.AsType[*protocol.Refusal](err)
			require.False(t, refused, refusal)
			return words, err
		}
		require.IsType(t, protocol.Say{}, cmd)
		words = append(words, cmd.(protocol.Say).Text.String())
	}
}

// saidOf is what is made of these reads.
func saidOf(t *testing.T, o Options, reads ...string) []string {
	got, err := said(t, New(conntest.Packets(reads...), o))
	assert.Equal(t, io.EOF, err)
	return got
}

// inAPipe runs f at the other end of a connection, in a bubble, and gives what was said until it ended.
func inAPipe(t *testing.T, f func(net.Conn)) (words []string, err error) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() { defer func() { _ = theirs.Close() }(); f(theirs) }()
		words, err = said(t, New(ours, Options{}))
		_ = ours.Close()
	})
	return words, err
}

// send is one write of a program, without a line end.
func send(c net.Conn, words ...string) {
	for _, w := range words {
		_, _ = io.Copy(c, strings.NewReader(w))
	}
}
