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

// mutter is one thing that a session with something to hide does: it whispers, goes to the desk, changes rooms, or
// takes another session's name.
func mutter(dice *rand.Rand, p *hubtest.Client, i int) {
	name := hubtest.Nick("n%d", dice.IntN(4))
	text := hubtest.Text(fmt.Sprint("word w", i))
	switch dice.IntN(12) {
	case 0, 1, 2:
		p.Send(protocol.Say{Text: text})
	case 3:
		p.Send(protocol.Me{Text: text})
	case 4, 5:
		p.Send(protocol.Msg{To: name, Text: text})
	case 6:
		p.Send(protocol.Rename{Nick: name})
	case 7, 8:
		p.Send(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", dice.IntN(2)))})
	case 9:
		p.Send(protocol.Desk{Text: text})
	case 10:
		p.Send(protocol.LeaveDesk{})
	case 11:
		if p.Identity.Operator {
			p.Send(protocol.Reply{Ticket: protocol.Ticket(1 + dice.IntN(9)), Text: text})
		} else {
			p.Send(protocol.Topic{Text: text})
		}
	}
}

// muttering brings an operator and some other sessions together that have talked for a while.
func muttering(_ *testing.T, w *world, dice *rand.Rand) (people []*hubtest.Client) {
	people = append(people, w.EnterOperator("op"))
	for range 4 {
		people = append(people, w.Enter(hub.Identity{}))
	}
	for i := range 150 {
		mutter(dice, people[dice.IntN(len(people))], i)
		if dice.IntN(4) == 0 {
			synctest.Wait()
		}
	}
	synctest.Wait()
	for _, p := range people {
		p.Told()
	}
	return people
}

// History and search show a session nothing that was said in another room, to another session, or at the desk, and they
// show it all of its own words.
func TestHistoryAndSearchShowWhatOneMayRead(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 5))
			w := newWorld(t, hub.Options{Replay: -1})
			people := muttering(t, w, dice)
			found := 0
			for range 30 {
				p := people[dice.IntN(len(people))]
				found += w.checkRights(t, dice, p)
				mutter(dice, p, 1000)
				synctest.Wait()
			}
			assert.Greater(t, found, 100)
			w.Close(people...)
		})
	})
}

// checkRights has p look for all that there is, and compares that with the journal.
func (w *world) checkRights(t *testing.T, dice *rand.Rand, p *hubtest.Client) (found int) {
	t.Helper()
	me := w.Session(p.Conn())
	require.NotZero(t, me.Room)
	may := []journal.Stream{journal.OfRoom(me.Room), journal.Mailbox(me.ID), journal.Everybody}
	if me.Room == protocol.DeskRoom {
		may[0] = journal.Conversation(me.ID)
	}
	want := map[uint64]bool{}
	var words []uint64
	for _, e := range w.Store.Entries() {
		for _, st := range may {
			if e.Stream == st && e.Event.IsMessage() {
				want[e.Seq] = true
				if _, text := protocol.Words(e.Event); strings.Contains(text.String(), "word") {
					words = append(words, e.Seq)
				}
			}
		}
	}
	got := func(cmd protocol.Command) (seqs []uint64) {
		p.Told()
		p.Send(cmd)
		synctest.Wait()
		for _, e := range p.Heard() {
			if past, ok := e.(protocol.Replayed); ok {
				seq := protocol.MetaOf(past.Event).Seq
				assert.True(t, want[seq], "%d is not for it", seq)
				seqs = append(seqs, seq)
			}
		}
		return seqs
	}
	assert.Len(t, got(protocol.History{All: true}), len(want))
	assert.Equal(t, words[max(0, len(words)-hub.MaxFound):], append([]uint64{}, got(protocol.Search{Text: hubtest.Text("word")})...))
	for range 3 {
		got(protocol.History{Around: 1 + dice.Uint64N(w.Store.Head())})
		got(protocol.History{Before: 1 + dice.Uint64N(w.Store.Head()+9)})
	}
	return len(want)
}

// What a session has redacted is gone wherever it stands, and nothing else is.
func TestForgetTakesOnesOwnWordsEverywhere(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 6))
			w := newWorld(t, hub.Options{Replay: -1})
			people := muttering(t, w, dice)
			p := people[dice.IntN(len(people))]
			if p.Identity.Operator {
				p.Send(protocol.Announce{Text: hubtest.Text("word of an operator")})
			}
			synctest.Wait()
			p.Told()
			p.Send(protocol.Redact{})
			synctest.Wait()
			me := w.Session(p.Conn()).ID
			streams := map[journal.Stream]bool{}
			spoken := 0
			for _, e := range w.Store.Entries() {
				streams[e.Stream] = true
				if of, session := e.Stream.Session(); e.Author == me && e.Event.IsMessage() && (!session || of == me) {
					spoken++
				}
			}
			cur := &journal.Cursor{}
			for st := range streams {
				cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: st})
			}
			var all []journal.Entry
			for cur.Seq < w.Store.Head() {
				page, err := w.Store.Read(cur, w.Store.Head(), 100)
				require.NoError(t, err)
				all = append(all, page.Entries...)
			}
			require.Len(t, all, len(w.Store.Entries()))
			for i, e := range all {
				was := w.Store.Entries()[i]
				if _, erased := e.Event.(protocol.Redacted); e.Author == me && e.Event.IsMessage() {
					assert.True(t, erased, "%s: %s", e.Stream, protocol.AppendEvent(nil, e.Event))
				} else {
					assert.Equal(t, was, e)
				}
			}
			if !p.Identity.Operator { // what stands at the desk as well is counted once
				require.Len(t, p.Heard(), 1)
				assert.Equal(t, spoken-w.copiesAtDesk(me), p.Heard()[0].(protocol.Redaction).Count)
			}
			w.Close(people...)
		})
	})
}

func (w *world) copiesAtDesk(me uuid.UUID) (n int) {
	for _, e := range w.Store.Entries() {
		if e.Stream == journal.Desk && e.Author == me && e.Event.IsMessage() {
			n++
		}
	}
	return n
}

// The streams in which a session has spoken are remembered up to a number; that there were more is told.
func TestForgetTellsThatThereIsMore(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
		ann := people[0]
		for i := range hub.MaxWrote + 10 {
			ann.Send(protocol.Join{Room: hubtest.Room(fmt.Sprint("r", i))})
			ann.Say("hello", "")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		ann.Told()
		for _, m := range w.Sessions() {
			assert.Equal(t, hub.MaxWrote, m.Wrote)
		}
		ann.Send(protocol.Redact{})
		synctest.Wait()
		require.Len(t, ann.Heard(), 1)
		assert.Equal(t, protocol.Redaction{Count: hub.MaxWrote, Rest: true}, ann.Heard()[0])
	})
}
