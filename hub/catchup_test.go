package hub_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
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

// TestG3EveryLineOnceInOrder plays random schedules: people talk, rename themselves, change rooms, watch others, stop
// reading and go on, break off and come back, the server starts again, mostly with outboxes so small that they are
// behind most of the time. Each must have been told every entry of their rooms once, in order, from where they came in;
// with a journal that forgets nothing, nothing else will do.
func TestG3EveryLineOnceInOrder(t *testing.T) {
	seedtest.Each(t, 10, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playSchedule(t, seed, journal.Bounds{}) })
	})
}

// TestG3AHoleIsToldInLines is the same with a journal that keeps ten lines of a room: what is missing was forgotten,
// and as many lines as are missing were told to be.
func TestG3AHoleIsToldInLines(t *testing.T) {
	b := journal.Bounds{Lines: 10}
	seedtest.Each(t, 10, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playScheduleOn(t, seed, forgetful{journal.NewMemory(b)}, b) })
	})
}

// forgetful keeps no line for a start: in a world in which no time passes it would keep all.
type forgetful struct{ *journal.Memory }

func (forgetful) KeepAfter(uint64) {}

func playSchedule(t *testing.T, seed uint64, b journal.Bounds) {
	playScheduleOn(t, seed, journal.NewMemory(b), b)
}

func playScheduleOn(t *testing.T, seed uint64, s journal.Store, b journal.Bounds) {
	dice := rand.New(rand.NewPCG(seed, 1))
	outbox := 1 + dice.IntN(600)
	if dice.IntN(4) == 0 {
		outbox = 0 // no client is behind
	}
	o := hub.Options{Outbox: outbox, Replay: -1, Hold: 24 * time.Hour, Durable: true}
	w := newWorldOn(t, hubtest.Setup{Store: s, Bounds: b, Options: o})
	people := make([]*hubtest.Client, 2+dice.IntN(5))
	for i := range people {
		people[i] = w.NewClient(dice.IntN(3) > 0)
		people[i].Connect()
	}
	synctest.Wait()
	time.Sleep(time.Second) // clients that say nothing arrive
	for i := range 300 {
		act(t, dice, people[dice.IntN(len(people))], i)
		if i%40 == 39 {
			w.checkAudience(t)
		}
		if dice.IntN(200) == 0 {
			restart(w, o, people)
			w.checkAudience(t)
		}
	}
	for _, p := range people {
		p.Resume()
	}
	synctest.Wait()
	byNick := finalIDs(w)
	for i, p := range people {
		checkHeard(t, w, p, byNick[p.Nick()], b, fmt.Sprint("session ", i))
	}
	checkOnce(t, w)
	w.checkAudience(t)
	w.Close(people...)
}

// restart ends the server and starts it again, and all come back.
func restart(w *world, o hub.Options, people []*hubtest.Client) {
	for _, p := range people {
		p.Resume()
	}
	synctest.Wait() // clients that are behind as the server ends may be told again what they are told then
	w.Restart(o)
	w.restarts++
	for _, p := range people {
		p.Wait()
		p.Guest = nil
		p.Connect()
	}
	synctest.Wait()
}

// act is one thing that p does, the ith of all.
func act(_ *testing.T, dice *rand.Rand, p *hubtest.Client, i int) {
	switch n := dice.IntN(100); {
	case n < 35:
		p.Say(fmt.Sprint("line ", i), protocol.Ref(fmt.Sprint("ref-", i)))
	case n < 50:
		p.Send(protocol.Say{Text: hubtest.Text(fmt.Sprint("line ", i)), Room: oneOf(dice)})
	case n < 60:
		p.Pause()
	case n < 75:
		p.Resume()
	case n < 77:
		p.Send(protocol.Rename{Nick: hubtest.Nick("n%d", i)})
	case n < 78:
		p.Send(protocol.Away{Text: hubtest.Text(fmt.Sprint("away ", i))})
	case n < 82:
		p.Send(protocol.Join{Room: oneOf(dice)})
	case n < 87:
		p.Send(protocol.Watch{Room: oneOf(dice)})
	case n < 89:
		p.Send(protocol.Part{Room: oneOf(dice)})
	case n < 90:
		p.Send(protocol.Part{})
	case n < 93:
		p.Disconnect()
		p.Resume() // a connection that is gone does not wait for its reader
		p.Wait()
		p.Guest = nil
		if dice.IntN(3) == 0 {
			p.Guest = []protocol.Command{protocol.Say{Text: hubtest.Text("who am I?")}, protocol.Ping{}}
		}
		if dice.IntN(2) == 0 {
			time.Sleep(time.Duration(dice.IntN(100)) * time.Second)
		}
		p.Connect()
	case n < 97:
		p.Send(protocol.Who{})
	default:
		synctest.Wait()
	}
}

// oneOf is one of the few rooms in which all of a schedule happens.
func oneOf(dice *rand.Rand) protocol.Room {
	return []protocol.Room{protocol.Lobby, hubtest.Room("r0"), hubtest.Room("r1"), hubtest.Room("r2")}[dice.IntN(4)]
}

