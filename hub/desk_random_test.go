package hub_test

import (
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

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// TestTheDeskUnderRandomSchedules has visitors and operators do what they may do at the desk, in any order and many
// things at once: a commit takes a while, now and then it fails, outboxes are small, connections break. At each moment
// every ticket must be in one state; in the end every client must have been told all that was its own, once and in
// order, and nothing else; and then nothing is left.
func TestTheDeskUnderRandomSchedules(t *testing.T) {
	seedtest.Each(t, 5, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playDesk(t, seed) })
	})
}

// deskPlay is one such schedule.
type deskPlay struct {
	*world
	o        hub.Options
	t        *testing.T
	dice     *rand.Rand
	visitors []*hubtest.Client
	ops      []*hubtest.Client
	sessions map[*hubtest.Client][]uuid.UUID // of each, the last one last
	here     map[*hubtest.Client]bool
}

func playDesk(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 2))
	d := &deskPlay{t: t, dice: dice, sessions: map[*hubtest.Client][]uuid.UUID{}, here: map[*hubtest.Client]bool{}}
	d.o = hub.Options{
		Outbox: 1 + dice.IntN(800), Replay: -1, Visitors: 6, VisitorsPerAddress: 4, Desk: dice.IntN(3) == 0,
		Silence: 3 * time.Minute, Messages: time.Hour, MessagesKept: 4, MessagesPerAddress: 2,
		Replies: map[string]protocol.Text{"hours": hubtest.Text("from ten to four")},
	}
	d.world = newWorldOn(t, hubtest.Setup{Bounds: journal.Bounds{Lines: -1, Bytes: -1}, Options: d.o})
	trouble := dice.IntN(2) == 0
	fails := rand.New(rand.NewPCG(seed, 3)) // the journal's goroutine throws its own
	var calm atomic.Bool
	synctest.Wait() // the first commit has been
	d.Store.BeforeCommit = func([]journal.Entry) error {
		time.Sleep(time.Duration(fails.IntN(3)) * time.Millisecond)
		if trouble && !calm.Load() && fails.IntN(15) == 0 {
			return errDisk
		}
		return nil
	}
	for i := range 3 + dice.IntN(5) {
		p := d.NewClient(dice.IntN(3) > 0)
		p.Identity = hub.Identity{From: hubtest.Address(i % 3), Brief: !p.Program}
		d.visitors = append(d.visitors, p)
	}
	for i := range 1 + dice.IntN(3) {
		p := d.NewClient(dice.IntN(2) == 0)
		p.Identity = hub.Identity{Operator: true, Nick: hubtest.Nick("op%d", i), Brief: !p.Program}
		d.ops = append(d.ops, p)
	}
	defer func() { d.Close(d.everybody()...) }()
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
		p.Resume()
	}
	time.Sleep(10 * time.Second)
	d.checkDesk(true)
	for _, p := range d.everybody() {
		d.checkTold(p)
	}
	checkVisits(t, d.Store.Entries())
	d.leaveNothing()
}

func (d *deskPlay) everybody() []*hubtest.Client { return slices.Concat(d.visitors, d.ops) }

// connect begins a connection, and remembers whose session it is.
func (d *deskPlay) connect(p *hubtest.Client) {
	synctest.Wait()
	if d.SessionOf(p.Token()).ID == (uuid.UUID{}) {
		p.Forget() // it comes with a new session
	}
	p.Connect()
	d.here[p] = true
	d.note()
}

