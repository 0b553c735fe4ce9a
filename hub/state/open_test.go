package state

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestAPersonSeesWhatIsNeededLast(t *testing.T) {
	f := newScene(t, nil)
	assert.Equal(t, []string{
		"guest: Opened", "#lobby| -- guest-1 joined", "guest< -- You are guest-1 in #lobby (1 here). Type to talk, /help for more.",
	}, f.open("guest", nil))
	f.do("guest", protocol.Topic{Text: protocol.MustText("tea")})
	assert.Equal(t, []string{
		"ann: Opened", "#lobby| -- ann joined", "ann< Replay", `ann< -- topic of #lobby: tea`,
		"ann< -- You are ann in #lobby (2 here). Type to talk, /help for more.",
	}, f.open("ann", func(op *Open) { op.Replay = 5 }))
	assert.Equal(t, []string{
		"bob: Opened", "#lobby| -- guest-2 joined", "bob< -- topic of #lobby: tea",
		"bob< -- Ann is taken: please choose another name", "bob< -- You are guest-2 in #lobby (3 here). Type to talk, /help for more.",
	}, f.open("bob", func(op *Open) { op.Nick = protocol.MustNick("Ann") }))
}

func TestAProgramHearsNothingBeforeItsWelcome(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.do("ann", protocol.Topic{Text: protocol.MustText("tea")})
	op := f.opening("bot")
	op.Program, op.Replay, op.Ref, op.Nick, op.Room = true, 3, "h1", protocol.MustNick("ann"), protocol.OperatorsRoom
	d := f.intend("bot", op)
	assert.Equal(t, Replay{Streams: []Stream{"#lobby"}, Upto: 2, Lines: 3}, d.Answers[4].Effect)
	assert.Equal(t, protocol.Ref("h1"), d.Answers[1].Event.(protocol.Refused).Ref)
	assert.Equal(t, "bot< Replay", f.script(d)[6])
	assert.Equal(t, []string{"name-taken", "operators-room"}, []string{d.Answers[1].Event.(protocol.Refused).Code, d.Answers[2].Event.(protocol.Refused).Code})
	assert.IsType(t, protocol.Welcome{}, d.Answers[0].Event)
	assert.IsType(t, protocol.TopicInfo{}, d.Answers[3].Event)
}

// A program that names what it has seen of a session that is over is told so, and what the room has heard since.
func TestAProgramWhoseSessionIsOver(t *testing.T) {
	f := newScene(t, nil)
	lines := f.open("bot", func(op *Open) { op.Program, op.Replay, op.Missing = true, 5, protocol.SessionExpired })
	assert.Equal(t, []string{"bot< CatchUp"}, lines[4:])
	lines = f.open("bot2", func(op *Open) { op.Program, op.Replay, op.Missing = true, 5, protocol.OldEpoch })
	assert.Equal(t, []string{"bot2< Replay"}, lines[4:])
}

// A client that was announced before its hello has its session ended and another opened, in one step.
func TestAHelloThatComesLate(t *testing.T) {
	f := newScene(t, nil)
	f.open("guest", nil)
	before := f.of("guest").ID
	op := f.opening("guest")
	op.Conn, op.Program, op.Nick = f.of("guest").Conn, true, protocol.MustNick("guest-1")
	f.on["guest"] = op.Conn
	d := f.intend("guest", op)
	f.ids["guest"] = op.As
	assert.Equal(t, []string{
		"#lobby| -- guest-1 left", "somebody: Ended", "guest: Opened", "#lobby| -- guest-1 joined",
	}, f.script(d)[:4])
	assert.Nil(t, f.sessions[before])
	assert.Equal(t, "second-hello", f.intend("guest", op).Answers[0].Event.(protocol.Refused).Code)
}

// A nick or a room is not what holds a secret if it is too short for one.
func TestANewcomerDoesNotTellASecret(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	opens := func(nick, room string, secret Secret) (string, string) {
		op := f.opening("bot")
		op.Code, op.Program, op.Nick = secretOf(nick+room), true, protocol.MustNick(nick)
		if room != "" {
			op.Room = aRoom(room)
		}
		f.intend("", op, secret)
		s := f.sessions[op.As]
		return s.Nick.String(), s.Room.String()
	}
	nick, room := opens("k7qm2-xwdab", "", secretOf("ann"))
	assert.Equal(t, []string{"guest-1", "#lobby"}, []string{nick, room})
	nick, room = opens("bob", "k7qm2-xwdab", secretOf("ann"))
	assert.Equal(t, []string{"bob", "#lobby"}, []string{nick, room})
	nick, room = opens("k7qm2-xwdac", "tea", secretOf("k7qm2-xwdactea"))
	assert.Equal(t, []string{"guest-2", "#tea"}, []string{nick, room}, "its own")
	nick, _ = opens("k7qm2-xwdad", "", secretOf("nobody"))
	assert.Equal(t, "k7qm2-xwdad", nick)
}

