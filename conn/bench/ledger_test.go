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

// hearing is a peer that gets the input of a test, in pieces of any size.
func hearing(senders int) *peer {
	c := &swarm{dialect: dialects[0], padding: padding(60)}
	p := &peer{swarm: c, in: true, ledgers: []ledger{{tally: &c.tally, next: make([]uint32, senders)}}}
	c.rooms = [][]*ledger{{&p.ledgers[0]}}
	c.peers = []*peer{p}
	for i := range senders {
		c.senders = append(c.senders, &sender{id: uint32(i)})
	}
	return p
}

func stream(p *peer, lines ...tag) string {
	var b []byte
	for _, k := range lines {
		b = append(k.appendTo(append(b, "<bob> "...), p.swarm.padding), '\n')
	}
	return string(b)
}

func numbered(sender uint32, numbers ...uint32) (lines []tag) {
	for _, n := range numbers {
		lines = append(lines, tag{sender: sender, number: n})
	}
	return lines
}

func TestAnAcknowledgementHasTheIdOfItsLine(t *testing.T) {
	own, other := tag{sender: 0, number: 7}, tag{sender: 1, number: 7}
	for _, test := range []struct {
		name string
		ids  bool
		line tag
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
			p := hearing(2)
			p.swarm.dialect, p.swarm.ids = dialects[1], test.ids
			p.sender = p.swarm.senders[0]
			p.hear(append(test.line.appendTo([]byte(`{"text":"`), p.swarm.padding), test.end...), 1)
			assert.Equal(t, test.want, p.swarm.tally.unacknowledged)
		})
	}
}

func TestTheLedgerFindsWhatIsAmiss(t *testing.T) {
	whole := numbered(0, 0, 1, 2, 3, 4)
	for _, test := range []struct {
		name  string
		lines []tag
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
		{"of a stranger", append(slices.Clone(whole), tag{sender: 9}), tally{seen: 5, damaged: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := hearing(1)
			p.swarm.senders[0].sent = 5
			p.take([]byte(stream(p, test.lines...)), 0)
			assert.Equal(t, test.want, p.swarm.account())
		})
	}
}

func TestTheLedgerFindsDamage(t *testing.T) {
	p := hearing(1)
	p.swarm.senders[0].sent = 3
	s := stream(p, numbered(0, 0, 1, 2)...)
	lines := strings.SplitAfter(s, "\n")
	lines[1] = strings.Replace(lines[1], "....", "..,.", 1)
	lines[2] = strings.Replace(lines[2], "..\n", "\n", 1)
	p.take([]byte(strings.Join(lines, "")), 0)
	assert.Equal(t, tally{seen: 1, lost: 2, damaged: 2}, p.swarm.account())
}

func TestPiecesOfAnySizeAreTheSameLines(t *testing.T) {
	p := hearing(3)
	var lines []tag
	for n := range uint32(50) {
		for s := range uint32(3) {
			lines = append(lines, tag{sender: s, number: n})
		}
	}
	rest := stream(p, lines...)
	for random := rand.New(rand.NewPCG(seedtest.One(t, 1), 2)); rest != ""; {
		n := min(len(rest), random.IntN(200))
		p.take([]byte(rest[:n]), 0)
		rest = rest[n:]
	}
	for _, s := range p.swarm.senders {
		s.sent = 50
	}
	assert.Equal(t, tally{seen: 150}, p.swarm.account())
}

func TestMembersOfARoomMustAgreeOnTheOrder(t *testing.T) {
	a, b := hearing(2), hearing(2)
	b.swarm, b.ledgers[0].tally = a.swarm, &a.swarm.tally
	a.swarm.peers = []*peer{a, b}
	a.swarm.senders[0].sent, a.swarm.senders[1].sent = 1, 1
	a.take([]byte(stream(a, tag{sender: 0}, tag{sender: 1})), 0)
	b.take([]byte(stream(b, tag{sender: 1}, tag{sender: 0})), 0)
	assert.Equal(t, tally{seen: 4, disordered: 1}, a.swarm.account())
}

// What is done for each delivery allocates nothing.
func TestHearingAllocatesNothing(t *testing.T) {
	p := hearing(1)
	b := []byte(stream(p, numbered(0, 0, 1, 2)...))
	p.take(b[:150], 0)
	allocs := testing.AllocsPerRun(100, func() {
		p.ledgers[0].next[0], p.line = 0, p.line[:0]
		p.take(b[:150], 0)
	})
	assert.Zero(t, allocs)
}

func TestTagsAreReadAsTheyAreWritten(t *testing.T) {
	pad := padding(100)
	for _, k := range []tag{{}, {1, 2, 3}, {0xffffffff, 0x01234567, 0x89abcdef}} {
		line := k.appendTo([]byte(":x!~x@host PRIVMSG #r :"), pad)
		got, found, whole := findTag(line, pad)
		require.True(t, found && whole)
		assert.Equal(t, k, got)
	}
	_, found, _ := findTag([]byte("-- bob joined"), pad)
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
