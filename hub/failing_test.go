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

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// ailing is a store that takes a moment for each commit, and fails while it is ill.
type ailing struct {
	journal.Store
	mu      sync.Mutex
	ill     bool
	tries   int // to commit, while it was ill
	entries int // in these
}

func ailingWorld(o Options) (*world, *ailing) {
	w := newWorld(journal.Bounds{}, o)
	s := &ailing{Store: w.truth.Store}
	w.truth.Store = s
	return w, s
}

func (s *ailing) Commit(entries []journal.Entry) error {
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ill {
		s.tries++
		s.entries += len(entries)
		return errors.New("disk full")
	}
	return s.Store.Commit(entries)
}

func (s *ailing) falls(ill bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ill, s.tries, s.entries = ill, 0, 0
}

func (s *ailing) tried() (tries, entries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries, s.entries
}

// caller comes, does something and has gone before it is recorded.
func (w *world) caller(t *testing.T, i int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c, err := w.h.Attach(ctx, Identity{})
	assert.NoError(t, err)
	delivered := make(chan error, 1)
	go func() { delivered <- deliver(ctx, c, func([]*protocol.Line) error { return nil }) }()
	cmds := [][]protocol.Command{
		{say("hello")},
		{protocol.Hello{}},
		{called(fmt.Sprint("caller-", i)), say("hello")},
		{protocol.Hello{Nick: nick("caller-%d", i), Room: roomNamed(fmt.Sprint("r", i))}},
		{protocol.Desk{Text: protocol.MustText("help")}},
		{protocol.Join{Room: roomNamed(fmt.Sprint("r", i))}},
		{protocol.Hello{}, protocol.Hello{Nick: nick("caller-%d", i)}},
	}
	c.arrived = true // what it does is the first that is heard of it
	for _, cmd := range cmds[i%len(cmds)] {
		_ = w.h.send(ctx, commands{c: c, cmds: []protocol.Command{cmd}})
	}
	c.Close(ended, []protocol.Reason{protocol.Lost, protocol.Quit, protocol.Stalled}[i%3])
	cancel()
	<-delivered
}

// Whoever never got in, since the record failed, leaves nothing behind, and costs it
// nothing when they have gone.
func TestWhoNeverGotInLeavesNothingBehind(t *testing.T) {
	for _, n := range []int{500, 3000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, disk := ailingWorld(Options{Visitors: -1})
				ann := w.enter(t)
				disk.falls(true)
				for i := range n {
					w.caller(t, i)
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
				nobodyElse := func() {
					r := w.run
					assert.Equal(t, 1, len(r.members))
					assert.Equal(t, 2, len(r.names))
					assert.Equal(t, 1, len(r.tokens))
					assert.Equal(t, 2, len(r.rooms), "and the desk")
					assert.LessOrEqual(t, len(r.nth), 2)
					assert.Zero(t, len(r.retry))
					assert.Zero(t, len(r.onName))
					assert.Zero(t, len(r.onEnd))
					assert.Zero(t, len(r.held))
					assert.Zero(t, len(r.silent))
					assert.Zero(t, len(r.desk.tickets))
					assert.Zero(t, r.desk.places)
					assert.Zero(t, r.pending)
					w.looked()
				}
				nobodyElse()
				disk.falls(true)
				time.Sleep(time.Minute)
				tries, _ := disk.tried()
				assert.Zero(t, tries, "there is nothing to record of them")
				disk.falls(false)
				time.Sleep(time.Minute)
				synctest.Wait()
				nobodyElse()
				w.close(ann)
			})
		})
	}
}