// finalIDs finds the session behind each name by replaying the journal.
func finalIDs(w *world) map[protocol.Nick]uuid.UUID {
	ids := map[protocol.Nick]uuid.UUID{}
	for _, e := range w.Store.Entries() {
		switch ev := e.Event.(type) {
		case protocol.Joined:
			ids[ev.From] = e.Author
		case protocol.Renamed:
			ids[ev.To] = e.Author
		}
	}
	return ids
}

func checkHeard(t *testing.T, w *world, p *hubtest.Client, id uuid.UUID, b journal.Bounds, who string) {
	t.Helper()
	require.NotZero(t, id, who)
	want, unheard := wanted(w.Store.Entries(), p, id)
	last := uint64(0)
	told, things := p.Positions(), map[uuid.UUID]bool{}
	for _, seq := range told {
		require.Greater(t, seq, last, "%s: in order, and once: %s", who, w.story(id, p))
		thing, is := want[seq]
		require.True(t, is, "%s: position %d is not for it: %s", who, seq, w.story(id, p))
		first := thing.first || b.Lines > 0                            // else where it stands first may be forgotten,
		again := things[thing.id] && (b.Lines == 0 || w.restarts == 0) // and at a start it is looked up in the journal
		require.True(t, first && !again, "%s: position %d was told in another room: %s", who, seq, w.story(id, p))
		things[thing.id] = true
		last = seq
	}
	expected := 0
	for _, thing := range want {
		if thing.first {
			expected++
		}
	}
	missing := expected - len(things)
	gone, unsure := p.Missing()
	if b.Lines == 0 {
		assert.Zero(t, p.Unacknowledged(), "%s: every line is acknowledged", who)
		assert.Zero(t, missing, "%s: every line", who)
		assert.Zero(t, gone, who)
		assert.False(t, unsure, who)
		return
	}
	if !unsure {
		assert.LessOrEqual(t, missing, gone, "%s: a hole is told: %s", who, w.story(id, p))
	}
	assert.LessOrEqual(t, gone, missing+unheard, "%s: no hole is told where none is: %s", who, w.story(id, p))
}

// thing is what an entry tells, in the first of the rooms of one in which it stands, or in another.
type thing struct {
	id    uuid.UUID
	first bool
}

// wanted is what a session is to be told, by position; unheard counts the entries of its streams beside these.
func wanted(entries []journal.Entry, p *hubtest.Client, id uuid.UUID) (want map[uint64]thing, unheard int) {
	want = map[uint64]thing{}
	in := map[journal.Stream]bool{}
	me := hub.SessionView{ID: id, Echo: p.Program}
	var last uuid.UUID
	for i := range entries {
		e := &entries[i]
		if e.Author == id && comesIn(in, e) || !in[e.Stream] {
			continue
		}
		at := protocol.MetaOf(e.Event).ID
		if !me.Hears(e) || at == last {
			unheard++
		}
		if me.Hears(e) {
			want[e.Seq] = thing{at, at != last}
		}
		last = at
	}
	return want, unheard
}

// comesIn notes which streams a session hears after an entry of its own. It reports whether it hears another one: what
// it was told of that is no entry. If it was away and is back, what was said meanwhile is its own.
func comesIn(in map[journal.Stream]bool, e *journal.Entry) (is bool) {
	switch ev := e.Event.(type) {
	case protocol.Joined:
		is = !in[e.Stream]
		in[e.Stream], in[journal.Mailbox(e.Author)] = true, true
	case protocol.Left:
		if ev.Reason != protocol.Lost {
			delete(in, e.Stream)
		}
	case protocol.DutyChanged:
		is = ev.On && !in[e.Stream]
		in[e.Stream] = in[e.Stream] || ev.On
	}
	return is
}

// checkOnce holds G5: what was said again after a break is one line.
func checkOnce(t *testing.T, w *world) {
	t.Helper()
	said := map[string]int{}
	for _, e := range w.Store.Entries() {
		if ev, ok := e.Event.(protocol.Said); ok && ev.Ref != "" {
			said[string(ev.Ref)]++
		}
	}
	for ref, n := range said {
		assert.Equal(t, 1, n, "%s was said %d times", ref, n)
	}
}

// story is what happened. It is long, and told only where a test fails.
type story struct {
	entries []journal.Entry
	id      uuid.UUID
	p       *hubtest.Client
}

func (w *world) story(id uuid.UUID, p *hubtest.Client) story { return story{w.Store.Entries(), id, p} }

// String implements fmt.Stringer.
func (o story) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "session %s\n", o.id)
	for _, e := range o.entries {
		fmt.Fprintf(&s, "%d %s %s %T %s", e.Seq, e.Stream, e.Author, e.Event, protocol.AppendEvent(nil, e.Event))
	}
	s.WriteString("was told\n")
	for _, e := range o.p.Heard() {
		fmt.Fprintf(&s, "%d %s", protocol.MetaOf(e).Seq, protocol.AppendEvent(nil, e))
	}
	return s.String()
}
