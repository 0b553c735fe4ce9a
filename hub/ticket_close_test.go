package hub_test

import (
	"fmt"
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

// Many tickets are closed by one command: those that wait, messages, and those of the operator; what another operator
// has is left and counted. Each visitor is told; operators that read as people do are told in one line, and programs of
// each.
func TestManyAreClosedAtOnce(t *testing.T) {
	atTheDesk(t, hub.Options{}, 2, 5, false, func(w *deskWorld) {
		program := w.come(true, hub.Identity{Operator: true, Nick: hubtest.Nick("program")})
		w.ops[0].Do(protocol.Take{Ticket: 2}, protocol.Take{Ticket: 4}, protocol.To{})
		w.ops[1].Do(protocol.Take{Ticket: 3})
		w.hush()
		program.Text()
		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1,2-4,90-900"), Text: hubtest.Text("good night")})
		assert.Equal(t, "-- 3 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", strings.Split(w.ops[0].Text(), "\n")[0])
		for _, no := range []protocol.Ticket{1, 2, 4} {
			assert.Equal(t, "closed", w.holder(no))
			assert.Contains(t, w.visitors[no-1].Text(), "-- op0 has closed this conversation: good night\n-- you are in #lobby now")
		}
		assert.Equal(t, "op1", w.holder(3))
		assert.Equal(t, "waits", w.holder(5))
		seen := w.ops[1].Text()
		assert.Contains(t, seen, "-- op0 closed 3 conversations: from @1 to @4")
		assert.NotContains(t, seen, "closed the conversation with")
		assert.Equal(t, 3, strings.Count(program.Text(), "closed the conversation with"))

		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1-4")})
		assert.Equal(t, "-- 0 conversations are closed, and 1 is left to the operator who has it: what you type goes to #lobby", w.ops[0].Text())
		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("90-900")})
		assert.Equal(t, "-- there is no such visitor here: /queue shows who is", w.ops[0].Text())
		w.ops[1].Do(protocol.Close{Tickets: hubtest.Tickets("3,5")})
		assert.Equal(t, "-- 2 conversations are closed: what you type goes to nobody for a moment", strings.Split(w.ops[1].Text(), "\n")[0])
		drop(program)
	})
}

func TestAllOfAnAddressAreClosed(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		at := func(host, prefix string) hub.Address {
			return hub.Address{Host: host, Prefix: netip.MustParsePrefix(prefix)}
		}
		for _, from := range []hub.Address{at("192.0.2.1", "192.0.2.1/32"), at("2001:db8::7", "2001:db8::/64"), at("192.0.2.1", "192.0.2.1/32"), at("2001:db8::9", "2001:db8::/64"), at("192.0.2.2", "192.0.2.2/32"), {}} {
			defer drop(w.newVisitor(from))
		}
		for _, row := range []struct {
			from string
			rest int
		}{{"192.0.2.1", 4}, {"2001:db8::8", 2}, {"192.0.2.0/24", 1}, {"0.0.0.0/0", 1}} {
			w.ops[0].Do(protocol.Close{Address: hubtest.Origin(row.from)})
			assert.Len(t, w.Tickets(), row.rest, row.from)
		}
	})
}

// Very many are closed a group at a time: what others say comes between.
func TestVeryManyAreClosedInGroups(t *testing.T) {
	const crowd = 300
	atTheDesk(t, hub.Options{MessagesPerAddress: -1}, 1, 0, false, func(w *deskWorld) {
		w.crowd(t, crowd)
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1-900")})
		var closed []int
		for range 3 {
			w.Store.Let(nil)
			closed = append(closed, len(w.closed()))
		}
		w.Store.Release()
		assert.Equal(t, []int{hub.MaxAtOnce, 2 * hub.MaxAtOnce, crowd}, closed)
		assert.Empty(t, w.Tickets())
		assert.Contains(t, w.ops[0].Text(), fmt.Sprint("-- ", crowd, " conversations are closed: "))
	})
}

