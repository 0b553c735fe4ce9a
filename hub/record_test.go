package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const notKept = "-- that could not be recorded, so nobody has heard it: please try again in a while"

// count is how many of the lines are this one.
func count(lines []string, line string) (n int) {
	for _, l := range lines {
		if l == line {
			n++
		}
	}
	return n
}

// operator is somebody who may do everything, and is in the lobby.
func (w *world) operator(t *testing.T, name string) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.identity = Identity{Operator: true, Nick: nick("%s", name), Brief: true}
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	p.told()
	return p
}

// G11: after a failed flush the hub ends. What was under way is refused, everybody
// gets a goodbye, also who is behind, and nobody hangs.
func TestG11ABrokenRecordIsTheEnd(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 4, true, func(w *world, people []*persona) {
		ann, bob, slow, stuck := people[0], people[1], people[2], people[3]
		op := w.operator(t, "op")
		slow.pause()
		stuck.pause()
		for i := range 200 {
			ann.say(fmt.Sprint(i, strings.Repeat("x", 1000)), fmt.Sprint(i))
		}
		synctest.Wait()
		ann.told()
		bob.told()
		gated.open = false
		ann.say("first", "a")
		synctest.Wait()
		for i := range 5 {
			ann.say(fmt.Sprint("under way ", i), fmt.Sprint("b", i))
			bob.say(fmt.Sprint("under way ", i), fmt.Sprint("c", i))
		}
		synctest.Wait()
		broken := fmt.Errorf("%w (flush)", journal.ErrBroken)
		gated.open = true
		w.truth.fails(broken)
		gated.gate <- broken
		began := time.Now()
		time.Sleep(time.Second)
		slow.resume()
		w.ended.Wait()
		assert.Equal(t, 5*time.Second, time.Since(began), "no longer than the grace, for who is stuck")
		assert.ErrorIs(t, w.err, journal.ErrBroken)
		for _, p := range []*persona{bob, op, slow} {
			p.ended.Wait()
			seen := p.told()
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while: its disk has failed", last(seen))
			assert.NotContains(t, seen, "<guest-1> first")
		}
		ann.ended.Wait()
		assert.Equal(t, 6, count(ann.told(), notKept))
		_, err := w.h.Attach(context.Background(), Identity{})
		assert.ErrorIs(t, err, ErrStopped)
		w.mu.Lock()
		defer w.mu.Unlock()
		require.Len(t, w.trouble, 1)
		assert.ErrorIs(t, w.trouble[0], journal.ErrBroken)
	})
}

// The disk may break at any moment, while people come, go, and come back.
func TestG11TheRecordBreaksAtAnyMoment(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dice := rand.New(rand.NewPCG(seed, 4))
				w := newWorld(journal.Bounds{}, Options{Outbox: 1 + dice.IntN(600)})
				people := make([]*persona, 5)
				for i := range people {
					people[i] = newPersona(w.h, i%2 == 0)
					people[i].connect(t)
				}
				at := dice.IntN(200)
				for i := range 200 {
					if i == at {
						w.truth.fails(journal.ErrBroken)
					}
					act(t, dice, people[dice.IntN(len(people))], i)
				}
				people[0].say("the last straw", "")
				for _, p := range people {
					p.resume()
				}
				w.ended.Wait()
				assert.ErrorIs(t, w.err, journal.ErrBroken)
				w.close(people...)
			})
		})
	}
}

