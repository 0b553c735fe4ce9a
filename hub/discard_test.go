package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

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

// caller is a client whose writes fail from some time on.
type caller struct {
	c     *Client
	p     *persona // is told what is written
	gone  atomic.Bool
	done  chan error
	asked int // how often it was asked whether to go on
}

var errGone = errors.New("nobody listens")

func dialIn(t *testing.T, w *world) *caller {
	c, err := w.h.Attach(context.Background(), Identity{})
	if err != nil {
		t.Fatal(err)
	}
	l := &caller{c: c, p: newPersona(w.h, false), done: make(chan error, 1)}
	write := sender(func(lines []*protocol.Line) error {
		if l.gone.Load() {
			return errGone
		}
		return l.p.read(context.Background(), lines)
	})
	goesOn := func(error) bool { l.asked++; return true }
	c.Start(context.Background(), write, goesOn, func(err error) { l.done <- err })
	return l
}

func (l *caller) does(t *testing.T, cmds ...protocol.Command) {
	for _, cmd := range cmds {
		assert.NoError(t, l.c.Do(context.Background(), cmd))
	}
}

// A failed write says that nobody listens, not that nothing was said.
func TestWhatIsSaidAfterAFailedWriteIsHeard(t *testing.T) {
	inWorld(t, func() *world { return newWorld(journal.Bounds{}, Options{}) }, 1, true, func(w *world, people []*persona) {
		ann, bob := people[0], dialIn(t, w)
		bob.gone.Store(true) // its greeting is not read
		bob.does(t, called("bob"), say("one"), say("two"), protocol.Who{}, protocol.Topic{Text: protocol.MustText("tea")}, say("three"))
		bob.c.Close(context.Background(), protocol.Quit)
		synctest.Wait()
		assert.Equal(t, []string{"-- bob joined", "<bob> one", "<bob> two", "-- bob set the topic: tea", "<bob> three", "-- bob left"}, ann.told())
		assert.NoError(t, <-bob.done)
		assert.Equal(t, 1, bob.asked)
	})
}

// What could not be written was not seen, and is told to whoever comes back.
func TestWhatCouldNotBeWrittenIsToldAgain(t *testing.T) {
	inWorld(t, func() *world { return newWorld(journal.Bounds{}, Options{}) }, 1, true, func(w *world, people []*persona) {
		ann, bob := people[0], dialIn(t, w)
		bob.does(t, protocol.Ping{})
		ann.say("one", "")
		synctest.Wait()
		bob.gone.Store(true)
		ann.say("two", "")
		synctest.Wait()
		bob.c.Close(context.Background(), protocol.Lost)
		ann.say("three", "")
		synctest.Wait()
		back := dialIn(t, w)
		back.does(t, protocol.ComeBack{Code: protocol.MustText(bob.p.code)})
		synctest.Wait()
		told := strings.Join(back.p.told(), "\n")
		assert.NotContains(t, told, "> one")
		assert.Contains(t, told, "> two\n")
		assert.Contains(t, told, "> three\n")
		back.c.Close(context.Background(), protocol.Quit)
	})
}

// Who asks for a great deal and goes has nothing read from the record any more.
func TestWhoIsGoneIsReadNothingFromTheRecord(t *testing.T) {
	store := &countedReads{}
	begin := func() *world {
		w := newWorld(journal.Bounds{Lines: -1, Bytes: -1}, Options{})
		store.Store, w.truth.Store = w.truth.Store, store
		return w
	}
	for name, leave := range map[string]func(*caller){
		"a write fails":            func(l *caller) { l.gone.Store(true) },
		"the connection is broken": func(l *caller) { l.c.Discard() },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, begin, 1, true, func(w *world, people []*persona) {
				for i := range 40 * pageLines {
					people[0].say(fmt.Sprint("line ", i), "")
					if i%100 == 0 {
						synctest.Wait()
					}
				}
				bob := dialIn(t, w)
				bob.does(t, protocol.Ping{})
				synctest.Wait()
				leave(bob)
				before := store.pages.Load()
				bob.does(t, protocol.History{All: true}, say("and I am heard"))
				bob.c.Close(context.Background(), protocol.Quit)
				synctest.Wait()
				assert.LessOrEqual(t, store.pages.Load()-before, int64(1))
				assert.Contains(t, strings.Join(people[0].told(), "\n"), "> and I am heard\n")
				<-bob.done
			})
		})
	}
}

// To forget is no question: it is done, although nobody hears the answer.
func TestWhoIsGoneIsForgottenAllTheSame(t *testing.T) {
	inWorld(t, func() *world { return newWorld(journal.Bounds{}, Options{}) }, 1, true, func(w *world, people []*persona) {
		bob := dialIn(t, w)
		bob.does(t, say("my number is 1234"))
		synctest.Wait()
		bob.gone.Store(true)
		bob.does(t, protocol.Forget{Sure: true})
		bob.c.Close(context.Background(), protocol.Quit)
		<-bob.done
		people[0].told()
		people[0].wants <- protocol.History{All: true}
		synctest.Wait()
		assert.NotContains(t, strings.Join(people[0].told(), "\n"), "1234")
	})
}

func say(words string) protocol.Command { return protocol.Say{Text: protocol.MustText(words)} }
