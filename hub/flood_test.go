package hub

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// caller is somebody with a code, who may come back.
func (s *scene) caller(from Address) *persona {
	p := newPersona(s.h, false)
	p.identity = Identity{From: from}
	p.connect(s.t)
	time.Sleep(time.Second)
	synctest.Wait()
	if !s.run.opts.Desk {
		s.do(p, protocol.Desk{})
	}
	return p
}

// leavesWord has somebody come, say something at the desk, and go.
func (s *scene) leavesWord(from Address, word string) {
	p := s.caller(from)
	s.says(p, word)
	s.do(p, protocol.Leave{})
	s.drop(p)
	p.ended.Wait()
}

// Those who have gone, with a word or without, take no place of those who are there.
func TestWhoHasGoneTakesNobodysPlace(t *testing.T) {
	for _, alone := range []bool{false, true} {
		t.Run(fmt.Sprint("only a desk: ", alone), func(t *testing.T) {
			atTheDesk(t, Options{Desk: alone, Visitors: 3, VisitorsPerAddress: 2}, 0, 0, false, func(s *scene) {
				for i := range 6 {
					s.leavesWord(addressOf(i%3), "hi")
				}
				for i := range 6 { // these may come back in a moment
					p := s.caller(addressOf(i % 3))
					s.says(p, "hi")
					s.drop(p)
				}
				for i := range 3 {
					p := s.caller(addressOf(i / 2))
					assert.Contains(t, words(p), "at the desk", "%d", i)
					defer s.drop(p)
				}
				late := s.caller(addressOf(4))
				assert.Contains(t, words(late), "the queue is full just now")
				s.drop(late)
			})
		})
	}
}

// Whoever said nothing at the desk leaves nothing there.
func TestWithoutAWordNothingIsLeft(t *testing.T) {
	for _, program := range []bool{false, true} {
		atTheDesk(t, Options{}, 0, 3, program, func(s *scene) {
			s.do(s.visitors[0], protocol.Leave{})
			s.do(s.visitors[1], protocol.Undesk{})
			s.drop(s.visitors[2])
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			assert.Empty(t, s.run.desk.tickets)
			assert.Zero(t, s.run.desk.places)
		})
	}
}

// A message that nobody answers waits for a week, also where its author's session is over.
func TestAMessageExpires(t *testing.T) {
	atTheDesk(t, Options{}, 0, 0, false, func(s *scene) {
		s.leavesWord(addressOf(1), "held")
		over := s.come(false, Identity{From: addressOf(2)}) // as at the bare door
		s.do(over, protocol.Desk{Text: text("over")})
		s.drop(over)
		inRoom := s.caller(addressOf(3))
		s.says(inRoom, "from the room")
		s.do(inRoom, protocol.Undesk{})
		time.Sleep(7*24*time.Hour - time.Minute)
		synctest.Wait()
		require.Len(t, s.run.desk.tickets, 3)
		s.looked()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Empty(t, s.run.desk.tickets)
		assert.Empty(t, s.run.held)
		assert.Len(t, s.run.members, 2, "the bystander, and who is in the room")
		seen := words(s.bystand)
		assert.Contains(t, seen, "1 message has expired")
		assert.Contains(t, seen, "2 messages have expired", "what came after that, a minute later")
		s.do(inRoom, protocol.Desk{})
		assert.Contains(t, words(inRoom), "you are at the desk now", "a new conversation")
		assert.Contains(t, s.run.desk.tickets, protocol.Ticket(4))
		s.drop(inRoom)
	})
}

// Of one address few messages are kept, and the oldest go; the operators are told once a
// minute how many that were, and not of each.
func TestMessagesOfOneAddressAreBounded(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		s.do(s.ops[0], protocol.Duty{})
		s.leavesWord(addressOf(9), "honest")
		s.hush()
		for i := range 30 {
			s.leavesWord(addressOf(1), fmt.Sprint("hi ", i))
		}
		synctest.Wait()
		require.Len(t, s.run.desk.tickets, 9)
		assert.NotNil(t, s.ticket(1), "of another address")
		assert.NotNil(t, s.ticket(31), "the last")
		assert.Nil(t, s.ticket(23), "the oldest go")
		s.looked()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		seen := words(s.ops[0])
		assert.NotContains(t, seen, "waits no more")
		assert.LessOrEqual(t, strings.Count(seen, "were dropped")+strings.Count(seen, "was dropped"), 2)
		assert.Len(t, s.run.held, 9, "their sessions are over, too")

		s.do(s.ops[0], protocol.Take{Ticket: 24})
		s.leavesWord(addressOf(1), "again")
		assert.NotNil(t, s.ticket(24), "what an operator has stays")
		assert.NotNil(t, s.ticket(25), "and counts no more")
	})
}

