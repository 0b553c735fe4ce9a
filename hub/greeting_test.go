package hub_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// newcomer attaches a client, and returns what each of its writes held.
func newcomer(w *world) (c *hubtest.Client, writes func() []string) {
	var mu sync.Mutex
	var all []string
	c = w.NewClient(false)
	c.Writer = func(read func([]*protocol.Frame) error) hub.Writer {
		return hubtest.Ready(func(lines []*protocol.Frame) error {
			s := ""
			for _, l := range lines {
				s += string(l.Text())
			}
			mu.Lock()
			all = append(all, s)
			mu.Unlock()
			return read(lines)
		})
	}
	c.Attach()
	synctest.Wait()
	return c, func() (new []string) {
		mu.Lock()
		defer mu.Unlock()
		new, all = all, nil
		return new
	}
}

// A newcomer costs two writes: the greeting at once, and all the rest on arriving, whatever there is to tell and
// whether it has brought a name.
func TestANewcomerCostsTwoWrites(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		ann := people[0]
		ann.Say("hello", "")
		ann.Send(protocol.Topic{Text: hubtest.Text("tea")})
		synctest.Wait()
		c, writes := newcomer(w)
		assert.Equal(t, []string{"-- Welcome to chinwag/1.\n"}, writes())
		require.NoError(t, c.Call(protocol.Rename{Nick: hubtest.Nick("bob")}))
		synctest.Wait()
		assert.Empty(t, writes(), "it is told on arriving")
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"[00:00] <guest-1> hello\n[00:00] -- guest-1 set the topic: tea\n-- topic of #lobby: tea\n" +
			"-- You are bob in #lobby (2 here). Type to talk, /help for more; /resume " + c.Code() + " after a break.\n"}, writes())
		c.Close(protocol.Departed)
	})
}

// A client that comes while the journal does not work is told so, has no session yet, and comes in with its next line
// when the journal works again.
func TestANewcomerIsToldThatTheJournalDoesNotWork(t *testing.T) {
	for name, entrance := range map[string]string{"a room": "in #lobby", "a desk": "at the desk"} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, hubtest.Setup{Options: hub.Options{Desk: name == "a desk"}}, 0, false, func(w *world, _ []*hubtest.Client) {
				w.Store.Fail(errDisk)
				c, writes := newcomer(w)
				require.NoError(t, c.Call(protocol.Rename{Nick: hubtest.Nick("operator")}))
				time.Sleep(time.Second)
				synctest.Wait()
				assert.Equal(t, "-- Welcome to chinwag/1.\n"+inNoRoom+"\n", strings.Join(writes(), ""))
				require.NoError(t, c.Call(protocol.Rename{Nick: hubtest.Nick("bob")}))
				synctest.Wait()
				assert.Empty(t, writes(), "it is told on arriving")
				require.NoError(t, c.Call(protocol.Who{}))
				synctest.Wait()
				assert.Equal(t, inNoRoom+"\n", strings.Join(writes(), ""))
				assert.Empty(t, w.Sessions())
				assert.Zero(t, w.Places(), "no place is kept for it")
				w.Store.Fail(nil)
				require.NoError(t, c.Call(protocol.Who{}))
				synctest.Wait()
				assert.Regexp(t, "^-- You are bob "+entrance+".*\n-- .*\n$", strings.Join(writes(), ""))
				c.Close(protocol.Departed)
			})
		})
	}
}
