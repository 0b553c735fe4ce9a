package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
)

// serve runs the server of the tests: this project's, in this process, without limits.
func serve(t *testing.T) netip.AddrPort {
	t.Helper()
	w := conntest.New(t, conntest.Setup{
		Setup: hubtest.Setup{
			Options: hub.Options{Grace: time.Second}, Store: journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1, Total: -1}),
		},
		Conn:      conn.Options{Rate: -1, PerAddress: -1, PerAddressRate: -1},
		Transport: func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) },
	})
	t.Cleanup(w.EndHub)
	return netip.MustParseAddrPort(w.Listen().String())
}

// small numbers for each scenario; a test is about what is right, not about what is fast.
func small(addr netip.AddrPort, dialect string) Options {
	return Options{Addr: addr, Dialect: dialect, Members: 30, Lines: 300, Rate: 2000, Guests: 10}
}

func TestEveryScenarioAgainstChinwag(t *testing.T) {
	for _, dialect := range []string{"chinwag", "json"} {
		for _, s := range Scenarios() {
			t.Run(dialect+" "+s.Name, func(t *testing.T) {
				t.Parallel()
				o := small(serve(t), dialect)
				o.Time = 100 * time.Millisecond
				if s.Name == "watched" {
					o.PerRoom = 10
				}
				r, err := s.Run(t.Context(), o)
				require.NoError(t, err)
				assert.Empty(t, r.Trouble)
				if s.Name != "idle" && s.Name != "growth" {
					assert.Equal(t, r.Lines*roommates(s.Name), r.Deliveries)
					assert.NotZero(t, r.Lines)
				}
			})
		}
	}
}

func TestEveryLineHasAnIdAndIsAcknowledged(t *testing.T) {
	o := small(serve(t), "json")
	o.Senders, o.IDs = 3, true
	r, err := Scenarios()[0].Run(t.Context(), o)
	require.NoError(t, err)
	assert.Empty(t, r.Trouble)
	assert.Equal(t, r.Lines*30, r.Deliveries)
	assert.Contains(t, string(r.JSON()), `"ids":true`)
}

func TestEachRoomHasItsSendersAndTheyHaveTheirNumbersInTurn(t *testing.T) {
	for _, test := range []struct {
		peers, perRoom, talkers int
		want                    []int // how many senders each room has
	}{
		{30, 10, 3, []int{1, 1, 1}},
		{30, 10, 5, []int{2, 2, 1}},
		{30, 10, 30, []int{10, 10, 10}},
		{32, 10, 31, []int{10, 10, 9, 2}}, // the last room is small
		{30, 0, 4, []int{4}},
		{30, 10, 0, []int{0, 0, 0}},
	} {
		c, err := newSwarm(Options{Dialect: "chinwag", Members: test.peers, Size: 100}, test.perRoom, test.talkers)
		require.NoError(t, err)
		require.Len(t, c.senders, test.talkers)
		for i, s := range c.senders {
			assert.EqualValues(t, i, s.id)
		}
		got := make([]int, len(test.want))
		for _, p := range c.peers {
			if p.sender != nil {
				assert.Same(t, p.sender, c.senders[p.ledgers[0].base:][got[p.ledgers[0].room]])
				got[p.ledgers[0].room]++
			}
			assert.Len(t, p.ledgers[0].next, test.want[p.ledgers[0].room])
		}
		assert.Equal(t, test.want, got)
	}
}

func TestManyRoomsHaveASenderEach(t *testing.T) {
	s, err := scenarioNamed("many-rooms")
	require.NoError(t, err)
	o := Options{Addr: netip.MustParseAddrPort("127.0.0.1:1")}
	require.NoError(t, s.ready(&o))
	assert.Equal(t, []int{1000, 100, 10, 16}, []int{o.Members, o.Senders, s.perRoom, o.Window})
}

