package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// told is what p was told since the last call, as text.
func (p *persona) told() (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.live {
		lines = append(lines, strings.TrimSuffix(string(protocol.AppendEvent(nil, e)), "\n"))
	}
	p.live = nil
	return lines
}

// inWorld runs f in a bubble with people who are in the lobby.
func inWorld(t *testing.T, w func() *world, n int, program bool, f func(w *world, people []*persona)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := w()
		people := make([]*persona, n)
		for i := range people {
			people[i] = newPersona(w.h, program)
			people[i].connect(t)
			synctest.Wait()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		for _, p := range people {
			p.told()
		}
		f(w, people)
		w.close(people...)
	})
}

func plainWorld() *world { return newWorld(journal.Bounds{}, Options{}) }

// gatedStore commits nothing before it is let.
type gatedStore struct {
	journal.Store
	gate chan error // nil error: commit
	open bool
}

func (s *gatedStore) Commit(entries []journal.Entry) error {
	if !s.open {
		if err := <-s.gate; err != nil {
			return err
		}
	}
	return s.Store.Commit(entries)
}

// gatedWorld begins a world in which nothing is committed while the gate is shut.
func gatedWorld() (gated *gatedStore, begin func() *world) {
	gated = &gatedStore{open: true}
	return gated, func() *world {
		w := newWorld(journal.Bounds{}, Options{})
		gated.Store, gated.gate = w.truth.Store, make(chan error) // of the bubble
		w.truth.Store = gated
		return w
	}
}

func TestG1NothingIsShownBeforeItIsAccepted(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 2, true, func(_ *world, people []*persona) {
		gated.open = false
		ann, bob := people[0], people[1]
		ann.say("hello", "r1")
		synctest.Wait()
		assert.Empty(t, bob.told(), "not accepted yet")
		assert.Empty(t, ann.told(), "nor acknowledged")
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> hello"}, bob.told())
		assert.Equal(t, []string{"<guest-1> hello"}, ann.told())

		ann.say("lost", "r2")
		synctest.Wait()
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		assert.Empty(t, bob.told(), "what could not be kept is heard by nobody")
		assert.Equal(t, []string{"-- that could not be recorded, so nobody has heard it: please try again in a while"}, ann.told())

		ann.wants <- protocol.Rename{Nick: nick("ann")}
		synctest.Wait()
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		ann.told()
		bob.wants <- protocol.Rename{Nick: nick("ann")}
		synctest.Wait()
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"-- you are now ann"}, bob.told(), "a name that was not taken in the end is free")
		ann.told()

		ann.breakOff()
		synctest.Wait()
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		assert.Empty(t, bob.told())
		time.Sleep(time.Second)
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"-- guest-1 left (the connection broke)"}, bob.told(), "somebody who has gone has gone: it is tried again")

		eve := newPersona(bob.h, false)
		eve.connect(t)
		time.Sleep(time.Second)
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		eve.wants <- protocol.Say{Text: protocol.MustText("to nobody")}
		synctest.Wait()
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		assert.Equal(t, "-- you are not in a room yet: /join ROOM brings you there", last(eve.told()))
		eve.wants <- protocol.Join{Room: protocol.Lobby}
		synctest.Wait()
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"-- guest-3 joined"}, bob.told())
		gated.open = true
		eve.breakOff()
		eve.ended.Wait()
	})
}

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

func TestG2AllSeeOneOrder(t *testing.T) {
	inWorld(t, plainWorld, 5, true, func(_ *world, people []*persona) {
		for i := range 200 {
			people[i%5].say(fmt.Sprint(i), fmt.Sprint(i))
		}
		synctest.Wait()
		want := people[0].told()
		assert.Len(t, want, 200)
		for _, p := range people[1:] {
			assert.Equal(t, want, p.told())
		}
	})
}

// G6: what waits for a member who does not read is bounded, and nobody waits for it.
func TestG6ASlowMemberCostsNobodyAnything(t *testing.T) {
	inWorld(t, plainWorld, 3, false, func(w *world, people []*persona) {
		ann, bob, slow := people[0], people[1], people[2]
		slow.pause()
		line := strings.Repeat("x", 1000)
		for i := range 2000 {
			ann.say(fmt.Sprint(i, " ", line), "")
			if i%10 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		assert.Len(t, bob.told(), 2000)

		largest := 0
		w.inspect(func(r *run) {
			for c := range r.clients {
				c.out.mu.Lock()
				largest = max(largest, c.out.bytes)
				c.out.mu.Unlock()
			}
		})
		assert.Greater(t, largest, 40<<10, "the slow one's outbox is full")
		assert.LessOrEqual(t, largest, 64<<10, "and no fuller than its bound")

		slow.resume()
		synctest.Wait()
		seen := slow.told()
		missing := 2000 - (len(seen) - 1)
		assert.Contains(t, seen, fmt.Sprintf("-- %d lines are missing here: more was said than is kept for those who read slowly", missing))
		assert.Equal(t, "<guest-1> 1999 "+line, seen[len(seen)-1], "it is back in the live feed")
	})
}

// inspect looks at the hub's state, from its own goroutine: as what is done
// when a proposal of nothing is in the record.
func (w *world) inspect(f func(*run)) {
	synctest.Wait()
	done := make(chan struct{})
	w.h.journal.Propose(journal.Proposal{Mark: proposal{done: func() {
		w.run.pending++ // it was not proposed by the hub
		f(w.run)
		close(done)
	}}})
	<-done
}

// Whoever does not read is not answered further: one answer is under way.
func TestG6AnswersAreBounded(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		slow := people[1]
		slow.pause()
		for range 3000 {
			slow.wants <- protocol.History{All: true}
			slow.wants <- protocol.Who{}
		}
		synctest.Wait()
		assert.Greater(t, len(slow.wants), 5990, "its commands wait where they came from")
		w.inspect(func(r *run) {
			for c := range r.clients {
				assert.LessOrEqual(t, len(c.out.items), 4)
			}
		})
		slow.resume()
		synctest.Wait()
		assert.Len(t, slow.told(), 6000)
	})
}