// In all a thousand are kept. Those go of whom most are.
func TestMessagesAreBoundedInAll(t *testing.T) {
	atTheDesk(t, Options{}, 0, 0, false, func(s *scene) {
		from := func(i int) Address {
			a := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			return Address{Host: a.String(), Prefix: netip.PrefixFrom(a, 32)}
		}
		s.leavesWord(addressOf(9), "honest")
		for i := range 1040 {
			s.leavesWord(from(i/8), "hi")
		}
		synctest.Wait()
		assert.Len(t, s.run.desk.tickets, 1000)
		assert.NotNil(t, s.ticket(1))
		assert.Zero(t, s.run.desk.places)
		assert.Empty(t, s.run.desk.placesFrom)
	})
}

// Those who may come back are bounded, too: as those who are there.
func TestTheAbsentAreBounded(t *testing.T) {
	atTheDesk(t, Options{Visitors: 5, VisitorsPerAddress: 2}, 1, 0, false, func(s *scene) {
		for i := range 12 {
			p := s.caller(addressOf(i % 4))
			s.says(p, "hi")
			s.drop(p)
		}
		assert.Len(t, s.run.desk.tickets, 5)
		assert.Len(t, s.run.held, 5)
		assert.NotContains(t, words(s.ops[0]), "waits no more")
		s.looked()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Empty(t, s.run.desk.tickets)
		assert.Contains(t, words(s.ops[0]), "who had lost the connection")
	})
}

// Those who are there come first: in the queue, in its numbers, and for /next.
func TestThoseWhoAreThereComeFirst(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		s.do(s.ops[0], protocol.Duty{})
		for i := range 3 {
			s.leavesWord(addressOf(i), fmt.Sprint("message ", i))
		}
		lost := s.caller(addressOf(5))
		s.says(lost, "I may come back")
		s.do(s.ops[0], protocol.Duty{On: true})
		s.drop(lost)
		bob := s.caller(addressOf(6))
		assert.Contains(t, words(bob), "you are next")
		words(s.ops[0])
		s.do(s.ops[0], protocol.Queue{})
		seen := words(s.ops[0])
		assert.Contains(t, seen, "-- 2 waiting, 3 messages, 0 being answered")
		at := func(no int) int { return strings.Index(seen, fmt.Sprintf("-- @%d ", no)) }
		assert.True(t, at(5) < at(4) && at(4) < at(1) && at(1) < at(2), "%s", seen)
		s.do(s.ops[0], protocol.Next{})
		assert.Contains(t, words(s.ops[0]), "you have @5")
		s.do(s.ops[0], protocol.Next{})
		assert.Contains(t, words(s.ops[0]), "you have @1", "and then the messages")
		s.drop(bob)
	})
}

// Whoever comes to the desk and leaves it over and over is stopped for a minute.
func TestComingAndLeavingIsBounded(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		p := s.caller(addressOf(1))
		for range 50 {
			s.do(p, protocol.Undesk{}, protocol.Desk{})
		}
		assert.Equal(t, protocol.Ticket(maxTurns), s.run.tickets)
		s.looked()
		assert.Contains(t, words(p), "too often")
		time.Sleep(time.Minute)
		s.do(p, protocol.Desk{})
		assert.Contains(t, words(p), "you are at the desk now")
		s.drop(p)
	})
}

// The first words of a conversation, as the queue shows them, are few.
func TestTheFirstWordsAreFew(t *testing.T) {
	atTheDesk(t, Options{}, 1, 1, false, func(s *scene) {
		s.says(s.visitors[0], strings.Repeat("你好", 600))
		assert.LessOrEqual(t, len(s.ticket(1).first.String()), 300)
		s.hush()
		s.do(s.ops[0], protocol.Queue{})
		assert.Contains(t, words(s.ops[0]), "你好你…")
	})
}

func many(s string) protocol.Tickets {
	t, err := protocol.ParseTickets(s)
	if err != nil {
		panic(err)
	}
	return t
}

func origin(s string) protocol.Origin {
	o, err := protocol.ParseOrigin(s)
	if err != nil {
		panic(err)
	}
	return o
}

// However many go, the log is told of it once a minute, and of all of them in the end.
func TestWhatTheDeskDropsIsInTheLogOnceAMinute(t *testing.T) {
	var log []string
	o := Options{MessagesPerAddress: 2, News: func(words string, attributes ...any) {
		log = append(log, strings.TrimSpace(fmt.Sprintln(append([]any{words}, attributes...)...)))
	}}
	atTheDesk(t, o, 1, 0, false, func(s *scene) {
		s.do(s.ops[0], protocol.Duty{})
		for range 12 {
			s.leavesWord(addressOf(1), "hi")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{
			"what waited at the desk was dropped messages 1 absent 0 expired 0",
			"what waited at the desk was dropped messages 9 absent 0 expired 0",
		}, log)
	})
}
