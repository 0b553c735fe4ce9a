package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// hanging begins a world in which the disk does not answer any more from when f is
// called, and lets it answer when f has returned and the hub has ended.
func hanging(t *testing.T, o Options, people int, f func(w *world, g *gatedStore, people []*persona)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, o)
		var crowd []*persona
		for range people {
			crowd = append(crowd, w.enter(t))
		}
		for _, p := range crowd {
			p.told()
		}
		g.open = false
		f(w, g, crowd)
		w.end()
		w.ended.Wait()
		close(g.gate) // the commit that the hub has not waited for
		w.close(crowd...)
	})
}

func (w *world) troubles() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.trouble...)
}

// A disk that hangs does not beat the deadline of the end, which counts from when the
// end was asked for: everybody is said goodbye to, and it is told how much may be lost.
func TestADiskThatHangsDoesNotBeatTheGrace(t *testing.T) {
	for _, grace := range []time.Duration{time.Second, 5 * time.Second} {
		t.Run(grace.String(), func(t *testing.T) {
			hanging(t, Options{Grace: grace}, 3, func(w *world, g *gatedStore, people []*persona) {
				ann, bob, stuck := people[0], people[1], people[2]
				for i := range 3 {
					ann.say(fmt.Sprint("perhaps ", i), "")
				}
				bob.wants <- protocol.Join{Room: roomNamed("tea")}
				eve := newPersona(w.h, false)
				eve.connect(t)
				time.Sleep(time.Hour)
				stuck.pause()
				began := time.Now()
				w.end()
				w.ended.Wait()
				assert.Equal(t, grace, time.Since(began))
				var lost *UnrecordedError
				require.ErrorAs(t, w.err, &lost)
				assert.Equal(t, UnrecordedError{Lines: 3, Others: 2}, *lost)
				w.err = nil
				goodbye := "-- goodbye: the server is shutting down, please come back in a while: its disk does not answer, and what was said last may be lost"
				for _, p := range []*persona{ann, bob, eve} {
					p.ended.Wait()
					assert.Equal(t, goodbye, last(p.told()))
				}
				stuck.resume()
			})
		})
	}
}

// What the disk has in the last moment is in the record, and all is well.
func TestADiskThatAnswersWithinTheGraceLosesNothing(t *testing.T) {
	for _, late := range []time.Duration{time.Second, 4 * time.Second} { // before and after the goodbyes
		hanging(t, Options{Grace: 5 * time.Second}, 2, func(w *world, g *gatedStore, people []*persona) {
			ann, bob := people[0], people[1]
			ann.say("just in time", "")
			synctest.Wait()
			w.end()
			time.AfterFunc(late, func() { g.gate <- nil })
			began := time.Now()
			w.ended.Wait()
			assert.Equal(t, late, time.Since(began))
			assert.NoError(t, w.err)
			bob.ended.Wait()
			heard := bob.told()
			assert.Equal(t, late < 2*time.Second, heard[0] == "<guest-1> just in time", heard)
			assert.Contains(t, last(heard), "-- goodbye: ")
			assert.Equal(t, protocol.MustText("just in time"), w.truth.entries[len(w.truth.entries)-1].Event.(protocol.Said).Text)
		})
	}
}

// Without a grace the end waits for as long as it takes.
func TestWithoutAGraceTheEndWaitsForTheDisk(t *testing.T) {
	hanging(t, Options{Grace: -1}, 1, func(w *world, g *gatedStore, people []*persona) {
		people[0].say("in the end", "")
		synctest.Wait()
		w.end()
		time.Sleep(24 * time.Hour)
		select {
		case <-w.h.Done():
			t.Error("it has not waited")
		default:
		}
		g.gate <- nil
		w.ended.Wait()
		assert.NoError(t, w.err)
	})
}

// /shutdown does not wait for its turn behind a line that hangs; but behind one that
// does not, it does.
func TestAShutdownDoesNotWaitForADiskThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		op := w.operator(t, "op")
		g.open = false
		asked := func() bool {
			select {
			case <-w.h.Asked():
				return true
			default:
				return false
			}
		}
		op.say("is anybody there?", "")
		synctest.Wait()
		op.wants <- protocol.Stop{Text: protocol.MustText("so long")}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		assert.False(t, asked(), "the disk may only be slow")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.True(t, asked())
		w.end()
		w.ended.Wait()
		assert.Error(t, w.err)
		op.ended.Wait()
		assert.Equal(t, "-- goodbye: the server is shutting down: so long", last(op.told()))
		close(g.gate)
	})
}

