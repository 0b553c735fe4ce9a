package hub

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// TestTheDeskUnderRandomSchedules has visitors and operators do what they may
// do at the desk, in any order and many things at once: a commit takes a while,
// now and then it fails, outboxes are small, connections break. At each moment
// every ticket must be in one state; in the end everybody must have been told all
// that was theirs, once and in order, and nothing else; and then nothing is left.
func TestTheDeskUnderRandomSchedules(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playDesk(t, seed) })
		})
	}
}

// deskPlay is one such schedule.
type deskPlay struct {
	*world
	t        *testing.T
	dice     *rand.Rand
	visitors []*persona
	ops      []*persona
	sessions map[*persona][]uuid.UUID // of each, the last one last
	here     map[*persona]bool
}

func playDesk(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 2))
	d := &deskPlay{t: t, dice: dice, sessions: map[*persona][]uuid.UUID{}, here: map[*persona]bool{}}
	d.world = newWorld(journal.Bounds{Lines: -1, Bytes: -1}, Options{
		Outbox: 1 + dice.IntN(800), Replay: -1, Visitors: 6, VisitorsPerAddress: 4, Desk: dice.IntN(3) == 0,
		Silence: 3 * time.Minute, Messages: time.Hour, MessagesKept: 4, MessagesPerAddress: 2,
		Replies: map[string]protocol.Text{"hours": protocol.MustText("from ten to four")},
	})
	trouble := dice.IntN(2) == 0
	fails := rand.New(rand.NewPCG(seed, 3)) // the journal's goroutine throws its own
	var calm atomic.Bool
	d.truth.fail = func() error {
		time.Sleep(time.Duration(fails.IntN(3)) * time.Millisecond)
		if trouble && !calm.Load() && fails.IntN(15) == 0 {
			return errors.New("disk full")
		}
		return nil
	}
	for i := range 3 + dice.IntN(5) {
		p := newPersona(d.h, dice.IntN(3) > 0)
		p.identity = Identity{From: addressOf(i % 3), Brief: !p.program}
		d.visitors = append(d.visitors, p)
	}
	for i := range 1 + dice.IntN(3) {
		p := newPersona(d.h, dice.IntN(2) == 0)
		p.identity = Identity{Operator: true, Nick: nick("op%d", i), Brief: !p.program}
		d.ops = append(d.ops, p)
	}
	defer func() { d.close(d.everybody()...) }()
	for _, p := range d.everybody() {
		d.connect(p)
	}
	for i := range 300 {
		d.step(i)
		if dice.IntN(3) == 0 {
			time.Sleep(time.Duration(dice.IntN(4)) * time.Millisecond)
		}
		if dice.IntN(10) == 0 {
			d.checkDesk(false)
		}
	}
	calm.Store(true)
	for _, p := range d.everybody() {
		p.resume()
	}
	time.Sleep(10 * time.Second)
	d.checkDesk(true)
	for _, p := range d.everybody() {
		d.checkTold(p)
	}
	d.checkRecord()
	d.leaveNothing()
}

func addressOf(i int) Address {
	a := fmt.Sprintf("192.0.2.%d", i)
	return Address{Host: a, Prefix: netip.MustParsePrefix(a + "/32")}
}

func (d *deskPlay) everybody() []*persona { return slices.Concat(d.visitors, d.ops) }

// connect begins a connection, and remembers whose session it is.
func (d *deskPlay) connect(p *persona) {
	synctest.Wait()
	if _, held := d.run.tokens[p.token]; !held {
		p.forget() // it comes as somebody else
	}
	d.looked()
	p.connect(d.t)
	d.here[p] = true
	d.note()
}

// note looks who is who. The world waits meanwhile.
func (d *deskPlay) note() {
	synctest.Wait()
	defer d.looked()
	for _, p := range d.everybody() {
		if c := p.client; c != nil && c.member != nil {
			if ids := d.sessions[p]; len(ids) == 0 || ids[len(ids)-1] != c.member.id {
				d.sessions[p] = append(ids, c.member.id)
			}
		} else if c != nil {
			d.here[p] = false // said goodbye to
		}
	}
}

