package state

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// fleet is a random world of three nodes, and machines that decide its order, each for itself. The world's own machine
// is always in front: by what that knows the dice make what comes next, and what it makes each other has to make.
type fleet struct {
	*several
	dice     *dice
	set      Settings
	muted    Node // says nothing for so many steps
	mute     int
	compared Checksum
	owners   map[protocol.Ticket]uuid.UUID
	made     []string // of each intent of the order
	dumps    []string // what the front knew before each, and knows now
	machines []*follower
}

// follower is a machine with its own store, which is somewhere in the order.
type follower struct {
	*world
	decided int
}

func newFleet(t *testing.T, seed uint64) *fleet {
	r := rand.New(rand.NewPCG(seed, 16))
	set, people := randomSettings(r), 5+r.IntN(30)
	w := emptyWorld(t)
	if seed%2 == 0 {
		w = newWorld(t, set)
	}
	f := &fleet{several: severalIn(w), dice: newDice(w, seed, people), set: set, owners: map[protocol.Ticket]uuid.UUID{}}
	for range int(seed+1) % 2 * 150 {
		for _, o := range w.decide(f.dice.next()) {
			f.follow(o)
		}
		f.dice.time(f.dice.Rand)
		f.dice.follow()
	}
	w.keepAll()
	w.reload()
	f.dice.follow()
	f.dumps = []string{w.m.dump(true)}
	for range 3 {
		f.joins(&w.store, 0)
	}
	return f
}

// joins has one machine more, which is made of what a store holds.
func (f *fleet) joins(s *store, at int) {
	x := &follower{world: emptyWorld(f.t), decided: at}
	x.large = true
	x.store = store{rows: maps.Clone(s.rows), legacy: s.head()}
	m, _, err := s.load()
	require.NoError(f.t, err)
	for _, e := range s.entries {
		if e.Seq > m.Checkpoint() {
			x.store.entries = append(x.store.entries, e)
		}
	}
	x.reload()
	f.machines = append(f.machines, x)
	f.compare(x)
}

// goesOn has x decide up to n intents more.
func (f *fleet) goesOn(x *follower, n int) {
	for ; n > 0 && x.decided < len(f.order); n-- {
		in := carried(f.t, &f.order[x.decided])
		o := x.decideOne(in)
		require.Equal(f.t, f.made[x.decided], string(o.bytes()), "%+v", in)
		x.decided++
	}
}

// restarts loses what x has not recorded.
func (f *fleet) restarts(x *follower) {
	x.decided -= len(x.pending)
	x.reload()
	f.compare(x)
}

// compare checks that x knows exactly what the front knew at that place in the order.
func (f *fleet) compare(x *follower) {
	f.t.Helper()
	require.Equal(f.t, f.dumps[x.decided], x.m.dump(true), "after %d intents", x.decided)
	require.Empty(f.t, x.m.Check())
	require.EqualValues(f.t, x.decided, x.m.Position())
	if x.decided == len(f.order) {
		require.Equal(f.t, f.m.Checksum(), x.m.Checksum())
	}
}

// plays has something happen in the order.
func (f *fleet) plays() {
	no := Node(1 + f.dice.IntN(3))
	f.at = no
	in := f.wish()
	if in.Conn != 0 {
		in.Session, no = uuid.Nil, HostOf(in.Conn)
	}
	switch {
	case no == f.muted && f.mute > 0:
		return
	case no == 0: // a connection from before there were several
		no = f.at
		f.follow(f.begins(no, f.settings()))
		return
	}
	if _, live := f.m.IncarnationOf(no); !live && f.dice.IntN(4) > 0 {
		f.follow(f.begins(no, f.settings()))
		return
	}
	switch n := f.dice.IntN(100); {
	case n < 1:
		f.follow(f.begins(no, f.settings()))
	case n < 20:
		f.follow(f.odd(no, n))
	default:
		if f.origins[no] != nil {
			f.last(no, f.proposes(no, in))
		}
	}
}

// wish is what a client wants. It may come to a node before the one that it has left knows of that.
func (f *fleet) wish() Intent {
	if f.dice.IntN(20) > 0 {
		return f.dice.next()
	}
	return f.dice.arrival(f.client(f.dice.names[f.dice.IntN(len(f.dice.names))]))
}

