package conn_test

import (
	"errors"
	"fmt"
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
	"chinwag/conn/line"
	"chinwag/hub"
)

func TestG8ConnectionsThatAreThereGoOnWhenTheDoorCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		l, door := w.open()
		ann, bob := l.knock(t, "192.0.2.1"), l.knock(t, "192.0.2.1")
		time.Sleep(time.Second)
		door.Close()
		door.Close()
		time.Sleep(time.Hour)
		bob.say("still here")
		synctest.Wait()
		assert.Contains(t, ann.text(), "still here")
		w.end() // which waits for Accept
		for _, v := range []*visitor{ann, bob} {
			v.read.Wait()
			assert.NoError(t, v.err)
			assert.True(t, strings.HasSuffix(v.text(), "-- goodbye: the server is shutting down, please come back in a while\n"), v.text())
		}
	})
}

func TestG8TheStuckAreAbortedWhenTheGraceIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{Grace: 5 * time.Second}, conn.Options{})
		_, door := w.open()
		var stuck []net.Conn
		for range 5 {
			stuck = append(stuck, w.stuck())
		}
		ann := w.come(hub.Identity{})
		door.Close()
		began := time.Now()
		w.end()
		assert.GreaterOrEqual(t, time.Since(began), 5*time.Second)
		assert.Less(t, time.Since(began), 6*time.Second)
		ann.read.Wait()
		assert.Equal(t, began, ann.ended, "one who reads need not wait")
		assert.Contains(t, ann.text(), "-- goodbye")
		for _, c := range stuck {
			_ = c.Close()
		}
	})
}

// Everybody reads the goodbye and the end of the stream, whatever they sent
// that nobody will read any more.
func TestG8NobodyIsReset(t *testing.T) {
	t.Parallel()
	for range 5 {
		w, addr, door := street(t, hub.Options{}, conn.Options{})
		var vs []*visitor
		for i := range 20 {
			v := walkIn(t, addr, fmt.Sprintf("v%d", i))
			_, err := v.Write([]byte(strings.Repeat("more than is read\n", 500)))
			require.NoError(t, err)
			vs = append(vs, v)
		}
		door.Close()
		w.Stop()
		for i, v := range vs {
			hangs("reading", v.read.Wait)
			assert.NoError(t, v.err, "visitor %d", i)
			assert.True(t, strings.HasSuffix(v.text(), "-- goodbye: the server is shutting down, please come back in a while\n"), "visitor %d: %q", i, v.text()[max(0, len(v.text())-300):])
			_ = v.Close()
		}
		hangs("the house", w.end)
	}
}

func TestG8AStopAtAnyMomentHangsNobody(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := newHouse(t, hub.Options{Grace: 100 * time.Millisecond, Arrive: time.Millisecond}, conn.Options{Rate: -1})
		_, door := w.open()
		var crowd sync.WaitGroup
		begun := make(chan struct{}, 50*(3*8+3)) // all that ever begins
		for range 50 {
			seed := r.Uint64()
			crowd.Go(func() { w.wander(rand.New(rand.NewPCG(seed, 3)), begun) })
		}
		for range r.IntN(120) {
			<-begun
		}
		door.Close()
		hangs(fmt.Sprintf("the house (seed %d)", seed), w.close)
		if _, late := errors.AsType[*hub.UnrecordedError](w.Err); !late { // so short a grace may end before a busy machine has committed
			require.NoError(t, w.Err)
		}
		hangs(fmt.Sprintf("the crowd (seed %d)", seed), crowd.Wait)
	}
}

// wander comes, does this and that, and leaves in one way or another: a few times.
func (w *house) wander(r *rand.Rand, begun chan<- struct{}) {
	for range 3 {
		ours, theirs := net.Pipe()
		var served, read sync.WaitGroup
		served.Go(func() {
			_ = w.server.Serve(line.New(theirs, line.Options{Stall: 50 * time.Millisecond}), hub.Identity{})
		})
		v := &visitor{Conn: ours, t: w.t}
		if r.IntN(10) > 0 {
			read.Go(v.readAll)
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
