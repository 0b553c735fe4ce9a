package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watched is a swarm whose peers are in several rooms each.
func watched(t *testing.T, dialect string, peers, rooms, perRoom, talkers int) *swarm {
	t.Helper()
	c, err := newSwarm(Options{Dialect: dialect, Members: peers, Size: 100, RoomsEach: rooms}, perRoom, talkers)
	require.NoError(t, err)
	return c
}

func TestEachMemberIsInTenOfAHundredRooms(t *testing.T) {
	s, err := scenarioNamed("watched")
	require.NoError(t, err)
	o := Options{}
	s.complete(&o)
	c := watched(t, "chinwag", o.Members, o.RoomsEach, o.PerRoom, o.Senders)
	require.Len(t, c.rooms, 100)
	for _, all := range c.rooms {
		assert.Len(t, all, 100)
	}
	for _, p := range c.peers {
		require.Len(t, p.ledgers, 10)
		for i, k := range p.ledgers {
			assert.Equal(t, (p.ledgers[0].room+i)%100, k.room)
		}
	}
	require.Len(t, c.senders, 10)
	for i, s := range c.senders {
		assert.EqualValues(t, i, s.id)
		assert.Equal(t, i, s.ledgers[0].room)
	}
}

func TestFewMembersAreInAllRooms(t *testing.T) {
	c := watched(t, "chinwag", 30, 10, 100, 10)
	require.Len(t, c.rooms, 3)
	for _, all := range c.rooms {
		assert.Len(t, all, 30)
	}
}

// The accounts are of rooms: lines of different rooms may come in any order, and here each peer hears its rooms in
// another one.
func TestTheLedgerFindsWhatIsAmissInARoomThatIsWatched(t *testing.T) {
	for _, test := range []struct {
		name string
		hear func(a, b uint32) []uint32 // what one peer hears in one room, instead of a and b
		want tally
	}{
		{"all is well", func(a, b uint32) []uint32 { return []uint32{a, b} }, tally{seen: 600}},
		{"one lost", func(a, _ uint32) []uint32 { return []uint32{a} }, tally{seen: 599, lost: 1, disordered: 1}},
		{"the room not heard", func(_, _ uint32) []uint32 { return nil }, tally{seen: 598, lost: 2, disordered: 1}},
		{"one repeated", func(a, b uint32) []uint32 { return []uint32{a, b, b} }, tally{seen: 600, repeated: 1, disordered: 1}},
		{"another order", func(a, b uint32) []uint32 { return []uint32{b, a} }, tally{seen: 600, disordered: 1}},
		{"of a room that it is not in", func(a, b uint32) []uint32 { return []uint32{a, b, 4} }, tally{seen: 600, damaged: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := watched(t, "chinwag", 30, 10, 20, 30) // two talk in each of fifteen rooms
			for _, s := range c.senders {
				s.sent = 1
			}
			for _, p := range c.peers {
				for i, k := range p.ledgers {
					ids := []uint32{k.base, k.base + 1}
					if p.index == 7 && i == 4 { // of the rooms 3 to 12
						ids = test.hear(ids[0], ids[1])
					}
					for _, id := range ids {
						p.see(id, 0)
					}
				}
			}
			assert.Equal(t, test.want, c.account())
		})
	}
}

func TestTheWitnessIsInTheRoomAndAnother(t *testing.T) {
	for _, perRoom := range []int{10, 20} {
		c := watched(t, "irc", 30, 10, perRoom, 15)
		for _, s := range c.senders {
			assert.Contains(t, c.rooms[s.ledgers[0].room], s.witness)
			assert.NotSame(t, &s.ledgers[0], s.witness)
		}
	}
}

// A peer is in when the last of its rooms has it.
func TestAMemberEntersAllItsRooms(t *testing.T) {
	type answer struct {
		line, say string
		in        bool
	}
	for _, test := range []struct {
		dialect, open string
		answers       []answer
	}{
		{"chinwag", "/nick b28\n/join #room14\n/watch #room0\n/watch #room1\n/ping\n", []answer{
			{"-- you watch #room1 now (1 here)", "", false},
			{"-- pong", "", true},
		}},
		{"json", `{"type":"hello","nick":"b28","replay":0,"presence":"summary","room":"#room14"}` + "\n" +
			`{"type":"watch","room":"#room0"}` + "\n" + `{"type":"watch","room":"#room1"}` + "\n", []answer{
			{`{"type":"welcome","room":"#room14"}`, "", false},
			{`{"type":"watched","room":"#room0"}`, "", false},
			{`{"type":"joined","room":"#room1","from":"b27"}`, "", false},
			{`{"type":"watched","room":"#room10"}`, "", false},
			{`{"type":"watched","room":"#room1"}`, "", true},
		}},
		{"irc", "NICK b28\r\nUSER b 0 * :b\r\n", []answer{
			{":x 001 b28 :hi", "JOIN #room14\r\nJOIN #room0\r\nJOIN #room1\r\n", false},
			{":x 366 b28 #room14 :end", "", false},
			{":x 353 b28 = #room1 :b28", "", false},
			{":x 366 b28 #room1 :end", "", true},
		}},
	} {
		t.Run(test.dialect, func(t *testing.T) {
			p := watched(t, test.dialect, 30, 3, 6, 3).peers[28]
			d := p.swarm.dialect
			assert.Equal(t, test.open, string(d.open(nil, p)))
			for _, a := range test.answers {
				say, in := d.enter(nil, p, []byte(a.line))
				assert.Equal(t, a.say, string(say), a.line)
				assert.Equal(t, a.in, in, a.line)
			}
		})
	}
}
