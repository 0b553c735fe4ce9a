package hub

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func called(name string) protocol.Command { return protocol.Rename{Nick: nick("%s", name)} }
func kickOf(name string) protocol.Kick    { return protocol.Kick{Nick: nick("%s", name)} }

func inKickWorld(t *testing.T, o Options, f func(w *world, g *gatedStore, op *persona)) {
	synctest.Test(t, func(t *testing.T) {
		w, g := gatedWith(journal.Bounds{}, o)
		op := w.from(t, 1, anOperator)
		op.told()
		f(w, g, op)
		w.close(op)
	})
}

func TestAKickedNameIsRefusedToEverybody(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, _ *gatedStore, op *persona) {
		bob, eve := w.from(t, 2, Identity{}), w.from(t, 3, Identity{})
		bob.does(called("bob"))
		op.does(protocol.Kick{Nick: nick("bob"), For: 90})
		assert.Equal(t, "-- goodbye: you were kicked, please stay away for 90 seconds", last(bob.told()))
		time.Sleep(30 * time.Second)
		for _, name := range []string{"bob", "Bob", "b0b", "bоb", "ｂｏｂ"} {
			eve.told()
			eve.does(called(name))
			want := fmt.Sprintf("-- nobody can be called %s for 1 minute, since somebody of that name or one like it was kicked: please choose another name", nick("%s", name))
			assert.Equal(t, want, last(eve.told()), name)
		}
		op.does(called("bob")) // an operator is never refused
		assert.Equal(t, "-- you are now bob", last(op.told()))
		op.does(called("carol"))
		time.Sleep(time.Minute)
		eve.does(called("bob"))
		assert.Equal(t, "-- you are now bob", last(eve.told()))
		w.close(bob, eve)
	})
}

// The code of somebody who was kicked is void at once, before anybody is told.
func TestACodeIsVoidWithTheKick(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, g *gatedStore, op *persona) {
		bob, eve := w.from(t, 2, Identity{}), w.from(t, 2, Identity{})
		g.open = false
		w.looked()
		op.does(kickOf("guest-2"))
		eve.told()
		eve.does(comeBack(bob.codeNow()))
		assert.Contains(t, last(eve.told()), "there is no session of that code any more")
		g.open = true
		g.gate <- nil
		synctest.Wait()
		assert.Contains(t, last(bob.told()), "you were kicked")
		w.close(bob, eve)
	})
}

func TestTheAddressIsKeptOutUnlessOthersComeFromThere(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, _ *gatedStore, op *persona) {
		gone, eve, ann := w.from(t, 2, Identity{}), w.from(t, 2, Identity{}), w.from(t, 3, Identity{})
		op.does(kickOf("guest-2"))
		assert.Contains(t, op.told(), "-- guest-2 is kicked: the name is refused for 1 minute; others come from there: the address stays open")
		bob := w.from(t, 2, Identity{})
		assert.Contains(t, strings.Join(bob.told(), "\n"), "You are guest-5 in")
		bob.does(protocol.Leave{})
		bob.ended.Wait()

		// Also while the other's connection is broken.
		bob = w.from(t, 2, Identity{})
		eve.breakOff()
		synctest.Wait()
		op.told()
		op.does(kickOf("guest-6"))
		assert.Equal(t, "-- guest-6 is kicked: the name is refused for 1 minute; others come from there: the address stays open", op.told()[0])

		// Alone there, also where the connection is broken already.
		op.does(kickOf("guest-3"))
		assert.Equal(t, "-- guest-3 is kicked: the name is refused for 1 minute, and so is the address", last(op.told()))
		time.Sleep(30 * time.Second)
		eve = w.from(t, 2, Identity{})
		assert.Equal(t, []string{"-- goodbye: somebody at your address was kicked, please come back in 30 seconds"}, eve.told())
		eve.ended.Wait()
		w.inspect(func(r *run) { assert.Len(t, r.members, 2); assert.Len(t, r.clients, 2) })
		op2 := w.from(t, 2, anOperator)
		assert.Contains(t, op2.told()[0], "Welcome", "an operator is never kept out")
		assert.Contains(t, w.from(t, 4, Identity{}).told()[0], "Welcome", "nor is somebody from elsewhere")
		time.Sleep(28 * time.Second)
		eve = w.from(t, 2, Identity{})
		assert.Contains(t, eve.told()[0], "Welcome")
		w.end()
		w.close(gone, bob, eve, ann, op2)
	})
}

