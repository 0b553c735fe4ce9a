package conn_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
	"chinwag/protocol/seedtest"
)

// A silent client has no goroutine, if the system has a way to wait for many; and is heard all the same, in whatever
// pieces a line comes.
func TestTheSilentAreWaitedForTogether(t *testing.T) {
	w := newServer(t, hub.Options{Arrive: time.Millisecond}, conn.Options{PerAddress: -1, PerAddressRate: -1})
	at := w.Listen()
	before := runtime.NumGoroutine()
	var callers []*conntest.Caller
	for range 100 {
		c := conntest.Call(t, at)
		require.NoError(t, c.Hears("Welcome"))
		callers = append(callers, c)
	}
	for round := range 3 {
		for i, c := range callers {
			words := fmt.Sprintf("line %d of %d", round, i)
			for _, part := range []string{words[:3], words[3:], "\r\n"} {
				_, err := io.WriteString(c, part)
				require.NoError(t, err)
			}
			require.NoError(t, callers[(i+1)%len(callers)].Hears(words))
		}
	}
	if runtime.GOOS == "linux" {
		assert.Eventually(t, func() bool { return runtime.NumGoroutine()-before < 50 }, 10*time.Second, time.Millisecond)
	}
	for i, c := range callers { // in order, with half a line, and not in order
		switch i % 3 {
		case 0:
			require.NoError(t, c.CloseWrite())
			assert.NoError(t, c.Hears("goodbye"))
		case 1:
			_, _ = io.WriteString(c, "half")
			require.NoError(t, c.CloseWrite())
			assert.NoError(t, c.Hears("goodbye"))
		default:
			require.NoError(t, c.SetLinger(0))
		}
		require.NoError(t, c.Close())
	}
	w.End()
}

// Descriptors are used again at once, by connections that end in every way and at every moment: no client waits for
// ever, and none is taken for another.
func TestConnectionsThatComeAndGoAreToldApart(t *testing.T) {
	w := newServer(t, hub.Options{Arrive: time.Millisecond}, conn.Options{PerAddress: -1, PerAddressRate: -1, Rate: -1})
	at := w.Listen()
	var guests sync.WaitGroup
	seed := seedtest.One(t, 1)
	for g := range 8 {
		guests.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(g)))
			for i := range 60 {
				c := conntest.Call(t, at)
				me := fmt.Sprintf("caller-%d-%d", g, i)
				_, err := io.WriteString(c, "/nick "+me+"\n/ping\n")
				assert.NoError(t, err)
				assert.NoError(t, c.Hears("pong"), me)
				switch random.IntN(4) {
				case 0:
					_ = c.SetLinger(0)
				case 1:
					_, _ = io.WriteString(c, "/quit\n")
					assert.NoError(t, c.Hears("goodbye"), me)
				case 2:
					_ = c.CloseWrite()
					assert.NoError(t, c.Hears("goodbye"), me)
				}
				_ = c.Close()
			}
		})
	}
	guests.Wait()
	w.End()
}

// Clients that wait are told of the end, and those that do not take it are cut off.
func TestTheEndComesToWhoWaits(t *testing.T) {
	w := newServer(t, hub.Options{Grace: time.Second}, conn.Options{PerAddress: -1, PerAddressRate: -1})
	at := w.Listen()
	var callers []*conntest.Caller
	for range 20 {
		c := conntest.Call(t, at)
		require.NoError(t, c.Hears("Welcome"))
		callers = append(callers, c)
	}
	w.Stop()
	for _, c := range callers {
		assert.NoError(t, c.Hears("goodbye"))
		_, err := io.Copy(io.Discard, c)
		assert.NoError(t, err)
		_ = c.Close()
	}
	w.End()
}

// Lines that come in one piece are heard in order, and what stands between them in its place.
func TestLinesThatComeTogetherKeepTheirOrder(t *testing.T) {
	w := newServer(t, hub.Options{}, conn.Options{Rate: 0.001, Burst: 150})
	c := conntest.Call(t, w.Listen())
	var said strings.Builder
	said.WriteString("/nick bob\n/echo on\n")
	for i := range 200 {
		fmt.Fprintf(&said, "line %d\n", i)
		switch i {
		case 20:
			said.WriteString("/topic of lines\n")
		case 100:
			said.WriteString("/there is no /\n")
		}
	}
	_, err := io.WriteString(c, said.String())
	require.NoError(t, err)
	hears := func(words string) {
		require.Contains(t, c.Line(), words)
	}
	require.NoError(t, c.Hears("echo"))
	for i := range 146 {
		switch hears(fmt.Sprintf("<bob> line %d\n", i)); i {
		case 20:
			hears("of lines")
		case 100:
			hears("there is no /")
		case 145: // with the four commands, all that may come at once
			hears("read more slowly")
		}
	}
	require.NoError(t, c.Close())
	w.End()
}
