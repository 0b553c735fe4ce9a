package hub_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// G11: after a failed flush the hub ends. What was under way is refused, every client gets a goodbye, also one that is
// behind, and no client hangs.
func TestG11ABrokenJournalIsTheEnd(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 4, true, func(w *world, people []*hubtest.Client) {
		ann, bob, slow, stuck := people[0], people[1], people[2], people[3]
		op := w.EnterOperator("op")
		slow.Pause()
		stuck.Pause()
		for i := range 200 {
			ann.Say(fmt.Sprint(i, strings.Repeat("x", 1000)), protocol.Ref(fmt.Sprint(i)))
		}
		synctest.Wait()
		ann.Told()
		bob.Told()
		w.Store.Hold()
		ann.Say("first", "a")
		synctest.Wait()
		for i := range 5 {
			ann.Say(fmt.Sprint("under way ", i), protocol.Ref(fmt.Sprint("b", i)))
			bob.Say(fmt.Sprint("under way ", i), protocol.Ref(fmt.Sprint("c", i)))
		}
		synctest.Wait()
		broken := fmt.Errorf("%w (flush)", journal.ErrBroken)
		w.Store.Fail(broken)
		w.Store.Open(broken)
		began := time.Now()
		time.Sleep(time.Second)
		slow.Resume()
		w.Wait()
		assert.Equal(t, 5*time.Second, time.Since(began), "no longer than the grace, for who is stuck")
		assert.ErrorIs(t, w.Err, journal.ErrBroken)
		for _, p := range []*hubtest.Client{bob, op, slow} {
			p.Wait()
			seen := p.Told()
			assert.Equal(t, "-- goodbye: the server is shutting down, please come back in a while: its disk has failed", last(seen))
			assert.NotContains(t, seen, "<guest-1> first")
		}
		ann.Wait()
		assert.Equal(t, 6, count(ann.Told(), notKept))
		_, err := w.Hub.Attach(context.Background(), hub.Identity{}, nil)
		assert.ErrorIs(t, err, hub.ErrStopped)
		require.Len(t, w.Trouble(), 1)
		assert.ErrorIs(t, w.Trouble()[0], journal.ErrBroken)
	})
}

// The disk may break at any moment, while people come, go, and come back.
func TestG11TheJournalBreaksAtAnyMoment(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 4))
			w := newWorld(t, hub.Options{Outbox: 1 + dice.IntN(600)})
			people := make([]*hubtest.Client, 5)
			for i := range people {
				people[i] = w.NewClient(i%2 == 0)
				people[i].Connect()
			}
			at := dice.IntN(200)
			for i := range 200 {
				if i == at {
					w.Store.Fail(journal.ErrBroken)
				}
				act(t, dice, people[dice.IntN(len(people))], i)
			}
			people[0].Say("the last straw", "")
			for _, p := range people {
				p.Resume()
			}
			w.Wait()
			assert.ErrorIs(t, w.Err, journal.ErrBroken)
			w.Close(people...)
		})
	})
}

// unreadable is a store that at times cannot be read.
type unreadable struct {
	journal.Store
	mu  sync.Mutex
	why error // not nil: what every reading returns
}

func (s *unreadable) fails(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why = err
}

func (s *unreadable) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

func (s *unreadable) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	if err := s.failure(); err != nil {
		return journal.Page{}, err
	}
	return s.Store.Read(cur, upto, limit)
}

func (s *unreadable) SeqOfLast(streams []journal.Stream, upto uint64, n int) (uint64, error) {
	if err := s.failure(); err != nil {
		return 0, err
	}
	return s.Store.SeqOfLast(streams, upto, n)
}

func (s *unreadable) Newest(streams []journal.Stream, upto uint64, n int) ([]journal.Entry, bool, error) {
	if err := s.failure(); err != nil {
		return nil, false, err
	}
	return s.Store.Newest(streams, upto, n)
}

func (s *unreadable) SeqBefore(t time.Time) (uint64, error) {
	if err := s.failure(); err != nil {
		return 0, err
	}
	return s.Store.SeqBefore(t)
}

