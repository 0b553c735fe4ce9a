package hub

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

const (
	kilobyte  = 1000
	nearLine  = "-- your address has said nine tenths of what this server keeps from one address in a day: after that you can only read for a while"
	spentLine = "-- your address has said as much as this server keeps from one address in a day, so nobody has heard that: you can go on reading, please say it again in a while"
	spentGone = "-- goodbye: the server is full, please try again in a while: your address has said as much as this server keeps from one address in a day"
)

// spending is a world in which an address may say little.
type spending struct {
	*world
	news []string
}

func inSpending(t *testing.T, most int64, f func(t *testing.T, w *spending)) {
	synctest.Test(t, func(t *testing.T) {
		w := &spending{}
		w.world = newWorld(journal.Bounds{}, Options{PerAddressBytes: most, News: func(s string, _ ...any) { w.news = append(w.news, s) }})
		f(t, w)
		w.close()
	})
}

func (p *persona) leaves() {
	p.breakOff()
	p.ended.Wait()
}

var long = protocol.MustText(strings.Repeat("x", 1000))

// until has p say long lines until it hears something, and counts those.
func (p *persona) until(line string) (n int, told []string) {
	for n < 1000 {
		p.does(protocol.Say{Text: long})
		n++
		for _, s := range p.told() {
			if told = append(told, s); s == line {
				return n, told
			}
		}
	}
	return n, told
}

func TestAnAddressSaysSoMuchInADay(t *testing.T) {
	inSpending(t, 100*kilobyte, func(t *testing.T, w *spending) {
		ann, bob, eve := w.from(t, 1, Identity{}), w.from(t, 2, Identity{}), w.from(t, 2, Identity{})
		for _, p := range []*persona{ann, bob, eve} {
			p.told()
		}
		eve.does(protocol.Away{Text: protocol.MustText("for tea")})
		for _, p := range []*persona{ann, bob, eve} {
			p.told()
		}
		n, told := bob.until(nearLine)
		assert.InDelta(t, 26, n, 2, "a line of 1,000 bytes takes some 3,400")
		assert.Len(t, told, 1)
		assert.Empty(t, w.news)
		n, told = bob.until(spentLine)
		assert.InDelta(t, 4, n, 2)
		assert.Equal(t, []string{spentLine}, told, "that it is near is told once")
		assert.Equal(t, []string{"what is said from 192.0.2.2 is refused, since it has made the record grow as much as one address may in a day: --per-address-bytes allows more"}, w.news)
		ann.told()
		eve.told()

		head := w.h.journal.Head()
		for _, cmd := range []protocol.Command{
			protocol.Say{Text: long}, protocol.Me{Text: long}, protocol.Msg{To: nick("guest-1"), Text: long}, protocol.Topic{Text: protocol.MustText("x")},
			protocol.Away{Text: protocol.MustText("x")}, protocol.Rename{Nick: nick("eve")}, protocol.Join{Room: roomNamed("tea")}, protocol.Desk{}, protocol.Desk{Text: long},
		} {
			eve.does(cmd)
			assert.Equal(t, []string{spentLine}, eve.told(), "%T, from the same address", cmd)
		}
		assert.Equal(t, head, w.h.journal.Head(), "the record has not grown")
		eve.does(protocol.Who{})
		assert.Equal(t, []string{"-- 3 in #lobby: guest-1, guest-2, guest-3 (away)"}, eve.told())
		eve.does(protocol.Away{})
		assert.Equal(t, []string{"-- you are back"}, eve.told(), "to be away for a day is no wish")
		ann.told()
		bob.told()
		eve.does(protocol.Topic{}, protocol.History{Lines: 1}, protocol.Ignore{}, protocol.Ping{})
		assert.Len(t, eve.told(), 5)
		ann.does(protocol.Say{Text: protocol.MustText("hello")})
		assert.Equal(t, []string{"<guest-1> hello"}, bob.told(), "nobody else is refused")
		eve.does(protocol.Leave{})
		assert.Contains(t, eve.told(), "-- goodbye: see you")
		assert.Equal(t, []string{"-- guest-3 left"}, ann.told(), "that is recorded all the same")

		time.Sleep(day / 2)
		n, _ = bob.until(spentLine)
		assert.InDelta(t, 15, n, 2, "in half a day half of it has come back")
		assert.Len(t, w.news, 1, "the operator is told once a day")
		time.Sleep(2 * day)
		n, told = bob.until(spentLine)
		assert.InDelta(t, 30, n, 2, "and no more than all of it")
		assert.Equal(t, nearLine, told[0])
		assert.Len(t, w.news, 2)
		for _, p := range []*persona{ann, bob, eve} {
			p.leaves()
		}
	})
}

