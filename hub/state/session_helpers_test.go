package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// scene is a machine with sessions in it, which are called by a name of the test's. What a decision does is a list of
// lines:
//
//	ann: Opened           a change of ann's
//	#lobby| -- ann joined an event in a stream
//	ann< -- welcome       what ann's connection is told
type scene struct {
	*Machine
	t       *testing.T
	clock   time.Time
	intents uint64
	conns   map[uint64]string    // whose they are
	ids     map[string]uuid.UUID // of the last session of a name
	on      map[string]uint64    // the last connection of a name
	unsure  bool                 // what is decided can be undone
}

func sceneSettings() Settings {
	return Settings{
		Rooms: 100, Hold: 2 * time.Minute, Replay: 10, Visitors: math.MaxInt, VisitorsPerAddress: math.MaxInt,
		Messages: 7 * 24 * time.Hour, MessagesKept: math.MaxInt, MessagesPerAddress: math.MaxInt,
	}
}

func newScene(t *testing.T, change func(*Settings)) *scene {
	f := &scene{
		Machine: New(), t: t, clock: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		conns: map[uint64]string{}, ids: map[string]uuid.UUID{}, on: map[string]uint64{},
	}
	set := sceneSettings()
	if change != nil {
		change(&set)
	}
	f.decide("", Start{Settings: set})
	return f
}

// decide decides an intent of the session of that name: of no session, if the name is "".
func (f *scene) decide(who string, op Op, secrets ...Secret) []string {
	f.t.Helper()
	return f.script(f.intend(who, op, secrets...))
}

func (f *scene) intend(who string, op Op, secrets ...Secret) *Decision {
	f.t.Helper()
	in := &Intent{Time: f.clock, Op: op, Secrets: secrets}
	if s := f.sessions[f.ids[who]]; s != nil {
		in.Session, in.Conn = s.ID, f.on[who]
	}
	return f.proceed(in)
}

func (f *scene) proceed(in *Intent) *Decision {
	f.t.Helper()
	f.intents++
	binary.BigEndian.PutUint64(in.ID[:], f.intents)
	d := f.Decide(in)
	require.False(f.t, d.Void)
	require.NoError(f.t, f.check())
	if !f.unsure {
		f.Release(f.Number())
	}
	return d
}

func (f *scene) script(d *Decision) (lines []string) {
	for _, e := range d.Events {
		switch {
		case e.Seq != 0:
			lines = append(lines, f.streamName(e.Stream)+"| "+spell(e.What.Public()))
		case e.Author == uuid.Nil:
			lines = append(lines, strings.TrimPrefix(fmt.Sprintf("%T", e.Change), "state."))
		default:
			lines = append(lines, f.nameOf(e.Author)+": "+strings.TrimPrefix(fmt.Sprintf("%T", e.Change), "state."))
		}
	}
	for _, a := range d.Answers {
		line := f.conns[a.Conn] + "< "
		switch {
		case a.Effect != nil:
			line += strings.TrimPrefix(fmt.Sprintf("%T", a.Effect), "state.")
		case a.Cut:
			line += "! " + spell(a.Event)
		default:
			line += spell(a.Event)
		}
		lines = append(lines, line)
	}
	return lines
}

func (f *scene) nameOf(id uuid.UUID) string {
	for name, i := range f.ids {
		if i == id {
			return name
		}
	}
	return "somebody"
}

func (f *scene) streamName(st Stream) string {
	if id, one := st.Session(); one {
		return strings.Replace(string(st), id.String(), f.nameOf(id), 1)
	}
	return string(st)
}

func spell(e protocol.Event) string { return strings.TrimSpace(string(protocol.NewFrame(e).Text())) }

// opening is the intent of a person on a new connection that has a code and wants no history.
func (f *scene) opening(who string) Open {
	f.intents++
	as := uuid.UUID{0: 0xaa, 15: byte(f.intents), 14: byte(f.intents >> 8), 13: byte(f.intents >> 16)}
	conn := f.connects(who)
	op := Open{As: as, Conn: conn, Guest: f.LastGuest() + 1, Again: f.LastGuest() + 1, Code: secretOf(who), From: Address{Host: "192.0.2.7"}}
	if !strings.HasPrefix(who, "guest") {
		op.Nick = protocol.MustNick(who)
	}
	return op
}

func (f *scene) connects(who string) uint64 {
	f.intents++
	f.conns[f.intents], f.on[who] = who, f.intents
	return f.intents
}

// open opens a session, as change has it.
func (f *scene) open(who string, change func(*Open)) []string {
	f.t.Helper()
	op := f.opening(who)
	if change != nil {
		change(&op)
	}
	d := f.proceed(&Intent{Time: f.clock, Op: op})
	if f.sessions[op.As] != nil {
		f.ids[who] = op.As
	}
	return f.script(d)
}

func (f *scene) program(who string) []string {
	f.t.Helper()
	return f.open(who, func(op *Open) { op.Program, op.Echo = true, true })
}

// comesBack has a program come back to the session of that name.
func (f *scene) comesBack(who string) []string {
	f.t.Helper()
	op := f.opening(who)
	op.Token, op.Program, op.Nick = secretOf(who), true, protocol.Nick{}
	in := Intent{Time: f.clock, Op: op}
	return f.script(f.proceed(&in))
}

// resumes has a new connection, which has no session, go on with a session.
func (f *scene) resumes(who, whose string) []string {
	f.t.Helper()
	in := Intent{Time: f.clock, Op: Resume{Conn: f.connects(who), Code: secretOf(whose), Guest: f.LastGuest() + 1}}
	return f.script(f.proceed(&in))
}

func (f *scene) do(who string, cmd protocol.Command) []string {
	f.t.Helper()
	return f.decide(who, Command{Command: cmd})
}

func (f *scene) loses(who string, why protocol.Reason) []string {
	f.t.Helper()
	return f.decide(who, Disconnect{Reason: why})
}

// restarts has the server start again, after that long.
func (f *scene) restarts(after time.Duration, change func(*Settings)) []string {
	f.t.Helper()
	f.clock = f.clock.Add(after)
	set := f.Settings
	if change != nil {
		change(&set)
	}
	return f.decide("", Start{Settings: set})
}

// waits has time go on, and what is due meanwhile happen.
func (f *scene) waits(d time.Duration) (lines []string) {
	f.t.Helper()
	end := f.clock.Add(d)
	for range 1000 {
		next := f.NextDue()
		if next.IsZero() || next.After(end) {
			f.clock = end
			return lines
		}
		if next.After(f.clock) {
			f.clock = next
		}
		lines = append(lines, f.decide("", Tick{})...)
	}
	require.Fail(f.t, "something is always due")
	return nil
}

// of is the last session of a name; nil: it is over.
func (f *scene) of(who string) *Session { return f.sessions[f.ids[who]] }

func (f *scene) room(name string) *Room { return f.rooms[aRoom(name)] }

func secretOf(who string) (s Secret) {
	copy(s[:], who)
	return s
}

func address(n int) Address {
	at := netip.AddrFrom4([4]byte{192, 0, byte(n >> 8), byte(n)})
	return Address{Host: at.String(), Prefix: netip.PrefixFrom(at, 32)}
}

// reindex changes s by f, and its indexes with it.
func (m *Machine) reindex(s *Session, f func(*Session)) {
	m.touchSession(s)
	m.unindexSession(s)
	f(s)
	m.indexSession(s)
}
