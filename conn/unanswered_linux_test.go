package conn_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
)

// network is a thread in a network of its own, which is gone with it.
type network struct {
	t   *testing.T
	tid int
	do  chan func()
}

// newNetwork makes a network, or the test is left out: aloud.
func newNetwork(t *testing.T) *network {
	if _, err := exec.LookPath("ip"); err != nil {
		if os.Getenv("CHINWAG_REQUIRE_TOOLS") != "" {
			t.Fatal("ip is wanted: ", err)
		}
		t.Skip("without ip: ", err)
	}
	n := &network{t: t, do: make(chan func())}
	made := make(chan error)
	var served sync.WaitGroup
	served.Go(func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		n.tid = unix.Gettid()
		made <- unix.Unshare(unix.CLONE_NEWNET)
		for f := range n.do {
			f()
		}
	})
	t.Cleanup(func() { close(n.do); served.Wait() })
	if err := <-made; err != nil {
		t.Skip("a network can only be made by root: ", err)
	}
	n.ip("link set lo up")
	return n
}

// in runs f in the network.
func (n *network) in(f func()) {
	done := make(chan struct{})
	n.do <- func() { defer close(done); f() }
	<-done
}

func (n *network) ip(args string) {
	var out []byte
	var err error
	n.in(func() { out, err = exec.Command("ip", strings.Fields(args)...).CombinedOutput() })
	require.NoError(n.t, err, "ip %s: %s", args, out)
}

func (n *network) dial(to net.Addr) (c *net.TCPConn) {
	n.in(func() { c = dial(n.t, to) })
	return c
}

// Whose network vanishes without a word is gone when nothing was acknowledged for so
// long, whether lines wait for them or not, and the others hear of it. Who is silent and still
// there stays.
func TestWhoseNetworkVanishesIsMissed(t *testing.T) {
	for name, says := range map[string]string{"while lines wait": "is anybody there?\n", "in silence": ""} {
		t.Run(name, func(t *testing.T) {
			here, there := newNetwork(t), newNetwork(t)
			here.ip(fmt.Sprintf("link add here type veth peer name there netns %d", there.tid))
			here.ip("addr add 198.18.0.1/30 dev here")
			here.ip("link set here up")
			there.ip("addr add 198.18.0.2/30 dev there")
			there.ip("link set there up")

			w := newHouse(t, hub.Options{}, conn.Options{Unanswered: 3 * time.Second})
			var l net.Listener
			var err error
			here.in(func() { l, err = net.Listen("tcp4", "198.18.0.1:0") })
			require.NoError(t, err)
			door := w.server.NewListener(l, func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) }, hub.Identity{})
			w.doors = append(w.doors, door)
			w.served.Go(func() { require.NoError(t, door.Serve()) })

			ann := &visitorOf{t, here.dial(l.Addr())}
			ann.says("/nick ann\n")
			bob := &visitorOf{t, there.dial(l.Addr())}
			bob.says("/nick bob\nhere I am\n")
			ann.hears("<bob> here I am")
			there.ip("link set there down")
			ann.says(says)
			ann.hears("-- bob left")
			require.NoError(t, ann.Close())
			require.NoError(t, bob.SetLinger(0))
			require.NoError(t, bob.Close())
			w.end()
		})
	}
}

// visitorOf is a visitor from a network.
type visitorOf struct {
	t *testing.T
	*net.TCPConn
}

func (v *visitorOf) says(lines string) {
	_, err := io.WriteString(v, lines)
	require.NoError(v.t, err)
}

func (v *visitorOf) hears(words string) {
	var heard strings.Builder
	for b := make([]byte, 4096); !strings.Contains(heard.String(), words); {
		n, err := v.Read(b)
		heard.Write(b[:n])
		require.NoError(v.t, err, "%q in %q", words, &heard)
	}
}
