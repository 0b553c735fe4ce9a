package state

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// dice make the intents of a random world. They look at the clients and at what the machine knows only in order to make
// likely what is interesting.
type dice struct {
	*rand.Rand
	*world
	names []string
	rooms []protocol.Room
	texts int
}

func newDice(w *world, seed uint64, people int) *dice {
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 14)), world: w}
	for i := range people {
		d.names = append(d.names, fmt.Sprint("p", i))
	}
	for _, s := range []string{"#lobby", "#tea", "#coffee", "#茶", "#operators", "#desk"} {
		d.rooms = append(d.rooms, roomOf(s))
	}
	return d
}

// randomSettings have bounds that are reached.
func randomSettings(r *rand.Rand) Settings {
	few := func(most int) int { return 1 + r.IntN(most) }
	return Settings{
		Desk: r.IntN(4) == 0, Rooms: few(5), RoomsPerSession: few(4), Hold: time.Duration(few(180)) * time.Second, Replay: 20,
		Visitors: few(12), VisitorsPerAddress: few(8), Messages: time.Duration(few(60)) * time.Minute,
		MessagesKept: few(6), MessagesPerAddress: few(4), Silence: time.Duration(r.IntN(10)) * time.Minute,
		Replies: []Canned{{"hours", protocol.MustText("We are here from 9 to 5.")}},
	}
}

func (d *dice) room() protocol.Room { return d.rooms[d.IntN(len(d.rooms))] }

// nick is the name of a client, or one like it, or another.
func (d *dice) nick() protocol.Nick {
	name := d.names[d.IntN(len(d.names))]
	switch d.IntN(8) {
	case 0:
		return protocol.MustNick("P" + name[1:])
	case 1:
		return protocol.MustNick("х" + name[1:])
	}
	return protocol.MustNick(name)
}

func (d *dice) text() protocol.Text {
	d.texts++
	return protocol.MustText(fmt.Sprint("words ", d.texts))
}

func (d *dice) ticket() protocol.Ticket {
	n := int(d.m.Tickets)
	return protocol.Ticket(max(1, n-d.IntN(8)))
}

func (d *dice) ref() protocol.Ref {
	if d.IntN(2) == 0 {
		return ""
	}
	return protocol.Ref(strconv.Itoa(d.IntN(200)))
}

func (d *dice) from() Address {
	host := fmt.Sprintf("192.0.2.%d", d.IntN(6))
	return Address{Host: host, Prefix: netip.MustParsePrefix(host + "/32")}
}

// next is an intent of a client.
func (d *dice) next() Intent {
	c := d.client(d.names[d.IntN(len(d.names))])
	if c.conn == 0 {
		return d.arrival(c)
	}
	in := Intent{Session: c.id, Conn: c.conn}
	switch n := d.IntN(100); {
	case n < 4:
		in.Op, c.conn = Disconnect{Reason: []protocol.Reason{protocol.Lost, protocol.Departed, protocol.Stalled}[d.IntN(3)], Seen: d.m.head - d.Uint64N(d.m.head+1)/2}, 0
	case n < 5:
		in.Op = Promote{}
	case n < 6:
		in.Op, in.Session, in.Conn = Tick{}, uuid.Nil, 0
	case n < 8:
		in.Op, in.Session, in.Conn = d.seen(c), uuid.Nil, 0
	case n < 9: // with a connection that has a session already
		in.Op = Resume{Conn: c.conn, Code: d.secret(), From: d.from(), Echo: true}
	default:
		in.Op = d.command()
		if d.IntN(50) == 0 {
			in.Secrets = []Secret{d.secret()}
		}
	}
	return in
}

// seen is a note of what was told, with c behind or not.
func (d *dice) seen(c *client) NoteSeen {
	op := NoteSeen{Upto: d.Uint64N(d.m.head + 1), Clean: d.IntN(8) == 0}
	if d.IntN(2) == 0 {
		op.Behind = []Behind{{Session: c.id, Seen: d.Uint64N(d.m.head + 1)}}
	}
	return op
}

func (d *dice) secret() Secret { return d.client(d.names[d.IntN(len(d.names))]).secret }

