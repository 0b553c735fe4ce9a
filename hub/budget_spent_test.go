package hub_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

const (
	day       = 24 * time.Hour
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
		w.world = newWorld(t, hub.Options{PerAddressBytes: most, Warn: func(s string, _ ...any) { w.news = append(w.news, s) }})
		f(t, w)
		w.Close()
	})
}

var long = hubtest.Text(strings.Repeat("x", 1000))

// until has p say long lines until it hears something, and counts those.
func until(p *hubtest.Client, line string) (n int, told []string) {
	for n < 1000 {
		p.Do(protocol.Say{Text: long})
		n++
		for _, s := range p.Told() {
			if told = append(told, s); s == line {
				return n, told
			}
		}
	}
	return n, told
}

func TestAnAddressSaysSoMuchInADay(t *testing.T) {
	inSpending(t, 100*kilobyte, func(t *testing.T, w *spending) {
		ann, bob, eve := w.EnterFrom(1, hub.Identity{}), w.EnterFrom(2, hub.Identity{}), w.EnterFrom(2, hub.Identity{})
		for _, p := range []*hubtest.Client{ann, bob, eve} {
			p.Told()
		}
		eve.Do(protocol.Away{Text: hubtest.Text("for tea")})
		for _, p := range []*hubtest.Client{ann, bob, eve} {
			p.Told()
		}
		n, told := until(bob, nearLine)
		assert.InDelta(t, 26, n, 2, "a line of 1,000 bytes takes some 3,400")
		assert.Len(t, told, 1)
		assert.Empty(t, w.news)
		n, told = until(bob, spentLine)
		assert.InDelta(t, 4, n, 2)
		assert.Equal(t, []string{spentLine}, told, "that it is near is told once")
		assert.Equal(t, []string{"what is said from 192.0.2.2 is refused, since it has made the journal grow as much as one address may in a day: --per-address-bytes allows more"}, w.news)
		ann.Told()
		eve.Told()

		head := w.Store.Head()
		for _, cmd := range []protocol.Command{
			protocol.Say{Text: long}, protocol.Me{Text: long}, protocol.Msg{To: hubtest.Nick("guest-1"), Text: long}, protocol.Topic{Text: hubtest.Text("x")},
			protocol.Away{Text: hubtest.Text("x")}, protocol.Rename{Nick: hubtest.Nick("eve")}, protocol.Join{Room: hubtest.Room("tea")}, protocol.Desk{}, protocol.Desk{Text: long},
		} {
			eve.Do(cmd)
			assert.Equal(t, []string{spentLine}, eve.Told(), "%T, from the same address", cmd)
		}
		assert.Equal(t, head, w.Store.Head(), "the journal has not grown")
		eve.Do(protocol.Who{})
		assert.Equal(t, []string{"-- 3 in #lobby: guest-1, guest-2, guest-3 (away)"}, eve.Told())
		eve.Do(protocol.Away{})
		assert.Equal(t, []string{"-- you are back"}, eve.Told(), "to be away for a day is no wish")
		ann.Told()
		bob.Told()
		eve.Do(protocol.Topic{}, protocol.History{Lines: 1}, protocol.Ignore{}, protocol.Ping{})
		assert.Len(t, eve.Told(), 5)
		ann.Do(protocol.Say{Text: hubtest.Text("hello")})
		assert.Equal(t, []string{"<guest-1> hello"}, bob.Told(), "nobody else is refused")
		eve.Do(protocol.Quit{})
		assert.Contains(t, eve.Told(), "-- goodbye: see you")
		assert.Equal(t, []string{"-- guest-3 left"}, ann.Told(), "that is recorded all the same")

		time.Sleep(day / 2)
		n, _ = until(bob, spentLine)
		assert.InDelta(t, 15, n, 2, "in half a day half of it has come back")
		assert.Len(t, w.news, 1, "the operator is told once a day")
		time.Sleep(2 * day)
		n, told = until(bob, spentLine)
		assert.InDelta(t, 30, n, 2, "and no more than all of it")
		assert.Equal(t, nearLine, told[0])
		assert.Len(t, w.news, 2)
		for _, p := range []*hubtest.Client{ann, bob, eve} {
			p.Leave()
		}
	})
}

