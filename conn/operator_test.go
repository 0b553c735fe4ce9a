package conn_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/protocol"
)

const (
	isOperator = "-- you are an operator now, and on duty"
	isWrong    = "-- that is not the password: /operator asks again"
	isTooMany  = "-- that was tried too often from your address: please wait a minute"
)

func knowsSesame(p protocol.Secret) bool { return p == "sesame" }

func TestThePasswordMakesAnOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{Rate: -1, Password: knowsSesame})
		l, door := w.open()
		ann := l.knock(t, "192.0.2.1")
		ann.say("/operator", "simsim", "/queue")
		synctest.Wait()
		assert.Contains(t, ann.text(), isWrong)
		assert.Contains(t, ann.text(), "-- only an operator can do that")
		ann.say("/operator", "sesame", "/queue", "/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, ann.text(), isOperator)
		assert.Contains(t, ann.text(), "-- 0 waiting")
		assert.Contains(t, ann.text(), "-- you are an operator already")
		assert.NotZero(t, w.log.count("an operator has come in"))
		assert.Equal(t, 1, w.log.count("wrong password of an operator"))
		assert.Zero(t, w.log.count("sesame")+w.log.count("simsim"))
		assert.NotContains(t, ann.text(), "sesame")
		door.Close()
		w.leave(ann)
	})
}

func TestThereIsNoPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{Rate: -1})
		l, door := w.open()
		bob, ann := l.knock(t, "192.0.2.2"), l.knock(t, "192.0.2.1")
		bob.say("/ping")
		ann.say("/operator", "sesame", "/queue")
		synctest.Wait()
		assert.NotContains(t, ann.text(), isOperator)
		assert.NotContains(t, ann.text(), isWrong)
		assert.Contains(t, ann.text(), "operator", "it says so")
		assert.Contains(t, ann.text(), "-- only an operator can do that")
		assert.NotContains(t, bob.text(), "sesame", "and it is not said")
		door.Close()
		w.leave(ann, bob)
	})
}

// An address that guesses passwords gets slow, over any transport, and no other address does.
func TestThePasswordCannotBeGuessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		checks := 0
		w := newHouse(t, hub.Options{}, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { checks++; return knowsSesame(p) }})
		l, door := w.open()
		for range 3 {
			eve := l.knock(t, "192.0.2.66")
			eve.say(strings.Repeat("/operator\nguess\n", 10))
			synctest.Wait()
			_ = eve.Close()
			synctest.Wait()
		}
		assert.Equal(t, 5, checks)
		eve, ann := l.knock(t, "192.0.2.66"), l.knock(t, "192.0.2.1")
		eve.say("/operator", "sesame")
		ann.say("/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, eve.text(), isTooMany, "not even if it is right")
		assert.NotContains(t, eve.text(), isOperator)
		assert.Contains(t, ann.text(), isOperator)
		time.Sleep(time.Minute)
		eve.say("/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, eve.text(), isOperator)
		door.Close()
		w.leave(eve, ann)
	})
}

// Two passwords are checked at once. Others wait for their turn, unless their client goes.
func TestTwoPasswordsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		w := newHouse(t, hub.Options{}, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return knowsSesame(p)
		}})
		l, door := w.open()
		var all []*visitor
		for _, from := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"} {
			all = append(all, l.knock(t, from))
		}
		for _, v := range all {
			v.say("/operator", "sesame")
		}
		synctest.Wait()
		_ = all[4].Close()
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		come := 0 // the order of the first turns is not defined
		for _, v := range all {
			if strings.Contains(v.text(), isOperator) {
				come++
			}
		}
		assert.Contains(t, []int{1, 2}, come)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for _, v := range all[:4] {
			assert.Contains(t, v.text(), isOperator)
		}
		assert.Equal(t, int32(2), most.Load())
		door.Close()
		w.leave(all...)
	})
}
