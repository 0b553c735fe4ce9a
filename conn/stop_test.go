package conn_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/protocol/seedtest"
)

func TestG8ConnectionsThatAreThereGoOnWhenTheDoorCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		l := conntest.NewListener()
		door := w.Accept(l, lineTransport, hub.Identity{})
		ann, bob := l.Connect(t, "192.0.2.1"), l.Connect(t, "192.0.2.1")
		time.Sleep(time.Second)
		door.Close()
		door.Close()
		time.Sleep(time.Hour)
		bob.Say("still here")
		synctest.Wait()
		assert.Contains(t, ann.Text(), "still here")
		w.End() // which waits for Accept
		for _, v := range []*conntest.Client{ann, bob} {
			assert.NoError(t, v.Wait())
			assert.True(t, strings.HasSuffix(v.Text(), "-- goodbye: the server is shutting down, please come back in a while\n"), v.Text())
		}
	})
}

func TestG8TheStuckAreAbortedWhenTheGraceIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{Grace: 5 * time.Second}, conn.Options{})
		_ = listen(w)
		var stuck []net.Conn
		for range 5 {
			stuck = append(stuck, w.Pipe(hub.Identity{}))
		}
		ann := w.Connect(hub.Identity{})
		began := time.Now()
		w.End()
		assert.GreaterOrEqual(t, time.Since(began), 5*time.Second)
		assert.Less(t, time.Since(began), 6*time.Second)
		_ = ann.Wait()
		assert.Equal(t, began, ann.ClosedAt(), "one who reads need not wait")
		assert.Contains(t, ann.Text(), "-- goodbye")
		for _, c := range stuck {
			_ = c.Close()
		}
	})
}

// All clients read the goodbye and the end of the stream, whatever they sent that the server will not read any more.
func TestG8NobodyIsReset(t *testing.T) {
	t.Parallel()
	for range 5 {
		w := newServer(t, hub.Options{}, conn.Options{})
		addr := w.Listen()
		var vs []*conntest.Client
		for i := range 20 {
			v := conntest.DialAs(t, addr, fmt.Sprintf("v%d", i))
			_, err := v.Write([]byte(strings.Repeat("more than is read\n", 500)))
			require.NoError(t, err)
			vs = append(vs, v)
		}
		w.Stop()
		for i, v := range vs {
			conntest.Ends("reading", func() { assert.NoError(t, v.Wait(), "visitor %d", i) })
			assert.True(t, strings.HasSuffix(v.Text(), "-- goodbye: the server is shutting down, please come back in a while\n"), "visitor %d: %q", i, v.Text()[max(0, len(v.Text())-300):])
			_ = v.Close()
		}
		conntest.Ends("the server", func() { w.End() })
	}
}

func TestG8AStopAtAnyMomentHangsNobody(t *testing.T) {
	t.Parallel()
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := newServer(t, hub.Options{Grace: 100 * time.Millisecond, Arrive: time.Millisecond}, conn.Options{Rate: -1})
		_ = listen(w)
		var crowd sync.WaitGroup
		begun := make(chan struct{}, 50*(3*8+3)) // all that ever begins
		for range 50 {
			seed := r.Uint64()
			crowd.Go(func() { wander(w, rand.New(rand.NewPCG(seed, 3)), begun) })
		}
		for range r.IntN(120) {
			<-begun
		}
		conntest.Ends(fmt.Sprintf("the server (seed %d)", seed), w.EndHub)
		if _, late := errors.AsType[*hub.UnrecordedError](w.Err); !late { // so short a grace may end before a busy machine has committed
			require.NoError(t, w.Err)
		}
		conntest.Ends(fmt.Sprintf("the crowd (seed %d)", seed), crowd.Wait)
	})
}

// wander comes, does this and that, and leaves in one way or another: a few times.
func wander(w *conntest.Server, r *rand.Rand, begun chan<- struct{}) {
	for range 3 {
		ours, theirs := net.Pipe()
		var served, read sync.WaitGroup
		served.Go(func() {
			_ = w.Conn().Serve(line.New(theirs, line.Options{Stall: 50 * time.Millisecond}), hub.Identity{})
		})
		if r.IntN(10) > 0 {
			read.Go(func() { _, _ = io.Copy(io.Discard, ours) })
		} // else it reads nothing
		begun <- struct{}{}
		for range r.IntN(8) {
			begun <- struct{}{}
			line := []string{"hi", "/nick n%d", "/join #r%d", "/who", "/me waves", "/away", "/history all", "{", "/quit", "/msg n3 psst"}[r.IntN(10)]
			if strings.Contains(line, "%d") {
				line = fmt.Sprintf(line, r.IntN(20))
			}
			_ = ours.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
			if _, err := ours.Write([]byte(line + "\r\n")); err != nil {
				break
			}
		}
		_ = ours.Close()
		read.Wait()
		served.Wait()
	}
}
