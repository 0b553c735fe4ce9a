package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

func kickOf(name string) protocol.Kick { return protocol.Kick{Nick: hubtest.Nick("%s", name)} }

func inKickWorld(t *testing.T, o hub.Options, f func(w *world, op *hubtest.Client)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		op := w.EnterFrom(1, anOperator)
		op.Told()
		f(w, op)
		w.Close(op)
	})
}

func TestAKickedNameIsRefusedToEverybody(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		bob, eve := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(3, hub.Identity{})
		bob.Do(called("bob"))
		op.Do(protocol.Kick{Nick: hubtest.Nick("bob"), For: 90})
		assert.Equal(t, "-- goodbye: you were kicked, please stay away for 90 seconds", last(bob.Told()))
		time.Sleep(30 * time.Second)
		for _, name := range []string{"bob", "Bob", "b0b", "bоb", "ｂｏｂ"} {
			eve.Told()
			eve.Do(called(name))
			want := fmt.Sprintf("-- nobody can be called %s for 1 minute, since somebody of that name or one like it was kicked: please choose another name", hubtest.Nick("%s", name))
			assert.Equal(t, want, last(eve.Told()), name)
		}
		op.Do(called("bob")) // an operator is never refused
		assert.Equal(t, "-- you are now bob", last(op.Told()))
		op.Do(called("carol"))
		time.Sleep(time.Minute)
		eve.Do(called("bob"))
		assert.Equal(t, "-- you are now bob", last(eve.Told()))
		w.Close(bob, eve)
	})
}

// The code of a session that is kicked is void at once, before the kick is recorded.
func TestACodeIsVoidWithTheKick(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		bob, eve := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		w.Store.Hold()
		op.Do(kickOf("guest-2"))
		eve.Told()
		eve.Do(comeBack(bob.Code()))
		assert.Empty(t, eve.Told(), "before anybody is told of the kick")
		w.Store.Open(nil)
		assert.Contains(t, strings.Join(eve.Told(), "\n"), "there is no session of that code any more")
		assert.Contains(t, last(bob.Told()), "you were kicked")
		w.Close(bob, eve)
	})
}

func TestTheAddressIsKeptOutUnlessOthersComeFromThere(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		gone, eve, ann := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(2, hub.Identity{}), w.EnterFrom(3, hub.Identity{})
		op.Do(kickOf("guest-2"))
		assert.Contains(t, op.Told(), "-- guest-2 is kicked: the name is refused for 1 minute; others come from there: the address stays open")
		bob := w.EnterFrom(2, hub.Identity{})
		assert.Contains(t, strings.Join(bob.Told(), "\n"), "You are guest-5 in")
		bob.Do(protocol.Quit{})
		bob.Wait()

		// Also while the other's connection is broken.
		bob = w.EnterFrom(2, hub.Identity{})
		eve.Disconnect()
		synctest.Wait()
		op.Told()
		op.Do(kickOf("guest-6"))
		assert.Equal(t, "-- guest-6 is kicked: the name is refused for 1 minute; others come from there: the address stays open", op.Told()[0])

		// Alone there, also where the connection is broken already.
		op.Do(kickOf("guest-3"))
		assert.Equal(t, "-- guest-3 is kicked: the name is refused for 1 minute, and so is the address", last(op.Told()))
		time.Sleep(30 * time.Second)
		eve = w.EnterFrom(2, hub.Identity{})
		assert.Equal(t, []string{"-- goodbye: somebody at your address was kicked, please come back in 30 seconds"}, eve.Told())
		eve.Wait()
		assert.Len(t, w.Sessions(), 2)
		assert.Equal(t, 2, w.Connections())
		op2 := w.EnterFrom(2, anOperator)
		assert.Contains(t, op2.Told()[0], "Welcome", "an operator is never kept out")
		assert.Contains(t, w.EnterFrom(4, hub.Identity{}).Told()[0], "Welcome", "nor is somebody from elsewhere")
		time.Sleep(28 * time.Second)
		eve = w.EnterFrom(2, hub.Identity{})
		assert.Contains(t, eve.Told()[0], "Welcome")
		w.Stop()
		w.Close(gone, bob, eve, ann, op2)
	})
}

// A session that was resumed from elsewhere is kept out there, and not where it came from first.
func TestTheAddressIsTheOneOfNow(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		bob := w.EnterFrom(2, hub.Identity{})
		code := bob.Code()
		bob.Disconnect()
		bob.Wait()
		bob = w.EnterFrom(3, hub.Identity{})
		bob.Do(comeBack(code))
		op.Do(kickOf("guest-2"))
		assert.Contains(t, last(bob.Told()), "you were kicked")
		there, elsewhere := w.EnterFrom(3, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		assert.Contains(t, there.Told()[0], "-- goodbye: somebody at your address was kicked")
		assert.Contains(t, elsewhere.Told()[0], "-- Welcome")
		w.Close(bob, there, elsewhere)
	})
}

