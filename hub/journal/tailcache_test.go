package journal

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// every is one event of each kind that stands in the journal and has a text, with that one.
func every(words string) []protocol.Recorded {
	text := protocol.MustText(words)
	return []protocol.Recorded{
		protocol.Said{Text: text}, protocol.Acted{Text: text}, protocol.Whispered{Text: text}, protocol.Left{Text: text},
		protocol.TopicSet{Text: text}, protocol.AwaySet{Text: text}, protocol.Announced{Text: text}, protocol.VisitorSaid{Text: text},
		protocol.Replied{Text: text}, protocol.Noted{Text: text}, protocol.TicketChanged{Text: text}, protocol.VisitorNotice{Text: text},
	}
}

// What is held in memory is counted with its lines in both spellings, which come later.
func TestAnEntryIsCountedWithItsLines(t *testing.T) {
	stamp := protocol.Meta{Seq: 1 << 40, ID: uuid.New(), Time: time.Now().UTC(), Room: protocol.Lobby}
	for _, letter := range []string{"x", `"`, "茶", "👩‍🚀"} {
		for _, length := range []int{1, 100, 4000} {
			for _, ev := range every(strings.Repeat(letter, length/len(letter))) {
				e := Entry{Stream: "#lobby", Event: ev.WithMeta(stamp)}
				took := cachedSize(&e)
				spelled := len(e.Frame().Text()) + len(e.Frame().JSON())
				assert.Equal(t, took, cachedSize(&e))
				assert.Greater(t, took, length/len(letter)*len(letter)+spelled, "%T %s %d", ev, letter, length)
			}
		}
	}
}

func TestTheEndOfTheJournalIsBoundedInMemory(t *testing.T) {
	for _, length := range []int{1, 100, 500, 4000} {
		r := tailCache{max: tailLines}
		for seq := uint64(1); seq < 10_000; {
			var group []Entry
			for _, ev := range every(strings.Repeat("x", length)) {
				group = append(group, Entry{Seq: seq, Stream: Stream(fmt.Sprint("#", seq%20)), Event: ev})
				seq++
			}
			r.append(group, 0)
		}
		sum := 0
		for i := range r.entries {
			sum += cachedSize(&r.entries[i])
		}
		assert.Equal(t, sum, r.bytes)
		assert.LessOrEqual(t, sum, tailBytes, length)
		assert.Greater(t, sum, tailBytes-20*cachedSize(&r.entries[0]), length)
		assert.Equal(t, r.entries[0].Seq-1, r.floor, "nothing is missed that is not here")
	}
}

func TestTheLastLinesThatAreHeldAreBoundedInMemory(t *testing.T) {
	s := NewMemory(Bounds{Total: -1, Bytes: -1})
	j := New(s)
	long := strings.Repeat("x", 4000)
	for i := range 50 {
		st := Stream(fmt.Sprint("#", i))
		for range 20 {
			commit(t, s, said(st, long))
		}
		for _, n := range []int{20, 10} { // what is asked for again in another number takes the place of the first
			found, _, err := j.Newest([]Stream{st}, s.Head(), n)
			require.NoError(t, err)
			require.Len(t, found, n)
		}
		sum := 0
		for _, e := range j.replays.replays {
			for k := range e.entries {
				sum += e.entries[k].Size()
			}
		}
		require.Equal(t, sum, j.replays.bytes)
		require.LessOrEqual(t, sum, replayBytes)
	}
	assert.NotEmpty(t, j.replays.replays)
	for st := range j.replays.replays {
		j.replays.update([]Entry{said(st, "news")})
	}
	assert.Zero(t, j.replays.bytes)
}

// hasty is a store of which something is forgotten as soon as it is committed.
type hasty struct {
	*Memory
	then func()
}

func (s *hasty) Commit(entries []Entry, rows []Row) error {
	err := s.Memory.Commit(entries, rows)
	if s.then != nil {
		s.then()
	}
	return err
}

// What is forgotten is not held in memory, however close the two are.
func TestWhatIsForgottenAsItIsCommittedIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &hasty{Memory: NewMemory(Bounds{})}
		j, commit, stop := running(t, s)
		defer stop()
		commit(said("#a", "tea"))
		secret := said("#a", "secret")
		secret.Author = uuid.New()
		s.then = func() {
			n, err := j.Redact(secret.Author, []Stream{"#a"}, math.MaxInt64)
			assert.NoError(t, err)
			assert.Equal(t, 1, n)
		}
		commit(secret)
		s.then = nil
		head := commit(said("#a", "more tea"))
		cur := &Cursor{Seq: 1, Streams: []StreamCursor{{Stream: "#a", StreamSeq: 1}}}
		p, cached := j.ReadCached(cur, head, 9)
		if !cached {
			var err error
			p, err = j.Read(cur, head, 9)
			require.NoError(t, err)
		}
		require.Len(t, p.Entries, 2)
		assert.IsType(t, protocol.Redacted{}, p.Entries[0].Event)
	})
}