// Somebody who came back from elsewhere is kept out there, and not where they came from first.
func TestTheAddressIsTheOneOfNow(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, _ *gatedStore, op *persona) {
		bob := w.from(t, 2, Identity{})
		code := bob.codeNow()
		bob.breakOff()
		bob.ended.Wait()
		bob = w.from(t, 3, Identity{})
		bob.does(comeBack(code))
		op.does(kickOf("guest-2"))
		assert.Contains(t, last(bob.told()), "you were kicked")
		there, elsewhere := w.from(t, 3, Identity{}), w.from(t, 2, Identity{})
		assert.Contains(t, there.told()[0], "-- goodbye: somebody at your address was kicked")
		assert.Contains(t, elsewhere.told()[0], "-- Welcome")
		w.close(bob, there, elsewhere)
	})
}

// While it is recorded that a connection is lost, its session can be kicked, too.
func TestAKickOfSomebodyWhoIsBeingLost(t *testing.T) {
	for _, failure := range []error{nil, errors.New("disk full")} { // then it is recorded a second later
		inKickWorld(t, Options{}, func(w *world, g *gatedStore, op *persona) {
			bob, eve := w.from(t, 2, Identity{}), w.from(t, 3, Identity{})
			code := bob.codeNow()
			g.open = false
			w.looked()
			bob.breakOff()
			synctest.Wait()
			op.told()
			op.does(kickOf("guest-2"), kickOf("guest-2"))
			eve.told()
			eve.does(comeBack(code))
			assert.Contains(t, last(eve.told()), "there is no session of that code any more")
			g.open = true
			g.gate <- failure
			time.Sleep(2 * time.Second)
			synctest.Wait()
			said := op.told()
			assert.Contains(t, said, "-- guest-2 is kicked: the name is refused for 1 minute, and so is the address")
			assert.Contains(t, said, "-- guest-2 is leaving already")
			w.inspect(func(r *run) {
				assert.Nil(t, r.named(nick("guest-2")))
				assert.Empty(t, r.held)
				assert.Len(t, r.members, 2)
				assert.Len(t, r.tokens, 2)
			})
			w.close(bob, eve)
		})
	}
}

// Nor is somebody safe who has not been announced.
func TestAKickOfSomebodyWhoHasNotArrived(t *testing.T) {
	inKickWorld(t, Options{Arrive: time.Hour}, func(w *world, _ *gatedStore, op *persona) {
		op.does(protocol.Who{})
		bob := w.from(t, 2, Identity{})
		bob.told()
		op.does(kickOf("guest-2"))
		assert.Equal(t, []string{"-- goodbye: you were kicked, please stay away for 1 minute"}, bob.told())
		bob.ended.Wait()
		w.inspect(func(r *run) { assert.Len(t, r.members, 1) })
		w.close(bob)
	})
}

// A visitor who is kicked while the connection is broken leaves nothing behind.
func TestAKickOfAVisitorWhoIsLost(t *testing.T) {
	inKickWorld(t, Options{Desk: true}, func(w *world, _ *gatedStore, op *persona) {
		bob := w.from(t, 2, Identity{})
		bob.does(protocol.Say{Text: protocol.MustText("hello")})
		bob.breakOff()
		bob.ended.Wait()
		synctest.Wait()
		op.does(kickOf("guest-2"))
		w.inspect(func(r *run) {
			assert.Len(t, r.members, 1)
			assert.Empty(t, r.desk.tickets)
			assert.Empty(t, r.held)
		})
		assert.Contains(t, op.told(), "-- guest-2 is kicked: the name is refused for 1 minute, and so is the address")
		w.close(bob)
	})
}

