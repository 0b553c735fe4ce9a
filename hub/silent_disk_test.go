package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// hanging begins a world in which the disk does not answer any more from when f is called, and lets it answer when f
// has returned and the hub has ended.
func hanging(t *testing.T, o hub.Options, people int, f func(w *world, people []*hubtest.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		var crowd []*hubtest.Client
		for range people {
			crowd = append(crowd, w.Enter(hub.Identity{}))
		}
		for _, p := range crowd {
			p.Told()
		}
		w.Store.Hold()
		f(w, crowd)
		w.Stop()
		w.Wait()
		w.Store.Release() // the commit that the hub has not waited for
		w.Close(crowd...)
	})
}

// A disk that hangs does not beat the deadline of the end, which counts from when the end was asked for: every client
// gets a goodbye, and the error of the hub says how much may be lost.
func TestADiskThatHangsDoesNotBeatTheGrace(t *testing.T) {
	for _, grace := range []time.Duration{time.Second, 5 * time.Second} {
		t.Run(grace.String(), func(t *testing.T) {
			hanging(t, hub.Options{Grace: grace}, 3, func(w *world, people []*hubtest.Client) {
				ann, bob, stuck := people[0], people[1], people[2]
				for i := range 3 {
					ann.Say(fmt.Sprint("perhaps ", i), "")
				}
				bob.Send(protocol.Join{Room: hubtest.Room("tea")})
				eve := w.NewClient(false)
				eve.Connect()
				time.Sleep(time.Hour)
				stuck.Pause()
				began := time.Now()
				w.Stop()
				w.Wait()
				assert.Equal(t, grace, time.Since(began))
				var lost *hub.UnrecordedError
				require.ErrorAs(t, w.Err, &lost)
				assert.Equal(t, hub.UnrecordedError{Lines: 3, Others: 2}, *lost)
				w.Err = nil
				goodbye := "-- goodbye: the server is shutting down, please come back in a while: its disk does not answer, and what was said last may be lost"
				for _, p := range []*hubtest.Client{ann, bob, eve} {
					p.Wait()
					assert.Equal(t, goodbye, last(p.Told()))
				}
				stuck.Resume()
			})
		})
	}
}

// What the disk has in the last moment is in the journal, and all is well.
func TestADiskThatAnswersWithinTheGraceLosesNothing(t *testing.T) {
	for _, late := range []time.Duration{time.Second, 4 * time.Second} { // before and after the goodbyes
		hanging(t, hub.Options{Grace: 5 * time.Second}, 2, func(w *world, people []*hubtest.Client) {
			ann, bob := people[0], people[1]
			ann.Say("just in time", "")
			synctest.Wait()
			w.Stop()
			began := time.Now()
			time.Sleep(late)
			w.Store.Release()
			w.Wait()
			assert.Equal(t, late, time.Since(began))
			assert.NoError(t, w.Err)
			bob.Wait()
			heard := bob.Told()
			assert.Equal(t, late < 2*time.Second, heard[0] == "<guest-1> just in time", heard)
			assert.Contains(t, last(heard), "-- goodbye: ")
			assert.Equal(t, hubtest.Text("just in time"), w.Store.Entries()[len(w.Store.Entries())-1].Event.(protocol.Said).Text)
		})
	}
}

// What the disk has after the goodbyes is told where its readers come back.
func TestWhatIsRecordedAfterTheGoodbyesIsTold(t *testing.T) {
	o := hub.Options{Grace: 5 * time.Second, Durable: true}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		ann, bob := w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		w.Store.Hold()
		ann.Say("in the last moment", "")
		synctest.Wait()
		w.Stop()
		time.Sleep(4 * time.Second)
		w.Store.Release()
		w.Wait()
		bob.Wait()
		require.NotContains(t, bob.Text(), "in the last moment")
		w.Restart(o)
		bob.Connect()
		bob.Await("<guest-1> in the last moment")
		w.Close(ann, bob)
	})
}

// Without a grace the end waits for as long as it takes.
func TestWithoutAGraceTheEndWaitsForTheDisk(t *testing.T) {
	hanging(t, hub.Options{Grace: -1}, 1, func(w *world, people []*hubtest.Client) {
		people[0].Say("in the end", "")
		synctest.Wait()
		w.Stop()
		time.Sleep(24 * time.Hour)
		select {
		case <-w.Hub.Done():
			t.Error("it has not waited")
		default:
		}
		w.Store.Release()
		w.Wait()
		assert.NoError(t, w.Err)
	})
}