// A record that cannot be read for a while loses nobody and nothing: whoever reads on
// waits, and whoever asks is told.
func TestARecordThatCannotBeReadIsWaitedFor(t *testing.T) {
	begin := func() *world { return newWorld(journal.Bounds{}, Options{Outbox: 500}) }
	inWorld(t, begin, 3, false, func(w *world, people []*persona) {
		ann, bob, carl := people[0], people[1], people[2]
		bob.pause()
		var want []string
		say := func(s string) {
			ann.say(s, "")
			want = append(want, "<guest-1> "+s)
			synctest.Wait()
		}
		for i := range 100 {
			say(fmt.Sprint("line ", i))
		}
		w.truth.cannotRead(errors.New("input/output error"))
		bob.resume()
		time.Sleep(10 * time.Second)
		say("meanwhile")
		assert.Less(t, len(bob.told()), 100)
		carl.told()
		for _, cmd := range []protocol.Command{
			protocol.History{}, protocol.History{Since: time.Now()}, protocol.History{Around: 3}, protocol.Search{Text: protocol.MustText("line")},
		} {
			carl.wants <- cmd
			synctest.Wait()
			assert.Equal(t, []string{"-- the record cannot be read just now: please try again in a while"}, carl.told())
		}
		w.truth.cannotRead(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		say("after")
		carl.wants <- protocol.History{Lines: 1}
		synctest.Wait()
		assert.Contains(t, carl.told()[1], "] <guest-1> after")
		w.mu.Lock()
		defer w.mu.Unlock()
		assert.NotEmpty(t, w.trouble)
		for _, err := range w.trouble {
			assert.ErrorIs(t, err, ErrUnreadable, "what is said is kept all the while")
		}
	})
	inWorld(t, begin, 2, false, func(w *world, people []*persona) { // all of it, in order
		ann, bob := people[0], people[1]
		bob.pause()
		for i := range 200 {
			ann.say(fmt.Sprint(i), "")
			synctest.Wait()
			switch i {
			case 50:
				w.truth.cannotRead(errors.New("input/output error"))
				bob.resume()
			case 150:
				w.truth.cannotRead(nil)
			}
			time.Sleep(100 * time.Millisecond)
		}
		seen := bob.told()
		require.Len(t, seen, 200)
		for i, line := range seen {
			assert.Equal(t, fmt.Sprint("<guest-1> ", i), line)
		}
	})
}

// G11: the operators hear once that nothing can be kept, and once that it can again.
func TestG11TroubleIsToldOnce(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		op := w.operator(t, "op")
		w.truth.fails(errors.New("disk full"))
		for i := range 5 {
			ann.say(fmt.Sprint(i), "")
			time.Sleep(time.Second)
		}
		late := w.operator(t, "late") // who cannot even come in
		bob.say("hello", "")
		synctest.Wait()
		assert.Equal(t, []string{"-- the record cannot be written just now, so what is said is heard by nobody and refused: the log says why"}, op.told())
		w.truth.fails(nil)
		bob.say("hello", "")
		time.Sleep(calm)
		synctest.Wait()
		again := "-- the record works again, and what is said is heard"
		assert.ElementsMatch(t, []string{again, "<guest-2> hello"}, op.told())
		assert.Equal(t, []string{again}, late.told())
		ann.told()
		bob.say("and on", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-2> and on"}, op.told())
		assert.Equal(t, []string{"<guest-2> and on"}, ann.told(), "and nobody else does")
		w.mu.Lock()
		assert.Len(t, w.trouble, 2)
		assert.Error(t, w.trouble[0])
		assert.NoError(t, w.trouble[1])
		w.mu.Unlock()
		w.close(op, late)
	})
}

// An operator who comes in at that moment hears it, too.
func TestG11TroubleIsToldToAnOperatorWhoComesIn(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 1, false, func(w *world, people []*persona) {
		gated.open = false
		op := newPersona(w.h, false)
		op.identity = Identity{Operator: true, Nick: nick("op"), Brief: true}
		op.connect(t)
		op.pause() // all that it is told then comes together
		time.Sleep(10 * time.Second)
		gated.gate <- nil
		synctest.Wait()
		op.resume()
		synctest.Wait()
		assert.Contains(t, op.told(), "-- the record works again, and what is said is heard")
		gated.open = true
		w.close(op)
	})
}

// A hub goes on where another one ended: the record is all that it needs to know.
func TestAHubGoesOnWithTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := journal.NewMemory(journal.Bounds{Lines: 50})
		w := newWorldOn(store, Options{}, false)
		ann, bob := newPersona(w.h, false), newPersona(w.h, true)
		ann.connect(t)
		bob.connect(t)
		synctest.Wait()
		time.Sleep(time.Second)
		op := w.operator(t, "op")
		for i := range 100 {
			ann.say(fmt.Sprint("first life ", i), "")
			op.wants <- protocol.Announce{Text: protocol.MustText("hear, hear")} // everybody's stream has forgotten some, too
		}
		synctest.Wait()
		head := store.Head()
		w.close(ann, bob, op)
		bob.told()
		seen := bob.last

		w = newWorldOn(store, Options{Outbox: 300, Replay: -1}, false)
		ann, cem := newPersona(w.h, false), newPersona(w.h, false)
		ann.connect(t)
		time.Sleep(time.Second)
		cem.connect(t)
		time.Sleep(time.Second)
		synctest.Wait()
		cem.told()
		cem.pause()
		for i := range 20 {
			ann.say(fmt.Sprint("second life ", i), "")
			synctest.Wait()
		}
		assert.Greater(t, store.Head(), head+20)
		cem.resume()
		synctest.Wait()
		require.Len(t, cem.told(), 20, "nothing is told to be missing where nothing is")

		op = w.operator(t, "op")
		cem.pause()
		for range 20 { // it is behind before everybody's stream has an entry in this life
			ann.say("something longer than nothing", "")
			synctest.Wait()
		}
		for range 60 { // ten more than are kept
			op.wants <- protocol.Announce{Text: protocol.MustText("hear, hear")}
			synctest.Wait()
		}
		cem.resume()
		synctest.Wait()
		gone := 0
		for _, e := range cem.live {
			if gap, ok := e.(protocol.Gap); ok {
				gone += gap.Lines
			}
		}
		assert.LessOrEqual(t, gone, 10, "what was gone before it came is not missed")

		bob.h, bob.room = w.h, protocol.Lobby
		bob.connect(t)
		synctest.Wait()
		told := bob.told()
		assert.Contains(t, told, "-- your session is over: lines may be missing here, and private ones are lost")
		heard := 0
		for _, l := range told {
			if strings.HasPrefix(l, "<guest-1> second life") {
				heard++
			}
		}
		assert.Equal(t, 20, heard)
		assert.Greater(t, bob.last, seen)

		eve := newPersona(w.h, true)
		eve.token, eve.epoch, eve.last = "another", bob.epoch, 1<<40
		eve.connect(t)
		old := newPersona(w.h, true)
		old.token, old.epoch, old.last = "another", bob.epoch, 3
		old.connect(t)
		synctest.Wait()
		assert.Contains(t, eve.told(), "-- there has never been the position that you saw last: lines may be missing here")
		assert.Contains(t, old.told(), "-- some lines are missing here: they are no longer kept")
		w.close(ann, bob, cem, eve, old, op)
	})
}

