package bench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

// hearing is a member that gets the input of a test, in pieces of any size.
func hearing(senders int) *member {
	c := &crowd{dialect: dialects[0], padding: padding(60)}
	m := &member{crowd: c, in: true, checks: []check{{tally: &c.tally, next: make([]uint32, senders)}}}
	c.rooms = [][]*check{{&m.checks[0]}}
	c.members = []*member{m}
	for i := range senders {
		c.senders = append(c.senders, &sender{id: uint32(i)})
	}
	return m
}

func stream(m *member, lines ...mark) string {
	var b []byte
	for _, k := range lines {
		b = append(k.appendTo(append(b, "<bob> "...), m.crowd.padding), '\n')
	}
	return string(b)
}

func numbered(sender uint32, numbers ...uint32) (lines []mark) {
	for _, n := range numbers {
		lines = append(lines, mark{sender: sender, number: n})
	}
	return lines
}

func TestAnAcknowledgementHasTheIdOfItsLine(t *testing.T) {
	own, other := mark{sender: 0, number: 7}, mark{sender: 1, number: 7}
	for _, test := range []struct {
		name string
		ids  bool
		line mark
		end  string
		want int
	}{
		{"the id", true, own, `","ref":"0000000000000007"}`, 0},
		{"none", true, own, `"}`, 1},
		{"another", true, own, `","ref":"0000000000000008"}`, 1},
		{"of another's line", true, other, `"}`, 0},
		{"without ids", false, own, `"}`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := hearing(2)
			m.crowd.dialect, m.crowd.ids = dialects[1], test.ids
			m.sender = m.crowd.senders[0]
			m.hear(append(test.line.appendTo([]byte(`{"text":"`), m.crowd.padding), test.end...), 1)
			assert.Equal(t, test.want, m.crowd.tally.unacknowledged)
		})
	}
}

func TestTheCheckFindsWhatIsAmiss(t *testing.T) {
	whole := numbered(0, 0, 1, 2, 3, 4)
	for _, test := range []struct {
		name  string
		lines []mark
		want  tally
	}{
		{"all is well", whole, tally{seen: 5}},
		{"one lost", slices.Delete(slices.Clone(whole), 2, 3), tally{seen: 4, lost: 1}},
		{"the first lost", whole[1:], tally{seen: 4, lost: 1}},
		{"the last two lost", whole[:3], tally{seen: 3, lost: 2}},
		{"all lost", nil, tally{lost: 5}},
		{"one repeated", numbered(0, 0, 1, 1, 2, 3, 4), tally{seen: 5, repeated: 1}},
		{"one repeated late", numbered(0, 0, 1, 2, 3, 4, 0), tally{seen: 5, repeated: 1}},
		{"two changed places", numbered(0, 0, 2, 1, 3, 4), tally{seen: 5, disordered: 1}},
		{"late, and again", numbered(0, 0, 2, 1, 1, 3, 4), tally{seen: 5, disordered: 1, repeated: 1}},
		{"of a stranger", append(slices.Clone(whole), mark{sender: 9}), tally{seen: 5, damaged: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := hearing(1)
			m.crowd.senders[0].sent = 5
			m.take([]byte(stream(m, test.lines...)), 0)
			assert.Equal(t, test.want, m.crowd.account())
		})
	}
}

func TestTheCheckFindsDamage(t *testing.T) {
	m := hearing(1)
	m.crowd.senders[0].sent = 3
	s := stream(m, numbered(0, 0, 1, 2)...)
	lines := strings.SplitAfter(s, "\n")
	lines[1] = strings.Replace(lines[1], "....", "..,.", 1)
	lines[2] = strings.Replace(lines[2], "..\n", "\n", 1)
	m.take([]byte(strings.Join(lines, "")), 0)
	assert.Equal(t, tally{seen: 1, lost: 2, damaged: 2}, m.crowd.account())
}

func TestPiecesOfAnySizeAreTheSameLines(t *testing.T) {
	m := hearing(3)
	var lines []mark
	for n := range uint32(50) {
		for s := range uint32(3) {
			lines = append(lines, mark{sender: s, number: n})
		}
	}
	rest := stream(m, lines...)
	for random := rand.New(rand.NewPCG(seedtest.One(t, 1), 2)); rest != ""; {
		n := min(len(rest), random.IntN(200))
		m.take([]byte(rest[:n]), 0)
		rest = rest[n:]
	}
	for _, s := range m.crowd.senders {
		s.sent = 50
	}
	assert.Equal(t, tally{seen: 150}, m.crowd.account())
}

func TestMembersOfARoomMustAgreeOnTheOrder(t *testing.T) {
	a, b := hearing(2), hearing(2)
	b.crowd, b.checks[0].tally = a.crowd, &a.crowd.tally
	a.crowd.members = []*member{a, b}
	a.crowd.senders[0].sent, a.crowd.senders[1].sent = 1, 1
	a.take([]byte(stream(a, mark{sender: 0}, mark{sender: 1})), 0)
	b.take([]byte(stream(b, mark{sender: 1}, mark{sender: 0})), 0)
	assert.Equal(t, tally{seen: 4, disordered: 1}, a.crowd.account())
}

// What is done for each delivery allocates nothing.
func TestHearingAllocatesNothing(t *testing.T) {
	m := hearing(1)
	b := []byte(stream(m, numbered(0, 0, 1, 2)...))
	m.take(b[:150], 0)
	allocs := testing.AllocsPerRun(100, func() {
		m.checks[0].next[0], m.line = 0, m.line[:0]
		m.take(b[:150], 0)
	})
	assert.Zero(t, allocs)
}

func TestMarksAreReadAsTheyAreWritten(t *testing.T) {
	pad := padding(100)
	for _, k := range []mark{{}, {1, 2, 3}, {0xffffffff, 0x01234567, 0x89abcdef}} {
		line := k.appendTo([]byte(":x!~x@host PRIVMSG #r :"), pad)
		got, found, whole := findMark(line, pad)
		require.True(t, found && whole)
		assert.Equal(t, k, got)
	}
	_, found, _ := findMark([]byte("-- bob joined"), pad)
	assert.False(t, found)
}

func TestQuantilesAreNearlyRight(t *testing.T) {
	var d delays
	for us := range uint32(10_000) {
		d.add(us)
	}
	assert.InEpsilon(t, 5000, d.quantile(0.50).Microseconds(), 0.13)
	assert.InEpsilon(t, 9900, d.quantile(0.99).Microseconds(), 0.13)
	for b := 1; b < len(d.count); b++ {
		require.Less(t, least(b-1), least(b))
		require.Equal(t, b, bucket(least(b)))
	}
	d.add(1<<32 - 1)
}