func (s *unreadable) Search(ctx context.Context, streams []journal.Stream, words string, upto uint64, n int) ([]journal.Entry, uint64, error) {
	if err := s.failure(); err != nil {
		return nil, 0, err
	}
	return s.Store.Search(ctx, streams, words, upto, n)
}

// A journal that cannot be read for a while loses no client and no line: a client that is behind waits, and one that
// asks for the history is told.
func TestAJournalThatCannotBeReadIsWaitedFor(t *testing.T) {
	store := &unreadable{Store: journal.NewMemory(journal.Bounds{})}
	inWorld(t, hubtest.Setup{Store: store, Options: hub.Options{Outbox: 500}}, 3, false, func(w *world, people []*hubtest.Client) {
		ann, bob, carl := people[0], people[1], people[2]
		bob.Pause()
		var want []string
		say := func(s string) {
			ann.Say(s, "")
			want = append(want, "<guest-1> "+s)
			synctest.Wait()
		}
		for i := range 100 {
			say(fmt.Sprint("line ", i))
		}
		store.fails(errors.New("input/output error"))
		bob.Resume()
		time.Sleep(10 * time.Second)
		say("meanwhile")
		assert.Less(t, len(bob.Told()), 100)
		carl.Told()
		for _, cmd := range []protocol.Command{
			protocol.History{}, protocol.History{Since: time.Now()}, protocol.History{Around: 3}, protocol.Search{Text: hubtest.Text("line")},
		} {
			carl.Send(cmd)
			synctest.Wait()
			assert.Equal(t, []string{"-- the history cannot be read just now: please try again in a while"}, carl.Told())
		}
		store.fails(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		say("after")
		carl.Send(protocol.History{Lines: 1})
		synctest.Wait()
		assert.Contains(t, carl.Told()[1], "] <guest-1> after")
		assert.NotEmpty(t, w.Trouble())
		for _, err := range w.Trouble() {
			assert.ErrorIs(t, err, hub.ErrUnreadable, "what is said is kept all the while")
		}
	})
	store = &unreadable{Store: journal.NewMemory(journal.Bounds{})}
	inWorld(t, hubtest.Setup{Store: store, Options: hub.Options{Outbox: 500}}, 2, false, func(_ *world, people []*hubtest.Client) { // all of it, in order
		ann, bob := people[0], people[1]
		bob.Pause()
		for i := range 200 {
			ann.Say(fmt.Sprint(i), "")
			synctest.Wait()
			switch i {
			case 50:
				store.fails(errors.New("input/output error"))
				bob.Resume()
			case 150:
				store.fails(nil)
			}
			time.Sleep(100 * time.Millisecond)
		}
		seen := bob.Told()
		require.Len(t, seen, 200)
		for i, line := range seen {
			assert.Equal(t, fmt.Sprint("<guest-1> ", i), line)
		}
	})
}

// G11: the operators hear once that nothing can be kept, and once that it can again.
func TestG11TroubleIsToldOnce(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		op := w.EnterOperator("op")
		w.Store.Fail(errDisk)
		for i := range 5 {
			ann.Say(fmt.Sprint(i), "")
			time.Sleep(time.Second)
		}
		late := w.EnterOperator("late") // it cannot even come in
		bob.Say("hello", "")
		synctest.Wait()
		assert.Equal(t, []string{"-- the journal cannot be written just now, so what is said is heard by nobody and refused: the log says why"}, op.Told())
		w.Store.Fail(nil)
		bob.Say("hello", "")
		time.Sleep(hub.Calm)
		synctest.Wait()
		again := "-- the journal works again, and what is said is heard"
		assert.ElementsMatch(t, []string{again, "<guest-2> hello"}, op.Told())
		assert.Equal(t, []string{again}, late.Told())
		ann.Told()
		bob.Say("and on", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-2> and on"}, op.Told())
		assert.Equal(t, []string{"<guest-2> and on"}, ann.Told(), "and nobody else does")
		assert.Len(t, w.Trouble(), 2)
		assert.Error(t, w.Trouble()[0])
		assert.NoError(t, w.Trouble()[1])
		w.Close(op, late)
	})
}