// note looks which session each client has. The world waits meanwhile.
func (d *deskPlay) note() {
	synctest.Wait()
	all := d.everybody()
	conns := make([]*hub.Client, len(all))
	for i, p := range all {
		conns[i] = p.Conn()
	}
	for i, s := range d.SessionsOf(conns...) {
		p, me := all[i], s.ID
		if !d.here[p] {
			continue
		}
		if me == (uuid.UUID{}) {
			d.here[p] = false // said goodbye to
		} else if ids := d.sessions[p]; len(ids) == 0 || ids[len(ids)-1] != me {
			d.sessions[p] = append(ids, me)
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
		p.Resume()
		p.Disconnect()
		p.Wait()
		p.Unsend()
		d.connect(p)
		return
	}
	switch n := dice.IntN(100); {
	case n < 8:
		p.Pause()
	case n < 22:
		p.Resume()
	case n < 27:
		p.Disconnect()
		p.Resume() // a connection that is gone does not wait for its reader
		p.Wait()
		d.here[p] = false
		if dice.IntN(2) == 0 {
			p.Unsend()
			d.connect(p)
		}
	case n < 29:
		p.Send(protocol.Quit{})
	case n < 31:
		p.Send(protocol.Rename{Nick: hubtest.Nick("n%d", dice.IntN(8))})
	default:
		if slices.Contains(d.ops, p) {
			p.Send(d.operatorsCommand(i))
		} else {
			p.Send(d.visitorsCommand(i))
		}
	}
}

func (d *deskPlay) visitorsCommand(i int) protocol.Command {
	text := hubtest.Text(fmt.Sprint("line ", i))
	switch n := d.dice.IntN(20); {
	case n < 4:
		return protocol.Desk{}
	case n < 7:
		return protocol.Desk{Text: text}
	case n < 15:
		return protocol.Say{Text: text}
	case n < 17:
		return protocol.LeaveDesk{}
	case n < 18:
		return protocol.Join{Room: hubtest.Room("desk")}
	case n < 19:
		return protocol.Join{Room: protocol.Lobby}
	}
	return protocol.Msg{To: hubtest.Nick("n%d", d.dice.IntN(8)), Text: text}
}

func (d *deskPlay) operatorsCommand(i int) protocol.Command {
	text := hubtest.Text(fmt.Sprint("line ", i))
	var no protocol.Ticket
	synctest.Wait()
	for _, t := range d.Tickets() { // any that is open; and at times one that is not
		no = max(no, t.No)
	}
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
		return protocol.Hand{Ticket: max(1, no), To: hubtest.Nick("op%d", d.dice.IntN(3))}
	case n < 27:
		return protocol.Hold{Ticket: no}
	case n < 29:
		return protocol.Close{Ticket: no}
	case n < 30 && d.dice.IntN(2) == 0:
		return protocol.Close{Tickets: hubtest.Tickets(fmt.Sprint(max(1, no), "-", no+4))}
	case n < 30:
		return protocol.Close{Address: hubtest.Origin(hubtest.Address(d.dice.IntN(3)).Host)}
	case n < 32:
		return protocol.Note{Ticket: max(1, no), Text: text}
	case n < 34:
		return protocol.To{Ticket: no}
	case n < 36:
		return protocol.Duty{On: d.dice.IntN(3) > 0}
	case n < 37:
		return protocol.Canned{Name: hubtest.Text("hours"), Ticket: no}
	case n < 38:
		return protocol.Kick{Nick: hubtest.Nick("n%d", d.dice.IntN(8))}
	case n < 39:
		return protocol.Transcript{Ticket: no}
	}
	return protocol.Queue{All: true}
}

// checkDesk holds what is true of the desk at any moment, and what is true of it when nothing is under way.
func (d *deskPlay) checkDesk(quiet bool) {
	sessions, tickets := map[uuid.UUID]hub.SessionView{}, map[protocol.Ticket]hub.TicketView{}
	for _, s := range d.Sessions() {
		sessions[s.ID] = s
	}
	t, nobody, operators := d.t, uuid.UUID{}, d.OperatorsHere()
	served, away := 0, 0
	for _, q := range d.Tickets() {
		tickets[q.No] = q
		require.True(t, q.Absent || !q.Message)
		if q.Absent {
			away++
		}
		if q.Operator != nobody {
			served++
			require.Contains(t, operators, q.Operator, "%s is had by somebody who is not here", q.No)
		}
		if q.Visitor != nobody {
			require.Contains(t, sessions, q.Visitor)
		}
		if v := sessions[q.Visitor]; quiet {
			require.True(t, q.Message || q.Visitor != nobody, "%s is nobody's", q.No)
			require.True(t, q.Visitor == nobody || v.Ticket == q.No || q.Message && v.Message == q.No, "%s is its visitor's no more", q.No)
		}
	}
	queue := d.Queue()
	for i, no := range queue {
		require.Contains(t, tickets, no)
		require.Equal(t, nobody, tickets[no].Operator, "%s waits and is answered", no)
		require.True(t, i == 0 || queue[i-1] < no, "in the order of the numbers")
	}
	require.Equal(t, len(tickets), served+len(queue), "each is waiting, or one operator has it")
	from := 0
	for _, n := range d.PlacesOf() {
		require.Positive(t, n)
		from += n
	}
	require.Equal(t, d.Places(), from)
	for _, id := range operators {
		require.True(t, sessions[id].Serves && sessions[id].Operator)
	}
	d.checkAudience(t)
	if quiet {
		d.checkQuiet(sessions, tickets, away)
	}
}

