package state

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// Visitors and operators do what they can at a desk, in any order, and the server starts again with other settings.
// After each decision all holds that must be true, and the rows say all. What is made undone was never decided, and the
// same intents make the same.
func TestTheDeskInRandomWorlds(t *testing.T) {
	seedtest.Each(t, 12, func(t *testing.T, seed uint64) {
		t.Parallel()
		playDesk(t, seed, 600)
	})
}

func playDesk(t *testing.T, seed uint64, steps int) {
	p := &people{t: t, dice: rand.New(rand.NewPCG(seed, 14)), clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	undone, straight, store := New(), New(), map[int64][]byte{}
	straight.stepped = transitions.note
	next := &Intent{ID: uuid.UUID{1}, Time: p.clock, Op: Start{Settings: p.settings()}}
	for range steps {
		if p.dice.IntN(3) == 0 { // decided, undone, and decided again
			before, first, in := stateOf(undone), undone.Number()+1, next
			for range 1 + p.dice.IntN(3) {
				in = p.after(in, undone.Decide(in).Next, undone)
			}
			undone.Rollback(first)
			undone.out = Decision{} // of what was not decided
			require.NoError(t, undone.check())
			require.Equal(t, before, stateOf(undone), "%+v", next)
		}
		d, same := undone.Decide(next), straight.Decide(next)
		require.Equal(t, told(same), told(d), "%+v", next)
		for _, a := range d.Answers {
			require.LessOrEqual(t, a.After, len(d.Events))
		}
		require.NoError(t, straight.check(), "%+v", next)
		for _, r := range d.Rows {
			if store[r.ID] = r.Value; r.Value == nil {
				delete(store, r.ID)
			}
		}
		p.bounded(straight, d)
		op := d.Next
		undone.Release(undone.Number())
		straight.Release(straight.Number())
		next = p.after(next, op, straight)
	}
	loaded, err := Load(rowsOf(store))
	require.NoError(t, err)
	loaded.SetHead(straight.head)
	require.NoError(t, loaded.check())
	loaded.lastRow = straight.lastRow // the highest may be deleted
	require.Equal(t, stateOf(straight), stateOf(loaded))
}

// told is all of a decision.
func told(d *Decision) []any {
	return []any{append([]Event{}, d.Events...), append([]Answer{}, d.Answers...), append([]Row{}, d.Rows...), d.Next, d.Void}
}

func rowsOf(store map[int64][]byte) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for id, value := range store {
			if !yield(Row{id, value}, nil) {
				return
			}
		}
	}
}

// stateOf is all that is true, but for what is soft and the clock.
func stateOf(m *Machine) map[int64]string {
	all := map[int64]string{0: fmt.Sprint(m.head, m.lastRow)}
	now := m.now
	m.now = time.Time{}
	whole := m.common.Checkpoint
	m.common.Checkpoint = 0
	all[commonRow] = string(m.encode(ofCommon, m.fields))
	m.now, m.common.Checkpoint = now, whole
	for _, s := range m.sessions {
		hard, at := *s, uint64(0)
		hard.soft = soft{}
		all[s.row] = string(m.encode(ofSession, func(c *coder) { hard.fields(c, &at) }))
	}
	for _, t := range m.desk.tickets {
		all[t.row] = string(m.encode(ofTicket, t.fields))
	}
	return all
}

// people are all sessions that ever came.
type people struct {
	t     *testing.T
	dice  *rand.Rand
	clock time.Time
	ids   []uuid.UUID
	conns uint64
	many  int // intents so far
}

func (p *people) settings() Settings {
	set := deskSettings()
	set.Desk = p.dice.IntN(2) == 0
	set.Visitors, set.VisitorsPerAddress = 2+p.dice.IntN(5), 1+p.dice.IntN(4)
	set.MessagesKept, set.MessagesPerAddress = 2+p.dice.IntN(5), 1+p.dice.IntN(4)
	set.Messages = time.Hour
	set.Silence = time.Duration(p.dice.IntN(2)) * 10 * time.Minute
	return set
}

// bounded checks that what has gone from the desk is bounded as soon as nothing more is due. What was there before a
// bound was lowered stays, and nothing is added to it.
func (p *people) bounded(m *Machine, _ *Decision) {
	if due := m.NextDue(); !due.IsZero() && !due.After(m.now) {
		return
	}
	waiting, kept := 0, 0
	for _, t := range m.desk.messages {
		if t.waits() {
			waiting++
		}
		if t.waits() && t.Kept {
			kept++
		}
	}
	require.LessOrEqual(p.t, waiting, max(kept, m.Settings.MessagesKept))
}

