package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// talk is a machine with sessions in the lobby, which are called by name.
type talk struct {
	*Machine
	t     testing.TB
	clock time.Time
	last  byte
	who   map[string]uuid.UUID
}

func newTalk(t testing.TB, names ...string) *talk {
	k := &talk{Machine: New(), t: t, clock: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), who: map[string]uuid.UUID{}}
	k.decide("", Start{Settings: Settings{
		Rooms: 100, Hold: 2 * time.Minute, Replay: 10, Visitors: 100, VisitorsPerAddress: 100,
		Messages: time.Hour, MessagesKept: 100, MessagesPerAddress: 100,
	}})
	for _, name := range names {
		k.comes(name, name == "op")
	}
	return k
}

// comes opens a session that may be resumed.
func (k *talk) comes(name string, operator bool) {
	k.t.Helper()
	k.last++
	as := uuid.UUID{0: 1, 15: k.last}
	k.who[name] = as
	k.decide("", Open{As: as, Conn: uint64(k.last), Nick: protocol.MustNick(name), Operator: operator, Echo: true, Code: Secret(as), Token: Secret{0: 2}})
}

// decide decides an intent of the session of that name: of the server, if the name is "".
func (k *talk) decide(who string, op Op, secrets ...Secret) *Decision {
	k.t.Helper()
	k.last++
	in := &Intent{ID: uuid.UUID{0: 9, 10: k.last}, Time: k.clock, Session: k.who[who], Secrets: secrets, Op: op}
	if s := k.of(who); s != nil {
		in.Conn = s.Conn
	}
	d := k.Decide(in)
	require.False(k.t, d.Void)
	require.NoError(k.t, k.check())
	return d
}

func (k *talk) of(who string) *Session { return k.Session(k.who[who]) }

// do carries out a command of a session. What it caused is a line for each: events with their stream, changes by their
// type, answers with the session that is told.
func (k *talk) do(who string, cmd protocol.Command) (lines []string) {
	k.t.Helper()
	return k.lines(k.decide(who, Command{Command: cmd}))
}

func (k *talk) lines(d *Decision) (lines []string) {
	names := map[uint64]string{}
	streams := map[Stream]string{Everybody: "all", Desk: "desk"}
	for name, id := range k.who {
		streams[Mailbox(id)], streams[Conversation(id)] = "@"+name, "@"+name+"#desk"
		if s := k.Session(id); s != nil {
			names[s.Conn] = name
		}
	}
	for _, e := range d.Events {
		where, known := streams[e.Stream]
		if !known {
			where = string(e.Stream)
		}
		if e.Seq == 0 {
			lines = append(lines, fmt.Sprintf("change %T", e.Change))
		} else {
			lines = append(lines, where+" "+inText(e.What))
		}
	}
	for _, a := range d.Answers {
		what := fmt.Sprintf("%T", a.Effect)
		if a.Event != nil {
			what = inText(a.Event)
		}
		lines = append(lines, names[a.Conn]+": "+what)
	}
	return lines
}

func inText(e protocol.Event) string {
	b := protocol.NewFrame(e).Text()
	return string(b[:len(b)-1])
}

// said is the position of the last event.
func (k *talk) said(who, text string, ref protocol.Ref) uint64 {
	k.t.Helper()
	k.decide(who, Command{Command: protocol.Say{Text: protocol.MustText(text), Ref: ref}})
	return k.Head()
}

func aSay(text string) protocol.Say { return protocol.Say{Text: protocol.MustText(text)} }

func aRoom(s string) protocol.Room {
	r, err := protocol.ParseRoom(s)
	if err != nil {
		panic(err)
	}
	return r
}
