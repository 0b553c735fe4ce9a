package hub_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// countedReads is a store that counts the pages which are read from it.
type countedReads struct {
	journal.Store
	pages atomic.Int64
}

func (s *countedReads) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	s.pages.Add(1)
	return s.Store.Read(cur, upto, limit)
}

// failingClient is a client whose writes fail from some time on.
type failingClient struct {
	*hubtest.Client
	gone  atomic.Bool
	asked int // how often it was asked whether to go on
}

func newFailingClient(w *world) *failingClient {
	c := &failingClient{Client: w.NewClient(false)}
	c.Writer = func(read func([]*protocol.Frame) error) hub.Writer {
		return hubtest.Blocking(func(lines []*protocol.Frame) error {
			if c.gone.Load() {
				return errGone
			}
			return read(lines)
		})
	}
	c.GoesOn = func(error) bool { c.asked++; return true }
	c.Attach()
	return c
}

func (c *failingClient) does(t *testing.T, cmds ...protocol.Command) {
	t.Helper()
	assert.NoError(t, c.Call(cmds...))
}

// A failed write says that the client does not listen, not that it has said nothing.
func TestWhatIsSaidAfterAFailedWriteIsHeard(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, true, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], newFailingClient(w)
		bob.gone.Store(true) // its greeting is not read
		bob.does(t, called("bob"), say("one"), say("two"), protocol.Who{}, protocol.Topic{Text: hubtest.Text("tea")}, say("three"))
		bob.Close(protocol.Departed)
		synctest.Wait()
		assert.Equal(t, []string{"-- bob joined", "<bob> one", "<bob> two", "-- bob set the topic: tea", "<bob> three", "-- bob left"}, ann.Told())
		assert.NoError(t, bob.Over())
		assert.Equal(t, 1, bob.asked)
	})
}

// What could not be written was not seen, and is told when the session is resumed.
func TestWhatCouldNotBeWrittenIsToldAgain(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, true, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], newFailingClient(w)
		bob.does(t, protocol.Ping{})
		ann.Say("one", "")
		synctest.Wait()
		bob.gone.Store(true)
		ann.Say("two", "")
		synctest.Wait()
		bob.Close(protocol.Lost)
		ann.Say("three", "")
		synctest.Wait()
		back := newFailingClient(w)
		back.does(t, protocol.Resume{Code: hubtest.Text(bob.Code())})
		synctest.Wait()
		told := strings.Join(back.Told(), "\n")
		assert.NotContains(t, told, "> one")
		assert.Contains(t, told, "> two\n")
		assert.Contains(t, told, "> three\n")
		back.Close(protocol.Departed)
	})
}

// A client that asks for a great deal and goes has nothing read from the journal any more.
func TestWhoIsGoneIsReadNothingFromTheJournal(t *testing.T) {
	for name, leave := range map[string]func(*failingClient){
		"a write fails":            func(l *failingClient) { l.gone.Store(true) },
		"the connection is broken": func(l *failingClient) { l.Conn().Discard() },
	} {
		t.Run(name, func(t *testing.T) {
			store := &countedReads{Store: journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})}
			inWorld(t, hubtest.Setup{Store: store}, 1, true, func(w *world, people []*hubtest.Client) {
				for i := range 40 * hub.PageLines {
					people[0].Say(fmt.Sprint("line ", i), "")
					if i%100 == 0 {
						synctest.Wait()
					}
				}
				bob := newFailingClient(w)
				bob.does(t, protocol.Ping{})
				synctest.Wait()
				leave(bob)
				before := store.pages.Load()
				bob.does(t, protocol.History{All: true}, say("and I am heard"))
				bob.Close(protocol.Departed)
				synctest.Wait()
				assert.LessOrEqual(t, store.pages.Load()-before, int64(1))
				assert.Contains(t, strings.Join(people[0].Told(), "\n"), "> and I am heard\n")
				_ = bob.Over()
			})
		})
	}
}

// To redact is no question: it is done, although no client hears the answer.
func TestWhoIsGoneIsForgottenAllTheSame(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, true, func(w *world, people []*hubtest.Client) {
		bob := newFailingClient(w)
		bob.does(t, say("my number is 1234"))
		synctest.Wait()
		bob.gone.Store(true)
		bob.does(t, protocol.Redact{Sure: true})
		bob.Close(protocol.Departed)
		_ = bob.Over()
		people[0].Told()
		people[0].Send(protocol.History{All: true})
		synctest.Wait()
		assert.NotContains(t, strings.Join(people[0].Told(), "\n"), "1234")
	})
}
