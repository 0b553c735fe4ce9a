package hub

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

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// mutter is one thing of those that people do who have something to hide: they
// whisper, go to the desk, change rooms, and take each other's names.
func mutter(dice *rand.Rand, p *persona, i int) {
	name := nick("n%d", dice.IntN(4))
	text := protocol.MustText(fmt.Sprint("word w", i))
	switch dice.IntN(12) {
	case 0, 1, 2:
		p.wants <- protocol.Say{Text: text}
	case 3:
		p.wants <- protocol.Me{Text: text}
	case 4, 5:
		p.wants <- protocol.Msg{To: name, Text: text}
	case 6:
		p.wants <- protocol.Rename{Nick: name}
	case 7, 8:
		p.wants <- protocol.Join{Room: roomNamed(fmt.Sprint("r", dice.IntN(2)))}
	case 9:
		p.wants <- protocol.Desk{Text: text}
	case 10:
		p.wants <- protocol.Undesk{}
	case 11:
		if p.identity.Operator {
			p.wants <- protocol.Reply{Ticket: protocol.Ticket(1 + dice.IntN(9)), Text: text}
		} else {
			p.wants <- protocol.Topic{Text: text}
		}
	}
}

// muttering brings some people and an operator together who have talked for a while.
func muttering(t *testing.T, w *world, dice *rand.Rand) (people []*persona) {
	people = append(people, w.operator(t, "op"))
	for range 4 {
		people = append(people, w.enter(t))
	}
	for i := range 150 {
		mutter(dice, people[dice.IntN(len(people))], i)
		if dice.IntN(4) == 0 {
			synctest.Wait()
		}
	}
	synctest.Wait()
	for _, p := range people {
		p.told()
	}
	return people
}

// Nobody finds what was said in another room, to somebody else, or at the desk,
// and everybody finds all of their own.
func TestHistoryAndSearchShowWhatOneMayRead(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dice := rand.New(rand.NewPCG(seed, 5))
				w := newWorld(journal.Bounds{}, Options{Replay: -1})
				people := muttering(t, w, dice)
				found := 0
				for range 30 {
					p := people[dice.IntN(len(people))]
					found += w.checkRights(t, p)
					mutter(dice, p, 1000)
					synctest.Wait()
				}
				assert.Greater(t, found, 100)
				w.close(people...)
			})
		})
	}
}

// checkRights has p look for all that there is, and compares that with the record.
func (w *world) checkRights(t *testing.T, p *persona) (found int) {
	t.Helper()
	var may []journal.Stream
	w.inspect(func(r *run) {
		for c := range r.clients {
			if c == p.connection() {
				m := c.member
				may = []journal.Stream{m.stream(m.where()), journal.Mailbox(m.id), journal.Everybody}
			}
		}
	})
	require.NotEmpty(t, may)
	want := map[uint64]bool{}
	var words []uint64
	w.truth.mu.Lock()
	for _, e := range w.truth.entries {
		for _, st := range may {
			if e.Stream == st && e.Event.IsSpoken() {
				want[e.Seq] = true
				if _, text := protocol.Words(e.Event); strings.Contains(text.String(), "word") {
					words = append(words, e.Seq)
				}
			}
		}
	}
	w.truth.mu.Unlock()
	got := func(cmd protocol.Command) (seqs []uint64) {
		p.told()
		p.wants <- cmd
		synctest.Wait()
		for _, e := range p.live {
			if past, ok := e.(protocol.Past); ok {
				seq := protocol.StampOf(past.Event).Seq
				assert.True(t, want[seq], "%d is not for it", seq)
				seqs = append(seqs, seq)
			}
		}
		return seqs
	}
	assert.Len(t, got(protocol.History{All: true}), len(want))
	assert.Equal(t, words[max(0, len(words)-maxFound):], append([]uint64{}, got(protocol.Search{Text: protocol.MustText("word")})...))
	for range 3 {
		got(protocol.History{Around: 1 + rand.Uint64N(w.truth.Head())})
		got(protocol.History{Before: 1 + rand.Uint64N(w.truth.Head()+9)})
	}
	return len(want)
}

func (p *persona) connection() *Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.client
}

// What somebody forgets is gone wherever it stands, and nothing else is.
func TestForgetTakesOnesOwnWordsEverywhere(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dice := rand.New(rand.NewPCG(seed, 6))
				w := newWorld(journal.Bounds{}, Options{Replay: -1})
				people := muttering(t, w, dice)
				p := people[dice.IntN(len(people))]
				if p.identity.Operator {
					p.wants <- protocol.Announce{Text: protocol.MustText("word of an operator")}
				}
				synctest.Wait()
				p.told()
				p.wants <- protocol.Forget{}
				var me uuid.UUID
				w.inspect(func(r *run) { me = p.client.member.id })
				streams := map[journal.Stream]bool{}
				spoken := 0
				for _, e := range w.truth.entries {
					streams[e.Stream] = true
					if of, session := e.Stream.Session(); e.Author == me && e.Event.IsSpoken() && (!session || of == me) {
						spoken++
					}
				}
				cur := &journal.Cursor{}
				for st := range streams {
					cur.Streams = append(cur.Streams, journal.Reading{Stream: st})
				}
				var all []journal.Entry
				for cur.Seq < w.truth.Head() {
					page, err := w.truth.Read(cur, w.truth.Head(), 100)
					require.NoError(t, err)
					all = append(all, page.Entries...)
				}
				require.Len(t, all, len(w.truth.entries))
				for i, e := range all {
					was := w.truth.entries[i]
					if _, erased := e.Event.(protocol.Erased); e.Author == me && e.Event.IsSpoken() {
						assert.True(t, erased, "%s: %s", e.Stream, protocol.AppendEvent(nil, e.Event))
					} else {
						assert.Equal(t, was, e)
					}
				}
				if !p.identity.Operator { // what stands at the desk as well is counted once
					require.Len(t, p.live, 1)
					assert.Equal(t, spoken-w.copiesAtDesk(me), p.live[0].(protocol.Forgot).Count)
				}
				w.close(people...)
			})
		})
	}
}

func (w *world) copiesAtDesk(me uuid.UUID) (n int) {
	for _, e := range w.truth.entries {
		if e.Stream == journal.Desk && e.Author == me && e.Event.IsSpoken() {
			n++
		}
	}
	return n
}

// Where one has spoken is remembered for so many places; that there were more is told.
func TestForgetTellsThatThereIsMore(t *testing.T) {
	inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
		ann := people[0]
		for i := range maxWrote + 10 {
			ann.wants <- protocol.Join{Room: roomNamed(fmt.Sprint("r", i))}
			ann.say("hello", "")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		ann.told()
		w.inspect(func(r *run) {
			for _, m := range r.members {
				assert.Len(t, m.wrote, maxWrote)
			}
		})
		ann.wants <- protocol.Forget{}
		synctest.Wait()
		require.Len(t, ann.live, 1)
		assert.Equal(t, protocol.Forgot{Count: maxWrote, Rest: true}, ann.live[0])
	})
}