// Nobody is given a guest's name that is refused.
func TestAGuestIsNotGivenAKickedName(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, _ *gatedStore, op *persona) {
		bob := w.from(t, 2, Identity{})
		bob.does(called("guest-3"))
		op.does(kickOf("guest-3"))
		ann := w.from(t, 3, Identity{})
		assert.Contains(t, strings.Join(ann.told(), "\n"), "You are guest-4 in")
		w.close(bob, ann)
	})
}

// What is kept of kicks is bounded; what is free again first goes first.
func TestWhatIsKeptOfKicksIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBlocks()
		now := time.Now()
		for i := range 3 * maxBlocked {
			b.addName(nick("n%dx", i), now.Add(time.Hour+time.Duration(i)*time.Second))
			addr := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			b.addresses.add(now.Add(time.Hour+time.Duration(i)*time.Second), netip.PrefixFrom(addr, 32))
			assert.LessOrEqual(t, len(b.names), maxBlocked)
			assert.LessOrEqual(t, len(b.addresses), maxBlocked)
		}
		assert.Len(t, b.names, maxBlocked)
		assert.Len(t, b.addresses, maxBlocked)
		assert.Zero(t, b.name(nick("n%dx", 0)))
		assert.NotZero(t, b.name(nick("n%dx", 3*maxBlocked-1)))
		assert.NotZero(t, b.name(nick("n%dx", 3*maxBlocked-maxBlocked/2)), "two keys for each name")
		assert.Zero(t, b.name(nick("n%dx", 3*maxBlocked-maxBlocked/2-1)))

		// A shorter time does not make one free sooner.
		b.addName(nick("n%dx", 3*maxBlocked-1), now.Add(time.Second))
		assert.Greater(t, b.name(nick("n%dx", 3*maxBlocked-1)), protocol.Seconds(3600))

		// The latest is refused whole, also if it is free again before all others.
		b.addName(nick("latest"), now.Add(time.Minute))
		for _, key := range nick("latest").Keys() {
			assert.NotZero(t, b.names.left(key))
		}

		// What is over is forgotten with the next kick.
		time.Sleep(48 * time.Hour)
		b.addName(nick("last"), time.Now().Add(time.Minute))
		assert.Len(t, b.names, 2)
	})
}

// The time of a kick is bounded, whatever a door hands over.
func TestTheTimeOfAKickIsBounded(t *testing.T) {
	for long, want := range map[protocol.Seconds]protocol.Seconds{0: 60, -5: 60, 5: 5, 86400: 86400, 1 << 40: 86400} {
		assert.Equal(t, want, kickedFor(protocol.Kick{For: long}))
	}
}

// The same where a connection becomes one session and then another.
func TestTheAddressIsTheOneOfNowOfASecondSession(t *testing.T) {
	inKickWorld(t, Options{}, func(w *world, _ *gatedStore, op *persona) {
		bob, ann := w.from(t, 2, Identity{}), w.from(t, 2, Identity{})
		codes := []string{bob.codeNow(), ann.codeNow()}
		for _, p := range []*persona{bob, ann} {
			p.breakOff()
			p.ended.Wait()
		}
		eve := w.from(t, 3, Identity{})
		eve.does(comeBack(codes[0]), comeBack(codes[1]))
		op.does(kickOf("guest-3"))
		assert.Contains(t, last(eve.told()), "you were kicked")
		there, elsewhere := w.from(t, 3, Identity{}), w.from(t, 2, Identity{})
		assert.Contains(t, there.told()[0], "somebody at your address was kicked")
		assert.Contains(t, elsewhere.told()[0], "Welcome")
		w.end()
		w.close(there, elsewhere)
	})
}
