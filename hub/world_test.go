package hub_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// world is a hub in a bubble, and a window into it.
type world struct {
	*hubtest.World
	*hub.Window
	restarts int
}

func newWorld(t testing.TB, o hub.Options) *world {
	return newWorldOn(t, hubtest.Setup{Options: o})
}

func newWorldOn(t testing.TB, s hubtest.Setup) *world {
	w := &world{}
	s.Run = func(h *hub.Hub) (run func(context.Context) error) {
		w.Window, run = hub.Watch(h)
		return run
	}
	w.World = hubtest.New(t, s)
	return w
}

// inWorld plays f in a bubble, with n clients that are in the lobby.
func inWorld(t *testing.T, s hubtest.Setup, n int, program bool, f func(w *world, people []*hubtest.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOn(t, s)
		people := make([]*hubtest.Client, n)
		for i := range people {
			people[i] = w.NewClient(program)
			people[i].Connect()
			synctest.Wait()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		for _, p := range people {
			p.Told()
		}
		f(w, people)
		w.Close(people...)
	})
}

// checkAudience compares what is told with what is true, where all is quiet. The world waits meanwhile.
func (w *world) checkAudience(t testing.TB) {
	t.Helper()
	if w.IsQuiet() {
		require.Zero(t, w.Strays())
	}
}

// attach begins a connection on which the test itself says everything.
func (w *world) attach(program bool) *hubtest.Client {
	c := w.NewClient(program)
	c.Writer = blocking
	c.Attach()
	return c
}

func blocking(read func([]*protocol.Frame) error) hub.Writer { return hubtest.Blocking(read) }

func ready(read func([]*protocol.Frame) error) hub.Writer { return hubtest.Ready(read) }

var (
	errDisk = errors.New("disk full")
	errGone = errors.New("nobody listens")

	anOperator = hub.Identity{Operator: true}
)

const inNoRoom = "-- You are in no room yet: the history cannot be written just now. Please try again in a while: /join ROOM"

const notKept = "-- that could not be recorded, so nobody has heard it: please try again in a while"

func say(words string) protocol.Command { return protocol.Say{Text: hubtest.Text(words)} }

func called(name string) protocol.Command { return protocol.Rename{Nick: hubtest.Nick("%s", name)} }

func comeBack(code string) protocol.Command { return protocol.Resume{Code: hubtest.Text(code)} }

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// count is how many of the lines are this one.
func count(lines []string, line string) (n int) {
	for _, l := range lines {
		if l == line {
			n++
		}
	}
	return n
}