func TestWhereNewcomersGo(t *testing.T) {
	for _, c := range []struct {
		desk, operator bool
		wanted, to     string
		refused        string
	}{
		{to: "#lobby"},
		{wanted: "#tea", to: "#tea"},
		{wanted: "#tea.", to: "#lobby", refused: "bad-name"},
		{wanted: "#desk", to: "#desk"},
		{wanted: "#operators", to: "#lobby", refused: "operators-room"},
		{operator: true, to: "#lobby"},
		{operator: true, wanted: "#desk", to: "#lobby"},
		{operator: true, wanted: "#operators", to: "#operators"},
		{desk: true, to: "#desk"},
		{desk: true, wanted: "#tea", to: "#desk"},
		{desk: true, operator: true, to: "#operators"},
		{desk: true, operator: true, wanted: "#tea", to: "#operators", refused: "desk-only"},
		{desk: true, operator: true, wanted: "#desk", to: "#operators"},
	} {
		f := newScene(t, func(s *Settings) { s.Desk = c.desk })
		op := f.opening("bot")
		op.Program, op.Operator = true, c.operator
		if c.wanted != "" {
			op.Room = aRoom(c.wanted)
		}
		d := f.intend("bot", op)
		assert.Equal(t, c.to, d.Answers[0].Event.(protocol.Welcome).Room.String(), "%+v", c)
		refused := ""
		if len(d.Answers) > 1 {
			refused = d.Answers[1].Event.(protocol.Refused).Code
		}
		assert.Equal(t, c.refused, refused, "%+v", c)
	}
}

func TestAnOperatorIsOnDutyWhenItHasCome(t *testing.T) {
	f := newScene(t, nil)
	assert.Equal(t, []string{"op: Opened", "#lobby| -- op joined", "#desk| -- op is on duty"}, f.open("op", func(op *Open) { op.Operator = true })[:3])
	assert.Equal(t, []string{"#lobby| -- op went to #tea", "#tea| -- op joined"}, f.do("op", protocol.Join{Room: aRoom("tea")})[:2])
}

// Where there is only a desk, a client that finds no place there gets no session.
func TestADeskThatIsFull(t *testing.T) {
	f := newScene(t, func(s *Settings) { s.Desk, s.Visitors, s.VisitorsPerAddress = true, 3, 2 })
	from := func(n, reserved int) func(*Open) {
		return func(op *Open) { op.From, op.Reserved, op.ReservedFrom = address(n), reserved, reserved }
	}
	goes := "-- goodbye: the server is full, please try again in a while"
	f.open("a", from(1, 0))
	assert.Equal(t, []string{"b< -- 2 from your address are at the desk already: please try again in a while", "b< " + goes}, f.open("b", from(1, 1)))
	f.open("b", from(1, 0))
	assert.Equal(t, []string{"c< -- 2 from your address are at the desk already: please try again in a while", "c< " + goes}, f.open("c", from(1, 0)))
	f.open("c", from(2, 0))
	full := "d< -- the queue is full just now: please try again in a while"
	head, guests := f.head, f.guests
	assert.Equal(t, []string{full, "d< " + goes}, f.open("d", from(3, 0)))
	told := func(program bool) func(*Open) {
		return func(op *Open) { op.ToldFull, op.Program = true, program }
	}
	assert.Equal(t, []string{"d< " + goes}, f.open("d", told(false)))
	assert.Equal(t, full, f.open("d", told(true))[0])
	assert.Equal(t, []any{head, guests, 3}, []any{f.head, f.guests, len(f.sessions)})
	assert.Contains(t, f.open("op", func(op *Open) { op.Operator = true }), "#operators| -- op joined")

	// The hello of one that is there takes no second place.
	op := f.opening("a")
	op.Conn, op.Program, op.From = f.of("a").Conn, true, address(1)
	f.on["a"] = op.Conn
	d := f.intend("a", op)
	f.ids["a"] = op.As
	assert.Contains(t, f.script(d), "#desk| -- @4 a waits at the desk")
	assert.Equal(t, full, f.open("d", from(3, 0))[0])
}

func TestGuestsAreNumbered(t *testing.T) {
	f := newScene(t, nil)
	for n := range 100 {
		f.open(fmt.Sprint("guest", n), nil)
	}
	assert.Equal(t, []any{"guest-100", 100}, []any{f.of("guest99").Nick.String(), f.common.Guests})
	f.open("x", func(op *Open) { op.Nick = protocol.MustNick("guest-101") })
	f.open("guest", nil)
	assert.Equal(t, []any{"guest-102", 200}, []any{f.of("guest").Nick.String(), f.common.Guests})
}
