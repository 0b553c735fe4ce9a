package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// ailing is a disk that takes a moment for each commit, and fails while it is ill.
type ailing struct {
	mu      sync.Mutex
	ill     bool
	tries   int // to commit, while it was ill
	entries int // in these
}

func ailingWorld(t *testing.T, o hub.Options) (*world, *ailing) {
	w, d := newWorld(t, o), &ailing{}
	synctest.Wait() // the first commit has been
	w.Store.BeforeCommit = d.commit
	return w, d
}

func (d *ailing) commit(entries []journal.Entry) error {
	time.Sleep(10 * time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ill {
		d.tries++
		d.entries += len(entries)
		return errDisk
	}
	return nil
}

func (d *ailing) falls(ill bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ill, d.tries, d.entries = ill, 0, 0
}

func (d *ailing) tried() (tries, entries int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tries, d.entries
}

// comeAndGo has n clients come, send commands, and go before these are recorded.
func (w *world) comeAndGo(from, n int) {
	var all []*hubtest.Client
	var talking sync.WaitGroup
	for i := range n {
		c := w.NewClient(false)
		c.Writer = blocking
		c.Attach()
		talking.Go(func() { _ = c.Call(commandsOf(from + i)...) })
		all = append(all, c)
	}
	synctest.Wait() // what has its turn only when something is recorded waits for that
	for i, c := range all {
		c.Conn().Detach(hubtest.Ended, []protocol.Reason{protocol.Lost, protocol.Departed, protocol.Stalled}[(from+i)%3])
		c.Leave()
	}
	talking.Wait()
}

func commandsOf(i int) []protocol.Command {
	cmds := [][]protocol.Command{
		{say("hello")},
		{protocol.Hello{}},
		{called(fmt.Sprint("caller-", i)), say("hello")},
		{protocol.Hello{Nick: hubtest.Nick("caller-%d", i), Room: hubtest.Room(fmt.Sprint("r", i))}},
		{protocol.Desk{Text: hubtest.Text("help")}},
		{protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))}},
		{protocol.Hello{}, protocol.Hello{Nick: hubtest.Nick("caller-%d", i)}},
	}
	return cmds[i%len(cmds)]
}

// Clients that never got a session, since the journal failed, leave nothing behind, and cost the journal nothing when
// they have gone.
func TestWhoNeverGotInLeavesNothingBehind(t *testing.T) {
	for _, n := range []int{500, 3000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, disk := ailingWorld(t, hub.Options{Visitors: -1})
				ann := w.Enter(hub.Identity{})
				disk.falls(true)
				for from := 0; from < n; from += 100 {
					w.comeAndGo(from, 100)
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
				nobodyElse := func() {
					assert.Len(t, w.Sessions(), 1)
					assert.Equal(t, 2, w.NickKeys())
					assert.Equal(t, 1, w.Codes())
					assert.Equal(t, 1, w.Rooms())
					assert.LessOrEqual(t, len(w.CountedStreams()), 2)
					assert.Zero(t, w.HeldSessions())
					assert.Empty(t, w.Tickets())
					assert.Zero(t, w.Places())
					assert.Zero(t, w.Unfinished())
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
				w.Close(ann)
			})
		})
	}
}

// Sessions whose connections broke while the journal failed have gone when it works again. Until then the break of one
// of them is tried again, however many they are.
func TestWhoHasGoneMeanwhileHasGoneInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{Arrive: time.Millisecond})
		ann := w.Enter(hub.Identity{})
		var crowd []*hubtest.Client
		for i := range 2000 {
			p := w.NewClient(i%2 == 0)
			p.Connect()
			crowd = append(crowd, p)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 2001, w.Members(protocol.Lobby))
		disk.falls(true)
		for _, p := range crowd {
			p.Disconnect()
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
		assert.Equal(t, 1, w.Members(protocol.Lobby))
		assert.Zero(t, w.Unfinished())
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Equal(t, 1, len(w.Sessions()))
		assert.Equal(t, 2, w.NickKeys())
		assert.Equal(t, 1, w.Codes())
		left := map[string]int{}
		for _, e := range w.Store.Entries() {
			if _, ok := e.Event.(protocol.Left); ok {
				left[e.Author.String()]++
			}
		}
		assert.Equal(t, 2000, len(left))
		for _, n := range left {
			assert.Equal(t, 1, n)
		}
		w.Close(append(crowd, ann)...)
	})
}