// Only an operator ends the server, however much hangs.
func TestAShutdownOfSomebodyElseIsNone(t *testing.T) {
	hanging(t, Options{}, 1, func(w *world, g *gatedStore, people []*persona) {
		people[0].say("is anybody there?", "")
		people[0].wants <- protocol.Stop{}
		time.Sleep(time.Minute)
		synctest.Wait()
		select {
		case <-w.h.Asked():
			t.Error("the server ends")
		default:
		}
		g.gate <- nil
		synctest.Wait()
		assert.Equal(t, "-- only an operator can do that", last(people[0].told()))
	})
}

// Whoever runs the server is told once that the disk does not answer, and once that it
// does. What was said meanwhile waits, and is heard then.
func TestADiskThatHangsIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		op, ann, bob := w.operator(t, "op"), w.enter(t), w.enter(t)
		for _, p := range []*persona{op, ann, bob} {
			p.told()
		}
		g.open = false
		for i := range 3 {
			ann.say(fmt.Sprint(i), "")
			time.Sleep(2 * time.Second)
		}
		time.Sleep(time.Hour)
		silence := "-- the disk does not answer, so what is said waits and is heard by nobody yet: the log says when it does"
		assert.Equal(t, []string{silence}, op.told())
		assert.Empty(t, ann.told())
		assert.Len(t, w.troubles(), 1)
		assert.ErrorIs(t, w.troubles()[0], ErrSilent)
		g.gate <- nil // and now it answers, but not soon
		time.Sleep(3 * time.Second)
		assert.Len(t, w.troubles(), 1)
		g.gate <- nil
		synctest.Wait()
		again := "-- the record works again, and what is said is heard"
		assert.ElementsMatch(t, []string{"<guest-1> 0", "<guest-1> 1", "<guest-1> 2", again}, op.told())
		assert.Equal(t, []string{"<guest-1> 0", "<guest-1> 1", "<guest-1> 2"}, bob.told())
		require.Len(t, w.troubles(), 2)
		assert.NoError(t, w.troubles()[1])

		ann.say("one more", "")
		time.Sleep(6 * time.Second)
		g.gate <- errors.New("disk full") // it answers, but with an error
		synctest.Wait()
		g.open = true
		w.looked()
		bob.say("and on", "")
		time.Sleep(calm)
		synctest.Wait()
		require.Len(t, w.troubles(), 5)
		assert.ErrorIs(t, w.troubles()[2], ErrSilent)
		assert.ErrorContains(t, w.troubles()[3], "disk full")
		assert.NoError(t, w.troubles()[4])
		w.close(op, ann, bob)
	})
}

// A disk on which a short line fits and a long one does not is told of once, and again
// when nothing has failed for a while.
func TestADiskThatIsNearlyFullIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(Options{})
		op, ann := w.operator(t, "op"), w.enter(t)
		op.told()
		for range 50 {
			for _, full := range []bool{true, false} {
				disk.falls(full)
				ann.say("is it full?", "")
				time.Sleep(50 * time.Millisecond)
				synctest.Wait()
			}
		}
		notices := func() (n int) {
			for _, line := range op.told() {
				if strings.HasPrefix(line, "-- the record ") {
					n++
				}
			}
			return n
		}
		assert.Equal(t, 1, notices())
		assert.Len(t, w.troubles(), 1)
		time.Sleep(2 * calm)
		synctest.Wait()
		assert.Equal(t, 1, notices(), "it works again")
		require.Len(t, w.troubles(), 2)
		assert.NoError(t, w.troubles()[1])
		w.looked()
		w.close(op, ann)
	})
}

// A disk that is busy all the time, but answers, is not told of.
func TestADiskThatIsBusyIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		ann := w.enter(t)
		g.open = false
		for i := range 100 {
			ann.say(fmt.Sprint(i), "")
			synctest.Wait()
			time.Sleep(time.Second)
			g.gate <- nil
		}
		g.open = true
		w.looked()
		assert.Empty(t, w.troubles())
		w.close(ann)
	})
}

