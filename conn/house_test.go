package conn_test

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// house is a server with a hub that runs, in a bubble or not.
type house struct {
	*hubtest.World
	t      *testing.T
	server *conn.Server
	log    logged
	level  slog.LevelVar // of what is logged
	served sync.WaitGroup
	doors  []*conn.Listener // to close at the end
}

func newHouse(t *testing.T, ho hub.Options, co conn.Options) *house {
	return openHouse(t, hubtest.Setup{Options: ho, Bounds: journal.Bounds{Lines: 1000}}, co)
}

func openHouse(t *testing.T, s hubtest.Setup, co conn.Options) *house {
	w := &house{t: t, World: hubtest.New(t, s)}
	co.Log = slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: &w.level}))
	w.server = conn.NewServer(w.Hub, co)
	w.served.Go(func() { _ = w.server.Drain() })
	return w
}

// end ends the hub, and waits for all that was served.
func (w *house) end() {
	w.close()
	require.NoError(w.t, w.Err)
}

// close is end without a look at the error of the hub.
func (w *house) close() {
	for _, door := range w.doors {
		door.Close()
	}
	w.Stop()
	w.served.Wait()
	w.Wait()
}

// logged is what was logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), words)
}

// after is what was logged after the first words of that kind.
func (l *logged) after(words string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, rest, _ := strings.Cut(l.b.String(), words)
	return rest
}

// come brings somebody in through a pipe, in a bubble, and lets a second pass:
// the others know of them.
func (w *house) come(id hub.Identity) *visitor {
	ours, theirs := net.Pipe()
	w.served.Go(func() { _ = w.server.Serve(line.New(theirs, line.Options{}), id) })
	v := visit(w.t, ours)
	time.Sleep(time.Second)
	synctest.Wait()
	return v
}

// stuck connects a client that reads nothing, in a bubble.
func (w *house) stuck() net.Conn {
	ours, theirs := net.Pipe()
	w.served.Go(func() { _ = w.server.Serve(line.New(theirs, line.Options{}), hub.Identity{}) })
	synctest.Wait()
	return ours
}

// named connects a client with that nick in the lobby.
func (w *house) named(nick string) *visitor {
	v := w.come(hub.Identity{})
	v.say("/nick "+nick, "/ping")
	synctest.Wait()
	require.Contains(w.t, v.text(), "-- pong", nick)
	return v
}

func anOperator(t *testing.T) hub.Identity {
	nick, err := protocol.ParseNick("operator")
	require.NoError(t, err)
	return hub.Identity{Nick: nick, Operator: true}
}
