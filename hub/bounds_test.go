package hub_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

func TestNothingGrowsWithoutABound(t *testing.T) {
	t.Run("rooms", func(t *testing.T) {
		inWorld(t, hubtest.Setup{Options: hub.Options{Rooms: 3}}, 4, false, func(w *world, people []*hubtest.Client) {
			for i, p := range people {
				p.Send(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))})
				synctest.Wait()
			}
			assert.Contains(t, people[2].Told(), "-- there are 3 rooms already: please join one of them, /rooms lists them")
			assert.Equal(t, 3, w.Rooms())

			bot := w.NewClient(true)
			bot.Room = hubtest.Room("another")
			bot.Connect()
			synctest.Wait()
			seen := bot.Told()
			assert.Contains(t, seen[1], "You are guest-5 in #lobby", "a program is welcomed all the same")
			assert.Contains(t, seen[2], "there are 3 rooms already")
			bot.Disconnect()
			bot.Wait()
		})
	})
	t.Run("empty rooms vanish", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
			for i := range 50 {
				people[0].Send(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))})
			}
			synctest.Wait()
			assert.Equal(t, 1, w.Rooms())
			assert.LessOrEqual(t, len(w.CountedStreams()), 2)
			for _, m := range w.Sessions() {
				assert.Equal(t, hub.MaxVisits, m.Stays)
			}
		})
	})
	t.Run("refs", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, true, func(w *world, people []*hubtest.Client) {
			for i := range 1000 {
				people[0].Say("x", protocol.Ref(fmt.Sprint(i)))
			}
			synctest.Wait()
			for _, m := range w.Sessions() {
				assert.Equal(t, hub.MaxRefs, m.Acked)
			}
		})
	})
	t.Run("names in an answer", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
			var crowd []*hubtest.Client
			for range hub.MaxNames + 1 {
				p := w.NewClient(true)
				p.Connect()
				crowd = append(crowd, p)
			}
			time.Sleep(time.Second)
			people[0].Do(protocol.Ping{})
			people[0].Told()
			people[0].Do(protocol.Who{})
			told := people[0].Events()
			if assert.Len(t, told, 1) {
				e := told[0].(protocol.Members)
				assert.Len(t, e.Names, hub.MaxNames)
				assert.Equal(t, hub.MaxNames+2, e.Here)
			}
			w.Close(crowd...)
		})
	})
	t.Run("ignored", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
			for i := range hub.MaxIgnored + 1 {
				p := w.NewClient(true)
				p.Connect()
				p.Send(protocol.Rename{Nick: hubtest.Nick("z%d", i)})
				synctest.Wait()
				people[0].Send(protocol.Ignore{Nick: hubtest.Nick("z%d", i)})
				synctest.Wait()
				p.Disconnect()
				p.Wait()
			}
			seen := people[0].Told()
			assert.Contains(t, seen[len(seen)-1], "you ignore 100 people already")
		})
	})
	t.Run("what is left of sessions", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, true, func(w *world, _ []*hubtest.Client) {
			for range 20 {
				p := w.NewClient(true)
				p.Connect()
				synctest.Wait()
				p.Disconnect()
				p.Wait()
			}
			synctest.Wait()
			assert.Len(t, w.Sessions(), 21, "held for those who come back")
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			assert.Len(t, w.Sessions(), 1)
			assert.Equal(t, 1, w.Codes())
			assert.Equal(t, 2, w.NickKeys())
			assert.Zero(t, w.HeldSessions())
			assert.Equal(t, 1, w.Connections())
			assert.LessOrEqual(t, len(w.CountedStreams()), 2)
		})
	})
}