// What waits for a disk that hangs is bounded, also where one session comes back on one
// connection after the other.
func TestWhatWaitsForTheDiskIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		ann := w.enter(t)
		eve := newPersona(w.h, true)
		eve.connect(t)
		synctest.Wait()
		g.open = false
		ann.say("before", "")
		time.Sleep(6 * time.Second)
		text := protocol.MustText(strings.Repeat("x", 1000))
		handed := 0
		for i := range 200 {
			for j := range window {
				select {
				case eve.wants <- protocol.Say{Ref: protocol.Ref(fmt.Sprint(i, "-", j)), Text: text}:
					handed++
				default: // its turn has not come
				}
				synctest.Wait()
			}
			eve.connect(t) // its last connection is replaced
			synctest.Wait()
		}
		taken := w.run.lines
		assert.Greater(t, handed, 4*taken, "most of them wait at their connections")
		assert.Greater(t, taken, 1)
		assert.LessOrEqual(t, w.run.pending, 2*taken)
		assert.LessOrEqual(t, taken*1000, firstBound, "bytes")
		w.looked()
		g.open = true
		g.gate <- nil
		synctest.Wait()
		assert.Zero(t, w.run.pending)
		w.looked()
		ann.say("after", "")
		synctest.Wait()
		assert.Equal(t, "<guest-1> after", last(eve.told()))
		w.close(ann, eve)
	})
}

// The same where the disk has failed before it hangs, whether the wish comes before that is
// known or after.
func TestAShutdownDoesNotWaitForADiskThatHasFailedBeforeItHangs(t *testing.T) {
	for _, later := range []time.Duration{0, 3 * time.Second, time.Minute} {
		t.Run(later.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, g := gatedWith(journal.Bounds{}, Options{})
				op := w.operator(t, "op")
				g.open = false
				op.say("is anybody there?", "")
				synctest.Wait()
				g.gate <- errors.New("disk full")
				synctest.Wait()
				op.say("and now?", "")
				time.Sleep(later)
				op.wants <- protocol.Stop{}
				synctest.Wait()
				if later < longSilence {
					select {
					case <-w.h.Asked():
						t.Error("the disk may only be slow")
					default:
					}
				}
				time.Sleep(2 * longSilence)
				synctest.Wait()
				select {
				case <-w.h.Asked():
				default:
					t.Error("it waits")
				}
				assert.Len(t, w.troubles(), 1, "that it fails was told")
				w.end()
				w.ended.Wait()
				w.err = nil
				close(g.gate)
				w.close(op)
			})
		})
	}
}

// Nor does anything grow where a session that has broken comes back again and again.
func TestWhoComesBackAgainAndAgainWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		ann := w.enter(t)
		eve := newPersona(w.h, true)
		eve.connect(t)
		synctest.Wait()
		eve.breakOff()
		synctest.Wait()
		eve.told()
		g.open = false
		for range 50 {
			eve.connect(t)
			synctest.Wait()
		}
		assert.Equal(t, 2, len(w.run.clients))
		assert.Equal(t, 1, w.run.pending)
		assert.Equal(t, 1, len(w.run.named(nick("guest-2")).onRoom))
		w.looked()
		g.open = true
		g.gate <- nil
		synctest.Wait()
		eve.told()
		ann.say("welcome back", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> welcome back"}, eve.told())
		w.close(ann, eve)
	})
}

// The same where it says again what is under way, and wants another name than the one that
// it is about to have.
func TestWhoAsksAgainAndAgainIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, Options{})
		eve := newPersona(w.h, true)
		eve.connect(t)
		synctest.Wait()
		eve.told()
		g.open = false
		eve.say("hello", "a")
		synctest.Wait()
		eve.connect(t)
		synctest.Wait()
		m := w.run.named(nick("guest-1"))
		assert.Equal(t, 1, len(m.refs.asked["a"]))
		for range 50 {
			eve.connect(t)
			synctest.Wait()
		}
		assert.Equal(t, 1, len(m.refs.asked["a"]))
		w.looked()
		g.gate <- nil
		synctest.Wait()
		assert.Empty(t, m.refs.asked)
		assert.Empty(t, eve.unacked)
		w.looked()
		for i := range 50 {
			eve.wants <- protocol.Rename{Nick: nick("eve-%d", i)}
			synctest.Wait()
			eve.connect(t)
			synctest.Wait()
		}
		eve.wants <- protocol.Rename{Nick: nick("eve")}
		synctest.Wait()
		assert.Equal(t, 1, w.run.pending)
		assert.Equal(t, 1, len(w.run.onName))
		w.looked()
		g.open = true
		close(g.gate)
		synctest.Wait()
		assert.Equal(t, nick("eve"), m.nick)
		w.looked()
		w.close(eve)
	})
}
