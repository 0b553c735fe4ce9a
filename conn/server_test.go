package conn_test

import (
	"net"
	"testing"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
)

func lineTransport(c net.Conn) conn.Transport { return line.New(c, line.Options{}) }

// newServer is a server of lines, which keeps a thousand.
func newServer(t *testing.T, ho hub.Options, co conn.Options) *conntest.Server {
	return openServer(t, hubtest.Setup{Options: ho, Bounds: journal.Bounds{Lines: 1000}}, co)
}

func openServer(t *testing.T, s hubtest.Setup, co conn.Options) *conntest.Server {
	return conntest.New(t, conntest.Setup{Setup: s, Conn: co, Transport: lineTransport})
}

// listen has a server accept the connections of a test.
func listen(w *conntest.Server) *conntest.Listener {
	l := conntest.NewListener()
	w.Accept(l, lineTransport, hub.Identity{})
	return l
}
