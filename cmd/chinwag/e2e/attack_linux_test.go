package e2e

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attack is what one stranger does, for a while, to a server with its default limits.
//
//	siege ── the server's process, its file and its log
//	  ├── pair ── two honest clients that talk, and how long a line takes from one to the other
//	  ├── newcomers ── one each second, and how long it takes to get in
//	  └── raid ── what the stranger does: raiders, each a connection that comes again
//
// It is run by make attack alone. Its goals are times on a machine with two processors that does nothing else
// meanwhile; elsewhere they may be missed without any fault.
type attack struct {
	name, about string
	flags       []string        // beside the default limits
	perhaps     []string        // flags that this server may not know
	prepare     func(*memories) // what the journal holds before
	desk        bool            // the pair is a visitor and the operator
	raid        func(*siege)
	settle      time.Duration // how long the raid lasts before the honest come
	goals
}

// goals are the figures that an attack must not drive the server beyond.
type goals struct {
	talk99              time.Duration // of the pair's lines, 99 in a hundred; 0: 100 ms
	resident, file, log int           // bytes; 0: 256 MB, any, 128 MB
	oldest              time.Duration // entry that is still kept; 0: any
}

const (
	longest = time.Second     // that anything honest takes
	grace   = 5 * time.Second // the server's own default
)

var attacks = []attack{
	{
		name: "forget", about: "20 connections say 50 lines of 1,360 Han letters each, and take them back",
		raid: func(s *siege) {
			s.raiders(20, func(r *raider) {
				for range 50 {
					r.say(han(r.dice, 1360))
				}
				r.say("/forget yes")
			})
		},
	},
	{
		name: "forget-again", about: "40 connections say x and take it back, in a journal of 29 MB",
		prepare: func(m *memories) {
			for range 2550 {
				m.line(han(m.dice, 1300))
			}
		},
		raid: func(s *siege) {
			s.raiders(40, func(r *raider) { r.say("x", "/forget yes") })
		},
	},
	{
		name: "prune", about: "40 connections whisper 4 kB of Han letters, and lines are kept for ten seconds",
		flags: []string{"--keep", "10s"},
		raid:  whisper,
		goals: goals{file: 128 * megabyte, oldest: 25 * time.Second},
	},
	{
		name: "search", about: "40 connections look for 1,351 letters, and for 32, in 3,000 lines of one letter",
		prepare: func(m *memories) {
			for range 3000 {
				m.line(strings.Repeat("好", 1351))
			}
		},
		raid: func(s *siege) {
			s.raiders(40, func(r *raider) {
				r.say("/search "+strings.Repeat("好", 1351), "/search "+strings.Repeat("好", 32))
			})
		},
	},
	{
		name: "desk", about: "26 addresses come to the desk, say hi and go, as often as they may",
		flags: []string{"--desk", "--console", "plain"}, desk: true,
		raid: func(s *siege) {
			for i := range 26 {
				s.comesAndGoes(fmt.Sprintf("127.6.0.%d", 1+i))
			}
		},
	},
	{
		name: "disk", about: "40 connections of one address say and whisper as much as they may",
		perhaps: []string{"--per-address-bytes=20M", "--keep-size=50M"},
		raid: func(s *siege) {
			s.raiders(20, func(r *raider) { r.say(han(r.dice, 1360)) })
			s.whisperers(20, 20)
		},
		goals: goals{file: 80 * megabyte},
	},
	{
		name: "history", about: "26 connections read all of 400,000 lines again and again, while 14 flood",
		flags: []string{"--rate", "25", "--burst", "50"}, // else a minute does not fill the log
		prepare: func(m *memories) {
			for i := range 400_000 {
				m.line(fmt.Sprint("line ", i, " of what was said here before"))
			}
		},
		raid: func(s *siege) {
			s.raiders(26, func(r *raider) { r.say("/history all") })
			s.raiders(14, func(r *raider) { r.say(han(r.dice, 1360)) })
		},
		goals: goals{talk99: 250 * time.Millisecond}, // at five times the default rate
	},
	{
		name: "crowd", about: "1,000 members from 200 addresses all talk as much as they may",
		settle: 5 * time.Second, // that so many come at once is not what is meant
		raid: func(s *siege) {
			for i := range 1000 {
				words := fmt.Sprint("member ", i, " has something to say that is as long as most lines are")
				s.raider(fmt.Sprintf("127.7.0.%d", 1+i%200), i, func(r *raider) {
					for r.err == nil {
						r.say(words)
					}
				})
			}
		},
		goals: goals{talk99: longest},
	},
}