// /shutdown does not wait for its turn behind a line that hangs; but behind one that does not, it does.
func TestAShutdownDoesNotWaitForADiskThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		op := w.EnterOperator("op")
		w.Store.Hold()
		asked := func() bool {
			select {
			case <-w.Hub.ShutdownRequested():
				return true
			default:
				return false
			}
		}
		op.Say("is anybody there?", "")
		synctest.Wait()
		op.Send(protocol.Stop{Text: hubtest.Text("so long")})
		time.Sleep(4 * time.Second)
		synctest.Wait()
		assert.False(t, asked(), "the disk may only be slow")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.True(t, asked())
		w.Stop()
		w.Wait()
		assert.Error(t, w.Err)
		op.Wait()
		assert.Equal(t, "-- goodbye: the server is shutting down: so long", last(op.Told()))
		w.Store.Release()
	})
}

// Only an operator ends the server, however much hangs.
func TestAShutdownOfSomebodyElseIsNone(t *testing.T) {
	hanging(t, hub.Options{}, 1, func(w *world, people []*hubtest.Client) {
		people[0].Say("is anybody there?", "")
		people[0].Send(protocol.Stop{})
		time.Sleep(time.Minute)
		synctest.Wait()
		select {
		case <-w.Hub.ShutdownRequested():
			t.Error("the server ends")
		default:
		}
		w.Store.Release()
		synctest.Wait()
		assert.Equal(t, "-- only an operator can do that", last(people[0].Told()))
	})
}

// The operators and the log are told once that the disk does not answer, and once that it does. What was said meanwhile
// waits, and is heard then.
func TestADiskThatHangsIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		op, ann, bob := w.EnterOperator("op"), w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		for _, p := range []*hubtest.Client{op, ann, bob} {
			p.Told()
		}
		w.Store.Hold()
		for i := range 3 {
			ann.Say(fmt.Sprint(i), "")
			time.Sleep(2 * time.Second)
		}
		time.Sleep(time.Hour)
		silence := "-- the disk does not answer, so what is said waits and is heard by nobody yet: the log says when it does"
		assert.Equal(t, []string{silence}, op.Told())
		assert.Empty(t, ann.Told())
		assert.Len(t, w.Trouble(), 1)
		assert.ErrorIs(t, w.Trouble()[0], hub.ErrSilent)
		w.Store.Let(nil) // and now it answers, but not soon
		time.Sleep(3 * time.Second)
		assert.Len(t, w.Trouble(), 1)
		w.Store.Let(nil)
		again := "-- the journal works again, and what is said is heard"
		assert.ElementsMatch(t, []string{"<guest-1> 0", "<guest-1> 1", "<guest-1> 2", again}, op.Told())
		assert.Equal(t, []string{"<guest-1> 0", "<guest-1> 1", "<guest-1> 2"}, bob.Told())
		require.Len(t, w.Trouble(), 2)
		assert.NoError(t, w.Trouble()[1])

		ann.Say("one more", "")
		time.Sleep(6 * time.Second)
		w.Store.Let(errDisk) // it answers, but with an error
		w.Store.Release()
		bob.Say("and on", "")
		time.Sleep(hub.Calm)
		synctest.Wait()
		require.Len(t, w.Trouble(), 5)
		assert.ErrorIs(t, w.Trouble()[2], hub.ErrSilent)
		assert.ErrorContains(t, w.Trouble()[3], "disk full")
		assert.NoError(t, w.Trouble()[4])
		w.Close(op, ann, bob)
	})
}

// A disk on which a short line fits and a long one does not is told of once, and again when nothing has failed for a
// while.
func TestADiskThatIsNearlyFullIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{})
		op, ann := w.EnterOperator("op"), w.Enter(hub.Identity{})
		op.Told()
		for range 50 {
			for _, full := range []bool{true, false} {
				disk.falls(full)
				ann.Say("is it full?", "")
				time.Sleep(50 * time.Millisecond)
				synctest.Wait()
			}
		}
		notices := func() (n int) {
			for _, line := range op.Told() {
				if strings.HasPrefix(line, "-- the journal ") {
					n++
				}
			}
			return n
		}
		assert.Equal(t, 1, notices())
		assert.Len(t, w.Trouble(), 1)
		time.Sleep(2 * hub.Calm)
		synctest.Wait()
		assert.Equal(t, 1, notices(), "it works again")
		require.Len(t, w.Trouble(), 2)
		assert.NoError(t, w.Trouble()[1])
		w.Close(op, ann)
	})
}