func (d *deskPlay) step(i int) {
	dice := d.dice
	if n := dice.IntN(100); n < 2 {
		time.Sleep(time.Duration(dice.IntN(90)) * time.Second)
		return
	}
	p := d.everybody()[dice.IntN(len(d.visitors)+len(d.ops))]
	d.note()
	if !d.here[p] {
		p.resume()
		p.breakOff()
		p.ended.Wait()
		d.drain(p)
		d.connect(p)
		return
	}
	switch n := dice.IntN(100); {
	case n < 8:
		p.pause()
	case n < 22:
		p.resume()
	case n < 27:
		p.breakOff()
		p.resume() // a connection that is gone does not wait for its reader
		p.ended.Wait()
		d.here[p] = false
		if dice.IntN(2) == 0 {
			d.drain(p)
			d.connect(p)
		}
	case n < 29:
		p.wants <- protocol.Leave{}
	case n < 31:
		p.wants <- protocol.Rename{Nick: nick("n%d", dice.IntN(8))}
	default:
		if slices.Contains(d.ops, p) {
			p.wants <- d.operatorsCommand(i)
		} else {
			p.wants <- d.visitorsCommand(i)
		}
	}
}

// drain forgets what p wanted to do in its last connection.
func (d *deskPlay) drain(p *persona) {
	for len(p.wants) > 0 {
		<-p.wants
	}
}

func (d *deskPlay) visitorsCommand(i int) protocol.Command {
	text := protocol.MustText(fmt.Sprint("line ", i))
	switch n := d.dice.IntN(20); {
	case n < 4:
		return protocol.Desk{}
	case n < 7:
		return protocol.Desk{Text: text}
	case n < 15:
		return protocol.Say{Text: text}
	case n < 17:
		return protocol.Undesk{}
	case n < 18:
		return protocol.Join{Room: roomNamed("desk")}
	case n < 19:
		return protocol.Join{Room: protocol.Lobby}
	}
	return protocol.Msg{To: nick("n%d", d.dice.IntN(8)), Text: text}
}

func (d *deskPlay) operatorsCommand(i int) protocol.Command {
	text := protocol.MustText(fmt.Sprint("line ", i))
	var no protocol.Ticket
	synctest.Wait()
	for open := range d.run.desk.tickets { // any that is open; and at times one that is not
		no = max(no, open)
	}
	d.looked()
	no -= min(no, protocol.Ticket(d.dice.IntN(5)))
	switch n := d.dice.IntN(40); {
	case n < 4:
		return protocol.Next{}
	case n < 8:
		return protocol.Take{Ticket: max(1, no)}
	case n < 14:
		return protocol.Reply{Ticket: max(1, no), Text: text}
	case n < 22:
		return protocol.Say{Text: text}
	case n < 25:
		return protocol.Hand{Ticket: max(1, no), To: nick("op%d", d.dice.IntN(3))}
	case n < 27:
		return protocol.Hold{Ticket: no}
	case n < 29:
		return protocol.Close{Ticket: no}
	case n < 30 && d.dice.IntN(2) == 0:
		return protocol.Close{Tickets: many(fmt.Sprint(max(1, no), "-", no+4))}
	case n < 30:
		return protocol.Close{Address: origin(addressOf(d.dice.IntN(3)).Host)}
	case n < 32:
		return protocol.Note{Ticket: max(1, no), Text: text}
	case n < 34:
		return protocol.To{Ticket: no}
	case n < 36:
		return protocol.Duty{On: d.dice.IntN(3) > 0}
	case n < 37:
		return protocol.Canned{Name: protocol.MustText("hours"), Ticket: no}
	case n < 38:
		return protocol.Kick{Nick: nick("n%d", d.dice.IntN(8))}
	case n < 39:
		return protocol.Transcript{Ticket: no}
	}
	return protocol.Queue{All: true}
}