// A session that came back, could not get in again and broke off is held as before.
func TestWhoCouldNotComeBackMayTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{})
		ann := w.Enter(hub.Identity{})
		bob := w.NewClient(true)
		bob.Connect()
		time.Sleep(time.Second)
		bob.Disconnect()
		time.Sleep(time.Second)
		disk.falls(true)
		for range 5 {
			bob.Connect()
			time.Sleep(5 * time.Millisecond)
			bob.Disconnect() // before it is decided
			time.Sleep(3 * time.Second)
		}
		synctest.Wait()
		assert.Equal(t, 2, len(w.Sessions()))
		assert.Zero(t, w.Unfinished())
		disk.falls(false)
		ann.Told()
		bob.Told()
		bob.Connect()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Contains(t, strings.Join(bob.Told(), "\n"), "-- You are guest-2 in #lobby")
		assert.Equal(t, []string{"-- guest-2 joined"}, ann.Told(), "its going was told before")
		w.Close(ann, bob)
	})
}

// What is tried again does not grow with what people do while the journal fails.
func TestWhatIsTriedAgainIsOneThingOfOneMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{})
		op, eve := w.EnterOperator("op"), w.Enter(hub.Identity{})
		eve.Send(protocol.Desk{Text: hubtest.Text("help")})
		time.Sleep(time.Second)
		op.Send(protocol.Take{Ticket: 1})
		time.Sleep(time.Second)
		disk.falls(true)
		for range 50 {
			op.Send(protocol.Close{Ticket: 1})
		}
		time.Sleep(50 * 15 * time.Millisecond)
		synctest.Wait()
		assert.LessOrEqual(t, w.Unfinished(), 1)
		disk.falls(false)
		time.Sleep(time.Second)
		op.Send(protocol.Close{Ticket: 1})
		time.Sleep(11 * time.Millisecond) // it is closed, and the way out of it is under way
		disk.falls(true)
		for range 50 {
			eve.Send(protocol.LeaveDesk{})
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
		assert.Equal(t, protocol.Lobby, w.Session(eve.Conn()).Room)
		w.Close(op, eve)
	})
}

// A program whose hello could not be recorded is nowhere until it asks to be somewhere. What it sees then is from there
// on.
func TestWhoseHelloCouldNotBeRecordedIsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{Replay: -1})
		ann := w.Enter(hub.Identity{})
		for i := range 20 {
			ann.Say(fmt.Sprint("before ", i), "")
		}
		time.Sleep(time.Second)
		disk.falls(true)
		bot := w.NewClient(true)
		bot.Connect()
		time.Sleep(100 * time.Millisecond)
		disk.falls(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"-- Welcome to chinwag/1.", inNoRoom}, bot.Told(), "it was told to try again, and has not")
		bot.Send(protocol.Join{Room: protocol.Lobby})
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Greater(t, bot.Resumes().Seq, uint64(20), "the position of its welcome")
		bot.Disconnect()
		time.Sleep(time.Second)
		bot.Told()
		bot.Connect()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.NotContains(t, strings.Join(bot.Told(), "\n"), "before")
		w.Close(ann, bot)
	})
}

// Each line of a batch is refused under its own id, or under none if it has none.
func TestALineOfABatchIsRefusedByItsOwnId(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, disk := ailingWorld(t, hub.Options{})
		bot := w.NewClient(true)
		bot.Connect()
		time.Sleep(time.Second)
		disk.falls(true)
		assert.NoError(t, bot.Conn().Do(t.Context(), protocol.Say{Ref: "a", Text: hubtest.Text("one")}, say("two"), protocol.Say{Ref: "c", Text: hubtest.Text("three")}))
		time.Sleep(time.Second)
		disk.falls(false)
		var refs []protocol.Ref
		for _, e := range bot.Events() {
			if refused, is := e.(protocol.Refused); is {
				refs = append(refs, refused.Ref)
			}
		}
		assert.Equal(t, []protocol.Ref{"a", "", "c"}, refs)
		time.Sleep(time.Minute)
		synctest.Wait()
		w.Close(bot)
	})
}