// Coming and going is recorded, from a reserve; so it has a bound, too.
func TestNobodyComesInWhenTheReserveIsSpent(t *testing.T) {
	inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
		bob := w.from(t, 2, Identity{})
		bob.until(spentLine)
		before := w.h.journal.Head()
		came := 0
		for range 100 {
			eve := w.from(t, 2, Identity{})
			told := eve.told()
			if told[len(told)-1] == spentGone {
				eve.leaves()
				break
			}
			came++
			assert.Contains(t, told[len(told)-1], "You are guest-", "who comes can read")
			eve.does(protocol.Leave{})
			eve.leaves()
		}
		assert.InDelta(t, 14, came, 4)
		assert.LessOrEqual(t, w.h.journal.Head()-before, uint64(3*came))
		ann := w.from(t, 1, Identity{})
		assert.Contains(t, strings.Join(ann.told(), "\n"), "You are guest-", "others come in")
		op := w.from(t, 2, anOperator)
		assert.Contains(t, strings.Join(op.told(), "\n"), "You are guest-", "and so do operators")
		for _, p := range []*persona{ann, bob, op} {
			p.leaves()
		}
	})
}

func TestWhoSpendsNothing(t *testing.T) {
	t.Run("an operator", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			op := w.from(t, 1, anOperator)
			n, _ := op.until(spentLine)
			assert.Equal(t, 1000, n)
			op.leaves()
		})
	})
	t.Run("who has no address", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			p := w.enter(t)
			n, _ := p.until(spentLine)
			assert.Equal(t, 1000, n)
			p.leaves()
		})
	})
	t.Run("no limit", func(t *testing.T) {
		inSpending(t, -1, func(t *testing.T, w *spending) {
			p := w.from(t, 1, Identity{})
			n, _ := p.until(spentLine)
			assert.Equal(t, 1000, n)
			p.leaves()
		})
	})
	t.Run("a line that is sent again", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			p := w.from(t, 1, Identity{})
			p.does(protocol.Say{Text: long, Ref: "r1"})
			p.until(spentLine)
			p.does(protocol.Say{Text: long, Ref: "r1"})
			assert.Equal(t, []string{"-- that line is safe already"}, p.told())
			p.leaves()
		})
	})
	t.Run("what is not kept", func(t *testing.T) {
		gated, begin := gatedWorld()
		synctest.Test(t, func(t *testing.T) {
			w := begin()
			p := w.from(t, 1, Identity{})
			var before, under, after float64
			at := netip.MustParsePrefix("192.0.2.1/32")
			w.inspect(func(r *run) { before = r.budgets.share(at) })
			gated.open = false
			p.does(protocol.Say{Text: long})
			under = w.run.budgets.share(at)
			gated.gate <- errors.New("disk full")
			synctest.Wait()
			after = w.run.budgets.share(at)
			w.looked()
			gated.open = true
			assert.Greater(t, under, before)
			assert.InDelta(t, before, after, 1e-9)
			w.close(p)
		})
	})
}

// What is given back is what was spent, whoever somebody has become meanwhile, and wherever
// they come from.
func TestWhatIsNotKeptIsGivenBackAsItWasSpent(t *testing.T) {
	one, two := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	t.Run("on the way to be an operator", func(t *testing.T) {
		gated, begin := gatedWorld()
		synctest.Test(t, func(t *testing.T) {
			w := begin()
			p := w.from(t, 1, Identity{})
			p.does(protocol.Desk{Text: long})
			var before float64
			w.inspect(func(r *run) { before = r.budgets.share(one) })
			gated.open = false
			require.NoError(t, p.client.Promote(t.Context(), ""))
			synctest.Wait()
			gated.gate <- errors.New("disk full")
			synctest.Wait()
			after := w.run.budgets.share(one)
			w.looked()
			gated.open = true
			assert.InDelta(t, before, after, 1e-9)
			w.close(p)
		})
	})
	t.Run("who comes back from elsewhere", func(t *testing.T) {
		gated, begin := gatedWorld()
		synctest.Test(t, func(t *testing.T) {
			w := begin()
			p := w.from(t, 1, Identity{})
			q := w.from(t, 2, Identity{})
			var before [2]float64
			w.inspect(func(r *run) { before = [2]float64{r.budgets.share(one), r.budgets.share(two)} })
			gated.open = false
			p.does(protocol.Say{Text: long})
			w.run.named(nick("guest-1")).at = two // as comeBack does
			w.looked()
			gated.gate <- errors.New("disk full")
			synctest.Wait()
			after := [2]float64{w.run.budgets.share(one), w.run.budgets.share(two)}
			w.looked()
			gated.open = true
			assert.InDelta(t, before[0], after[0], 1e-9)
			assert.InDelta(t, before[1], after[1], 1e-9)
			w.close(p, q)
		})
	})
}