// checkQuiet holds what is true when nothing is under way.
func (d *deskPlay) checkQuiet(sessions map[uuid.UUID]hub.SessionView, tickets map[protocol.Ticket]hub.TicketView, away int) {
	t := d.t
	require.Zero(t, d.Pending())
	require.Equal(t, len(tickets), d.Places()+away)
	absent, messages := map[netip.Prefix]int{}, map[netip.Prefix]int{}
	var all [2]int
	for _, q := range tickets {
		v := sessions[q.Visitor]
		if !q.Absent || q.Operator != (uuid.UUID{}) || v.Connected && v.Ticket == q.No {
			continue // it counts as being there, or as answered
		}
		if q.Message {
			messages[q.From]++
			all[1]++
			require.LessOrEqual(t, messages[q.From], d.o.MessagesPerAddress)
		} else {
			absent[q.From]++
			all[0]++
			require.LessOrEqual(t, absent[q.From], d.o.VisitorsPerAddress)
		}
	}
	require.LessOrEqual(t, all[0], d.o.Visitors)
	require.LessOrEqual(t, all[1], d.o.MessagesKept)
	for _, s := range sessions {
		if s.Room == protocol.DeskRoom {
			require.Contains(t, tickets, s.Ticket, "%s is at the desk without a ticket", s.Nick)
			require.Equal(t, s.ID, tickets[s.Ticket].Visitor)
		} else if s.Connected {
			require.Zero(t, s.Ticket, "%s is not at the desk", s.Nick)
		}
		require.True(t, s.Connected || s.ComesBack, "%s is left", s.Nick)
	}
}

// lastSession is what a client was told in its last session, and nothing of the guest that it was before.
func lastSession(p *hubtest.Client) []protocol.Event {
	heard := p.Heard()
	for i, e := range slices.Backward(heard) {
		if w, ok := e.(protocol.Welcome); ok && !w.Resumed && (w.Token != "" || !p.Program) {
			return heard[i:]
		}
	}
	return nil
}

// checkTold compares what p was told with the journal.
func (d *deskPlay) checkTold(p *hubtest.Client) {
	d.note()
	if !d.here[p] || p.Program && p.Token() == "" {
		return // it may not have read all
	}
	ids := d.sessions[p]
	id := ids[len(ids)-1]
	me := d.Session(p.Conn())
	require.Equal(d.t, id, me.ID)

	var got []uint64
	heard := lastSession(p)
	for _, e := range heard {
		_, gap := e.(protocol.Gap)
		require.False(d.t, gap && !p.Program, "a journal that forgets nothing has no gap")
		if seq := protocol.MetaOf(e).Seq; seq > 0 {
			got = append(got, seq)
		}
	}
	isGot := map[uint64]bool{}
	for i, seq := range got {
		require.True(d.t, i == 0 || got[i-1] < seq, "position %d comes after %d: %s", seq, got[max(0, i-1)], d.story(id, p))
		isGot[seq] = true
	}
	serves, began, atDesk, broken := false, false, false, false
	entries := d.Store.Entries()
	for i := range entries {
		e := &entries[i]
		own, due := e.Author == id, false
		switch st := e.Stream; {
		case st == journal.Conversation(id):
			require.True(d.t, own || atDesk || broken, "position %d is for %s at the desk, where it is not: %s", e.Seq, p.Nick(), d.story(id, p))
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
			require.NotEqual(d.t, protocol.DeskRoom, protocol.MetaOf(e.Event).Room)
			continue
		}
		if own {
			switch ev := e.Event.(type) {
			case protocol.Joined:
				atDesk, broken = ev.Room == protocol.DeskRoom, false
				began = true
			case protocol.Left:
				atDesk = false
				broken = e.Stream == journal.Conversation(id) && ev.Reason != protocol.Moved
			}
		}
		if due = due && began && me.Hears(e); due != isGot[e.Seq] {
			require.Fail(d.t, "told what is not theirs, or not told what is", "position %d, %T, told: %t, due: %t\n%s", e.Seq, e.Event, isGot[e.Seq], due, d.story(id, p))
		}
	}
}

