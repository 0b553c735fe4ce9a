package hub

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// slowStore takes its time for each entry.
type slowStore struct {
	journal.Store
	each time.Duration
}

func (s *slowStore) Commit(entries []journal.Entry) error {
	time.Sleep(time.Duration(len(entries)) * s.each)
	return s.Store.Commit(entries)
}

// talker is somebody who talks from an address, and hears everything at once.
type talker struct {
	*Client
	ctx  context.Context
	end  context.CancelFunc
	over chan struct{}

	mu    sync.Mutex
	heard strings.Builder
}

// call is somebody who has come in from the address of that number.
func (w *world) call(t *testing.T, address int, name string) *talker {
	from := netip.AddrFrom4([4]byte{10, 0, byte(address >> 8), byte(address)})
	ctx, cancel := context.WithCancel(context.Background())
	c, err := w.h.Attach(ctx, Identity{Nick: nick("%s", name), From: Address{from.String(), netip.PrefixFrom(from, 32)}})
	require.NoError(t, err)
	p := &talker{Client: c, ctx: ctx, end: cancel, over: make(chan struct{})}
	c.Start(ctx, p, nil, func(error) { close(p.over) })
	return p
}

func (p *talker) Send(lines []*protocol.Line) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range lines {
		p.heard.Write(l.Text())
	}
	return nil
}

func (p *talker) Offer(lines []*protocol.Line) (bool, error) { return true, p.Send(lines) }

func (p *talker) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard.String()
}

func (p *talker) say(format string, args ...any) error {
	return p.Do(p.ctx, protocol.Say{Text: protocol.MustText(fmt.Sprintf(format, args...))})
}

// hangUp ends the connection, as its reader does.
func (p *talker) hangUp() {
	p.end()
	p.Close(p.ctx, protocol.Lost)
	p.Stop()
	<-p.over
}

// slowWorld is one whose record takes so long for each line.
func slowWorld(each time.Duration) *world {
	return newWorldOn(&slowStore{journal.NewMemory(journal.Bounds{}), each}, Options{}, false)
}

func (w *world) endWith(talkers ...*talker) {
	for _, p := range talkers {
		p.hangUp()
	}
	w.close()
}

// Two hundred talk all the time, twenty times as fast as their lines can be recorded. Two
// who say something once a second are heard within a second, and what the others say is
// said, each line once and in the order of its author.
func TestG10WhoTalksSeldomIsHeardSoonAmongManyWhoTalkAllTheTime(t *testing.T) {
	for _, perAddress := range []int{1, 5, 200} {
		t.Run(fmt.Sprint(perAddress, " of an address"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testTalkers(t, perAddress) })
		})
	}
}

func testTalkers(t *testing.T, perAddress int) {
	const talkers, lines = 200, 30
	w := slowWorld(2 * time.Millisecond)
	ann, bob := w.call(t, 1, "ann"), w.call(t, 2, "bob")
	all := []*talker{ann, bob}
	for i := range talkers {
		all = append(all, w.call(t, 100+i/perAddress, fmt.Sprint("talker", i)))
	}
	time.Sleep(10 * time.Second)
	var talking sync.WaitGroup
	for i, p := range all[2:] {
		talking.Go(func() {
			for n := range lines {
				assert.NoError(t, p.say("%d of %d.", n, i))
			}
		})
	}
	for n := range 10 {
		began := time.Now()
		assert.NoError(t, ann.say("second %d.", n))
		for !strings.Contains(bob.text(), fmt.Sprintf("<ann> second %d.", n)) && time.Since(began) < time.Minute {
			time.Sleep(time.Millisecond)
		}
		assert.Less(t, time.Since(began), time.Second, "the line of second %d", n)
		time.Sleep(time.Until(began.Add(time.Second)))
	}
	talking.Wait()
	time.Sleep(10 * time.Second)
	got := bob.text()
	for i := range talkers {
		at := 0
		for n := range lines {
			line := fmt.Sprintf("<talker%d> %d of %d.\n", i, n, i)
			assert.Equal(t, 1, strings.Count(got, line), line)
			next := strings.Index(got, line)
			assert.GreaterOrEqual(t, next, at, "%s comes in order", line)
			at = next
		}
	}
	assertIdle(t, w)
	w.endWith(all...)
}