func roommates(scenario string) int {
	switch scenario {
	case "rooms", "many-rooms", "watched":
		return 10
	}
	return 30
}

func TestARunIsNotTroubledByAnEarlierOne(t *testing.T) {
	addr := serve(t)
	for range 2 {
		r, err := Scenarios()[0].Run(t.Context(), small(addr, "chinwag"))
		require.NoError(t, err)
		assert.Empty(t, r.Trouble)
	}
}

// relay is a server that does to each line what a test wants, and passes it on to all but its author: the dialect line.
type relay struct {
	mu    sync.Mutex
	conns []net.Conn
	bend  func(line []byte) []byte // what is passed on instead; under mu
}

func newRelay(t *testing.T, bend func([]byte) []byte) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{bend: bend}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.conns = append(r.conns, c)
			r.mu.Unlock()
			running.Go(func() { r.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		r.mu.Lock()
		for _, c := range r.conns {
			_ = c.Close()
		}
		r.mu.Unlock()
		running.Wait()
	})
	return netip.MustParseAddrPort(l.Addr().String())
}

func (r *relay) serve(from net.Conn) {
	for in := bufio.NewReader(from); ; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		r.mu.Lock()
		if bytes.IndexByte(line, tagByte) >= 0 {
			line = r.bend(line)
		}
		for _, c := range r.conns {
			if c != from {
				_, _ = c.Write(line)
			}
		}
		r.mu.Unlock()
	}
}

func TestARunTellsOfABrokenServer(t *testing.T) {
	for _, test := range []struct {
		name string
		bend func(nth int, line []byte) []byte
		want string
	}{
		{"well", func(_ int, line []byte) []byte { return line }, ""},
		{"loses one", func(nth int, line []byte) []byte {
			if nth == 50 {
				return nil
			}
			return line
		}, "9 lines lost"},
		{"repeats one", func(nth int, line []byte) []byte {
			if nth == 50 {
				return append(line, line...)
			}
			return line
		}, "9 lines repeated"},
		{"cuts one", func(nth int, line []byte) []byte {
			if nth == 50 {
				return append(line[:60], '\n')
			}
			return line
		}, "9 lines damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			nth := 0
			addr := newRelay(t, func(line []byte) []byte {
				nth++
				return test.bend(nth, line)
			})
			s, err := scenarioNamed("flood")
			require.NoError(t, err)
			r, err := s.Run(t.Context(), Options{Addr: addr, Dialect: "line", Members: 10, Senders: 1, Lines: 100})
			require.NoError(t, err)
			if test.want == "" {
				assert.Empty(t, r.Trouble)
			} else {
				assert.Contains(t, strings.Join(r.Trouble, "; "), test.want)
			}
		})
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	here := netip.MustParseAddrPort("127.0.0.1:1")
	for want, o := range map[string]Options{
		"--remote":       {Addr: netip.MustParseAddrPort("192.0.2.1:1")},
		"no dialect":     {Addr: here, Dialect: "klingon"},
		"no address":     {},
		"at least 3":     {Addr: here, Members: 2},
		"bytes, not":     {Addr: here, Size: 5000},
		"--dialect json": {Addr: here, IDs: true},
		"connections, ":  {Addr: here, Members: 1 << 40},
	} {
		_, err := Scenarios()[0].Run(t.Context(), o)
		assert.ErrorContains(t, err, want)
	}
}

func TestWatchedIsRefusedWhereThereAreNoRooms(t *testing.T) {
	s, err := scenarioNamed("watched")
	require.NoError(t, err)
	assert.ErrorContains(t, s.Check(Options{Dialect: "line"}), "has no rooms")
	assert.ErrorContains(t, s.Check(Options{PerRoom: 25}), "a multiple of that, not 25")
}

func TestGrowthIsRefusedWhereNobodyCanLeave(t *testing.T) {
	s, err := scenarioNamed("growth")
	require.NoError(t, err)
	assert.ErrorContains(t, s.Check(Options{Dialect: "line"}), "no word for leaving")
	assert.ErrorContains(t, s.Check(Options{Members: 100, Guests: 1 << 40}), "connections, ")
}