// While it is recorded that a connection is lost, its session can be kicked, too.
func TestAKickOfSomebodyWhoIsBeingLost(t *testing.T) {
	for _, failure := range []error{nil, errDisk} { // then it is recorded a second later
		inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
			bob, eve := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(3, hub.Identity{})
			code := bob.Code()
			w.Store.Hold()
			bob.Disconnect()
			synctest.Wait()
			op.Told()
			op.Do(kickOf("guest-2"), kickOf("guest-2"))
			w.Store.Open(failure)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			said := op.Told()
			assert.Contains(t, said, "-- guest-2 is kicked: the name is refused for 1 minute, and so is the address")
			if failure == nil {
				assert.Contains(t, said, "-- there is nobody called guest-2 just now")
			} else {
				assert.Contains(t, said, notKept, "and the second is decided again")
			}
			eve.Do(comeBack(code))
			assert.Contains(t, last(eve.Told()), "there is no session of that code any more")
			assert.Zero(t, w.Owner(hubtest.Nick("guest-2")))
			assert.Zero(t, w.HeldSessions())
			assert.Len(t, w.Sessions(), 2)
			assert.Equal(t, 2, w.Codes())
			w.Close(bob, eve)
		})
	}
}

// A client that was greeted, and is not announced yet, does not come in from an address that is kept out.
func TestAKickOfSomebodyWhoHasNotArrived(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		eve := w.EnterFrom(2, hub.Identity{})
		bob := w.NewClient(false)
		bob.Identity = hub.Identity{From: hubtest.Address(2)}
		bob.Connect()
		synctest.Wait()
		op.Do(kickOf("guest-2"))
		pass(time.Second)
		assert.Contains(t, last(bob.Told()), "-- goodbye: somebody at your address was kicked")
		bob.Wait()
		assert.Len(t, w.Sessions(), 1)
		w.Close(eve, bob)
	})
}

// A visitor that is kicked while its connection is broken leaves nothing behind.
func TestAKickOfAVisitorWhoIsLost(t *testing.T) {
	inKickWorld(t, hub.Options{Desk: true}, func(w *world, op *hubtest.Client) {
		bob := w.EnterFrom(2, hub.Identity{})
		bob.Do(protocol.Say{Text: hubtest.Text("hello")})
		bob.Disconnect()
		bob.Wait()
		synctest.Wait()
		op.Do(kickOf("guest-2"))
		assert.Len(t, w.Sessions(), 1)
		assert.Empty(t, w.Tickets())
		assert.Zero(t, w.HeldSessions())
		assert.Contains(t, op.Told(), "-- guest-2 is kicked: the name is refused for 1 minute, and so is the address")
		w.Close(bob)
	})
}

// No guest is given a name that is refused since a session of that name was kicked.
func TestAGuestIsNotGivenAKickedName(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		bob := w.EnterFrom(2, hub.Identity{})
		bob.Do(called("guest-3"))
		op.Do(kickOf("guest-3"))
		ann := w.EnterFrom(3, hub.Identity{})
		assert.Contains(t, strings.Join(ann.Told(), "\n"), "You are guest-4 in")
		w.Close(bob, ann)
	})
}

// The time of a kick is bounded, whatever a door hands over.
func TestTheTimeOfAKickIsBounded(t *testing.T) {
	for long, want := range map[protocol.Seconds]string{0: "1 minute", -5: "1 minute", 5: "5 seconds", 86400: "1 day", 1 << 40: "1 day"} {
		inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
			bob := w.EnterFrom(2, hub.Identity{})
			op.Do(protocol.Kick{Nick: hubtest.Nick("guest-2"), For: long})
			assert.Equal(t, "-- goodbye: you were kicked, please stay away for "+want, last(bob.Told()))
			w.Close(bob)
		})
	}
}

// The same where a connection becomes one session and then another.
func TestTheAddressIsTheOneOfNowOfASecondSession(t *testing.T) {
	inKickWorld(t, hub.Options{}, func(w *world, op *hubtest.Client) {
		bob, ann := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		codes := []string{bob.Code(), ann.Code()}
		for _, p := range []*hubtest.Client{bob, ann} {
			p.Disconnect()
			p.Wait()
		}
		eve := w.EnterFrom(3, hub.Identity{})
		eve.Do(comeBack(codes[0]), comeBack(codes[1]))
		op.Do(kickOf("guest-3"))
		assert.Contains(t, last(eve.Told()), "you were kicked")
		there, elsewhere := w.EnterFrom(3, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		assert.Contains(t, there.Told()[0], "somebody at your address was kicked")
		assert.Contains(t, elsewhere.Told()[0], "Welcome")
		w.Stop()
		w.Close(there, elsewhere)
	})
}