// An operator that comes in at that moment hears it, too.
func TestG11TroubleIsToldToAnOperatorWhoComesIn(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 1, false, func(w *world, _ []*hubtest.Client) {
		w.Store.Hold()
		op := w.NewClient(false)
		op.Identity = hub.Identity{Operator: true, Nick: hubtest.Nick("op"), Brief: true}
		op.Connect()
		op.Pause() // all that it is told then comes together
		time.Sleep(10 * time.Second)
		w.Store.Let(nil)
		op.Resume()
		synctest.Wait()
		assert.Contains(t, op.Told(), "-- the journal works again, and what is said is heard")
		w.Store.Release()
		w.Close(op)
	})
}

// A hub goes on where another one ended: the journal is all that it needs to know.
func TestAHubGoesOnWithTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := journal.NewMemory(journal.Bounds{Lines: 50})
		w := newWorldOn(t, hubtest.Setup{Store: store})
		ann, bob := w.NewClient(false), w.NewClient(true)
		ann.Connect()
		bob.Connect()
		synctest.Wait()
		time.Sleep(time.Second)
		op := w.EnterOperator("op")
		for i := range 100 {
			ann.Say(fmt.Sprint("first life ", i), "")
			op.Send(protocol.Announce{Text: hubtest.Text("hear, hear")}) // the stream of all sessions loses some, too
		}
		synctest.Wait()
		time.Sleep(2 * time.Minute) // no start needs the oldest lines any more
		head := store.Head()
		w.Close(ann, bob, op)
		bob.Told()
		seen := bob.Resumes()

		w.Restart(hub.Options{Outbox: 300, Replay: -1})
		ann, cem := w.NewClient(false), w.NewClient(false)
		ann.Connect()
		time.Sleep(time.Second)
		cem.Connect()
		time.Sleep(time.Second)
		synctest.Wait()
		cem.Told()
		cem.Pause()
		for i := range 20 {
			ann.Say(fmt.Sprint("second life ", i), "")
			synctest.Wait()
		}
		assert.Greater(t, store.Head(), head+20)
		cem.Resume()
		synctest.Wait()
		require.Len(t, cem.Told(), 20, "nothing is told to be missing where nothing is")

		op = w.EnterOperator("op")
		cem.Pause()
		for range 20 { // it is behind before the stream of all sessions has an entry in this life
			ann.Say("something longer than nothing", "")
			synctest.Wait()
		}
		for range 60 { // ten more than are kept
			op.Send(protocol.Announce{Text: hubtest.Text("hear, hear")})
			synctest.Wait()
		}
		cem.Resume()
		synctest.Wait()
		gone := 0
		for _, e := range cem.Events() {
			if gap, ok := e.(protocol.Gap); ok {
				gone += gap.Lines
			}
		}
		assert.LessOrEqual(t, gone, 10, "what was gone before it came is not missed")

		time.Sleep(2 * time.Minute) // no session is held any more
		bob.Room = protocol.Lobby
		bob.Connect()
		synctest.Wait()
		told := bob.Told()
		assert.Contains(t, told, "-- your session is over: lines may be missing here, and private ones are lost")
		heard := 0
		for _, l := range told {
			if strings.HasPrefix(l, "<guest-3> second life") {
				heard++
			}
		}
		assert.Equal(t, 20, heard)
		assert.Greater(t, bob.Resumes().Seq, seen.Seq)

		eve := w.NewClient(true)
		eve.ResumeFrom("another", protocol.ResumeFrom{Epoch: seen.Epoch, Seq: 1 << 40})
		eve.Connect()
		old := w.NewClient(true)
		old.ResumeFrom("another", protocol.ResumeFrom{Epoch: seen.Epoch, Seq: 3})
		old.Connect()
		synctest.Wait()
		assert.Contains(t, eve.Told(), "-- there has never been the position that you saw last: lines may be missing here")
		assert.Contains(t, old.Told(), "-- some lines are missing here: they are no longer kept")
		w.Close(ann, bob, cem, eve, old, op)
	})
}

