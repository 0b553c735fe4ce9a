package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestWhyNobodyResumes(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.program("bot")
	f.open("op", func(op *Open) { op.Operator = true })
	for _, c := range []struct {
		who  string
		op   Resume
		code string
	}{
		{"bot", Resume{Code: secretOf("ann")}, "late-resume"},
		{"ann", Resume{Code: secretOf("ann")}, "yourself"},
		{"", Resume{Own: true}, "yourself"},
		{"op", Resume{Code: secretOf("ann")}, "operator-stays"},
		{"", Resume{Code: secretOf("ann"), Operator: true}, "operator-stays"},
		{"ann", Resume{Code: secretOf("nobody")}, "no-session"},
		{"", Resume{Code: secretOf("nobody")}, "no-session"},
	} {
		c.op.Conn, c.op.Ref = 77, "r"
		if who := f.of(c.who); who != nil {
			c.op.Conn = who.Conn
		}
		d := f.intend(c.who, c.op)
		refused := d.Answers[0].Event.(protocol.Refused)
		assert.Equal(t, []any{c.code, protocol.Ref("r"), c.op.Conn, 0, 1}, []any{refused.Code, refused.Ref, d.Answers[0].Conn, len(d.Events), len(d.Answers)}, "%+v", c)
	}
	f.loses("ann", protocol.Lost)
	f.waits(2 * time.Minute)
	assert.Equal(t, []string{"new< -- there is no session of that code any more: it is kept for 2m after a break"}, f.resumes("new", "ann"))
}

// How long a session is kept is said as a setting has it.
func TestHowLongASessionIsKept(t *testing.T) {
	for hold, words := range map[time.Duration]string{time.Second: "1s", 10 * time.Second: "10s", 90 * time.Second: "90s", 10 * time.Minute: "10m", 24 * time.Hour: "1d"} {
		f := newScene(t, func(s *Settings) { s.Hold = hold })
		f.open("new", nil)
		assert.Equal(t, []string{"new< -- there is no session of that code any more: it is kept for " + words + " after a break"}, f.resumes("new", "ann"))
	}
}

func TestAPersonComesBack(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", func(op *Open) { op.Room = aRoom("tea") })
	f.decide("ann", Disconnect{Reason: protocol.Lost, Seen: 1})
	f.open("guest", nil)
	guest := f.on["guest"]
	assert.Equal(t, []string{
		"#lobby| -- guest-1 left", "guest: Ended", "ann: Attached", "#tea| -- ann joined",
		"guest< -- Welcome back. What you missed follows.", "guest< CatchUp",
		"guest< -- You are ann in #tea (1 here). Type to talk, /help for more.",
	}, f.decide("guest", Resume{Conn: guest, Code: secretOf("ann"), Echo: true}))
	ann := f.of("ann")
	assert.Equal(t, []any{guest, true, false, []Stay{{Stream: "#tea", From: 1}}}, []any{ann.Conn, ann.Returned, ann.Echo, ann.Stays})
	f.on["ann"] = guest

	// Another connection takes the session over; no member is told, since the session has been there all the time.
	assert.Equal(t, []string{
		"ann: Attached", "guest< -- goodbye: you are back on another connection", "new< -- Welcome back. What you missed follows.", "new< CatchUp",
		"new< -- You are ann in #tea (1 here). Type to talk, /help for more.",
	}, f.resumes("new", "ann"))
}

func TestAProgramComesBack(t *testing.T) {
	f := newScene(t, nil)
	f.program("bot")
	f.decide("bot", Disconnect{Reason: protocol.Lost, Seen: 1})
	d := f.comesBack("bot")
	assert.Equal(t, []string{"bot: Attached", "#lobby| -- bot joined"}, d[:2])
	assert.Equal(t, "bot< CatchUp", d[3])
	assert.True(t, f.of("bot").Program)

	// A person goes on with a program's session as a person, and the other way round.
	f.decide("", Resume{Conn: f.connects("me"), Code: secretOf("bot")})
	assert.Equal(t, []bool{false, false}, []bool{f.of("bot").Program, f.of("bot").Echo})
	f.comesBack("bot")
	assert.Equal(t, []bool{true, true}, []bool{f.of("bot").Program, f.of("bot").Echo})
}

func TestWhatIsMissedIsSaidOnce(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.decide("ann", Disconnect{Reason: protocol.Lost, Seen: 1})
	d := f.proceed(&Intent{Time: f.clock, Op: Resume{Conn: 99, Code: secretOf("ann")}})
	assert.Equal(t, CatchUp{Stays: []Stay{{Stream: "#lobby", From: 1}}, Seen: 1}, d.Answers[1].Effect)
}

// The name of a session that hung up is free, and it may come back as a guest.
func TestANameThatIsTakenMeanwhile(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	f.loses("ann", protocol.Departed)
	f.loses("bob", protocol.Departed)
	f.open("new", func(op *Open) { op.Nick = protocol.MustNick("ann") })
	assert.Equal(t, []string{"ann: Attached", "ann: NameTaken", "#lobby| -- guest-1 joined"}, f.resumes("ann", "ann")[:3])
	assert.Equal(t, []string{"bob: Attached", "bob: NameTaken", "#lobby| -- bob joined"}, f.resumes("bob", "bob")[:3])
}

func TestARoomThatIsFullMeanwhile(t *testing.T) {
	f := newScene(t, func(s *Settings) { s.Rooms = 2 })
	f.open("ann", func(op *Open) { op.Room = aRoom("tea") })
	f.open("bob", nil)
	f.loses("ann", protocol.Lost)
	f.do("bob", protocol.Join{Room: aRoom("bar")})
	f.open("eve", nil)
	assert.Contains(t, f.resumes("ann", "ann"), "#lobby| -- ann joined")
}

func TestAnOperatorComesBackToItsVisitor(t *testing.T) {
	f := newScene(t, nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.open("ann", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.do("op", protocol.Next{})
	f.restarts(time.Minute, nil)
	assert.Equal(t, []string{
		"op: Attached", "new< -- Welcome back. What you missed follows.", "new< -- What was said in the second before the break may come once more.", "new< CatchUp",
		"new< -- You are op in #lobby (1 here). Type to talk, /help for more.", "new< -- what you type goes to @1 ann",
	}, f.resumes("new", "op"))
}

// Where there is only a desk, the session of a client that finds no place there is held on.
func TestNoPlaceToComeBackTo(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	f.restarts(time.Second, func(s *Settings) { s.Desk, s.Visitors = true, 1 })
	assert.Contains(t, f.resumes("bob", "bob"), "#desk| -- @1 bob waits at the desk")
	until := f.of("ann").Until
	assert.Equal(t, []string{
		"new< -- the queue is full just now: please try again in a while", "new< -- goodbye: the server is full, please try again in a while",
	}, f.resumes("new", "ann"))
	assert.Equal(t, until, f.of("ann").Until)
}

// A visitor that comes back has a place, also where there is none for others.
func TestAVisitorComesBackToAFullDesk(t *testing.T) {
	f := newScene(t, func(s *Settings) { s.Desk, s.Visitors = true, 1 })
	f.open("ann", nil)
	f.loses("ann", protocol.Lost)
	f.open("bob", nil)
	assert.Contains(t, f.resumes("ann", "ann"), "#desk| -- @1 ann is back")
}
