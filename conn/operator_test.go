package conn_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
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
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: knowsSesame})
		l := listen(w)
		ann := l.Connect(t, "192.0.2.1")
		ann.Say("/operator", "simsim", "/queue")
		synctest.Wait()
		assert.Contains(t, ann.Text(), isWrong)
		assert.Contains(t, ann.Text(), "-- only an operator can do that")
		ann.Say("/operator", "sesame", "/queue", "/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, ann.Text(), isOperator)
		assert.Contains(t, ann.Text(), "-- 0 waiting")
		assert.Contains(t, ann.Text(), "-- you are an operator already")
		assert.NotZero(t, w.Log.Count("an operator has come in"))
		assert.Equal(t, 1, w.Log.Count("wrong password of an operator"))
		assert.Zero(t, w.Log.Count("sesame")+w.Log.Count("simsim"))
		assert.NotContains(t, ann.Text(), "sesame")
		w.End(ann)
	})
}

func TestThereIsNoPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		l := listen(w)
		bob, ann := l.Connect(t, "192.0.2.2"), l.Connect(t, "192.0.2.1")
		bob.Say("/ping")
		ann.Say("/operator", "sesame", "/queue")
		synctest.Wait()
		assert.NotContains(t, ann.Text(), isOperator)
		assert.NotContains(t, ann.Text(), isWrong)
		assert.Contains(t, ann.Text(), "operator", "it says so")
		assert.Contains(t, ann.Text(), "-- only an operator can do that")
		assert.NotContains(t, bob.Text(), "sesame", "and it is not said")
		w.End(ann, bob)
	})
}

// An address that guesses passwords gets slow, over any transport, and no other address does.
func TestThePasswordCannotBeGuessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		checks := 0
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { checks++; return knowsSesame(p) }})
		l := listen(w)
		for range 3 {
			eve := l.Connect(t, "192.0.2.66")
			eve.Say(strings.Repeat("/operator\nguess\n", 10))
			synctest.Wait()
			_ = eve.Close()
			synctest.Wait()
		}
		assert.Equal(t, 5, checks)
		eve, ann := l.Connect(t, "192.0.2.66"), l.Connect(t, "192.0.2.1")
		eve.Say("/operator", "sesame")
		ann.Say("/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, eve.Text(), isTooMany, "not even if it is right")
		assert.NotContains(t, eve.Text(), isOperator)
		assert.Contains(t, ann.Text(), isOperator)
		time.Sleep(time.Minute)
		eve.Say("/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, eve.Text(), isOperator)
		w.End(eve, ann)
	})
}

// Two passwords are checked at once. Others wait for their turn, unless their client goes.
func TestTwoPasswordsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return knowsSesame(p)
		}})
		l := listen(w)
		var all []*conntest.Client
		for _, from := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"} {
			all = append(all, l.Connect(t, from))
		}
		for _, v := range all {
			v.Say("/operator", "sesame")
		}
		synctest.Wait()
		_ = all[4].Close()
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		come := 0 // the order of the first turns is not defined
		for _, v := range all {
			if strings.Contains(v.Text(), isOperator) {
				come++
			}
		}
		assert.Contains(t, []int{1, 2}, come)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for _, v := range all[:4] {
			assert.Contains(t, v.Text(), isOperator)
		}
		assert.Equal(t, int32(2), most.Load())
		w.End(all...)
	})
}