// checkDesk holds what is true of the desk at any moment, and what is true of
// it when nothing is under way.
func (d *deskPlay) checkDesk(quiet bool) {
	synctest.Wait()
	defer d.looked()
	t, r, desk := d.t, d.run, &d.run.desk
	for i, q := range desk.queue {
		require.Nil(t, q.by, "%s waits and is answered", q.name())
		require.Same(t, q, desk.tickets[q.no])
		require.True(t, i == 0 || desk.queue[i-1].no < q.no, "in the order of the numbers")
	}
	served, from := 0, 0
	for no, q := range desk.tickets {
		require.False(t, q.ended)
		if q.by != nil {
			served++
			require.True(t, q.by.serves, "%s has %s, and is not here", q.by.nick, q.name())
			require.Contains(t, desk.operators, q.by)
		}
		if q.visitor != nil {
			require.Same(t, q.visitor, r.members[q.visitor.id])
		}
		if quiet {
			require.Empty(t, q.claims, "%s is on its way to nobody", q.name())
			require.True(t, q.message || q.visitor != nil, "%s is nobody's", q.name())
			require.True(t, q.visitor == nil || q.visitor.visiting == no || q.message && q.isElsewhere(), "%s is its visitor's no more", q.name())
		}
	}
	require.Equal(t, len(desk.tickets), served+len(desk.queue), "each is waiting, or one operator has it")
	for _, n := range desk.placesFrom {
		require.Positive(t, n)
		from += n
	}
	require.Equal(t, desk.places, from)
	for i, list := range [][]*ticket{desk.absent, desk.messages} {
		for _, q := range list {
			require.Same(t, q, desk.tickets[q.no])
			require.True(t, q.lost && q.message == (i == 1))
		}
	}
	away := len(desk.absent) + len(desk.messages)
	require.Equal(t, away, func() (n int) {
		for _, q := range desk.tickets {
			if q.lost {
				n++
			}
		}
		return n
	}())
	for _, o := range desk.operators {
		require.Same(t, o, r.members[o.id])
		require.True(t, o.serves && o.operator)
	}
	if !quiet {
		return
	}
	require.Zero(t, r.pending)
	require.Equal(t, len(desk.tickets), desk.places+away)
	require.Empty(t, surplus(desk.absent, r.opts.VisitorsPerAddress, r.opts.Visitors))
	require.Empty(t, surplus(desk.messages, r.opts.MessagesPerAddress, r.opts.MessagesKept))
	for _, m := range r.members {
		require.Equal(t, m.where(), m.bound)
		if m.where() == protocol.DeskRoom {
			require.NotNil(t, desk.tickets[m.visiting], "%s is at the desk without a ticket", m.nick)
			require.Same(t, m, desk.tickets[m.visiting].visitor)
		} else if m.client != nil {
			require.Zero(t, m.visiting, "%s is not at the desk", m.nick)
		}
		require.True(t, m.client != nil || m.token != "", "%s is left", m.nick)
	}
}

// lastSession is what p was told in its last session, and nothing of the guest that
// it was before.
func (p *persona) lastSession() []protocol.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.live) - 1; i >= 0; i-- {
		if w, ok := p.live[i].(protocol.Welcome); ok && !w.Resumed && (w.Token != "" || !p.program) {
			return slices.Clone(p.live[i:])
		}
	}
	return nil
}

// checkTold compares what p was told with the record.
func (d *deskPlay) checkTold(p *persona) {
	d.note()
	if !d.here[p] || p.program && p.token == "" {
		return // it may not have read all
	}
	ids := d.sessions[p]
	id := ids[len(ids)-1]
	m := d.run.members[id]
	defer d.looked()
	require.NotNil(d.t, m)
	me := listener{id: id, echo: m.echo, program: m.program}

	var got []uint64
	heard := p.lastSession()
	for _, e := range heard {
		_, gap := e.(protocol.Gap)
		require.False(d.t, gap && !p.program, "a record that forgets nothing has no gap")
		if seq := protocol.StampOf(e).Seq; seq > 0 {
			got = append(got, seq)
		}
	}
	isGot := map[uint64]bool{}
	for i, seq := range got {
		require.True(d.t, i == 0 || got[i-1] < seq, "position %d comes after %d: %s", seq, got[max(0, i-1)], d.story(id, p))
		isGot[seq] = true
	}
	serves, began, atDesk, broken := false, false, false, false
	for i := range d.truth.entries {
		e := &d.truth.entries[i]
		own, due := e.Author == id, false
		switch st := e.Stream; {
		case st == journal.Visit(id):
			require.True(d.t, own || atDesk || broken, "position %d is for %s at the desk, where it is not: %s", e.Seq, p.lastNick(), d.story(id, p))
			due = true
		case st == journal.Desk:
			due = serves
			if on, ok := e.Event.(protocol.DutyChanged); ok && own && on.On {
				serves = true
			}
		case st == journal.Mailbox(id):
			due = true
		case isGot[e.Seq]:
			_, private := st.Session()
			require.False(d.t, private, "position %d is for somebody else: %s", e.Seq, d.story(id, p))
			require.NotEqual(d.t, protocol.DeskRoom, protocol.StampOf(e.Event).Room)
			continue
		}
		if own {
			switch ev := e.Event.(type) {
			case protocol.Joined:
				atDesk, broken = ev.Room == protocol.DeskRoom, false
				began = true
			case protocol.Left:
				atDesk = false
				broken = e.Stream == journal.Visit(id) && ev.Reason != protocol.Moved
			}
		}
		if due = due && began && me.hears(e); due != isGot[e.Seq] {
			require.Fail(d.t, "told what is not theirs, or not told what is", "position %d, %T, told: %t, due: %t\n%s", e.Seq, e.Event, isGot[e.Seq], due, d.story(id, p))
		}
	}
}

