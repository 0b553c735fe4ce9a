package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// shift is a machine with operators and visitors in it, which are called by name, and what each of them was told.
type shift struct {
	*Machine
	t       *testing.T
	clock   time.Time
	intents uint64
	ids     map[string]uuid.UUID
	told    map[string][]string
	events  []Event // all so far
	twice   bool    // each decision is made, made undone, and made again
}

func shiftSettings() Settings {
	return Settings{
		Rooms: 100, Hold: 2 * time.Minute, Replay: 10, Visitors: math.MaxInt, VisitorsPerAddress: math.MaxInt,
		Messages: 7 * 24 * time.Hour, MessagesKept: math.MaxInt, MessagesPerAddress: math.MaxInt,
	}
}

// newShift has the operators op0, op1, ... come, and the visitors v1, v2, ..., which are @1, @2, ...
func newShift(t *testing.T, set Settings, ops, visitors int) *shift {
	t.Helper()
	f := &shift{
		Machine: New(), t: t, clock: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		ids: map[string]uuid.UUID{}, told: map[string][]string{},
	}
	f.decide("", Start{Settings: set})
	for i := range ops {
		f.comes(fmt.Sprintf("op%d", i), true)
	}
	for i := range visitors {
		f.visits(fmt.Sprintf("v%d", i+1))
	}
	f.forget()
	return f
}

// decide decides an intent of the session of that name: of the server, if the name is "".
func (f *shift) decide(who string, op Op) *Decision {
	f.t.Helper()
	f.intents++
	in := &Intent{Time: f.clock, Session: f.ids[who], Op: op}
	binary.BigEndian.PutUint64(in.ID[:], f.intents)
	if s := f.sessions[in.Session]; s != nil {
		in.Conn = s.Conn
	}
	if f.twice {
		f.undo(in)
	}
	d := f.Decide(in)
	f.Release(f.Number())
	require.False(f.t, d.Void)
	if f.twice {
		require.NoError(f.t, f.check())
	}
	f.tell(d)
	return d
}

// undo decides about an intent and makes that undone: then everything is as it was.
func (f *shift) undo(in *Intent) {
	f.t.Helper()
	before := f.picture()
	f.Decide(in)
	f.Rollback(f.Number())
	if after := f.picture(); !before.isEqual(after) {
		require.Equal(f.t, before, after, "%+v", in.Op)
		require.Fail(f.t, "it is not as it was")
	}
}

// picture is what is true of operators and tickets.
func (f *shift) picture() (p picture) {
	p.rest = rest{f.Head(), f.NextDue(), len(f.desk.queue)}
	for _, s := range f.desk.operators {
		p.operators = append(p.operators, atWork{s.Nick, s.Conn, s.Operator, s.HearsDesk, s.OnDuty, s.HearsDeskFrom, s.Target, s.active, s.refuseUntil})
	}
	for _, no := range f.ticketNumbers() {
		t := *f.desk.tickets[no]
		t.dirty = 0
		p.tickets = append(p.tickets, t)
	}
	return p
}

type picture struct {
	operators []atWork
	tickets   []Ticket
	rest      rest
}

type atWork struct {
	nick                   protocol.Nick
	conn                   uint64
	operator, serves, duty bool
	served                 uint64
	target                 Target
	active, hushed         time.Time
}

type rest struct {
	head   uint64
	due    time.Time
	queued int
}

func (p picture) isEqual(q picture) bool {
	return slices.Equal(p.operators, q.operators) && slices.Equal(p.tickets, q.tickets) && p.rest == q.rest
}

// tell tells each session what it hears of a decision.
func (f *shift) tell(d *Decision) {
	for _, e := range d.Events {
		if e.Seq == 0 {
			continue
		}
		f.events = append(f.events, e)
		for name, id := range f.ids {
			if s := f.sessions[id]; s != nil && s.hears(e.Stream) {
				f.told[name] = append(f.told[name], spelled(e.What))
			}
		}
	}
	for _, a := range d.Answers {
		for name, id := range f.ids {
			if s := f.sessions[id]; s == nil || s.Conn != a.Conn {
				continue
			}
			line := fmt.Sprintf("%+v", a.Effect)
			if a.Event != nil {
				line = spelled(a.Event)
			}
			f.told[name] = append(f.told[name], line)
		}
	}
}