// arrival is of a client without a connection: it comes back, or begins anew.
func (d *dice) arrival(c *client) Intent {
	known := c.secret
	conn := d.connect(c)
	op := Open{Conn: conn, From: d.from(), Operator: d.IntN(8) == 0, Program: d.IntN(2) == 0, Echo: d.IntN(2) == 0, Replay: 20}
	if known != (Secret{}) && d.IntN(3) > 0 {
		if d.IntN(3) == 0 {
			return Intent{Op: Resume{Conn: conn, Code: known, From: d.from()}}
		}
		op.Token = known
	}
	d.newSession(c)
	op.As, op.Code = c.next, c.secret
	switch d.IntN(4) {
	case 0:
		op.Room = d.room()
	case 1:
		op.Code = Secret{}
	}
	if op.Token != (Secret{}) {
		op.Code, op.Program, c.secret = known, true, known
	}
	if d.IntN(3) > 0 {
		op.Nick = d.nick()
	}
	return Intent{Op: op}
}

func (d *dice) command() Command {
	ref := d.ref()
	cmd := d.said(ref)
	if d.IntN(2) == 0 {
		cmd = d.done(ref)
	}
	return Command{Command: cmd, Ref: ref}
}

// said are words of any kind.
func (d *dice) said(ref protocol.Ref) protocol.Command {
	switch d.IntN(10) {
	case 0:
		return protocol.Me{Text: d.text(), Ref: ref}
	case 8:
		return protocol.Me{Text: d.text(), Ref: ref, Room: d.room()}
	case 1:
		return protocol.Msg{To: d.nick(), Text: d.text(), Ref: ref}
	case 2:
		return protocol.Reply{Ticket: d.ticket(), Text: d.text(), Ref: ref}
	case 3:
		return protocol.Note{Ticket: d.ticket(), Text: d.text(), Ref: ref}
	case 4:
		return protocol.Desk{Text: d.text(), Ref: ref}
	case 5:
		return protocol.Canned{Name: protocol.MustText("hours"), Ticket: d.ticket()}
	case 6:
		return protocol.Say{Text: d.text(), Ref: ref, Room: d.room()}
	case 7:
		return protocol.Say{Text: d.text(), Ref: ref, Ticket: d.ticket()}
	}
	return protocol.Say{Text: d.text(), Ref: ref}
}

// done is what is no words.
func (d *dice) done(_ protocol.Ref) protocol.Command {
	switch d.IntN(40) {
	case 0, 1, 2:
		return protocol.Join{Room: d.room()}
	case 3, 30, 31:
		return protocol.Rename{Nick: d.nick()}
	case 32, 33, 34, 35, 36:
		return protocol.Watch{Room: d.room()}
	case 37, 38:
		return protocol.Part{Room: d.room()}
	case 39:
		return protocol.Part{}
	case 4:
		return protocol.Topic{Text: d.text()}
	case 5:
		return protocol.Away{Text: d.text()}
	case 6, 7:
		return protocol.Desk{}
	case 8, 9:
		return protocol.LeaveDesk{}
	case 10, 11:
		return protocol.Next{}
	case 12, 13:
		return protocol.Take{Ticket: d.ticket()}
	case 14:
		return protocol.To{Ticket: d.ticket()}
	case 15:
		return protocol.Hand{Ticket: d.ticket(), To: d.nick()}
	case 16:
		return protocol.Hold{Ticket: d.ticket()}
	case 17, 18:
		return protocol.Close{Ticket: d.ticket()}
	case 19:
		return protocol.Duty{On: d.IntN(3) > 0}
	case 20:
		return protocol.Kick{Nick: d.nick(), Text: d.text()}
	case 21:
		return protocol.Ignore{Nick: d.nick()}
	case 22:
		return protocol.Redact{}
	case 23:
		return protocol.Quit{}
	case 24:
		return protocol.Announce{Text: d.text()}
	case 25:
		return protocol.Queue{All: true}
	case 26:
		return protocol.Who{}
	case 27:
		return protocol.Rooms{}
	case 28:
		if d.IntN(2) == 0 {
			return protocol.Read{Seq: uint64(d.IntN(500))}
		}
		return protocol.Echo{On: d.IntN(2) == 0}
	}
	return protocol.History{}
}

// Whatever happens, what must be true is true after each decision; what is recorded makes the machine that has recorded
// it; what could not be recorded has never been; and the same intents make the same bytes.
func TestRandomWorlds(t *testing.T) {
	seedtest.Each(t, 3, func(t *testing.T, seed uint64) {
		playAgain(t, playRandom(t, seed))
	})
}

// played is a random world that is over: what was decided, recorded and undone in it.
type played struct {
	settings Settings
	steps    []step
	made     []string // of each intent
}

// step is an intent, or what became of those before it.
type step struct {
	in     *Intent
	commit int  // so many decisions are recorded
	fail   bool // those that wait are not
	reload bool // the same, and the server starts again
}

