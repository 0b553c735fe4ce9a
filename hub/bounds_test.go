package hub

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func TestNothingGrowsWithoutABound(t *testing.T) {
	t.Run("rooms", func(t *testing.T) {
		begin := func() *world { return newWorld(journal.Bounds{}, Options{Rooms: 3}) }
		inWorld(t, begin, 4, false, func(w *world, people []*persona) {
			for i, p := range people {
				p.wants <- protocol.Join{Room: roomNamed(fmt.Sprint("r", i))}
				synctest.Wait()
			}
			assert.Contains(t, people[2].told(), "-- there are 3 rooms already: please join one of them, /rooms lists them")
			w.inspect(func(r *run) { assert.Len(t, r.rooms, 3+1, "and the desk") })

			bot := newPersona(w.h, true)
			bot.room = roomNamed("another")
			bot.connect(t)
			synctest.Wait()
			seen := bot.told()
			assert.Contains(t, seen[1], "You are guest-5 in #lobby", "a program is welcomed all the same")
			assert.Contains(t, seen[2], "there are 3 rooms already")
			bot.breakOff()
			bot.ended.Wait()
		})
	})
	t.Run("empty rooms vanish", func(t *testing.T) {
		inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
			for i := range 50 {
				people[0].wants <- protocol.Join{Room: roomNamed(fmt.Sprint("r", i))}
			}
			synctest.Wait()
			w.inspect(func(r *run) {
				assert.Len(t, r.rooms, 1+1, "and the desk")
				assert.LessOrEqual(t, len(r.nth), 2)
				for _, m := range r.members {
					assert.Len(t, m.visits, maxVisits)
				}
			})
		})
	})
	t.Run("refs", func(t *testing.T) {
		inWorld(t, plainWorld, 1, true, func(w *world, people []*persona) {
			for i := range 1000 {
				people[0].say("x", fmt.Sprint(i))
			}
			synctest.Wait()
			w.inspect(func(r *run) {
				for _, m := range r.members {
					assert.Len(t, m.refs.seqs, maxRefs)
					assert.Len(t, m.refs.order, maxRefs)
				}
			})
		})
	})
	t.Run("names in an answer", func(t *testing.T) {
		inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
			w.inspect(func(r *run) {
				lobby := r.rooms[protocol.Lobby]
				for range 500 {
					lobby.members = append(lobby.members, lobby.members[0])
				}
				e := r.membersOf(lobby).(protocol.Members)
				assert.Len(t, e.Names, maxNames)
				assert.Equal(t, 501, e.Here)
				lobby.members = lobby.members[:1]
			})
		})
	})
	t.Run("ignored", func(t *testing.T) {
		inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
			for i := range maxIgnored + 1 {
				p := newPersona(w.h, true)
				p.connect(t)
				p.wants <- protocol.Rename{Nick: nick("z%d", i)}
				synctest.Wait()
				people[0].wants <- protocol.Ignore{Nick: nick("z%d", i)}
				synctest.Wait()
				p.breakOff()
				p.ended.Wait()
			}
			seen := people[0].told()
			assert.Contains(t, seen[len(seen)-1], "you ignore 100 people already")
		})
	})
	t.Run("what is left of sessions", func(t *testing.T) {
		inWorld(t, plainWorld, 1, true, func(w *world, people []*persona) {
			for range 20 {
				p := newPersona(w.h, true)
				p.connect(t)
				synctest.Wait()
				p.breakOff()
				p.ended.Wait()
			}
			synctest.Wait()
			w.inspect(func(r *run) { assert.Len(t, r.members, 21, "held for those who come back") })
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			w.inspect(func(r *run) {
				assert.Len(t, r.members, 1)
				assert.Len(t, r.tokens, 1)
				assert.Len(t, r.names, 2)
				assert.Empty(t, r.held)
				assert.Len(t, r.clients, 1)
				assert.LessOrEqual(t, len(r.nth), 2)
			})
		})
	})
}
