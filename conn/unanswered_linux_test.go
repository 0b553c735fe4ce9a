package conn_test

import (
	"fmt"
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
	"chinwag/conn/conntest"
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

func (n *network) dial(to net.Addr) (c *conntest.Caller) {
	n.in(func() { c = conntest.Call(n.t, to) })
	return c
}

// A client whose network vanishes without a word is gone when nothing was acknowledged for so long, whether lines wait
// for it or not, and the other sessions hear of it. A silent client that is still there stays.
func TestWhoseNetworkVanishesIsMissed(t *testing.T) {
	for name, says := range map[string]string{"while lines wait": "is anybody there?\n", "in silence": ""} {
		t.Run(name, func(t *testing.T) {
			here, there := newNetwork(t), newNetwork(t)
			here.ip(fmt.Sprintf("link add here type veth peer name there netns %d", there.tid))
			here.ip("addr add 198.18.0.1/30 dev here")
			here.ip("link set here up")
			there.ip("addr add 198.18.0.2/30 dev there")
			there.ip("link set there up")

			w := newServer(t, hub.Options{}, conn.Options{Unanswered: 3 * time.Second})
			var l net.Listener
			var err error
			here.in(func() { l, err = net.Listen("tcp4", "198.18.0.1:0") })
			require.NoError(t, err)
			w.Accept(l, lineTransport, hub.Identity{})

			ann := here.dial(l.Addr())
			ann.Send("/nick ann\n")
			bob := there.dial(l.Addr())
			bob.Send("/nick bob\nhere I am\n")
			ann.Hears("<bob> here I am")
			there.ip("link set there down")
			ann.Send(says)
			ann.Hears("-- bob left")
			require.NoError(t, ann.Close())
			require.NoError(t, bob.SetLinger(0))
			require.NoError(t, bob.Close())
			w.End()
		})
	}
}