// Whoever got in and has gone while the record failed has gone when it works again. Until
// then one of them is tried again, however many they are.
func TestWhoHasGoneMeanwhileHasGoneInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(Options{Arrive: time.Millisecond})
		ann := w.enter(t)
		var crowd []*persona
		for i := range 2000 {
			p := newPersona(w.h, i%2 == 0)
			p.connect(t)
			crowd = append(crowd, p)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 2001, len(w.run.rooms[protocol.Lobby].members))
		w.looked()
		disk.falls(true)
		for _, p := range crowd {
			p.breakOff()
		}
		time.Sleep(10 * time.Second)
		disk.falls(true)
		time.Sleep(time.Minute)
		tries, entries := disk.tried()
		assert.LessOrEqual(t, tries, 61)
		assert.Positive(t, tries, "somebody has to find out that it works again")
		assert.LessOrEqual(t, entries, 2*61)
		disk.falls(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, 1, len(w.run.rooms[protocol.Lobby].members))
		assert.Zero(t, len(w.run.retry))
		w.looked()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Equal(t, 1, len(w.run.members))
		assert.Equal(t, 2, len(w.run.names))
		assert.Equal(t, 1, len(w.run.tokens))
		w.looked()
		left := map[string]int{}
		for _, e := range w.truth.entries {
			if _, ok := e.Event.(protocol.Left); ok {
				left[e.Author.String()]++
			}
		}
		assert.Equal(t, 2000, len(left))
		for _, n := range left {
			assert.Equal(t, 1, n)
		}
		w.close(append(crowd, ann)...)
	})
}

// A session that came back, could not get in again and broke off is held as before.
func TestWhoCouldNotComeBackMayTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(Options{})
		ann := w.enter(t)
		bob := newPersona(w.h, true)
		bob.connect(t)
		time.Sleep(time.Second)
		bob.breakOff()
		time.Sleep(time.Second)
		disk.falls(true)
		for range 5 {
			bob.connect(t)
			time.Sleep(5 * time.Millisecond)
			bob.breakOff() // before it is decided
			time.Sleep(3 * time.Second)
		}
		synctest.Wait()
		assert.Equal(t, 2, len(w.run.members))
		assert.Zero(t, len(w.run.retry))
		w.looked()
		disk.falls(false)
		ann.told()
		bob.told()
		bob.connect(t)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Contains(t, strings.Join(bob.told(), "\n"), "-- You are guest-2 in #lobby")
		assert.Equal(t, []string{"-- guest-2 joined"}, ann.told(), "its going was told before")
		w.close(ann, bob)
	})
}

// What is tried again does not grow with what people do while the record fails.
func TestWhatIsTriedAgainIsOneThingOfOneMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(Options{})
		op, eve := w.operator(t, "op"), w.enter(t)
		eve.wants <- protocol.Desk{Text: protocol.MustText("help")}
		time.Sleep(time.Second)
		op.wants <- protocol.Take{Ticket: 1}
		time.Sleep(time.Second)
		disk.falls(true)
		for range 50 {
			op.wants <- protocol.Close{Ticket: 1}
		}
		time.Sleep(50 * 15 * time.Millisecond)
		synctest.Wait()
		assert.LessOrEqual(t, len(w.run.retry), 1)
		w.looked()
		disk.falls(false)
		time.Sleep(time.Second)
		op.wants <- protocol.Close{Ticket: 1}
		time.Sleep(11 * time.Millisecond) // it is closed, and the way out of it is under way
		disk.falls(true)
		for range 50 {
			eve.wants <- protocol.Undesk{}
		}
		time.Sleep(10 * time.Second)
		disk.falls(true)
		time.Sleep(time.Minute)
		tries, _ := disk.tried()
		assert.LessOrEqual(t, tries, 61)
		assert.Positive(t, tries)
		disk.falls(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, protocol.Lobby, w.run.named(nick("guest-1")).where())
		w.looked()
		w.close(op, eve)
	})
}

// A program whose hello could not be recorded is nowhere until it asks to be somewhere. What
// it sees then is from there on.
func TestWhoseHelloCouldNotBeRecordedIsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(Options{Replay: -1})
		ann := w.enter(t)
		for i := range 20 {
			ann.say(fmt.Sprint("before ", i), "")
		}
		time.Sleep(time.Second)
		disk.falls(true)
		bot := newPersona(w.h, true)
		bot.connect(t)
		time.Sleep(100 * time.Millisecond)
		disk.falls(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"-- Welcome to chinwag/1.", notKept}, bot.told(), "it was told to try again, and has not")
		bot.wants <- protocol.Join{Room: protocol.Lobby}
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Greater(t, bot.last, uint64(20), "the position of its welcome")
		bot.breakOff()
		time.Sleep(time.Second)
		bot.told()
		bot.connect(t)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.NotContains(t, strings.Join(bot.told(), "\n"), "before")
		w.close(ann, bot)
	})
}