// assertIdle is for when nothing is under way.
func assertIdle(t *testing.T, w *world) {
	t.Helper()
	synctest.Wait()
	a := w.h.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	assert.Zero(t, a.load, "bytes under way")
	assert.Zero(t, a.untold, "bytes that are not told")
	assert.Empty(t, a.turns)
	assert.Zero(t, a.fresh.Len()+a.again.Len(), "addresses that wait")
}

// When the hub ends, what has been read is still said, whether its turn had come or not.
func TestG8WhatWaitsForItsTurnIsSaidAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talkers = 100
		w, gate := gatedWith(journal.Bounds{}, Options{})
		var all []*talker
		for i := range talkers {
			all = append(all, w.call(t, i, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		gate.open = false
		long := strings.Repeat("x", 3000)
		for i, p := range all {
			go func() { _ = p.say("%d %s", i, long) }()
		}
		synctest.Wait()
		w.h.admission.mu.Lock()
		assert.Less(t, w.h.admission.load, 100<<10, "bytes under way")
		assert.Positive(t, w.h.admission.fresh.Len()+w.h.admission.again.Len(), "addresses that wait")
		w.h.admission.mu.Unlock()
		w.end()
		synctest.Wait()
		close(gate.gate)
		synctest.Wait()
		w.endWith(all...)
		said := 0
		for _, e := range w.truth.entries {
			if _, is := e.Event.(protocol.Said); is {
				said++
			}
		}
		assert.Equal(t, talkers, said)
	})
}

// Who goes while it waits for its turn leaves nothing behind.
func TestWhoGoesWhileItWaitsForItsTurnLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, gate := gatedWith(journal.Bounds{}, Options{})
		var all []*talker
		for i := range 60 {
			all = append(all, w.call(t, i/2, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		gate.open = false
		var talking sync.WaitGroup
		long := strings.Repeat("x", 3000)
		for _, p := range all {
			talking.Go(func() { _ = p.say("%s", long) })
		}
		synctest.Wait()
		for _, p := range all[:40] {
			p.end()
		}
		synctest.Wait()
		close(gate.gate)
		talking.Wait()
		time.Sleep(time.Second)
		assertIdle(t, w)
		w.endWith(all...)
	})
}

// What is said in one room counts together, whatever else is recorded between: else those who
// read fall behind, since more is under way in the room than fits into an outbox.
func TestWhatIsSaidInOneRoomCountsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 10
		w, gate := gatedWith(journal.Bounds{}, Options{})
		ann := w.call(t, 1, "ann")
		all := []*talker{ann}
		for i := range 2 * lines {
			all = append(all, w.call(t, 2+i, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		gate.open = false
		require.NoError(t, ann.say("what waits is recorded together"))
		synctest.Wait()
		for i, p := range all[1:] {
			if i%2 == 0 {
				require.NoError(t, p.say("hello"))
			} else {
				require.NoError(t, p.Do(p.ctx, protocol.Msg{To: nick("ann"), Text: protocol.MustText("hello")}))
			}
			synctest.Wait()
		}
		a := w.h.admission
		a.mu.Lock()
		a.lines, a.widest = 0, 0
		a.mu.Unlock()
		close(gate.gate)
		synctest.Wait()
		a.mu.Lock()
		assert.GreaterOrEqual(t, a.lines, 2.*lines)
		assert.GreaterOrEqual(t, a.widest, float64(lines))
		a.mu.Unlock()
		w.endWith(all...)
	})
}

// A command counts its words, whatever it does with them.
func TestACommandCountsItsWords(t *testing.T) {
	text := protocol.MustText(strings.Repeat("x", 4000))
	said := costOf(protocol.Say{Text: text})
	for _, cmd := range []protocol.Command{
		protocol.Me{Text: text}, protocol.Msg{To: nick("ann"), Text: text}, protocol.Desk{Text: text}, protocol.Reply{Ticket: 1, Text: text},
		protocol.Note{Ticket: 1, Text: text}, protocol.Announce{Text: text},
	} {
		assert.Equal(t, said, costOf(cmd), "%T", cmd)
	}
	assert.Equal(t, leastBytes, costOf(protocol.Who{}))
	assert.Zero(t, costOf(protocol.Hello{}))
}
