package hub

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// writes keeps what each write brought.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Send(lines []*protocol.Line) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := ""
	for _, l := range lines {
		s += string(l.Text())
	}
	w.all = append(w.all, s)
	return nil
}

func (w *writes) Offer(lines []*protocol.Line) (bool, error) { return true, w.Send(lines) }

func (w *writes) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.all
	w.all = nil
	return all
}

// come attaches somebody whose writes are looked at.
func (w *world) come(t *testing.T) (*Client, *writes) {
	t.Helper()
	c, err := w.h.Attach(context.Background(), Identity{})
	require.NoError(t, err)
	out := &writes{}
	c.Start(context.Background(), out, nil, func(error) {})
	synctest.Wait()
	return c, out
}

// A newcomer costs two writes: the greeting at once, and all the rest on arriving,
// whatever there is to tell and whether it has brought a name.
func TestANewcomerCostsTwoWrites(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		ann := people[0]
		ann.say("hello", "")
		ann.wants <- protocol.Topic{Text: protocol.MustText("tea")}
		synctest.Wait()
		c, out := w.come(t)
		assert.Equal(t, []string{"-- Welcome to chinwag/1.\n"}, out.told())
		require.NoError(t, c.Do(context.Background(), protocol.Rename{Nick: nick("bob")}))
		synctest.Wait()
		assert.Empty(t, out.told(), "it is told on arriving")
		time.Sleep(time.Second)
		synctest.Wait()
		code := ""
		w.inspect(func(r *run) { code = c.member.token })
		assert.Equal(t, []string{"[00:00] <guest-1> hello\n[00:00] -- guest-1 set the topic: tea\n-- topic of #lobby: tea\n" +
			"-- You are bob in #lobby (2 here). Type to talk, /help for more; /resume " + code + " after a break.\n"}, out.told())
		c.Close(context.Background(), protocol.Quit)
	})
}

// Who comes while the record does not work is told so, and who they are; and comes
// in with the next line when it works again.
func TestANewcomerIsToldThatTheRecordDoesNotWork(t *testing.T) {
	for name, entrance := range map[string]string{"a room": "#lobby", "a desk": "#desk"} {
		t.Run(name, func(t *testing.T) {
			begin := func() *world { return newWorld(journal.Bounds{}, Options{Desk: name == "a desk"}) }
			inWorld(t, begin, 0, false, func(w *world, _ []*persona) {
				w.truth.fails(errors.New("disk full"))
				c, out := w.come(t)
				require.NoError(t, c.Do(context.Background(), protocol.Rename{Nick: nick("operator")}))
				time.Sleep(time.Second)
				synctest.Wait()
				assert.Equal(t, "-- Welcome to chinwag/1.\n"+
					"-- operator is a name for those who run the server: please choose another\n"+
					"-- You are guest-1, but in no room yet: the record cannot be written just now. Please try again in a while: /join "+entrance+"\n",
					join(out.told()))
				require.NoError(t, c.Do(context.Background(), protocol.Rename{Nick: nick("bob")}))
				synctest.Wait()
				assert.Equal(t, "-- you are now bob\n", join(out.told()), "from here on it is told at once")
				w.truth.fails(nil)
				require.NoError(t, c.Do(context.Background(), protocol.Ping{}))
				synctest.Wait()
				assert.Regexp(t, "^-- You are bob (in #lobby|at the desk).*\n-- pong\n$", join(out.told()))
				c.Close(context.Background(), protocol.Quit)
			})
		})
	}
}

func join(all []string) (s string) {
	for _, w := range all {
		s += w
	}
	return s
}
