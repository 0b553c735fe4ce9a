package hub_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
)

// slowLog takes a while for each append.
type slowLog struct{ *hubtest.Link }

func (l slowLog) Append(ctx context.Context, intents [][]byte) error {
	time.Sleep(100 * time.Millisecond)
	return l.Link.Append(ctx, intents)
}

// onSlowLog plays f with a node that is alone on a slow log.
func onSlowLog(t *testing.T, o hub.Options, f func(w *world, link *hubtest.Link)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := hubtest.NewLog()
		o.Log, o.Node, o.Replay = slowLog{l.Link(1)}, 1, -1
		w := newWorldOn(t, hubtest.Setup{Options: o})
		time.Sleep(time.Second)
		f(w, l.Link(1))
		w.Close()
		l.Close()
	})
}

// A log that was away is told to work as soon as it answers, also where something waits for it at every moment.
func TestALogThatAnswersAgainIsNotTakenToBeAway(t *testing.T) {
	onSlowLog(t, hub.Options{}, func(w *world, link *hubtest.Link) {
		ann := w.NewClient(false)
		ann.Connect()
		ann.Do(called("ann"))
		time.Sleep(time.Second)
		talk := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				ann.Send(say(fmt.Sprint(time.Now().UnixMilli())))
			}
		}
		link.CutOff()
		talk(2 * hub.LongSilence)
		require.Equal(t, []error{hub.ErrUnordered}, w.Trouble())
		link.Join()
		talk(3 * time.Second)
		assert.Equal(t, []error{hub.ErrUnordered, nil}, w.Trouble())
		bob := w.NewClient(false)
		bob.Connect()
		talk(2 * time.Second)
		assert.NotZero(t, w.Session(bob.Conn()).ID)
		ann.Leave()
		bob.Leave()
	})
}