// checkRecord replays the record: who has a visitor at each moment.
func (d *deskPlay) checkRecord() {
	has := map[protocol.Ticket]uuid.UUID{}
	open := map[protocol.Ticket]bool{}
	byNick := map[protocol.Nick]uuid.UUID{}
	for i := range d.truth.entries {
		e := &d.truth.entries[i]
		switch ev := e.Event.(type) {
		case protocol.DutyChanged:
			byNick[ev.From] = e.Author
		case protocol.Renamed:
			byNick[ev.To] = e.Author
		case protocol.Replied:
			require.True(d.t, open[ev.Ticket], "position %d: a reply to nobody", e.Seq)
			require.Contains(d.t, []uuid.UUID{{}, e.Author}, has[ev.Ticket], "position %d: a reply to somebody else's visitor", e.Seq)
		case protocol.TicketChanged:
			no := ev.Ticket
			require.NotZero(d.t, no)
			switch ev.State {
			case protocol.Waiting:
				open[no] = true
			case protocol.Taken:
				require.True(d.t, open[no], "position %d: who has gone is taken", e.Seq)
				require.Zero(d.t, has[no], "position %d: two have %s", e.Seq, no)
				has[no] = e.Author
			case protocol.HandedOver:
				require.True(d.t, open[no], "position %d: who has gone is handed over", e.Seq)
				has[no] = byNick[ev.To]
			case protocol.Returned:
				if has[no] == e.Author {
					delete(has, no)
				}
			case protocol.Closed:
				require.True(d.t, open[no], "position %d: closed twice", e.Seq)
				delete(open, no)
				delete(has, no)
			case protocol.Gone:
				delete(open, no)
				delete(has, no)
			}
		}
	}
}

// leaveNothing has everybody leave, and looks what they leave behind.
func (d *deskPlay) leaveNothing() {
	for _, p := range d.everybody() {
		p.breakOff()
		p.ended.Wait()
	}
	time.Sleep(2 * time.Hour)
	synctest.Wait()
	last := newPersona(d.h, false)
	last.identity = Identity{Operator: true}
	last.connect(d.t)
	time.Sleep(time.Second)
	synctest.Wait()
	for _, q := range d.run.desk.tickets {
		require.True(d.t, q.message, "%s waits, and is not here", q.name())
		last.wants <- protocol.Close{Ticket: q.no}
	}
	d.looked()
	time.Sleep(2 * time.Second)
	last.breakOff()
	last.ended.Wait()
	time.Sleep(3 * time.Minute)
	synctest.Wait()
	d.checkDesk(true)
	r := d.run
	assert.Zero(d.t, r.desk.places)
	assert.Empty(d.t, r.desk.placesFrom)
	assert.Empty(d.t, r.desk.tickets)
	assert.Empty(d.t, r.desk.operators)
	assert.Empty(d.t, r.members)
	assert.Empty(d.t, r.names)
	assert.Empty(d.t, r.tokens)
	assert.Empty(d.t, r.held)
	assert.Empty(d.t, r.retry)
	assert.Empty(d.t, r.clients)
	for st := range r.nth {
		_, private := st.Session()
		assert.False(d.t, private, "what is counted of %s", st)
	}
}