// Whatever is sent together, each is closed once.
func TestEachIsClosedOnce(t *testing.T) {
	const crowd = 300
	atTheDesk(t, hub.Options{MessagesPerAddress: -1}, 2, 0, false, func(w *deskWorld) {
		w.crowd(t, crowd)
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1-900")}, protocol.Close{Tickets: hubtest.Tickets("1-900")}, protocol.Close{Ticket: 1})
		w.ops[1].Do(protocol.Close{Tickets: hubtest.Tickets("1-900")}, protocol.Close{Ticket: 1}, protocol.Take{Ticket: 1}, protocol.Take{Ticket: crowd})
		w.Store.Open(nil)
		synctest.Wait()
		closed := w.closed()
		for no := range protocol.Ticket(crowd) {
			assert.Equal(t, 1, closed[no+1], "%s", no+1)
		}
		assert.Empty(t, w.Tickets())
	})
}

// closed is how often each ticket was closed, as the journal has it.
func (w *deskWorld) closed() map[protocol.Ticket]int {
	times := map[protocol.Ticket]int{}
	for _, e := range w.Store.Entries() {
		if at, ok := e.Event.(protocol.TicketChanged); ok && at.Event == protocol.TicketClosed {
			times[at.Ticket]++
		}
	}
	return times
}

// crowd takes all operators off duty, and leaves n messages.
func (w *deskWorld) crowd(t *testing.T, n int) {
	for _, op := range w.ops {
		op.Do(protocol.Duty{})
	}
	for range n {
		w.leavesWord(hubtest.Address(1), "hi")
	}
	require.Len(t, w.Tickets(), n)
	w.hush()
}

// What could not be recorded is not closed, and can be closed again.
func TestAClosingThatCouldNotBeRecorded(t *testing.T) {
	atTheDesk(t, hub.Options{MessagesPerAddress: -1}, 2, 0, false, func(w *deskWorld) {
		const crowd = 200
		w.crowd(t, crowd)
		w.Store.Hold()
		w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1-900")})
		w.Store.Let(nil)
		w.ops[0].Do(protocol.Take{Ticket: 1 + hub.MaxAtOnce}) // in its turn
		w.Store.Let(errDisk)
		w.Store.Open(nil)
		seen := w.ops[0].Text()
		assert.Contains(t, seen, fmt.Sprint("-- ", hub.MaxAtOnce, " conversations are closed: "))
		assert.Contains(t, seen, "-- that could not be recorded")
		assert.Contains(t, seen, fmt.Sprint("-- you have @", 1+hub.MaxAtOnce))
		assert.Contains(t, w.ops[1].Text(), fmt.Sprint("-- op0 closed ", hub.MaxAtOnce, " conversations: from @1 to @", hub.MaxAtOnce))
		assert.Len(t, w.Tickets(), crowd-hub.MaxAtOnce)
		w.ops[1].Do(protocol.Close{Tickets: hubtest.Tickets("1-900")})
		assert.Len(t, w.Tickets(), 1)
	})
}

// Of those whose conversation was closed while they were away a thousand may come back to read that.
func TestSessionsOfClosedMessagesAreBounded(t *testing.T) {
	atTheDesk(t, hub.Options{MessagesPerAddress: -1}, 1, 0, false, func(w *deskWorld) {
		for range 3 {
			w.crowd(t, hub.MaxUnread/2)
			time.Sleep(3 * time.Minute)
			w.ops[0].Do(protocol.Close{Tickets: hubtest.Tickets("1-9999")})
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		assert.Empty(t, w.Tickets())
		assert.Equal(t, hub.MaxUnread, w.HeldSessions())
		assert.Len(t, w.Sessions(), hub.MaxUnread+2, "and the operators")
		time.Sleep(8 * 24 * time.Hour)
		synctest.Wait()
		assert.Len(t, w.Sessions(), 2)
	})
}
