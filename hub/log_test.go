package hub_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/state"
	"chinwag/protocol"
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
		require.Len(t, w.Trouble(), 1)
		require.ErrorIs(t, w.Trouble()[0], hub.ErrUnordered)
		require.ErrorContains(t, w.Trouble()[0], "the log has not answered", "and it says why")
		link.Join()
		talk(3 * time.Second)
		require.Len(t, w.Trouble(), 2)
		assert.NoError(t, w.Trouble()[1])
		bob := w.NewClient(false)
		bob.Connect()
		talk(2 * time.Second)
		assert.NotZero(t, w.Session(bob.Conn()).ID)
		ann.Leave()
		bob.Leave()
	})
}

// An operator ends a node whose log is away, as it does one whose disk does not answer.
func TestAnOperatorEndsANodeWhoseLogIsAway(t *testing.T) {
	for _, at := range []time.Duration{time.Second, 2 * hub.LongSilence} { // before it is told, and after that
		onSlowLog(t, hub.Options{}, func(w *world, link *hubtest.Link) {
			op := w.NewClient(false)
			op.Identity = hub.Identity{Operator: true, Nick: hubtest.Nick("op")}
			op.Connect()
			time.Sleep(time.Second)
			link.CutOff()
			op.Send(say("it waits"))
			time.Sleep(at)
			op.Type("/shutdown")
			time.Sleep(2 * hub.LongSilence)
			select {
			case <-w.Hub.ShutdownRequested():
			default:
				assert.Fail(t, "nobody is asked to end the server")
			}
			link.Join()
			op.Leave()
		})
	}
}

// What people have said and the log has not brought back may be lost with the node, so its end says so.
func TestTheEndOfANodeWhoseLogIsAwayTellsOfLines(t *testing.T) {
	onSlowLog(t, hub.Options{Grace: time.Second}, func(w *world, link *hubtest.Link) {
		ann := w.NewClient(false)
		ann.Connect()
		ann.Do(called("ann"))
		time.Sleep(time.Second)
		ann.Told()
		link.CutOff()
		ann.Send(say("it waits"))
		synctest.Wait()
		w.Stop()
		w.Wait()
		assert.Equal(t, &hub.UnrecordedError{Lines: 1}, w.Err)
		ann.Wait()
		assert.Contains(t, ann.Text(), "the other servers cannot be reached, and what was said last may be lost")
		link.Join()
	})
}

// A node that is ended before the log has brought it its own beginning has nothing to lose.
func TestANodeEndsBeforeItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := hubtest.NewLog()
		l.Link(1).CutOff()
		w := newWorldOn(t, hubtest.Setup{Options: hub.Options{Log: l.Link(1), Node: 1, Grace: -1}})
		time.Sleep(2 * state.Lease)
		w.Close()
		assert.NoError(t, w.Err)
		l.Close()
	})
}

// What a client of a node asks for after the node's last word comes too late to be decided, and is given back with the
// rest.
func TestANodeLeavesNothingUndecidedAtItsEnd(t *testing.T) {
	inNodes(t, 1, func(t *testing.T, ns *nodes) {
		ann, bob := ns.enter(0, "ann"), ns.enter(0, "bob")
		ns.link(0).Pause()
		ns.all[0].Stop()
		synctest.Wait() // the last word is on its way
		ann.Disconnect()
		synctest.Wait()
		conn := bob.Conn()
		require.NoError(t, conn.Tell(context.Background(), protocol.Notice{Text: hubtest.Text("in its turn")}))
		synctest.Wait()
		ns.link(0).Resume()
		ns.all[0].Wait()
		require.NoError(t, ns.all[0].Err)
		assert.True(t, conn.IsIdle())
	})
}

// A connection of a node never has the number of one that its last incarnation had, of which the journal does not know
// yet.
func TestANodeBeginsWithNewConnections(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann, eve := ns.enter(1, "ann"), ns.all[0].NewClient(false)
		ns.link(0).Pause()
		eve.Connect()
		eve.Send(called("eve"), say("a word"))
		time.Sleep(time.Second)
		ann.Await("<eve> a word")
		ns.all[0].Kill(eve)
		ns.all[0].Store.Fail(nil)
		ns.all[0].Wait()
		ns.all[0].Store.Hold()
		ns.all[0].Again()
		synctest.Wait() // it has begun, and has recorded nothing of that
		bob := ns.all[0].NewClient(false)
		bob.Connect()
		synctest.Wait()
		ns.all[0].Store.Release()
		time.Sleep(time.Second)
		told := bob.Text()
		assert.NotContains(t, told, "You are eve")
		assert.Contains(t, told, "You are guest-2")
		ann.Leave()
		bob.Leave()
	})
}

// What people were told is noted every second, also while something always waits for the log: after a kill few lines
// come twice.
func TestWhatIsToldIsNotedUnderLoad(t *testing.T) {
	onSlowLog(t, hub.Options{Durable: true, Hold: time.Hour}, func(w *world, link *hubtest.Link) {
		ann, bob := w.NewClient(false), w.NewClient(false)
		ann.Connect()
		bob.Connect()
		ann.Do(called("ann"))
		time.Sleep(time.Second)
		bob.Told()
		for i := range 500 {
			ann.Send(say(fmt.Sprint("line ", i)))
			time.Sleep(20 * time.Millisecond)
		}
		told := len(bob.Told())
		require.Greater(t, told, 300)
		link.CutOff()
		w.Store.Fail(errDisk)
		w.Stop()
		ann.Disconnect()
		bob.Disconnect()
		w.Wait()
		w.Store.Fail(nil)
		link.Join()
		w.Restart(hub.Options{Log: slowLog{link}, Node: 1, Replay: -1, Durable: true, Hold: time.Hour})
		time.Sleep(time.Second)
		bob.Connect()
		time.Sleep(time.Second)
		again := strings.Count(bob.Text(), "<ann> line")
		assert.Less(t, again, 100, "of %d", told)
		bob.Leave()
		ann.Leave()
	})
}
