package conn_test

import (
	"fmt"
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

const isTooManyTrying = "-- too many are trying that just now: please wait a moment, and then /operator asks again"

// slowly is a password that takes as long to check as on a small machine.
func slowly(p protocol.Secret) bool {
	time.Sleep(200 * time.Millisecond)
	return knowsSesame(p)
}

// All of an office, behind one address, are operators again after a restart: one after the other, or all at once.
func TestRightPasswordsAreNoTries(t *testing.T) {
	for name, together := range map[string]bool{"one after the other": false, "at once": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: slowly})
				l := listen(w)
				var office []*conntest.Client
				for range 16 {
					office = append(office, l.Connect(t, "192.0.2.1"))
				}
				for _, v := range office {
					v.Say("/operator", "sesame")
					if !together {
						time.Sleep(200 * time.Millisecond)
						synctest.Wait()
						assert.Contains(t, v.Text(), isOperator)
					}
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
				for i, v := range office {
					assert.Contains(t, v.Text(), isOperator, i)
				}
				w.End(office...)
			})
		})
	}
}

// Guesses at once are not more guesses, and a right one among them counts for nothing.
func TestGuessesAtOnceAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var checks atomic.Int32
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { checks.Add(1); return slowly(p) }})
		l := listen(w)
		var eves []*conntest.Client
		for range 30 {
			eves = append(eves, l.Connect(t, "192.0.2.66"))
		}
		for _, v := range eves {
			v.Say("/operator", "guess")
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		assert.Equal(t, int32(5), checks.Load())
		told := map[string]int{}
		for _, v := range eves {
			for _, words := range []string{isWrong, isTooMany, isTooManyTrying} {
				told[words] += strings.Count(v.Text(), words)
			}
		}
		assert.Equal(t, map[string]int{isWrong: 5, isTooMany: 13, isTooManyTrying: 12}, told, "two at once, sixteen wait")
		again := eves[0]
		before := again.Text() // it has been told that already, if its guess came late
		again.Say("/operator")
		synctest.Wait()
		assert.Equal(t, isTooMany+"\n", strings.TrimPrefix(again.Text(), before), "nobody is asked for what would not be taken")
		w.End(eves...)
	})
}

// Two hundred addresses that guess at once do not hold up an operator whose address knew the password lately, and an
// address that is not known is told at once to come again, which helps.
func TestGuessersDoNotHoldUpWhoKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: slowly})
		l := listen(w)
		before := l.Connect(t, "192.0.2.1")
		before.Say("/operator", "sesame")
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		assert.Contains(t, before.Text(), isOperator)
		time.Sleep(8 * time.Hour)

		known, new := l.Connect(t, "192.0.2.1"), l.Connect(t, "192.0.2.2")
		var crowd []*conntest.Client
		for i := range 200 {
			crowd = append(crowd, l.Connect(t, fmt.Sprintf("198.51.100.%d", i+1)))
		}
		for _, v := range crowd {
			v.Say("/operator", "guess")
		}
		synctest.Wait() // the queue is full before the next one comes
		new.Say("/operator", "sesame")
		synctest.Wait()
		assert.Contains(t, new.Text(), isTooManyTrying, "at once")
		known.Say("/operator", "sesame")
		time.Sleep(400 * time.Millisecond)
		synctest.Wait()
		assert.Contains(t, known.Text(), isOperator)
		time.Sleep(4 * time.Second)
		new.Say("/operator", "sesame")
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		assert.Contains(t, new.Text(), isOperator)

		wrong, full := 0, 0
		for _, v := range crowd {
			wrong += strings.Count(v.Text(), isWrong)
			full += strings.Count(v.Text(), isTooManyTrying)
		}
		assert.Equal(t, 33, wrong, "two at once and 32 who wait, of whom one made room")
		assert.Equal(t, 200, wrong+full, "and everybody is told")
		w.End(append(crowd, before, known, new)...)
	})
}