func playRandom(t *testing.T, seed uint64) (p played) {
	r := rand.New(rand.NewPCG(seed, 15))
	people, steps := 10+r.IntN(60), 600
	if seed%8 == 7 { // a large world: CHINWAG_SEEDS=8 has one
		people, steps = 300, 1500
	}
	p.settings = randomSettings(r)
	w := newWorld(t, p.settings)
	w.undoing = true
	d := newDice(w, seed, people)
	for range steps {
		for _, o := range w.decide(d.next()) {
			mustCarry(t, &o)
			p.steps = append(p.steps, step{in: &o.in})
			p.made = append(p.made, string(o.bytes()))
		}
		d.time(r)
		switch n := r.IntN(20); {
		case n == 0:
			w.mustUndo()
			p.steps = append(p.steps, step{fail: true})
		case n < 12:
			n = 1 + r.IntN(len(w.pending))
			w.commit(n)
			p.steps = append(p.steps, step{commit: n})
		case n == 19 && r.IntN(8) == 0:
			p.steps = append(p.steps, step{reload: true})
			for _, o := range w.restart(randomSettings(r)) {
				mustCarry(t, &o)
				p.steps = append(p.steps, step{in: &o.in}, step{commit: 1})
				p.made = append(p.made, string(o.bytes()))
			}
		}
		if len(w.pending) == 0 {
			w.mustLoad()
		}
		d.follow()
	}
	return p
}

// time goes on: mostly by little.
func (d *dice) time(r *rand.Rand) {
	d.now = d.now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
	if r.IntN(60) == 0 {
		d.now = d.now.Add(time.Duration(r.IntN(300)) * time.Second)
	}
}

// follow has each client know what became of its session.
func (d *dice) follow() {
	for _, c := range d.clients {
		if d.m.sessions[c.next] != nil {
			c.id = c.next
		}
		c.conn = 0
		if s := d.m.sessions[c.id]; s != nil {
			c.conn = s.Conn
		}
	}
}

// mustUndo has nothing that waits be recorded: it has never been, and decided once more it is the same.
func (w *world) mustUndo() {
	w.t.Helper()
	if len(w.pending) == 0 {
		return
	}
	was, after := w.pending, w.m.dump(true)
	w.fail()
	require.Equal(w.t, was[0].before, w.m.dump(true))
	first := w.m.Number() + 1
	for _, o := range was {
		again := outcome{Decision: *w.m.Decide(&o.in)}
		require.Equal(w.t, string(o.bytes()), string(again.bytes()))
	}
	require.Equal(w.t, after, w.m.dump(true))
	w.m.Rollback(first)
	require.Equal(w.t, was[0].before, w.m.dump(true))
	w.mustHold(&was[0].in)
}

// playAgain plays the same on another machine, which makes the same: its intents are what their bytes hold.
func playAgain(t *testing.T, p played) *world {
	w := newWorld(t, p.settings)
	w.large = true
	for _, s := range p.steps {
		switch {
		case s.in != nil:
			o := w.decideOne(carried(t, s.in))
			require.Equal(t, p.made[0], string(o.bytes()), "%T%+v", s.in.Op, s.in.Op)
			p.made = p.made[1:]
		case s.commit > 0:
			w.commit(s.commit)
		case s.reload:
			w.reload()
		default:
			w.fail()
		}
	}
	return w
}

// bytes are all that a decision holds.
func (o *outcome) bytes() []byte {
	var b bytes.Buffer
	for _, e := range o.Events {
		if e.Seq == 0 {
			fmt.Fprintf(&b, "%s %T%+v\n", e.Author, e.Change, e.Change)
			continue
		}
		fmt.Fprintf(&b, "%d %s %s %T %s\n", e.Seq, e.Stream, e.Author, e.What, protocol.AppendEventJSON(nil, e.What))
	}
	for _, a := range o.Answers {
		fmt.Fprintf(&b, "%d %d %t %T%+v ", a.Conn, a.After, a.Cut, a.Effect, a.Effect)
		if a.Event != nil {
			b.Write(protocol.AppendEventJSON(nil, a.Event))
		}
		b.WriteByte('\n')
	}
	for _, r := range o.Rows {
		fmt.Fprintf(&b, "%d %x\n", r.ID, r.Value)
	}
	fmt.Fprintf(&b, "%t %T%+v\n", o.Void, o.Next, o.Next)
	return b.Bytes()
}
