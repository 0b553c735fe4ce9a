package hub_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// someone is a connection of the random play.
type someone struct {
	*hubtest.Client
	ending atomic.Bool // has ended its input, though it may not be read yet
	gone   atomic.Bool // nothing can be written to it
	over   atomic.Bool
}

func TestNamesUnderRandomSchedules(t *testing.T) {
	seedtest.Each(t, 100, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playNames(t, seed) })
	})
}

func playNames(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 7))
	w := newWorld(t, hub.Options{Desk: seed%4 == 3})
	var all []*someone
	var codes []string
	names := []string{"ann", "bob", "rob"}
	connect := func(id hub.Identity) *someone {
		p := &someone{Client: w.NewClient(false)}
		p.Identity = id
		p.Identity.From = hubtest.Address(dice.IntN(2))
		p.Input = hubtest.Input{Ending: p.ending.Load}
		p.GoesOn = func(error) bool { return true }
		p.Writer = func(func([]*protocol.Frame) error) hub.Writer {
			return hubtest.Blocking(func([]*protocol.Frame) error {
				if p.gone.Load() {
					return errGone
				}
				return nil
			})
		}
		p.Connect()
		go func() {
			p.Wait()
			p.over.Store(true)
		}()
		all = append(all, p)
		return p
	}
	check := func() {
		codes = codes[:0]
		comeBack := 0
		for _, s := range w.Sessions() {
			if s.ComesBack {
				comeBack++
			}
			if s.Code != "" {
				codes = append(codes, s.Code)
				assert.Equal(t, s.ID, w.SessionOf(s.Code).ID)
			}
			if s.Released {
				assert.Zero(t, s.Own, "%s is free", s.Nick)
			} else {
				assert.Equal(t, s.Keys, s.Own, "%s is another's", s.Nick)
			}
		}
		assert.Equal(t, comeBack, w.Codes())
		w.checkAudience(t)
	}
	op := connect(anOperator)
	op.Send(protocol.Hello{Nick: hubtest.Nick("op")})
	synctest.Wait()
	held, broken := false, false
	for step := range 120 {
		pick := all[dice.IntN(len(all))]
		name := hubtest.Nick("%s", names[dice.IntN(len(names))])
		secret := func() string {
			if len(codes) == 0 {
				return "none"
			}
			return codes[dice.IntN(len(codes))]
		}
		n := dice.IntN(18)
		i := slices.Index(all, pick)
		what := fmt.Sprintf("op %d on %d name %s", n, i, name)
		switch n {
		case 0, 1, 2:
			connect(hub.Identity{})
		case 3, 4, 5:
			pick.Send(protocol.Rename{Nick: name})
		case 6:
			if pick != op {
				pick.Send(protocol.Resume{Code: hubtest.Text(secret())})
			}
		case 7:
			p := connect(hub.Identity{})
			h := protocol.Hello{Nick: name}
			if dice.IntN(2) == 0 {
				h.Token = secret()
			}
			p.Send(h)
		case 8:
			pick.Send(protocol.Say{Text: hubtest.Text(fmt.Sprint("line ", step))})
		case 9:
			if pick != op {
				pick.ending.Store(true)
				pick.HangUp(protocol.Departed)
			}
		case 10:
			if pick != op {
				pick.ending.Store(true)
				pick.gone.Store(true)
				pick.HangUp(protocol.Lost)
			}
		case 11:
			if pick != op {
				pick.Send(protocol.Quit{})
			}
		case 12:
			op.Send(protocol.Kick{Nick: name, For: protocol.Seconds(1 + dice.IntN(5))})
		case 13:
			time.Sleep(time.Duration(dice.IntN(2000)) * time.Millisecond)
		case 14:
			if !held {
				held = true
				w.Store.Hold()
			}
		case 15:
			if held {
				held = false
				w.Store.Release()
			}
		case 16:
			if broken = !broken; broken {
				w.Store.Fail(errDisk)
			} else {
				w.Store.Fail(nil)
			}
		case 17:
			if pick != op {
				pick.ending.Store(true)
			}
		}
		if dice.IntN(3) == 0 {
			check()
		}
		if os.Getenv("CHINWAG_SEED") != "" {
			t.Logf("%d: %v", step, what)
			for _, s := range w.Sessions() {
				t.Logf("        %+v", s)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	w.Store.Fail(nil)
	w.Store.Release()
	for _, p := range all {
		p.ending.Store(true)
		p.HangUp(protocol.Departed)
	}
	time.Sleep(10 * time.Minute)
	check()
	time.Sleep(8 * 24 * time.Hour)
	synctest.Wait()
	for i, p := range all {
		assert.True(t, p.over.Load(), "%d is still there", i)
	}
	assert.Zero(t, w.Connections())
	assert.Empty(t, w.Sessions())
	assert.Zero(t, w.NickKeys())
	assert.Zero(t, w.Codes())
	assert.Zero(t, w.HeldSessions())
	assert.Zero(t, w.Unfinished())
	w.Close()
}
