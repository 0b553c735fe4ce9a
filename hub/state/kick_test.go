package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func kickScene(t *testing.T) *scene {
	f := newScene(t, nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.open("bob", func(op *Open) { op.From = address(1) })
	return f
}

func kick(who string) protocol.Kick { return protocol.Kick{Nick: protocol.MustNick(who), For: 60} }

func TestKick(t *testing.T) {
	f := kickScene(t)
	f.open("op2", func(op *Open) { op.Operator = true })
	assert.Equal(t, []string{"op< -- there is nobody called eve just now"}, f.do("op", kick("eve")))
	assert.Equal(t, []string{"op< -- op2 is an operator, and operators are not kicked"}, f.do("op", kick("op2")))
	assert.Equal(t, []string{
		"bob: Blocked", "bob: Blocked", "#lobby| -- bob was kicked by op", "bob: Ended",
		"bob< ! -- goodbye: you were kicked, please stay away for 1 minute", "op< -- bob is kicked: the name is refused for 1 minute, and so is the address",
	}, f.do("op", kick("bob")))
	assert.Equal(t, protocol.Seconds(60), f.Blocked(address(1).Prefix, f.clock))
	assert.Equal(t, protocol.Seconds(1), f.Blocked(address(1).Prefix, f.clock.Add(59100*time.Millisecond)))
	assert.Zero(t, f.Blocked(address(1).Prefix, f.clock.Add(time.Minute)))
	assert.Zero(t, f.Blocked(address(2).Prefix, f.clock))
	f.clock = f.clock.Add(30 * time.Second)
	refused := "-- nobody can be called %s for 30 seconds, since somebody of that name or one like it was kicked: please choose another name"
	assert.Contains(t, f.open("new", func(op *Open) { op.Nick = protocol.MustNick("b0b") }), "new< "+fmt.Sprintf(refused, "b0b"))
	assert.Equal(t, []string{"#lobby| -- op is now bob"}, f.do("op", protocol.Rename{Nick: protocol.MustNick("bob")}))
	f.do("op", protocol.Rename{Nick: protocol.MustNick("op")})
	f.clock = f.clock.Add(30 * time.Second)
	assert.Equal(t, []string{"#lobby| -- guest-1 is now b0b"}, f.do("new", protocol.Rename{Nick: protocol.MustNick("b0b")}))
}

func TestAnAddressFromWhichOthersComeStaysOpen(t *testing.T) {
	f := kickScene(t)
	f.open("eve", func(op *Open) { op.From = address(1) })
	f.loses("eve", protocol.Lost)
	assert.Contains(t, f.do("op", kick("bob")), "op< -- bob is kicked: the name is refused for 1 minute; others come from there: the address stays open")
	assert.Zero(t, f.Blocked(address(1).Prefix, f.clock))
}

func TestOneThatHasHungUpIsNoOther(t *testing.T) {
	f := kickScene(t)
	f.open("eve", func(op *Open) { op.From = address(1) })
	f.loses("eve", protocol.Departed)
	assert.Contains(t, f.do("op", kick("bob")), "op< -- bob is kicked: the name is refused for 1 minute, and so is the address")
}

// A kicked session ends, wherever it is.
func TestASessionThatIsHeldIsKicked(t *testing.T) {
	f := kickScene(t)
	f.loses("bob", protocol.Lost)
	assert.Equal(t, []string{"bob: Blocked", "bob: Blocked", "bob: Ended", "op< -- bob is kicked: the name is refused for 1 minute, and so is the address"}, f.do("op", kick("bob")))

	f.open("ann", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.loses("ann", protocol.Lost)
	assert.Equal(t, []string{"ann: Blocked", "#desk| -- @1 ann has gone", "ann: Ended"}, f.do("op", kick("ann"))[:3])
	assert.Empty(t, f.desk.tickets)

	f.open("cat", nil)
	f.restarts(time.Second, nil)
	f.resumes("op", "op")
	assert.Contains(t, f.do("op", kick("cat")), "#lobby| -- cat was kicked by op")
	assert.Nil(t, f.of("cat"))
}

func TestBoundOfWhoIsKeptOut(t *testing.T) {
	f := kickScene(t)
	for n := range maxBlocked/2 + 10 {
		who := fmt.Sprint("x", n)
		f.open(who, func(op *Open) { op.From = address(100 + n) })
		f.do("op", protocol.Kick{Nick: protocol.MustNick(who), For: protocol.Seconds(1000 + n)})
	}
	nicks, addresses := 0, 0
	for key := range f.blocks {
		if isAddress(key) {
			addresses++
		} else {
			nicks++
		}
	}
	assert.Equal(t, []int{maxBlocked, maxBlocked/2 + 10}, []int{nicks, addresses})
	assert.Zero(t, f.refusesNick(&Session{}, protocol.MustNick("x9")), "it would have been free first")
	assert.NotZero(t, f.refusesNick(&Session{}, protocol.MustNick("x10")))

	f.clock = f.clock.Add(time.Hour)
	f.do("op", kick("bob"))
	assert.Len(t, f.blocks, 3, "what is over is dropped")
}
