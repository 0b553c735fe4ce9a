package hub_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// call attaches a client from the address of that number. Its writes never wait.
func (w *world) call(address int, name string) *hubtest.Client {
	from := netip.AddrFrom4([4]byte{10, 0, byte(address >> 8), byte(address)})
	c := w.NewClient(false)
	c.Identity = hub.Identity{Nick: hubtest.Nick("%s", name), From: hub.Address{Host: from.String(), Prefix: netip.PrefixFrom(from, 32)}}
	c.Writer = ready
	c.Attach()
	return c
}

func saying(format string, args ...any) protocol.Command {
	return protocol.Say{Text: hubtest.Text(fmt.Sprintf(format, args...))}
}

func (w *world) endWith(talkers ...*hubtest.Client) {
	for _, p := range talkers {
		p.Drop()
	}
	w.Close(talkers...)
}

// Two hundred clients talk all the time, twenty times as fast as their lines can be recorded. Two others that say
// something once a second are heard within a second, and the lines of the two hundred are said, each once and in the
// order of its author.
func TestG10WhoTalksSeldomIsHeardSoonAmongManyWhoTalkAllTheTime(t *testing.T) {
	for _, perAddress := range []int{1, 5, 200} {
		t.Run(fmt.Sprint(perAddress, " of an address"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testTalkers(t, perAddress) })
		})
	}
}

func testTalkers(t *testing.T, perAddress int) {
	const talkers, lines = 200, 30
	w := newWorld(t, hub.Options{})
	synctest.Wait()                                              // the first commit has been
	w.Store.BeforeCommit = func(entries []journal.Entry) error { // the disk takes its time for each
		time.Sleep(time.Duration(len(entries)) * 2 * time.Millisecond)
		return nil
	}
	ann, bob := w.call(1, "ann"), w.call(2, "bob")
	all := []*hubtest.Client{ann, bob}
	for i := range talkers {
		all = append(all, w.call(100+i/perAddress, fmt.Sprint("talker", i)))
	}
	time.Sleep(10 * time.Second)
	var talking sync.WaitGroup
	for i, p := range all[2:] {
		talking.Go(func() {
			for n := range lines {
				assert.NoError(t, p.Call(saying("%d of %d.", n, i)))
			}
		})
	}
	var heard strings.Builder
	hear := func() string {
		for _, line := range bob.Told() {
			heard.WriteString(line + "\n")
		}
		return heard.String()
	}
	for n := range 10 {
		began := time.Now()
		assert.NoError(t, ann.Call(saying("second %d.", n)))
		for !strings.Contains(hear(), fmt.Sprintf("<ann> second %d.\n", n)) && time.Since(began) < time.Minute {
			time.Sleep(time.Millisecond)
		}
		assert.Less(t, time.Since(began), time.Second, "the line of second %d", n)
		time.Sleep(time.Until(began.Add(time.Second)))
	}
	talking.Wait()
	time.Sleep(10 * time.Second)
	got := hear()
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
	at := w.UnderWay()
	assert.Zero(t, at.Bytes, "bytes under way")
	assert.Zero(t, at.Untold, "bytes that are not told")
	assert.Zero(t, at.Waiting, "addresses that wait")
}

// When the hub ends, what has been read is still said, whether its turn had come or not.
func TestG8WhatWaitsForItsTurnIsSaidAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talkers = 100
		w := newWorld(t, hub.Options{})
		var all []*hubtest.Client
		for i := range talkers {
			all = append(all, w.call(i, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.Store.Hold()
		long := strings.Repeat("x", 3000)
		for i, p := range all {
			go func() { _ = p.Call(saying("%d %s", i, long)) }()
		}
		synctest.Wait()
		assert.Less(t, w.UnderWay().Bytes, 100<<10)
		assert.Positive(t, w.UnderWay().Waiting, "addresses that wait")
		w.Stop()
		synctest.Wait()
		w.Store.Release()
		synctest.Wait()
		w.endWith(all...)
		said := 0
		for _, e := range w.Store.Entries() {
			if _, is := e.Event.(protocol.Said); is {
				said++
			}
		}
		assert.Equal(t, talkers, said)
	})
}

// A client that disconnects while its command waits for its turn leaves nothing behind.
func TestWhoGoesWhileItWaitsForItsTurnLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		var all []*hubtest.Client
		for i := range 60 {
			all = append(all, w.call(i/2, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.Store.Hold()
		var talking sync.WaitGroup
		long := strings.Repeat("x", 3000)
		for _, p := range all {
			talking.Go(func() { _ = p.Call(saying("%s", long)) })
		}
		synctest.Wait()
		for _, p := range all[:40] {
			p.Disconnect()
		}
		synctest.Wait()
		w.Store.Release()
		talking.Wait()
		time.Sleep(time.Second)
		assertIdle(t, w)
		w.endWith(all...)
	})
}

// The lines of one room count together, whatever else is recorded between: else the members that read fall behind,
// since more is under way in the room than fits into an outbox.
func TestWhatIsSaidInOneRoomCountsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 10
		w := newWorld(t, hub.Options{})
		ann := w.call(1, "ann")
		all := []*hubtest.Client{ann}
		for i := range 2 * lines {
			all = append(all, w.call(2+i, fmt.Sprint("talker", i)))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.Store.Hold()
		require.NoError(t, ann.Call(saying("what waits is recorded together")))
		synctest.Wait()
		for i, p := range all[1:] {
			if i%2 == 0 {
				require.NoError(t, p.Call(saying("hello")))
			} else {
				require.NoError(t, p.Call(protocol.Msg{To: hubtest.Nick("ann"), Text: hubtest.Text("hello")}))
			}
			synctest.Wait()
		}
		w.ForgetPace()
		w.Store.Release()
		assert.GreaterOrEqual(t, w.UnderWay().Lines, 2.*lines)
		assert.GreaterOrEqual(t, w.UnderWay().Widest, float64(lines))
		w.endWith(all...)
	})
}