// whisper has forty connections send each other private lines at the rate limit.
func whisper(s *siege) { s.whisperers(0, 40) }

func (s *siege) whisperers(first, n int) {
	for i := range n {
		me, to := fmt.Sprint("raider", first+i), fmt.Sprint("raider", first+(i+1)%n)
		s.raider(stranger, first+i, func(r *raider) {
			r.say("/nick " + me)
			for r.err == nil {
				r.say("/msg " + to + " " + han(r.dice, 1355))
			}
		})
	}
}

// hanPool is text that compresses badly and makes as much of an index as text can.
var hanPool = sync.OnceValue(func() []rune {
	dice := rand.New(rand.NewPCG(1, 2))
	pool := make([]rune, 1<<16)
	for i := range pool {
		pool[i] = '一' + rune(dice.IntN(20_000))
	}
	return pool
})

func han(dice *rand.Rand, letters int) string {
	pool := hanPool()
	at := dice.IntN(len(pool) - letters)
	return string(pool[at : at+letters])
}

// TestAttack is every attack in turn, each for as long as CHINWAG_ATTACK says.
func TestAttack(t *testing.T) {
	if os.Getenv("CHINWAG_ATTACK") == "" {
		t.Skip("it takes minutes, and what it measures depends on the machine: make attack runs it")
	}
	length, err := time.ParseDuration(os.Getenv("CHINWAG_ATTACK"))
	require.NoError(t, err, "CHINWAG_ATTACK is how long each attack lasts, as 1m")
	var found []outcome
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Log(a.about)
			o := a.run(t, length)
			found = append(found, o)
			t.Logf("\n%s", tableOf(o))
			a.judge(t, o)
		})
	}
	t.Logf("each for %v\n%s", length, tableOf(found...))
}

// outcome is what was measured.
type outcome struct {
	name                      string
	pair, newcomers, operator delays
	resident, file, log       int           // the most at any time, in bytes
	growth                    int           // of the file, bytes a second
	cores                     float64       // that it kept busy
	oldest                    time.Duration // the age of the oldest entry at the end
	end                       time.Duration // from SIGTERM to the end
	code                      int
	alarms                    string // that the server logged
}

func tableOf(found ...outcome) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tpair p50\tp99\tmax\tlines\tnewcomer p50\tmax\tof\toperator p50\tmax\tMB resident\tfile\tlog\tMB/s\toldest\tcores\tSIGTERM\t")
	for _, o := range found {
		o.write(w)
	}
	_ = w.Flush()
	return b.String()
}

func (o outcome) write(w io.Writer) {
	ms := func(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
	mb := func(n int) string { return fmt.Sprintf("%.1f", float64(n)/megabyte) }
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%v\t%.1f\t%v, %d\t\n", o.name,
		ms(o.pair.at(50)), ms(o.pair.at(99)), ms(o.pair.at(100)), len(o.pair),
		ms(o.newcomers.at(50)), ms(o.newcomers.at(100)), len(o.newcomers),
		ms(o.operator.at(50)), ms(o.operator.at(100)),
		mb(o.resident), mb(o.file), mb(o.log), mb(o.growth), o.oldest.Round(time.Second), o.cores, o.end.Round(10*time.Millisecond), o.code)
}

// judge holds what was measured against the goals.
func (a attack) judge(t *testing.T, o outcome) {
	most := func(what string, got, most int) {
		if most > 0 {
			assert.LessOrEqual(t, got, most, "bytes of the %s", what)
		}
	}
	assert.NotEmpty(t, o.pair)
	assert.LessOrEqual(t, o.pair.at(99), cmp.Or(a.talk99, 100*time.Millisecond), "99 in a hundred lines of the pair")
	assert.LessOrEqual(t, o.pair.at(100), longest, "the longest line of the pair")
	assert.LessOrEqual(t, o.newcomers.at(100), longest, "the longest way in")
	assert.LessOrEqual(t, o.operator.at(100), longest, "the longest answer to the operator")
	most("memory", o.resident, cmp.Or(a.resident, 256*megabyte))
	most("file", o.file, a.file)
	most("log", o.log, cmp.Or(a.log, 128*megabyte))
	if a.oldest > 0 {
		assert.LessOrEqual(t, o.oldest, a.oldest, "the age of the oldest entry")
	}
	assert.LessOrEqual(t, o.end, grace+time.Second, "from SIGTERM to the end")
	assert.Equal(t, 0, o.code, "the exit code")
	assert.Empty(t, o.alarms, "what the operator was alarmed with")
}