// A disk that is busy all the time, but answers, is not told of.
func TestADiskThatIsBusyIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		ann := w.Enter(hub.Identity{})
		w.Store.Hold()
		for i := range 100 {
			ann.Say(fmt.Sprint(i), "")
			synctest.Wait()
			time.Sleep(time.Second)
			w.Store.Let(nil)
		}
		w.Store.Release()
		assert.Empty(t, w.Trouble())
		w.Close(ann)
	})
}

// What waits for a disk that hangs is bounded, also where one session comes back on one connection after the other.
func TestWhatWaitsForTheDiskIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		ann := w.Enter(hub.Identity{})
		eve := w.NewClient(true)
		eve.Connect()
		synctest.Wait()
		w.Store.Hold()
		ann.Say("before", "")
		time.Sleep(6 * time.Second)
		text := hubtest.Text(strings.Repeat("x", 1000))
		handed := 0
		for i := range 200 {
			for j := range hub.MaxRefs {
				if eve.Unsent() < 5000 {
					eve.Do(protocol.Say{Ref: protocol.Ref(fmt.Sprint(i, "-", j)), Text: text})
					handed++
				}
			}
			eve.Connect() // its last connection is replaced
			synctest.Wait()
		}
		taken := w.PendingLines()
		assert.Greater(t, handed, 4*taken, "most of them wait at their connections")
		assert.Greater(t, taken, 1)
		assert.LessOrEqual(t, w.Pending(), taken+1)
		assert.LessOrEqual(t, taken*1000, hub.FirstBound, "bytes")
		w.Store.Open(nil)
		assert.Zero(t, w.Pending())
		eve.Unsend()
		eve.Connect()
		synctest.Wait()
		ann.Say("after", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> after", last(eve.Told()))
		w.Close(ann, eve)
	})
}

// The same where the disk has failed before it hangs, whether the wish comes before that is known or after.
func TestAShutdownDoesNotWaitForADiskThatHasFailedBeforeItHangs(t *testing.T) {
	for _, later := range []time.Duration{0, 3 * time.Second, time.Minute} {
		t.Run(later.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, hub.Options{})
				op := w.EnterOperator("op")
				w.Store.Hold()
				op.Say("is anybody there?", "")
				synctest.Wait()
				w.Store.Let(errDisk)
				op.Say("and now?", "")
				time.Sleep(later)
				op.Send(protocol.Stop{})
				synctest.Wait()
				if later < hub.LongSilence {
					select {
					case <-w.Hub.ShutdownRequested():
						t.Error("the disk may only be slow")
					default:
					}
				}
				time.Sleep(2 * hub.LongSilence)
				synctest.Wait()
				select {
				case <-w.Hub.ShutdownRequested():
				default:
					t.Error("it waits")
				}
				assert.Len(t, w.Trouble(), 1, "that it fails was told")
				w.Stop()
				w.Wait()
				w.Err = nil
				w.Store.Release()
				w.Close(op)
			})
		})
	}
}

// Nor does anything grow where a session that has broken comes back again and again.
func TestWhoComesBackAgainAndAgainWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		ann := w.Enter(hub.Identity{})
		eve := w.NewClient(true)
		eve.Connect()
		synctest.Wait()
		eve.Disconnect()
		synctest.Wait()
		eve.Told()
		w.Store.Hold()
		eve.Connect()
		time.Sleep(hub.LongSilence + time.Second)
		for range 50 {
			eve.Connect()
			synctest.Wait()
			assert.Contains(t, eve.Told(), inNoRoom, "at once")
			eve.Disconnect()
			synctest.Wait()
		}
		assert.Equal(t, 1, w.Pending())
		w.Store.Open(nil)
		eve.Connect()
		synctest.Wait()
		eve.Told()
		ann.Say("welcome back", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> welcome back"}, eve.Told())
		w.Close(ann, eve)
	})
}