// The numbers of the desk go on over a start: a transcript does not mix what another visitor said in another life.
func TestATranscriptIsOfOneVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := journal.NewMemory(journal.Bounds{})
		for life := range 2 {
			w := newWorldOn(t, hubtest.Setup{Store: store})
			op, eve := w.EnterOperator("op"), w.Enter(hub.Identity{})
			eve.Send(protocol.Desk{Text: hubtest.Text(fmt.Sprint("in life ", life))})
			synctest.Wait()
			eve.Send(protocol.LeaveDesk{})
			synctest.Wait()
			op.Told()
			op.Send(protocol.Transcript{Ticket: protocol.Ticket(1 + life)})
			synctest.Wait()
			told := strings.Join(op.Told(), "\n")
			assert.Contains(t, told, fmt.Sprintf("] [@%[1]d guest-%[1]d] in life %d", 1+life, life))
			assert.Equal(t, 1, strings.Count(told, "in life "), "life %d", life)
			w.Close(op, eve)
		}
	})
}

// A person that is thousands of lines behind is told how many were skipped, and the last hundred; a program is told
// all.
func TestG6APersonFarBehindIsToldHowMuchIsSkipped(t *testing.T) {
	s := hubtest.Setup{Bounds: journal.Bounds{Lines: -1, Bytes: -1}, Options: hub.Options{Outbox: 2000}}
	inWorld(t, s, 3, false, func(w *world, people []*hubtest.Client) {
		ann, bob, op := people[0], people[1], people[2]
		bot := w.NewClient(true)
		bot.Connect()
		synctest.Wait()
		bot.Told()
		bob.Told()
		bob.Pause()
		bot.Pause()
		for i := range 5000 {
			ann.Say(fmt.Sprint("line ", i), "")
			if i%100 == 0 {
				synctest.Wait()
			}
			if i == 4990 {
				op.Send(protocol.Msg{To: hubtest.Nick("guest-2"), Text: hubtest.Text("psst")})
				synctest.Wait() // else it may come after the last line
			}
		}
		synctest.Wait()
		bob.Resume()
		bot.Resume()
		synctest.Wait()
		var all int
		for _, l := range bot.Told() {
			if strings.HasPrefix(l, "<guest-1> line ") {
				all++
			}
		}
		assert.Equal(t, 5000, all, "programs never skip")

		var skipped, told int
		for _, e := range bob.Heard() {
			switch e := e.(type) {
			case protocol.Gap:
				assert.Equal(t, protocol.Skipped, e.Why)
				assert.Zero(t, skipped, "once")
				skipped = e.Lines
			case protocol.Said, protocol.Whispered:
				told++
			}
		}
		assert.Equal(t, 5001, skipped+told)
		lines := bob.Told()
		at := 0
		for i, l := range lines {
			if strings.Contains(l, "are skipped here") {
				at = i
			}
		}
		assert.Len(t, lines[at+1:], 100)
		assert.Equal(t, "<guest-1> line 4999", last(lines))
		assert.Contains(t, lines[at+1:], "[guest-3 -> you] psst")
		bob.Send(protocol.History{All: true})
		synctest.Wait()
		assert.Contains(t, strings.Join(bob.Told(), "\n"), "] <guest-1> line 2500\n", "they can be read")
		ann.Say("and on", "")
		synctest.Wait()
		assert.Equal(t, []string{"<guest-1> and on"}, bob.Told())
		w.Close(bot)
	})
}

// A start knows again what was said under which id, however little of the journal is kept (G5).
func TestG5ALineSaidAgainAfterAStartIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOn(t, hubtest.Setup{Store: journal.NewMemory(journal.Bounds{Lines: 5})})
		ann := w.NewClient(true)
		ann.Connect()
		for i := range 20 {
			ann.Say("hello", protocol.Ref(fmt.Sprint("id-", i)))
			synctest.Wait()
		}
		w.Close(ann)
		w.Restart(hub.Options{})
		ann.Connect()
		synctest.Wait()
		head := w.Store.Head()
		ann.Say("hello", "id-0")
		ann.Say("hello", "id-19")
		synctest.Wait()
		assert.Equal(t, head, w.Store.Head())
		ann.Say("hello", "id-20")
		synctest.Wait()
		assert.Equal(t, head+1, w.Store.Head())
		w.Close(ann)
	})
}
