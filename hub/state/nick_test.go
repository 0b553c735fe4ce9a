package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestWhoIsCalledWhat(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	f.open("eve", nil)
	f.open("il", nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.loses("eve", protocol.Lost)
	rename := func(who, to string) []string { return f.do(who, protocol.Rename{Nick: protocol.MustNick(to)}) }
	assert.Equal(t, []string{"ann< -- you are ann already"}, rename("ann", "ann"))
	assert.Equal(t, []string{"#lobby| -- ann is now Ann"}, rename("ann", "Ann"))
	assert.Equal(t, []string{"ann< -- Bob is taken: please choose another name"}, rename("ann", "Bob"))
	assert.Equal(t, []string{"ann< -- b0b looks too much like bob, who is here: please choose another name"}, rename("ann", "b0b"))
	assert.Equal(t, []string{"ann< -- eve is held for whoever has lost the connection by that name: if that was you, /resume CODE"}, rename("ann", "Eve"))
	assert.Equal(t, []string{"ann< -- root is a name for those who run the server: please choose another"}, rename("ann", "root"))
	assert.Equal(t, []string{"#lobby| -- op is now root"}, rename("op", "root"))
	assert.Equal(t, "bad-name", f.intend("ann", Command{Command: protocol.Rename{Nick: protocol.MustNick("ann.")}}).Answers[0].Event.(protocol.Refused).Code)

	// A name like that of two is like that of the other, too.
	f.open("ll", nil)
	assert.Equal(t, []string{"il< -- Il looks too much like ll, who is here: please choose another name"}, rename("il", "Il"))
	assert.Equal(t, "ll", f.named(protocol.MustNick("ll")).Nick.String())
}

func TestTheOperatorsAreToldOfAVisitorsNewName(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.do("ann", protocol.Desk{})
	assert.Equal(t, []string{"@ann#desk| -- ann is now bob", "#desk| -- @1 ann is now bob"}, f.do("ann", protocol.Rename{Nick: protocol.MustNick("bob")}))
}

// A script that comes again is called as before.
func TestAShortStayHoldsNoName(t *testing.T) {
	stay := func(change func(f *scene)) (lines []string) {
		f := newScene(t, nil)
		at := func(op *Open) { op.From = address(1) }
		f.open("bot", at)
		f.do("bot", protocol.Say{Text: protocol.MustText("done")})
		if change != nil {
			change(f)
		}
		if f.of("bot").Conn != 0 {
			f.loses("bot", protocol.Lost)
		}
		return f.open("again", func(op *Open) { at(op); op.Nick = protocol.MustNick("bot") })
	}
	free := []string{"bot: NameReleased", "again: Opened", "#lobby| -- bot joined"}
	assert.Equal(t, free, stay(nil)[:3])
	held := "again< -- bot is held for whoever has lost the connection by that name: if that was you, /resume CODE"
	assert.Contains(t, stay(func(f *scene) { f.clock = f.clock.Add(10 * time.Second) }), held)
	assert.Contains(t, stay(func(f *scene) {
		for range 3 {
			f.do("bot", protocol.Say{Text: protocol.MustText("done")})
		}
	}), held)
	assert.Contains(t, stay(func(f *scene) { f.loses("bot", protocol.Lost); f.comesBack("bot") }), held)
	assert.Contains(t, stay(func(f *scene) { f.of("bot").At = address(2).Prefix }), held)
	assert.Contains(t, stay(func(f *scene) { f.restarts(time.Second, nil) }), held, "it is in its room still")
}

func TestANewcomerTakesTheNameOfAShortStay(t *testing.T) {
	f := newScene(t, nil)
	f.open("bot", func(op *Open) { op.From = address(1) })
	f.loses("bot", protocol.Lost)
	f.open("new", func(op *Open) { op.From, op.Nick = address(1), protocol.Nick{} })
	assert.Equal(t, []string{"bot: NameReleased", "#lobby| -- guest-1 is now bot"}, f.do("new", protocol.Rename{Nick: protocol.MustNick("bot")}))
	assert.Equal(t, []string{"bot: Attached", "bot: NameTaken", "#lobby| -- guest-2 joined"}, f.resumes("bot", "bot")[:3])
}