func (s *Session) hears(st Stream) bool {
	return s.Conn != 0 && (st == Everybody || st == Mailbox(s.ID) || st == s.stream(s.Room) || st == Desk && s.HearsDesk)
}

func spelled(e protocol.Event) string { return strings.TrimSpace(string(protocol.NewFrame(e).Text())) }

// comes opens a session: of an operator, or of a guest that may go to the desk.
func (f *shift) comes(name string, operator bool) {
	f.t.Helper()
	f.comesWith(name, operator, true)
}

// comesWith is comes for a client that can come back, or cannot, as at the bare door.
func (f *shift) comesWith(name string, operator, comesBack bool) {
	f.t.Helper()
	as := uuid.UUID{15: byte(len(f.ids) + 1), 14: byte((len(f.ids) + 1) >> 8)}
	var code Secret
	if comesBack {
		code = Secret(as)
	}
	f.ids[name] = as
	f.decide("", Open{As: as, Conn: f.nextConn(), Nick: protocol.MustNick(name), Operator: operator, Code: code, From: Address{Host: "192.0.2.7"}})
}

func (f *shift) nextConn() uint64 { return 1000 + f.intents }

func (f *shift) visits(name string) {
	f.t.Helper()
	f.comes(name, false)
	if !f.Settings.Desk {
		f.do(name, protocol.Desk{})
	}
}

func (f *shift) do(who string, cmds ...protocol.Command) {
	f.t.Helper()
	for _, cmd := range cmds {
		f.decide(who, Command{Command: cmd})
	}
}

// says has a session say lines of which none tells where it was begun.
func (f *shift) says(who string, lines ...string) {
	f.t.Helper()
	for _, l := range lines {
		f.do(who, protocol.Say{Text: protocol.MustText(l)})
	}
}

func (f *shift) breaks(who string) {
	f.t.Helper()
	f.decide(who, Disconnect{Reason: protocol.Lost})
}

func (f *shift) returns(who string) {
	f.t.Helper()
	f.decide("", Open{As: uuid.UUID{1, 15: byte(f.intents)}, Conn: f.nextConn(), Token: Secret(f.ids[who]), Program: true, Echo: true, Code: Secret(f.ids[who])})
}

// waits has time go on, and what is due meanwhile happen.
func (f *shift) waits(d time.Duration) {
	f.t.Helper()
	end := f.clock.Add(d)
	for range 1000 {
		next := f.NextDue()
		if next.IsZero() || next.After(end) {
			f.clock = end
			return
		}
		if next.After(f.clock) {
			f.clock = next
		}
		f.decide("", Tick{})
	}
	require.Fail(f.t, "something is always due")
}

// words are what a session was told since they were asked for last.
func (f *shift) words(who string) string {
	said := strings.Join(f.told[who], "\n")
	f.told[who] = nil
	return said
}

func (f *shift) forget() { clear(f.told) }

// holder is the name of the operator that has a visitor.
func (f *shift) holder(no protocol.Ticket) string {
	t := f.desk.tickets[no]
	switch {
	case t == nil:
		return "closed"
	case t.Operator == uuid.Nil:
		return "waits"
	}
	return f.sessions[t.Operator].Nick.String()
}

func (f *shift) of(who string) *Session { return f.sessions[f.ids[who]] }

// where is where a session's lines go.
func (f *shift) where(who string) string { return f.targetName(f.of(who)) }

func (f *shift) ticketNumbers() []protocol.Ticket {
	var nos []protocol.Ticket
	for no := range f.desk.tickets {
		nos = append(nos, no)
	}
	slices.Sort(nos)
	return nos
}
