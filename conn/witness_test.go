package conn_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
)

// witnessed is a server on which ann listens, after some long lines were said.
func witnessed(t *testing.T, lines int) (*conntest.Server, net.Addr, *listener) {
	w := newServer(t, hub.Options{}, conn.Options{PerAddress: -1, PerAddressRate: -1, Rate: -1})
	at := w.Listen()
	ann := witness(t, at)
	for i := range lines {
		ann.Send(fmt.Sprintf("%d %s\n", i, strings.Repeat("很久以前", 300)))
	}
	ann.settle()
	return w, at, ann
}

// listener is a member that hears all lines in the lobby.
type listener struct{ *conntest.Caller }

func witness(t *testing.T, at net.Addr) *listener {
	l := &listener{conntest.Call(t, at)}
	l.Send("/nick ann\n")
	l.settle()
	return l
}

// next is the next line that is not of a member that joins.
func (l *listener) next() string {
	for {
		if line := l.Line(); !strings.HasSuffix(line, " joined\n") {
			return line
		}
	}
}

// said is the next line that a member says.
func (l *listener) said() string {
	for {
		if line := l.next(); strings.HasPrefix(line, "<") {
			return strings.TrimSuffix(line, "\n")
		}
	}
}

// settle waits until all that was asked before is answered.
func (l *listener) settle() {
	l.Send("/ping\n")
	for !strings.Contains(l.next(), "pong") {
	}
}

// isAlone waits until no other member is left, and no line may come meanwhile.
func (l *listener) isAlone(t *testing.T) {
	for {
		l.Send("/who\n")
		line := l.next()
		for !strings.Contains(line, " in #lobby") {
			require.NotContains(t, line, "<", "nothing is said twice")
			line = l.next()
		}
		if strings.HasPrefix(line, "-- 1 in ") {
			require.NoError(t, l.Close())
			return
		}
	}
}