// Coming and going is recorded, from a reserve; so it has a bound, too.
func TestNobodyComesInWhenTheReserveIsSpent(t *testing.T) {
	inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
		bob := w.EnterFrom(2, hub.Identity{})
		until(bob, spentLine)
		before := w.Store.Head()
		came := 0
		for range 100 {
			eve := w.EnterFrom(2, hub.Identity{})
			told := eve.Told()
			if told[len(told)-1] == spentGone {
				eve.Leave()
				break
			}
			came++
			assert.Contains(t, told[len(told)-1], "You are guest-", "who comes can read")
			eve.Do(protocol.Quit{})
			eve.Leave()
		}
		assert.InDelta(t, 14, came, 4)
		assert.LessOrEqual(t, w.Store.Head()-before, uint64(3*came))
		ann := w.EnterFrom(1, hub.Identity{})
		assert.Contains(t, strings.Join(ann.Told(), "\n"), "You are guest-", "others come in")
		op := w.EnterFrom(2, anOperator)
		assert.Contains(t, strings.Join(op.Told(), "\n"), "You are guest-", "and so do operators")
		for _, p := range []*hubtest.Client{ann, bob, op} {
			p.Leave()
		}
	})
}

func TestWhoSpendsNothing(t *testing.T) {
	t.Run("an operator", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			op := w.EnterFrom(1, anOperator)
			n, _ := until(op, spentLine)
			assert.Equal(t, 1000, n)
			op.Leave()
		})
	})
	t.Run("who has no address", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			p := w.Enter(hub.Identity{})
			n, _ := until(p, spentLine)
			assert.Equal(t, 1000, n)
			p.Leave()
		})
	})
	t.Run("no limit", func(t *testing.T) {
		inSpending(t, -1, func(t *testing.T, w *spending) {
			p := w.EnterFrom(1, hub.Identity{})
			n, _ := until(p, spentLine)
			assert.Equal(t, 1000, n)
			p.Leave()
		})
	})
	t.Run("a line that is sent again", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			p := w.EnterFrom(1, hub.Identity{})
			p.Do(protocol.Say{Text: long, Ref: "r1"})
			until(p, spentLine)
			p.Do(protocol.Say{Text: long, Ref: "r1"})
			assert.Equal(t, []string{"-- that line is safe already"}, p.Told())
			p.Leave()
		})
	})
	t.Run("the id of a command without a member for one", func(t *testing.T) {
		inSpending(t, 50*kilobyte, func(t *testing.T, w *spending) {
			p := w.EnterFrom(1, hub.Identity{})
			until(p, spentLine)
			p.Events()
			p.Do(protocol.Call{Command: protocol.Topic{Text: long}, Ref: "t1"})
			events := p.Events()
			require.Len(t, events, 1)
			assert.Equal(t, protocol.Ref("t1"), events[0].(protocol.Refused).Ref)
			p.Leave()
		})
	})
	t.Run("what is not kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, hub.Options{})
			p := w.EnterFrom(1, hub.Identity{})
			at := netip.MustParsePrefix("192.0.2.1/32")
			before := w.Spent(at)
			w.Store.Hold()
			p.Do(protocol.Say{Text: long})
			under := w.Spent(at)
			w.Store.Let(errDisk)
			after := w.Spent(at)
			w.Store.Release()
			assert.Greater(t, under, before)
			assert.InDelta(t, before, after, 1e-9)
			w.Close(p)
		})
	})
}

// What is not kept is given back as it was spent, although the session has meanwhile become an operator's, or was
// resumed from another address.
func TestWhatIsNotKeptIsGivenBackAsItWasSpent(t *testing.T) {
	one, two := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	t.Run("on the way to be an operator", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, hub.Options{})
			p := w.EnterFrom(1, hub.Identity{})
			p.Do(protocol.Desk{Text: long})
			before := w.Spent(one)
			w.Store.Hold()
			require.NoError(t, p.Conn().Promote(t.Context(), ""))
			synctest.Wait()
			w.Store.Let(errDisk)
			after := w.Spent(one)
			w.Store.Release()
			assert.InDelta(t, before, after, 1e-9)
			w.Close(p)
		})
	})
	t.Run("who comes back from elsewhere", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, hub.Options{})
			p := w.EnterFrom(1, hub.Identity{})
			q := w.EnterFrom(2, hub.Identity{})
			before := [2]float64{w.Spent(one), w.Spent(two)}
			w.Store.Hold()
			p.Do(protocol.Say{Text: long})
			line := w.Spent(one) - before[0]
			q.Do(comeBack(p.Code()))
			w.Store.Let(errDisk)
			after := [2]float64{w.Spent(one), w.Spent(two)}
			w.Store.Release()
			assert.InDelta(t, before[0], after[0], 1e-9)
			assert.InDelta(t, before[1], after[1], line/2, "but for what it costs to come back")
			w.Close(p, q)
		})
	})
}
