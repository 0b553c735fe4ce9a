package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// The goodbyes of the end tell whether the server may start again.
func TestTheEndTellsWhetherToComeBack(t *testing.T) {
	goodbye := func(p *hubtest.Client) (g protocol.Goodbye) {
		told := p.Heard()
		g, _ = told[len(told)-1].(protocol.Goodbye)
		return g
	}
	inWorld(t, hubtest.Setup{}, 1, true, func(w *world, people []*hubtest.Client) {
		w.Stop()
		people[0].Wait()
		assert.Equal(t, protocol.Goodbye{Reason: protocol.Restart, Back: 120}, goodbye(people[0]))
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		op := w.EnterFrom(1, anOperator)
		op.Do(protocol.Stop{Text: hubtest.Text("that was all")})
		<-w.Hub.ShutdownRequested()
		w.Stop()
		op.Wait()
		assert.Equal(t, protocol.Goodbye{Reason: protocol.Shutdown, Text: hubtest.Text("that was all")}, goodbye(op))
		w.Close(op)
	})
}

// A client that is sent away for the others' sake is told how to come back, if its session is held.
func TestWhoIsExpelledIsToldOfTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{Hold: 5 * time.Minute})
		ann, bob := w.EnterFrom(2, hub.Identity{}), w.EnterFrom(3, hub.Identity{Brief: true})
		for _, p := range []*hubtest.Client{ann, bob} {
			p.Told()
			p.Conn().Disconnect(protocol.Full)
			p.Wait()
		}
		full := "-- goodbye: the server is full, please try again in a while"
		assert.Equal(t, full+"; /resume "+ann.Code()+" within 5 minutes makes you again who you were", last(ann.Told()))
		assert.Equal(t, full, last(bob.Told()))
		eve := w.NewClient(false) // not announced: its session is not kept
		eve.Connect()
		synctest.Wait()
		eve.Conn().Disconnect(protocol.Full)
		eve.Wait()
		assert.Equal(t, full, last(eve.Told()))
		back := w.EnterFrom(2, hub.Identity{})
		back.Told()
		back.Do(comeBack(ann.Code()))
		assert.Contains(t, back.Told()[0], "Welcome back")
		w.Close(ann, bob, eve, back)
	})
}

// Operators are told what waits at the desk as the server ends.
func TestTheEndTellsWhatWaits(t *testing.T) {
	for survives, want := range map[bool]string{
		true:  "-- at the desk 2 visitors wait, and 1 message is not answered: the next start has that, too",
		false: "-- at the desk 2 visitors wait, and 1 message is not answered: that ends with the server",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, hub.Options{Durable: survives})
			op := w.EnterOperator("op")
			op.Send(protocol.Duty{}) // else a visitor that quits leaves no message
			var visitors []*hubtest.Client
			for i := range 3 {
				v := w.EnterFrom(2+i, hub.Identity{})
				v.Send(protocol.Desk{Text: hubtest.Text("my parcel is lost")})
				visitors = append(visitors, v)
			}
			synctest.Wait()
			visitors[0].Send(protocol.Quit{})
			visitors[0].Wait()
			op.Told()
			w.Stop()
			op.Wait()
			told := op.Told()
			assert.Equal(t, want, told[len(told)-2], told)
			visitors[1].Wait()
			assert.NotContains(t, visitors[1].Told(), want)
			w.Close(append(visitors, op)...)
		})
	}
	inWorld(t, hubtest.Setup{}, 1, true, func(w *world, _ []*hubtest.Client) {
		op := w.EnterOperator("op")
		w.Stop()
		op.Wait()
		assert.Len(t, op.Told(), 1, "nothing waits")
	})
}