func TestTheTableHasARatio(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteTable(&b, []Result{
		{Scenario: "flood", Server: "one", Members: 5, Rate: 1000, CPU: 1},
		{Scenario: "flood", Server: "other", Members: 5, Rate: 2500, Trouble: []string{"3 lines lost"}},
	}))
	assert.Regexp(t, `(?s)flood, 5 members.*\(of one\).*one +1 k +\(1\.00\) +1 µs +\(1\.00\).*other +2 k +\(2\.50\) .*3 lines lost`, b.String())
}

func TestTheYardstickIsAnotherServer(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteTable(&b, []Result{
		{Scenario: "flood", Server: "chinwag memory", Members: 5, Rate: 3000, CPU: 1},
		{Scenario: "flood", Server: "inspircd", Members: 5, Rate: 1000, CPU: 4},
		{Scenario: "paced", Server: "chinwag memory", Members: 5, CPU: 4},
	}))
	assert.Regexp(t, `(?s)\(of inspircd\)\nchinwag memory +3 k +\(3\.00\) +1 µs +\(0\.25\).*inspircd +1 k +\(1\.00\).*paced.*\(of chinwag memory\)`, b.String())
}

func TestTheNameInTheTableTellsOfJSONAndIDs(t *testing.T) {
	flood, c := Trial{Options: Options{Dialect: "json", IDs: true}}, Chinwag("", "chinwag", "memory")
	assert.Equal(t, "chinwag memory, JSON with ids", flood.nameOf(c))
	flood.Options.IDs = false
	assert.Equal(t, "chinwag memory, JSON", flood.nameOf(c))
	flood.Options.Dialect = "chinwag"
	assert.Equal(t, "chinwag memory", flood.nameOf(c))
}

func TestEachServerPlaysWhatItsDialectHas(t *testing.T) {
	played := map[string][]string{}
	for _, c := range append(slices.Clone(others), Chinwag("", "chinwag", "memory"), Baseline("")) {
		for _, trial := range Suite(100) {
			if trial.suits(c) {
				played[c.Name] = append(played[c.Name], fmt.Sprint(trial.Scenario.Name, trial.Options.Members))
			}
		}
	}
	assert.Len(t, played["chinwag memory"], len(Suite(100)))
	assert.Equal(t, []string{"flood1000", "flood1000", "flood100", "paced1000"}, played["bare writes"], "neither rooms nor ids")
	assert.Equal(t, []string{"flood1000", "flood1000", "flood100", "paced1000", "rooms1000", "many-rooms1000", "watched1000", "slow1000", "storm5000", "growth18000", "idle100"}, played["inspircd"])
}

func TestRoomsAreSharedEvenly(t *testing.T) {
	s, err := scenarioNamed("many-rooms")
	require.NoError(t, err)
	o := Options{Members: 60, Rooms: 20}
	require.NoError(t, s.Check(o))
	s.complete(&o)
	assert.Equal(t, []int{3, 20}, []int{o.PerRoom, o.Senders})
	assert.ErrorContains(t, s.Check(Options{Members: 60, Rooms: 7}), "do not share 7 rooms evenly")
	assert.ErrorContains(t, s.Check(Options{Members: 60, Rooms: 20, PerRoom: 4}), "one of them is enough")
	assert.ErrorContains(t, s.Check(Options{Members: 60, Rooms: 20, Dialect: "line"}), "has no rooms")
}

func TestTheMedianRunCountsAndTellsOfAll(t *testing.T) {
	p := Median([]Result{{Rate: 3, Trouble: []string{"x"}}, {Rate: 1}, {Rate: 2}})
	assert.Equal(t, 2.0, p.Rate)
	assert.Equal(t, []string{"x"}, p.Trouble)
}
