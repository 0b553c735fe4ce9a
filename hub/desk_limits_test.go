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

// newVisitor connects a client at the desk, with a code by which it may resume.
func (w *deskWorld) newVisitor(from hub.Address) *hubtest.Client {
	p := w.NewClient(false)
	p.Identity = hub.Identity{From: from}
	p.Connect()
	time.Sleep(time.Second)
	synctest.Wait()
	if !w.onlyDesk {
		p.Do(protocol.Desk{})
	}
	return p
}

// leavesWord has a client come, say something at the desk, and go.
func (w *deskWorld) leavesWord(from hub.Address, word string) {
	p := w.newVisitor(from)
	says(p, word)
	p.Do(protocol.Quit{})
	drop(p)
	p.Wait()
}

// Sessions that have gone, with a message or without, take no place of visitors that are at the desk.
func TestWhoHasGoneTakesNobodysPlace(t *testing.T) {
	for _, alone := range []bool{false, true} {
		t.Run(fmt.Sprint("only a desk: ", alone), func(t *testing.T) {
			atTheDesk(t, hub.Options{Desk: alone, Visitors: 3, VisitorsPerAddress: 2}, 0, 0, false, func(w *deskWorld) {
				for i := range 6 {
					w.leavesWord(hubtest.Address(i%3), "hi")
				}
				for i := range 6 { // these may come back in a moment
					p := w.newVisitor(hubtest.Address(i % 3))
					says(p, "hi")
					drop(p)
				}
				for i := range 3 {
					p := w.newVisitor(hubtest.Address(i / 2))
					assert.Contains(t, p.Text(), "at the desk", "%d", i)
					defer drop(p)
				}
				late := w.newVisitor(hubtest.Address(4))
				assert.Contains(t, late.Text(), "the queue is full just now")
				drop(late)
			})
		})
	}
}

// A visitor that has said nothing leaves no ticket behind, and no place taken.
func TestWithoutAWordNothingIsLeft(t *testing.T) {
	for _, program := range []bool{false, true} {
		atTheDesk(t, hub.Options{}, 0, 3, program, func(w *deskWorld) {
			w.visitors[0].Do(protocol.Quit{})
			w.visitors[1].Do(protocol.LeaveDesk{})
			drop(w.visitors[2])
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			assert.Empty(t, w.Tickets())
			assert.Zero(t, w.Places())
		})
	}
}

// A message that no operator answers waits for a week, also where its author's session is over.
func TestAMessageExpires(t *testing.T) {
	atTheDesk(t, hub.Options{}, 0, 0, false, func(w *deskWorld) {
		w.leavesWord(hubtest.Address(1), "held")
		over := w.come(false, hub.Identity{From: hubtest.Address(2)}) // as at the bare door
		over.Do(protocol.Desk{Text: hubtest.Text("over")})
		drop(over)
		inRoom := w.newVisitor(hubtest.Address(3))
		says(inRoom, "from the room")
		inRoom.Do(protocol.LeaveDesk{})
		time.Sleep(7*24*time.Hour - time.Minute)
		synctest.Wait()
		require.Len(t, w.Tickets(), 3)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Empty(t, w.Tickets())
		assert.Zero(t, w.HeldSessions())
		assert.Len(t, w.Sessions(), 2, "the bystander, and who is in the room")
		seen := w.bystander.Text()
		assert.Contains(t, seen, "1 message has expired")
		assert.Contains(t, seen, "2 messages have expired", "what came after that, a minute later")
		inRoom.Do(protocol.Desk{})
		assert.Contains(t, inRoom.Text(), "you are at the desk now", "a new conversation")
		assert.NotZero(t, w.Ticket(4))
		drop(inRoom)
	})
}

// Of one address few messages are kept, and the oldest go; the operators are told once a minute how many that were, and
// not of each.
func TestMessagesOfOneAddressAreBounded(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Duty{})
		w.leavesWord(hubtest.Address(9), "honest")
		w.hush()
		for i := range 30 {
			w.leavesWord(hubtest.Address(1), fmt.Sprint("hi ", i))
		}
		synctest.Wait()
		require.Len(t, w.Tickets(), 9)
		assert.NotZero(t, w.Ticket(1), "of another address")
		assert.NotZero(t, w.Ticket(31), "the last")
		assert.Zero(t, w.Ticket(23), "the oldest go")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		seen := w.ops[0].Text()
		assert.NotContains(t, seen, "waits no more")
		assert.LessOrEqual(t, strings.Count(seen, "were dropped")+strings.Count(seen, "was dropped"), 2)
		assert.Equal(t, 9, w.HeldSessions(), "their sessions are over, too")

		w.ops[0].Do(protocol.Take{Ticket: 24})
		w.leavesWord(hubtest.Address(1), "again")
		assert.NotZero(t, w.Ticket(24), "what an operator has stays")
		assert.NotZero(t, w.Ticket(25), "and counts no more")
	})
}

