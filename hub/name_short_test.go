package hub_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// The name of a short caller is for a session that has the same address now, and not for one that had it once.
func TestAShortCallersNameIsForTheAddressOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		eve, dan := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(3, hub.Identity{})
		codes := []string{eve.Code(), dan.Code()}
		for _, p := range []*hubtest.Client{eve, dan} {
			p.Disconnect()
			p.Wait()
		}
		eve, dan = w.EnterFrom(3, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		eve.Do(comeBack(codes[0]))
		dan.Do(comeBack(codes[1]))
		bob := w.EnterFrom(2, hub.Identity{})
		bob.Do(called("bob"))
		bob.Disconnect()
		bob.Wait()
		eve.Do(called("bob"))
		assert.Contains(t, eve.Text(), "bob is held")
		dan.Do(called("bob"))
		assert.Equal(t, "-- you are now bob", last(dan.Told()))
		w.Close(eve, dan)
	})
}

// A name that was given away is not taken back by a rename that was under way, and no session has two names.
func TestARenameUnderWayTakesNoNameThatWasGivenAway(t *testing.T) {
	for name, err := range map[string]error{"recorded": nil, "not recorded": errDisk} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, hub.Options{})
				back, bob := w.EnterFrom(3, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
				bob.Do(called("bob"))
				eve := w.NewClient(false)
				eve.Identity = bob.Identity
				eve.Connect()
				synctest.Wait()
				w.Store.Hold()
				bob.Do(called("rob"))
				bob.Conn().Detach(hubtest.Ended, protocol.Lost) // it was stalled, or is aborted
				synctest.Wait()
				if err == nil {
					eve.Do(called("rob"))
					back.Do(comeBack(bob.Code()))
				} else {
					eve.Do(called("bob"))
				}
				w.Store.Open(err)
				time.Sleep(5 * time.Second)
				synctest.Wait()
				if err != nil {
					back.Do(comeBack(bob.Code()))
				}
				names := map[protocol.Nick]int{}
				for _, s := range w.Sessions() {
					names[s.Nick]++
					assert.Equal(t, s, w.Owner(s.Nick), s.Nick.String())
				}
				for n, many := range names {
					assert.Equal(t, 1, many, n.String())
				}
				w.Close(bob, eve, back)
			})
		})
	}
}

// A session that takes a name, and another on another connection before the first is recorded, is called by one of them
// and has no other, whichever of them cannot be recorded.
func TestTwoNamesUnderWay(t *testing.T) {
	for _, c := range []struct {
		refused []string
		want    string
	}{{nil, "job"}, {[]string{"job"}, "rob"}, {[]string{"rob"}, "job"}, {[]string{"rob", "job"}, "guest-1"}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, hub.Options{})
			synctest.Wait()                                              // the first commit has been
			w.Store.BeforeCommit = func(entries []journal.Entry) error { // which takes some new names, and not others
				for _, e := range entries {
					if e, ok := e.Event.(protocol.Renamed); ok && slices.Contains(c.refused, e.To.String()) {
						return errDisk
					}
				}
				return nil
			}
			bob := w.EnterFrom(2, hub.Identity{})
			synctest.Wait() // it is the first guest
			eve := w.EnterFrom(3, hub.Identity{})
			held := len(c.refused) == 0 || c.refused[0] != "rob"
			if held {
				w.Store.Hold()
			}
			bob.Send(called("rob"))
			synctest.Wait()
			eve.Do(comeBack(bob.Code()), called("job"))
			if held {
				w.Store.Open(nil)
			}
			synctest.Wait()
			me := w.Session(eve.Conn())
			assert.Equal(t, c.want, me.Nick.String(), c.refused)
			for _, n := range []string{"guest-1", "rob", "job"} {
				if owner := w.Owner(hubtest.Nick("%s", n)); n == c.want {
					assert.Equal(t, me, owner)
				} else {
					assert.Zero(t, owner, "%s %v", n, c.refused)
				}
			}
			w.Close(bob, eve)
		})
	}
}

// What others would see as a name, or as that of a room, is no secret either where a hello brings it.
func TestAHelloTellsNoSecret(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		ann, code := people[0], people[0].Code()
		ann.Told()
		bot := w.attach(true)
		bot.Call(protocol.Hello{Nick: hubtest.Nick("%s", code), Room: hubtest.Room(code)})
		synctest.Wait()
		assert.NotContains(t, ann.Text(), code)
		assert.Contains(t, bot.Text(), hub.SecretSaid)
		is := w.Session(bot.Conn())
		assert.Equal(t, "guest-2", is.Nick.String())
		assert.Equal(t, protocol.Lobby, is.Room)
		bot.Drop()
	})
}