// A line costs what the file grows by for it, about, whatever it is.
func TestTheCostIsWhatTheFileGrowsBy(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	letters := func(n int, first, many rune, word int) string {
		s := make([]rune, n)
		for i := range s {
			if s[i] = first + dice.Int32N(many); word > 0 && i%(word+1) == word {
				s[i] = ' '
			}
		}
		return string(s)
	}
	for name, c := range map[string]struct {
		lines int
		text  func() string
		own   bool // a private line: few are in one stream
	}{
		"short":              {1000, func() string { return letters(20, 'a', 26, 5) }, false},
		"long":               {30, func() string { return letters(4000, 'a', 26, 5) }, false},
		"Han letters":        {30, func() string { return letters(1360, 0x4e00, 20000, 0) }, false},
		"short Han letters":  {1000, func() string { return letters(20, 0x4e00, 20000, 0) }, false},
		"private, and Han":   {30, func() string { return letters(1360, 0x4e00, 20000, 0) }, true},
		"private, and short": {1000, func() string { return letters(20, 'a', 26, 5) }, true},
		"comings":            {1000, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chinwag.db")
			s, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Off})
			require.NoError(t, err)
			empty, err := os.Stat(path)
			require.NoError(t, err)
			author, costs := uuid.New(), 0.
			for range c.lines / 10 {
				entries, boxes := make([]journal.Entry, 10), [5]uuid.UUID{uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()}
				for i := range entries {
					stamp := protocol.Stamp{ID: uuid.Must(uuid.NewV7()), Time: time.Now(), Room: protocol.Lobby}
					var ev protocol.Recorded = protocol.Joined{Stamp: stamp, From: nick("guest-1234")}
					if c.text != nil {
						ev = protocol.Said{Stamp: stamp, From: nick("guest-1234"), Text: protocol.MustText(c.text())}
					}
					entries[i] = journal.Entry{Stream: journal.OfRoom(protocol.Lobby), Author: author, Event: ev}
					if c.own {
						entries[i].Stream = journal.Mailbox(boxes[i%len(boxes)])
					}
					costs += cost(&entries[i])
				}
				require.NoError(t, s.Commit(entries))
			}
			file, err := sql.Open("sqlite", path)
			require.NoError(t, err)
			require.Eventually(t, func() bool { // the index follows a moment later
				var indexed uint64
				return file.QueryRow("SELECT indexed FROM meta").Scan(&indexed) == nil && indexed == s.Head()
			}, 5*time.Minute, 20*time.Millisecond)
			require.NoError(t, s.Close())
			var used int64 // pages that merges of the index have left free are used again
			require.NoError(t, file.QueryRow("SELECT (page_count-freelist_count)*page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size").Scan(&used))
			require.NoError(t, file.Close())
			grown := float64(used - empty.Size())
			t.Logf("a line grows the file by %.0f bytes, and costs %.0f", grown/float64(c.lines), costs/float64(c.lines))
			assert.InDelta(t, 1, grown/costs, 0.7, "about: so few lines leave half of the pages empty")
		})
	}
}

// Whoever brings very many addresses gets no budget back by that.
func TestTheTableOfBudgetsHasABound(t *testing.T) {
	b := newBudgets(100 * kilobyte)
	addr := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
	}
	b.spend(addr(0), 100*kilobyte)
	news := 0
	for i := 1; i < 5*maxBudgets; i++ {
		b.spend(addr(i), 50*kilobyte)
		require.LessOrEqual(t, len(b.of), maxBudgets)
		if is, _ := b.isNews(addr(i)); is {
			news++
		}
	}
	assert.InDelta(t, 1, b.share(addr(0)), 0.01)
	assert.Equal(t, maxSpent+1, news, "the operator reads few lines")
	for i := 5 * maxBudgets; len(b.of) < maxBudgets; i++ {
		b.spend(addr(i), 1)
	}
	for at := range b.of {
		b.spend(at, -100*kilobyte)
	}
	b.spend(addr(1<<20), 1)
	assert.Equal(t, 1, len(b.of), "who has spent nothing is forgotten first")
}