// The hub can stop at any moment while people attach, speak, rename and leave.
func TestTheHubStopsAtAnyMoment(t *testing.T) {
	for i := range 40 {
		w := newWorld(journal.Bounds{}, Options{Grace: time.Second, Arrive: time.Millisecond})
		var crowd sync.WaitGroup
		for j := range 16 {
			crowd.Go(func() {
				for k := 0; ; k++ {
					p := newPersona(w.h, j%2 == 0)
					p.connect(t)
					if p.stop == nil {
						return // there is no hub any more
					}
					p.say("hello", fmt.Sprint(j, k))
					p.wants <- protocol.Rename{Nick: nick("n%d-%d", j, k)}
					p.wants <- protocol.Join{Room: roomNamed(fmt.Sprint("r", j%3))}
					p.say("bye", fmt.Sprint(j, k, "b"))
					if k%2 == 0 {
						p.wants <- protocol.Leave{}
					} else {
						p.breakOff()
					}
					p.ended.Wait()
				}
			})
		}
		time.AfterFunc(time.Duration(i)*200*time.Microsecond, w.end)
		finished := make(chan struct{})
		go func() { crowd.Wait(); w.ended.Wait(); close(finished) }()
		select {
		case <-finished:
		case <-time.After(30 * time.Second):
			panic("something hangs on a hub that has stopped")
		}
	}
}

// G8: at the end what was accepted is told, then everybody gets a goodbye.
func TestG8EverybodyGetsAGoodbye(t *testing.T) {
	inWorld(t, plainWorld, 3, true, func(w *world, people []*persona) {
		for i := range 50 {
			people[0].say(fmt.Sprint(i), fmt.Sprint(i))
		}
		synctest.Wait()
		w.end()
		w.ended.Wait()
		for _, p := range people {
			p.ended.Wait()
			seen := p.told()
			require.Len(t, seen, 51)
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while", seen[50])
		}
		_, err := w.h.Attach(context.Background(), Identity{})
		assert.ErrorIs(t, err, ErrStopped)
	})
}

func TestG5WhatIsSentAgainIsAcknowledgedEachTime(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 2, true, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		psst := protocol.Msg{Ref: "k1", To: nick("guest-2"), Text: protocol.MustText("psst")}
		ann.wants <- psst
		synctest.Wait()
		bob.wants <- protocol.Leave{}
		synctest.Wait()
		ann.wants <- psst // to somebody who has gone meanwhile
		synctest.Wait()
		assert.Equal(t, []string{"[you -> guest-2] psst", "-- guest-2 left", "-- that line is safe already"}, ann.told())

		gated.open = false
		again := protocol.Say{Ref: "k2", Text: protocol.MustText("hello")}
		ann.wants <- again
		ann.wants <- again // while the first is under way
		ann.wants <- protocol.Ping{}
		synctest.Wait()
		gated.gate <- errors.New("disk full")
		synctest.Wait()
		unkept := "-- that could not be recorded, so nobody has heard it: please try again in a while"
		assert.Equal(t, []string{unkept, unkept, "-- pong"}, ann.told())
		ann.wants <- again
		ann.wants <- again
		ann.wants <- protocol.Ping{}
		synctest.Wait()
		gated.open = true
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> hello", "-- that line is safe already", "-- pong"}, ann.told())
	})
}

// What is under way when somebody is kicked comes first; nothing comes after it.
func TestAKickIsTheLastThingThatIsHeardOfSomebody(t *testing.T) {
	gated, begin := gatedWorld()
	inWorld(t, begin, 3, false, func(w *world, people []*persona) {
		op, eve, bob := people[0], people[1], people[2]
		w.inspect(func(r *run) {
			for _, m := range r.members {
				m.operator = m.nick == nick("guest-1")
			}
		})
		gated.open = false
		eve.say("before", "")
		synctest.Wait()
		op.wants <- protocol.Kick{Nick: nick("guest-2")}
		synctest.Wait()
		eve.say("after", "")
		synctest.Wait()
		gated.open = true
		gated.gate <- nil
		synctest.Wait()
		assert.Equal(t, []string{"<guest-2> before", "-- guest-2 was kicked by guest-1"}, bob.told())
		assert.Equal(t, "-- goodbye: you were kicked, please stay away for 1 minute", last(eve.told()))
		w.inspect(func(r *run) { assert.Len(t, r.members, 2) })
	})
}

// G8: one who is stuck holds nobody up for longer than the grace.
func TestG8TheGraceIsBounded(t *testing.T) {
	inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
		people[1].pause()
		people[0].say("hello", "")
		synctest.Wait()
		began := time.Now()
		w.end()
		w.ended.Wait()
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
}