// checkVisits replays the journal: which operator has a visitor at each moment.
func checkVisits(t *testing.T, entries []journal.Entry) {
	t.Helper()
	has := map[protocol.Ticket]uuid.UUID{}
	open := map[protocol.Ticket]bool{}
	byNick := map[protocol.Nick]uuid.UUID{}
	for i := range entries {
		e := &entries[i]
		switch ev := e.Event.(type) {
		case protocol.DutyChanged:
			byNick[ev.From] = e.Author
		case protocol.Renamed:
			byNick[ev.To] = e.Author
		case protocol.Replied:
			require.True(t, open[ev.Ticket], "position %d: a reply to nobody", e.Seq)
			require.Contains(t, []uuid.UUID{{}, e.Author}, has[ev.Ticket], "position %d: a reply to somebody else's visitor", e.Seq)
		case protocol.TicketChanged:
			no := ev.Ticket
			require.NotZero(t, no)
			switch ev.Event {
			case protocol.VisitorWaits:
				open[no] = true
			case protocol.VisitorTaken:
				require.True(t, open[no], "position %d: who has gone is taken", e.Seq)
				require.Zero(t, has[no], "position %d: two have %s", e.Seq, no)
				has[no] = e.Author
			case protocol.VisitorHanded:
				require.True(t, open[no], "position %d: who has gone is handed over", e.Seq)
				has[no] = byNick[ev.To]
			case protocol.VisitorReturned:
				if has[no] == e.Author {
					delete(has, no)
				}
			case protocol.TicketClosed:
				require.True(t, open[no], "position %d: closed twice", e.Seq)
				delete(open, no)
				delete(has, no)
			case protocol.VisitorLeft:
				delete(open, no)
				delete(has, no)
			}
		}
	}
}

// leaveNothing disconnects every client, and looks what they leave behind.
func (d *deskPlay) leaveNothing() {
	for _, p := range d.everybody() {
		p.Disconnect()
		p.Wait()
	}
	time.Sleep(2 * time.Hour)
	synctest.Wait()
	last := d.NewClient(false)
	last.Identity = hub.Identity{Operator: true}
	last.Connect()
	time.Sleep(time.Second)
	synctest.Wait()
	for _, q := range d.Tickets() {
		require.True(d.t, q.Message, "%s waits, and is not here", q.No)
		last.Send(protocol.Close{Ticket: q.No})
	}
	time.Sleep(2 * time.Second)
	last.Disconnect()
	last.Wait()
	time.Sleep(3 * time.Minute)
	synctest.Wait()
	d.checkDesk(true)
	assert.Zero(d.t, d.Places())
	assert.Empty(d.t, d.PlacesOf())
	assert.Empty(d.t, d.Tickets())
	assert.Empty(d.t, d.OperatorsHere())
	assert.Empty(d.t, d.Sessions())
	assert.Zero(d.t, d.NickKeys())
	assert.Zero(d.t, d.Codes())
	assert.Zero(d.t, d.HeldSessions())
	assert.Zero(d.t, d.Unfinished())
	assert.Zero(d.t, d.Connections())
	for _, st := range d.CountedStreams() {
		_, private := st.Session()
		assert.False(d.t, private, "what is counted of %s", st)
	}
}