// last takes note of a decision, and has a node want what that is to go on with.
func (f *fleet) last(no Node, o outcome) {
	f.follow(o)
	for o.Next != nil {
		o = f.proposes(no, Intent{Conn: o.in.Conn, Op: o.Next})
		f.follow(o)
	}
}

// odd is what no client wants, or what a node does not want any more, or never has.
func (f *fleet) odd(no Node, n int) outcome {
	if f.origins[no] == nil {
		return f.begins(no, f.settings())
	}
	old := f.order[len(f.order)-1-f.dice.IntN(min(40, len(f.order)))]
	switch {
	case n < 5: // it comes twice
		return f.repeats(old)
	case n < 6:
		old.Incarnation--
		return f.repeats(old)
	case n < 7: // the one before it is lost
		old.Origin = *f.origins[no]
		old.Request += 2
		return f.repeats(old)
	case n < 11:
		return f.wants(no, Heartbeat{})
	case n < 14:
		return f.wants(no, Tick{})
	}
	return f.wants(no, f.checksum())
}

// checksum is of what was last compared, or of the front. Few are not what they should be.
func (f *fleet) checksum() Checksum {
	if f.dice.IntN(4) == 0 {
		f.compared = Checksum{Position: f.m.Position(), Sum: f.m.Checksum()}
	}
	op := f.compared
	if f.dice.IntN(8) == 0 {
		op.Sum[0]++
	}
	return op
}

func (f *fleet) settings() Settings {
	if f.dice.IntN(4) == 0 {
		f.set = randomSettings(f.dice.Rand)
	}
	return f.set
}

// follow takes note of what the front has made. A ticket has one operator at a time.
func (f *fleet) follow(o outcome) {
	if f.dumps != nil {
		f.made = append(f.made, string(o.bytes()))
		f.dumps = append(f.dumps, f.m.dump(true))
	}
	for _, e := range o.Events {
		ev, ok := e.What.(protocol.TicketChanged)
		if !ok {
			continue
		}
		switch ev.Event {
		case protocol.VisitorTaken:
			require.Zero(f.t, f.owners[ev.Ticket], "%s is taken from its operator", ev.Ticket)
			f.owners[ev.Ticket] = e.Author
		case protocol.VisitorReturned, protocol.TicketClosed, protocol.VisitorLeft:
			delete(f.owners, ev.Ticket)
		}
	}
}

// passes has time go on, mostly by little. It may stand still, go back, and go on beyond each lease.
func (f *fleet) passes() {
	ms := 0
	switch n := f.dice.IntN(100); {
	case n < 2:
		ms = f.dice.IntN(400_000)
	case n < 4:
		ms = -f.dice.IntN(5000)
	case n < 20:
		ms = f.dice.IntN(3000)
	case n < 60:
		ms = f.dice.IntN(200)
	}
	f.now = f.now.Add(time.Duration(ms) * time.Millisecond)
	if f.mute--; f.mute < -40 && f.dice.IntN(20) == 0 {
		f.muted, f.mute = Node(1+f.dice.IntN(3)), 30
	}
}

// lags has each machine do something at its own pace, or nothing.
func (f *fleet) lags() {
	for _, x := range f.machines {
		switch n := f.dice.IntN(30); {
		case n == 0:
			f.restarts(x)
		case n == 1 && len(x.pending) > 0: // it cannot be recorded
			x.decided -= len(x.pending)
			x.fail()
			f.compare(x)
		case n < 8:
			f.goesOn(x, 1+f.dice.IntN(40))
			f.compare(x)
		case n < 16 && len(x.pending) > 0:
			x.commit(1 + f.dice.IntN(len(x.pending)))
		case n == 16 && len(f.machines) < 5 && x.decided > len(x.pending):
			f.joins(&x.store, x.decided-len(x.pending))
		}
	}
}

// Machines that decide one order make the same, each at its own pace, and however often it was started from what it had
// recorded.
func TestMachinesThatDecideOneOrderAreTheSame(t *testing.T) {
	seedtest.Each(t, 3, func(t *testing.T, seed uint64) {
		f := newFleet(t, seed)
		for range 300 {
			f.plays()
			f.passes()
			f.dice.follow()
			f.lags()
		}
		for _, x := range slices.Clone(f.machines) {
			f.goesOn(x, len(f.order))
			f.compare(x)
			x.keepAll()
			f.restarts(x)
		}
	})
}
