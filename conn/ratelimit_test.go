package conn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
)

const slower = "-- that is faster than the room can follow"

// numbered are lines to say.
func numbered(from, to int) (lines []string) {
	for i := from; i < to; i++ {
		lines = append(lines, fmt.Sprintf("line %d.", i))
	}
	return lines
}

func TestG10OverTheRateIsReadMoreSlowlyAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: 5, Burst: 10})
		ann, bob := w.Connect(hub.Identity{}), w.Connect(hub.Identity{})
		time.Sleep(time.Minute)
		go bob.Say(numbered(0, 30)...)
		synctest.Wait()
		assert.Equal(t, 10, strings.Count(ann.Text(), "line "), "the burst")
		assert.Equal(t, 1, strings.Count(bob.Text(), slower))
		time.Sleep(199 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 10, strings.Count(ann.Text(), "line "))
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 11, strings.Count(ann.Text(), "line "))
		time.Sleep(4 * time.Second)
		synctest.Wait()
		at := 0
		for _, l := range numbered(0, 30) {
			i := strings.Index(ann.Text()[at:], l)
			assert.GreaterOrEqual(t, i, 0, "%s is lost or out of order", l)
			at += max(i, 0)
		}
		assert.Equal(t, 1, strings.Count(bob.Text(), slower), "notices in one episode")
		assert.NotContains(t, ann.Text(), slower)
		w.End(ann, bob)
	})
}

func TestEachEpisodeHasOneNotice(t *testing.T) {
	for burst, many := range map[int]int{1: 5, 2: 6, 10: 15} {
		synctest.Test(t, func(t *testing.T) {
			w := newServer(t, hub.Options{}, conn.Options{Rate: 5, Burst: burst})
			bob := w.Connect(hub.Identity{})
			for episode := range 3 {
				time.Sleep(time.Minute)
				go bob.Say(numbered(0, many)...)
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
				assert.Equal(t, episode+1, strings.Count(bob.Text(), slower), "burst %d", burst)
				time.Sleep(4 * time.Second)
				synctest.Wait()
				assert.Equal(t, episode+1, strings.Count(bob.Text(), slower), "burst %d", burst)
			}
			w.End(bob)
		})
	}
}

// What is refused costs as much as what is said.
func TestG10RefusalsAreLimitedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		bob := w.Connect(hub.Identity{})
		go bob.Say(strings.Split(strings.Repeat("/nonsense ", 20), " ")[:20]...)
		synctest.Wait()
		assert.Equal(t, 10, strings.Count(bob.Text(), "-- there is no /"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, 20, strings.Count(bob.Text(), "-- there is no /"))
		w.End(bob)
	})
}

func TestAnOperatorIsNotLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		ann, op := w.Connect(hub.Identity{}), w.Connect(conntest.Operator())
		op.Say(numbered(0, 500)...)
		synctest.Wait()
		assert.Equal(t, 500, strings.Count(ann.Text(), "line "))
		w.End(ann, op)
	})
}

func TestNoRateIsNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		ann, bob := w.Connect(hub.Identity{}), w.Connect(hub.Identity{})
		bob.Say(numbered(0, 500)...)
		synctest.Wait()
		assert.Equal(t, 500, strings.Count(ann.Text(), "line "))
		w.End(ann, bob)
	})
}

func TestG10OneWhoFloodsDoesNotSlowOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		ann, bob, eve := w.Connect(hub.Identity{}), w.Connect(hub.Identity{}), w.Connect(hub.Identity{})
		go func() { _, _ = eve.Write([]byte(strings.Repeat("spam\n", 10000))) }()
		for i := range 20 {
			time.Sleep(time.Second)
			bob.Say(fmt.Sprintf("honest %d", i))
			synctest.Wait() // no time passes
			assert.Contains(t, ann.Text(), fmt.Sprintf("honest %d", i))
		}
		assert.Less(t, strings.Count(ann.Text(), "spam"), 10+5*21)
		w.End(eve, ann, bob)
	})
}
