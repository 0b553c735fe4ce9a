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

// counter is a machine with a desk, and sessions that are called by name.
type counter struct {
	*Machine
	t      *testing.T
	clock  time.Time
	number uint64
	ids    map[string]uuid.UUID
	told   map[string][]string // what each was told since it was read last
	hub    []Effect            // what the server itself was told
	events []Event             // of all decisions
	quick  bool                // nothing is checked after each decision
}

func deskSettings() Settings {
	return Settings{
		Rooms: 100, Hold: 2 * time.Minute, Replay: 10, Visitors: 1000, VisitorsPerAddress: math.MaxInt,
		Messages: 7 * 24 * time.Hour, MessagesKept: 1000, MessagesPerAddress: math.MaxInt,
	}
}

// newCounter has operators called op1, op2, ... come, and visitors v1, v2, ... to the desk.
func newCounter(t *testing.T, set Settings, operators, visitors int) *counter {
	t.Helper()
	c := &counter{
		Machine: New(), t: t, clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		ids: map[string]uuid.UUID{}, told: map[string][]string{},
	}
	c.decide("", Start{Settings: set})
	for i := range operators {
		c.comes(fmt.Sprint("op", i+1), Open{Operator: true})
	}
	for i := range visitors {
		c.visits(fmt.Sprint("v", i+1), "")
	}
	c.forgetTold()
	return c
}

// comes begins a session, which op describes further.
func (c *counter) comes(name string, op Open) {
	c.t.Helper()
	id := uuid.UUID{0: 1}
	binary.BigEndian.PutUint64(id[8:], uint64(len(c.ids)+1))
	op.As, op.Conn, op.Nick, op.Code = id, c.number+1, protocol.MustNick(name), Secret(id)
	c.ids[name] = id
	c.decide("", op)
}

// visits has a session come to the desk, and say words there if there are any.
func (c *counter) visits(name, words string) {
	c.t.Helper()
	c.visitsFrom(name, words, Address{})
}

func (c *counter) visitsFrom(name, words string, from Address) {
	c.t.Helper()
	c.comes(name, Open{From: from})
	switch {
	case words != "":
		c.do(name, protocol.Desk{Text: protocol.MustText(words)})
	case !c.Settings.Desk:
		c.do(name, protocol.Desk{})
	}
}

// leavesWord has a session say something at the desk and lose its connection.
func (c *counter) leavesWord(name string, from Address) {
	c.t.Helper()
	c.visitsFrom(name, "hello?", from)
	c.breaks(name)
}

func (c *counter) do(name string, cmds ...protocol.Command) {
	c.t.Helper()
	for _, cmd := range cmds {
		for op := Op(Command{Command: cmd}); op != nil; {
			op = c.decide(name, op).Next
		}
	}
}

func (c *counter) says(name, words string) {
	c.t.Helper()
	c.do(name, protocol.Say{Text: protocol.MustText(words)})
}

func (c *counter) breaks(name string) {
	c.t.Helper()
	c.decide(name, Disconnect{Reason: protocol.Lost})
}

// returns has a person come back with the code of the session.
func (c *counter) returns(name string) {
	c.t.Helper()
	c.decide("", Resume{Conn: c.number + 1, Code: Secret(c.ids[name])})
}

func (c *counter) restarts() { c.t.Helper(); c.decide("", Start{Settings: c.Settings}) }

// after has time go by, and what is due happen.
func (c *counter) after(d time.Duration) {
	c.t.Helper()
	until := c.clock.Add(d)
	for range 10000 {
		due := c.NextDue()
		if due.IsZero() || due.After(until) {
			c.clock = until
			return
		}
		if due.After(c.clock) {
			c.clock = due
		}
		c.decide("", Tick{})
	}
	c.t.Fatal("something is due again and again")
}

// decide decides, and tells each session what it hears of that.
func (c *counter) decide(name string, op Op) *Decision {
	c.t.Helper()
	c.number++
	in := &Intent{Time: c.clock, Session: c.ids[name], Op: op}
	binary.BigEndian.PutUint64(in.ID[:], c.number)
	if s := c.sessions[in.Session]; s != nil {
		in.Conn = s.Conn
	}
	if name != "" {
		require.NotNil(c.t, c.sessions[in.Session], name)
	}
	d := c.Decide(in)
	if !c.quick {
		require.NoError(c.t, c.check())
	}
	c.Release(c.Number())
	c.tellAll(d)
	return d
}

func (c *counter) tellAll(d *Decision) {
	answers := d.Answers
	for i := range d.Events {
		for ; len(answers) > 0 && answers[0].After <= i; answers = answers[1:] {
			c.tellAnswer(answers[0])
		}
		c.tellEvent(&d.Events[i])
	}
	for _, a := range answers {
		c.tellAnswer(a)
	}
}

func (c *counter) tellEvent(e *Event) {
	c.events = append(c.events, *e)
	if e.Seq == 0 {
		return
	}
	at, ofDesk := e.What.(protocol.TicketChanged)
	for name, id := range c.ids {
		if e.Author == id && !e.What.IsMessage() || ofDesk && at.Many {
			continue
		}
		if s := c.sessions[id]; s != nil && s.Conn != 0 && (e.Stream == Mailbox(id) || e.Stream == Conversation(id) || e.Stream == s.stream(s.Room) || e.Stream == Desk && s.HearsDesk) {
			c.told[name] = append(c.told[name], inWords(e.What))
		}
	}
}

func (c *counter) tellAnswer(a Answer) {
	if a.Conn == 0 {
		c.hub = append(c.hub, a.Effect)
		return
	}
	line := fmt.Sprintf("%T%+v", a.Effect, a.Effect)
	if a.Event != nil {
		line = inWords(a.Event)
	}
	c.told[c.nameOf(a.Conn)] = append(c.told[c.nameOf(a.Conn)], line)
}

// nameOf is whose connection conn is, or was last.
func (c *counter) nameOf(conn uint64) string {
	for name, id := range c.ids {
		if s := c.sessions[id]; s != nil && s.Conn == conn {
			return name
		}
	}
	return fmt.Sprint("conn ", conn)
}

func inWords(e protocol.Event) string {
	return strings.TrimSpace(string(protocol.NewFrame(e).Text()))
}

// words are what a session was told since they were asked for last.
func (c *counter) words(name string) string {
	said := strings.Join(c.told[name], "\n")
	delete(c.told, name)
	return said
}

func (c *counter) forgetTold() { clear(c.told) }

func (c *counter) of(name string) *Session { return c.sessions[c.ids[name]] }

func (c *counter) ticket(no protocol.Ticket) *Ticket { return c.desk.tickets[no] }

// holder is the name of the operator that has a ticket.
func (c *counter) holder(no protocol.Ticket) string {
	switch t := c.ticket(no); {
	case t == nil:
		return "closed"
	case t.waits():
		return "waits"
	default:
		return c.sessions[t.Operator].Nick.String()
	}
}

func someAddress(n int) Address {
	at := netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})
	return Address{Host: at.String(), Prefix: netip.PrefixFrom(at, 32)}
}
