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

// Many are closed by one command: who waits, who has left a message, and those of the operator;
// what another operator has is left and counted. Each visitor is told; operators who read as people
// do are told in one line, and programs of each.
func TestManyAreClosedAtOnce(t *testing.T) {
	atTheDesk(t, Options{}, 2, 5, false, func(s *scene) {
		program := s.come(true, Identity{Operator: true, Nick: nick("program")})
		s.do(s.ops[0], protocol.Take{Ticket: 2}, protocol.Take{Ticket: 4}, protocol.To{})
		s.do(s.ops[1], protocol.Take{Ticket: 3})
		s.hush()
		words(program)
		s.do(s.ops[0], protocol.Close{Tickets: many("1,2-4,90-900"), Text: text("good night")})
		assert.Equal(t, "-- 3 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", strings.Split(words(s.ops[0]), "\n")[0])
		for _, no := range []protocol.Ticket{1, 2, 4} {
			assert.Equal(t, "closed", s.holder(no))
			assert.Contains(t, words(s.visitors[no-1]), "-- op0 has closed this conversation: good night\n-- you are in #lobby now")
		}
		assert.Equal(t, "op1", s.holder(3))
		assert.Equal(t, "waits", s.holder(5))
		seen := words(s.ops[1])
		assert.Contains(t, seen, "-- op0 closed 3 conversations: from @1 to @4")
		assert.NotContains(t, seen, "closed the conversation with")
		assert.Equal(t, 3, strings.Count(words(program), "closed the conversation with"))

		s.do(s.ops[0], protocol.Close{Tickets: many("1-4")})
		assert.Equal(t, "-- 0 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", words(s.ops[0]))
		s.do(s.ops[0], protocol.Close{Tickets: many("90-900")})
		assert.Equal(t, "-- there is no such visitor here: /queue shows who is", words(s.ops[0]))
		s.do(s.ops[1], protocol.Close{Tickets: many("3,5")})
		assert.Equal(t, "-- 2 conversations are closed: what you type goes to nobody for a moment", strings.Split(words(s.ops[1]), "\n")[0])
		s.drop(program)
	})
}

func TestAllOfAnAddressAreClosed(t *testing.T) {
	atTheDesk(t, Options{}, 1, 0, false, func(s *scene) {
		at := func(host, prefix string) Address { return Address{Host: host, Prefix: netip.MustParsePrefix(prefix)} }
		for _, from := range []Address{at("192.0.2.1", "192.0.2.1/32"), at("2001:db8::7", "2001:db8::/64"), at("192.0.2.1", "192.0.2.1/32"), at("2001:db8::9", "2001:db8::/64"), at("192.0.2.2", "192.0.2.2/32"), {}} {
			defer s.drop(s.caller(from))
		}
		for _, row := range []struct {
			from string
			rest int
		}{{"192.0.2.1", 4}, {"2001:db8::8", 2}, {"192.0.2.0/24", 1}, {"0.0.0.0/0", 1}} {
			s.do(s.ops[0], protocol.Close{Address: origin(row.from)})
			assert.Len(t, s.run.desk.tickets, row.rest, row.from)
		}
	})
}

// Very many are closed a group at a time: what others say comes between.
func TestVeryManyAreClosedInGroups(t *testing.T) {
	const crowd = 300
	atTheDesk(t, Options{MessagesPerAddress: -1}, 1, 0, false, func(s *scene) {
		s.crowd(crowd)
		s.shut()
		s.do(s.ops[0], protocol.Close{Tickets: many("1-900")})
		var left []int
		for range 3 {
			s.commit(nil)
			left = append(left, len(s.run.desk.tickets))
			s.looked()
		}
		s.open = true
		s.looked()
		assert.Equal(t, []int{crowd - maxAtOnce, crowd - 2*maxAtOnce, 0}, left)
		assert.Contains(t, words(s.ops[0]), fmt.Sprint("-- ", crowd, " conversations are closed: "))
	})
}

// Whatever is sent together, each is closed once.
func TestEachIsClosedOnce(t *testing.T) {
	const crowd = 300
	atTheDesk(t, Options{MessagesPerAddress: -1}, 2, 0, false, func(s *scene) {
		s.crowd(crowd)
		s.shut()
		s.do(s.ops[0], protocol.Close{Tickets: many("1-900")}, protocol.Close{Tickets: many("1-900")}, protocol.Close{Ticket: 1})
		s.do(s.ops[1], protocol.Close{Tickets: many("1-900")}, protocol.Close{Ticket: 1}, protocol.Take{Ticket: 1}, protocol.Take{Ticket: crowd})
		s.goOn(nil)
		synctest.Wait()
		closed := map[protocol.Ticket]int{}
		for _, e := range s.truth.entries {
			if at, ok := e.Event.(protocol.TicketChanged); ok && at.State == protocol.Closed {
				closed[at.Ticket]++
			}
		}
		for no := range protocol.Ticket(crowd) {
			assert.Equal(t, 1, closed[no+1], "%s", no+1)
		}
		assert.Empty(t, s.run.desk.tickets)
	})
}

// crowd is so many messages, and nobody on duty.
func (s *scene) crowd(n int) {
	for _, op := range s.ops {
		s.do(op, protocol.Duty{})
	}
	for range n {
		s.leavesWord(addressOf(1), "hi")
	}
	require.Len(s.t, s.run.desk.tickets, n)
	s.looked()
	s.hush()
}

// What could not be recorded is not closed, and can be closed again.
func TestAClosingThatCouldNotBeRecorded(t *testing.T) {
	atTheDesk(t, Options{MessagesPerAddress: -1}, 2, 0, false, func(s *scene) {
		const crowd = 200
		s.crowd(crowd)
		s.shut()
		s.do(s.ops[0], protocol.Close{Tickets: many("1-900")})
		s.commit(nil)
		s.do(s.ops[0], protocol.Take{Ticket: 1 + maxAtOnce}) // in its turn
		s.commit(errDisk)
		s.goOn(nil)
		seen := words(s.ops[0])
		assert.Contains(t, seen, fmt.Sprint("-- ", maxAtOnce, " conversations are closed: "))
		assert.Contains(t, seen, "-- that could not be recorded")
		assert.Contains(t, seen, fmt.Sprint("-- you have @", 1+maxAtOnce))
		assert.Contains(t, words(s.ops[1]), fmt.Sprint("-- op0 closed ", maxAtOnce, " conversations: from @1 to @", maxAtOnce))
		assert.Len(t, s.run.desk.tickets, crowd-maxAtOnce)
		s.do(s.ops[1], protocol.Close{Tickets: many("1-900")})
		assert.Len(t, s.run.desk.tickets, 1)
	})
}

// Of those whose conversation was closed while they were away a thousand may come back to read that.
func TestSessionsOfClosedMessagesAreBounded(t *testing.T) {
	atTheDesk(t, Options{MessagesPerAddress: -1}, 1, 0, false, func(s *scene) {
		for range 3 {
			s.crowd(maxUnread / 2)
			time.Sleep(3 * time.Minute)
			s.do(s.ops[0], protocol.Close{Tickets: many("1-9999")})
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		assert.Empty(t, s.run.desk.tickets)
		assert.Len(t, s.run.held, maxUnread)
		assert.Len(t, s.run.members, maxUnread+2, "and the operators")
		s.looked()
		time.Sleep(8 * 24 * time.Hour)
		synctest.Wait()
		assert.Len(t, s.run.members, 2)
	})
}