// The numbers of the desk begin anew with the server: a transcript does not mix
// what another visitor said in another life under the same number.
func TestATranscriptIsOfOneLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := journal.NewMemory(journal.Bounds{})
		for life := range 2 {
			w := newWorldOn(store, Options{}, false)
			op, eve := w.operator(t, "op"), w.enter(t)
			eve.wants <- protocol.Desk{Text: protocol.MustText(fmt.Sprint("in life ", life))}
			synctest.Wait()
			eve.wants <- protocol.Undesk{}
			synctest.Wait()
			op.told()
			op.wants <- protocol.Transcript{Ticket: 1}
			synctest.Wait()
			assert.Equal(t, 1, strings.Count(strings.Join(op.told(), "\n"), "] [@1 guest-1] in life "), "life %d", life)
			w.close(op, eve)
		}
	})
}

// A person who is thousands of lines behind is told how much that was, and the last
// hundred; a program is told all.
func TestG6APersonFarBehindIsToldHowMuchIsSkipped(t *testing.T) {
	begin := func() *world { return newWorld(journal.Bounds{Lines: -1, Bytes: -1}, Options{Outbox: 2000}) }
	inWorld(t, begin, 3, false, func(w *world, people []*persona) {
		ann, bob, op := people[0], people[1], people[2]
		bot := newPersona(w.h, true)
		bot.connect(t)
		synctest.Wait()
		bot.told()
		bob.told()
		bob.pause()
		bot.pause()
		for i := range 5000 {
			ann.say(fmt.Sprint("line ", i), "")
			if i%100 == 0 {
				synctest.Wait()
			}
			if i == 4990 {
				op.wants <- protocol.Msg{To: nick("guest-2"), Text: protocol.MustText("psst")}
				synctest.Wait() // else it may come after the last line
			}
		}
		synctest.Wait()
		bob.resume()
		bot.resume()
		synctest.Wait()
		var all int
		for _, l := range bot.told() {
			if strings.HasPrefix(l, "<guest-1> line ") {
				all++
			}
		}
		assert.Equal(t, 5000, all, "programs never skip")

		var skipped, told int
		for _, e := range bob.live {
			switch e := e.(type) {
			case protocol.Gap:
				assert.Equal(t, protocol.Skipped, e.Why)
				assert.Zero(t, skipped, "once")
				skipped = e.Lines
			case protocol.Said, protocol.Whispered:
				told++
			}
		}
		assert.Equal(t, 5001, skipped+told)
		lines := bob.told()
		at := 0
		for i, l := range lines {
			if strings.Contains(l, "are skipped here") {
				at = i
			}
		}
		assert.Len(t, lines[at+1:], 100)
		assert.Equal(t, "<guest-1> line 4999", last(lines))
		assert.Contains(t, lines[at+1:], "[guest-3 -> you] psst")
		bob.wants <- protocol.History{All: true}
		synctest.Wait()
		assert.Contains(t, strings.Join(bob.told(), "\n"), "] <guest-1> line 2500\n", "they can be read")
		ann.say("and on", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> and on"}, bob.told())
		w.close(bot)
	})
}