// after is the intent that comes after one of which op is what goes on.
func (p *people) after(last *Intent, op Op, m *Machine) *Intent {
	p.many++
	in := &Intent{Time: p.clock}
	binary.BigEndian.PutUint64(in.ID[:], uint64(p.many+1))
	if op != nil && p.dice.IntN(3) > 0 {
		in.Session, in.Conn, in.Op = last.Session, last.Conn, op
		return in
	}
	switch n := p.dice.IntN(100); {
	case n < 12 || len(p.ids) == 0:
		in.Op = p.open()
	case n < 14:
		in.Op = Start{Settings: p.settings()}
	case n < 26:
		p.clock = p.clock.Add([]time.Duration{time.Millisecond, time.Second, time.Minute, 10 * time.Minute}[p.dice.IntN(4)])
		in.Time, in.Op = p.clock, Tick{}
	default:
		p.acts(in, m)
	}
	return in
}

func (p *people) open() Op {
	p.conns++
	id := uuid.UUID{8: 1}
	binary.BigEndian.PutUint64(id[8:], uint64(len(p.ids)+1))
	p.ids = append(p.ids, id)
	op := Open{As: id, Conn: p.conns, Nick: protocol.MustNick(fmt.Sprint("p", p.dice.IntN(40))), Operator: p.dice.IntN(4) == 0, Program: p.dice.IntN(2) == 0, Code: Secret(id)}
	if p.dice.IntN(4) == 0 {
		op.Code = Secret{}
	}
	if n := p.dice.IntN(4); n > 0 {
		op.From = Address{Host: fmt.Sprint("192.0.2.", n), Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32)}
	}
	return op
}

// acts has a connected session do something, or resumes one that is not connected.
func (p *people) acts(in *Intent, m *Machine) {
	sessions := slices.SortedFunc(maps.Values(m.sessions), func(a, b *Session) int { return cmp.Compare(a.row, b.row) })
	if len(sessions) == 0 {
		in.Op = p.open()
		return
	}
	s := sessions[p.dice.IntN(len(sessions))]
	if s.Conn == 0 {
		p.conns++
		if in.Op = (Resume{Conn: p.conns, Code: s.Code}); s.Program {
			in.Op = Open{As: uuid.UUID{0: 2, 15: 1}, Conn: p.conns, Token: s.Code, Program: true, Echo: true, Code: s.Code}
		}
		return
	}
	in.Session, in.Conn = s.ID, s.Conn
	switch n := p.dice.IntN(40); {
	case n < 3:
		in.Op = Disconnect{Reason: []protocol.Reason{protocol.Lost, protocol.Departed, protocol.Stalled}[n], Seen: m.head}
	case n == 3:
		in.Op = Promote{}
	default:
		in.Op = Command{Command: p.command(s, m)}
	}
}

func (p *people) command(s *Session, m *Machine) protocol.Command {
	no := protocol.Ticket(1)
	if n := len(m.desk.tickets); n > 0 && p.dice.IntN(8) > 0 {
		no = slices.Sorted(maps.Keys(m.desk.tickets))[p.dice.IntN(n)]
	}
	words := protocol.MustText(fmt.Sprint("line ", p.many))
	to := protocol.MustNick(fmt.Sprint("p", p.dice.IntN(40)))
	if n := len(m.desk.operators); n > 0 && p.dice.IntN(2) == 0 {
		to = m.desk.operators[p.dice.IntN(n)].Nick
	}
	cmds := []protocol.Command{
		protocol.Desk{}, protocol.Desk{Text: words}, protocol.LeaveDesk{}, protocol.Say{Text: words}, protocol.Join{Room: roomOf([]string{"#lobby", "#tea", "#desk"}[p.dice.IntN(3)])},
		protocol.Quit{}, protocol.Rename{Nick: to}, protocol.Who{}, protocol.Topic{Text: words}, protocol.Redact{},
	}
	if s.Operator && p.dice.IntN(8) > 0 {
		cmds = []protocol.Command{
			protocol.Next{}, protocol.Take{Ticket: no}, protocol.Take{Ticket: no}, protocol.To{Ticket: no}, protocol.To{}, protocol.Say{Text: words},
			protocol.Reply{Ticket: no, Text: words}, protocol.Hand{Ticket: no, To: to}, protocol.Hold{Ticket: no}, protocol.Close{Ticket: no},
			protocol.Close{}, protocol.Close{Tickets: numbers(p.t, "1-9999")}, protocol.Note{Ticket: no, Text: words}, protocol.Duty{On: p.dice.IntN(3) > 0},
			protocol.Queue{All: true}, protocol.Kick{Nick: to}, protocol.Canned{}, protocol.Transcript{Ticket: no},
		}
	}
	return cmds[p.dice.IntN(len(cmds))]
}