// In all a thousand messages are kept. One more takes the place of a message of the address that has most.
func TestMessagesAreBoundedInAll(t *testing.T) {
	atTheDesk(t, hub.Options{}, 0, 0, false, func(w *deskWorld) {
		from := func(i int) hub.Address {
			a := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			return hub.Address{Host: a.String(), Prefix: netip.PrefixFrom(a, 32)}
		}
		w.leavesWord(hubtest.Address(9), "honest")
		for i := range 1040 {
			w.leavesWord(from(i/8), "hi")
		}
		synctest.Wait()
		assert.Len(t, w.Tickets(), 1000)
		assert.NotZero(t, w.Ticket(1))
		assert.Zero(t, w.Places())
		assert.Empty(t, w.PlacesOf())
	})
}

// Visitors that have lost the connection and may come back are bounded, too, as those that are connected.
func TestTheAbsentAreBounded(t *testing.T) {
	atTheDesk(t, hub.Options{Visitors: 5, VisitorsPerAddress: 2}, 1, 0, false, func(w *deskWorld) {
		for i := range 12 {
			p := w.newVisitor(hubtest.Address(i % 4))
			says(p, "hi")
			drop(p)
		}
		assert.Len(t, w.Tickets(), 5)
		assert.Equal(t, 5, w.HeldSessions())
		assert.NotContains(t, w.ops[0].Text(), "waits no more")
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Empty(t, w.Tickets())
		assert.Contains(t, w.ops[0].Text(), "who had lost the connection")
	})
}

// Visitors that are connected come first: in the queue, in its numbers, and for /next.
func TestThoseWhoAreThereComeFirst(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Duty{})
		for i := range 3 {
			w.leavesWord(hubtest.Address(i), fmt.Sprint("message ", i))
		}
		lost := w.newVisitor(hubtest.Address(5))
		says(lost, "I may come back")
		w.ops[0].Do(protocol.Duty{On: true})
		drop(lost)
		bob := w.newVisitor(hubtest.Address(6))
		assert.Contains(t, bob.Text(), "you are next")
		w.ops[0].Text()
		w.ops[0].Do(protocol.Queue{})
		seen := w.ops[0].Text()
		assert.Contains(t, seen, "-- 2 waiting, 3 messages, 0 being answered")
		at := func(no int) int { return strings.Index(seen, fmt.Sprintf("-- @%d ", no)) }
		assert.True(t, at(5) < at(4) && at(4) < at(1) && at(1) < at(2), "%s", seen)
		w.ops[0].Do(protocol.Next{})
		assert.Contains(t, w.ops[0].Text(), "you have @5")
		w.ops[0].Do(protocol.Next{})
		assert.Contains(t, w.ops[0].Text(), "you have @1", "and then the messages")
		drop(bob)
	})
}

// A client that comes to the desk and leaves it over and over is stopped for a minute.
func TestComingAndLeavingIsBounded(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 0, false, func(w *deskWorld) {
		p := w.newVisitor(hubtest.Address(1))
		for range 50 {
			p.Do(protocol.LeaveDesk{}, protocol.Desk{})
		}
		assert.Equal(t, protocol.Ticket(hub.MaxTurns), w.LastTicket())
		assert.Contains(t, p.Text(), "too often")
		time.Sleep(time.Minute)
		p.Do(protocol.Desk{})
		assert.Contains(t, p.Text(), "you are at the desk now")
		drop(p)
	})
}

// The first words of a conversation, as the queue shows them, are few.
func TestTheFirstWordsAreFew(t *testing.T) {
	atTheDesk(t, hub.Options{}, 1, 1, false, func(w *deskWorld) {
		says(w.visitors[0], strings.Repeat("你好", 600))
		assert.LessOrEqual(t, len(w.Ticket(1).First), 300)
		w.hush()
		w.ops[0].Do(protocol.Queue{})
		assert.Contains(t, w.ops[0].Text(), "你好你…")
	})
}

// However many go, the log is told of it once a minute, and of all of them in the end.
func TestWhatTheDeskDropsIsInTheLogOnceAMinute(t *testing.T) {
	var log []string
	o := hub.Options{MessagesPerAddress: 2, Warn: func(words string, attributes ...any) {
		log = append(log, strings.TrimSpace(fmt.Sprintln(append([]any{words}, attributes...)...)))
	}}
	atTheDesk(t, o, 1, 0, false, func(w *deskWorld) {
		w.ops[0].Do(protocol.Duty{})
		for range 12 {
			w.leavesWord(hubtest.Address(1), "hi")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{
			"what waited at the desk was dropped messages 1 absent 0 expired 0",
			"what waited at the desk was dropped messages 9 absent 0 expired 0",
		}, log)
	})
}
