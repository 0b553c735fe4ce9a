package hub

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// The name of a short caller is for who asks from the same address, not for who came from there
// once.
func TestAShortCallersNameIsForTheAddressOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{})
		eve, dan := w.from(t, 2, Identity{}), w.from(t, 3, Identity{})
		codes := []string{eve.codeNow(), dan.codeNow()}
		for _, p := range []*persona{eve, dan} {
			p.breakOff()
			p.ended.Wait()
		}
		eve, dan = w.from(t, 3, Identity{}), w.from(t, 2, Identity{})
		eve.does(comeBack(codes[0]))
		dan.does(comeBack(codes[1]))
		bob := w.from(t, 2, Identity{})
		bob.does(called("bob"))
		bob.breakOff()
		bob.ended.Wait()
		eve.does(called("bob"))
		assert.Contains(t, words(eve), "bob is held")
		dan.does(called("bob"))
		assert.Equal(t, "-- you are now bob", last(dan.told()))
		w.close(eve, dan)
	})
}

// A name that was given away is not taken back by a rename that was under way, and is
// nobody's second one.
func TestARenameUnderWayTakesNoNameThatWasGivenAway(t *testing.T) {
	for name, err := range map[string]error{"recorded": nil, "not recorded": errors.New("disk full")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, g := gatedWith(journal.Bounds{}, Options{})
				back, bob := w.from(t, 3, Identity{}), w.from(t, 2, Identity{})
				bob.does(called("bob"))
				eve := newPersona(w.h, false)
				eve.identity = bob.identity
				eve.connect(t)
				synctest.Wait()
				g.open = false
				w.looked()
				bob.does(called("rob"))
				bob.client.Close(ended, protocol.Lost) // it was stalled, or is aborted
				synctest.Wait()
				if err == nil {
					eve.does(called("rob"))
					back.does(comeBack(bob.codeNow()))
				} else {
					eve.does(called("bob"))
				}
				g.open = true
				g.gate <- err
				synctest.Wait()
				time.Sleep(5 * time.Second)
				synctest.Wait()
				if err != nil {
					back.does(comeBack(bob.codeNow()))
				}
				w.inspect(func(r *run) {
					names := map[protocol.Nick]int{}
					for _, m := range r.members {
						names[m.nick]++
						assert.Same(t, m, r.holder(m.nick), m.nick.String())
					}
					for n, many := range names {
						assert.Equal(t, 1, many, n.String())
					}
				})
				w.close(bob, eve, back)
			})
		})
	}
}

// picky is a store that does not take some new names.
type picky struct {
	journal.Store
	refused []string
}

func (s *picky) Commit(entries []journal.Entry) error {
	for _, e := range entries {
		if e, ok := e.Event.(protocol.Renamed); ok && slices.Contains(s.refused, e.To.String()) {
			return errors.New("disk full")
		}
	}
	return s.Store.Commit(entries)
}

// Somebody who takes a name, and another on another connection before the first is recorded,
// is called by one of them and has no other, whichever of them cannot be recorded.
func TestTwoNamesUnderWay(t *testing.T) {
	for _, c := range []struct {
		refused []string
		want    string
	}{{nil, "job"}, {[]string{"job"}, "rob"}, {[]string{"rob"}, "job"}, {[]string{"rob", "job"}, "guest-1"}} {
		synctest.Test(t, func(t *testing.T) {
			w, g := gatedWith(journal.Bounds{}, Options{})
			w.truth.Store = &picky{g, c.refused}
			bob, eve := w.from(t, 2, Identity{}), w.from(t, 3, Identity{})
			g.open = len(c.refused) > 0 && c.refused[0] == "rob"
			w.looked()
			bob.wants <- called("rob")
			if !g.open {
				synctest.Wait()
			}
			eve.does(comeBack(bob.codeNow()), called("job"))
			if !g.open {
				g.open = true
				g.gate <- nil
			}
			synctest.Wait()
			w.inspect(func(r *run) {
				m := eve.client.member
				assert.Equal(t, c.want, m.nick.String(), c.refused)
				for _, n := range []string{"guest-1", "rob", "job"} {
					if h := r.holder(nick("%s", n)); n == c.want {
						assert.Same(t, m, h)
					} else {
						assert.Nil(t, h, "%s %v", n, c.refused)
					}
				}
			})
			w.close(bob, eve)
		})
	}
}

// What others would see as a name, or as that of a room, is no secret either where a hello
// brings it.
func TestAHelloTellsNoSecret(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		ann, code := people[0], people[0].codeNow()
		ann.told()
		bot := rawConnect(t, w)
		bot.do(protocol.Hello{Nick: nick("%s", code), Room: roomNamed(code)})
		synctest.Wait()
		assert.NotContains(t, words(ann), code)
		assert.Contains(t, words(bot.p), secretSaid.Text)
		w.inspect(func(r *run) {
			assert.Equal(t, "guest-2", bot.c.member.nick.String())
			assert.Equal(t, protocol.Lobby, bot.c.member.where())
		})
		bot.close()
	})
}
