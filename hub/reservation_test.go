package hub_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// TestPlacesAreGivenBack has connections come to a small desk and do what the first lines of a connection may do, in
// any order, while commits take a while and some fail: a person's words, a hello, a bad one, a code, the password, the
// end. Whatever they did, each has been answered by the end, and no place is kept for any of them.
func TestPlacesAreGivenBack(t *testing.T) {
	seedtest.Each(t, 300, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playPlaces(t, seed) })
	})
}

func playPlaces(t *testing.T, seed uint64) {
	dice, pauses := rand.New(rand.NewPCG(seed, 4)), rand.New(rand.NewPCG(seed, 5))
	w := newWorld(t, hub.Options{Desk: seed%4 != 0, Visitors: 4, VisitorsPerAddress: 2, Messages: time.Hour})
	var calm atomic.Bool
	synctest.Wait() // the first commit has been
	w.Store.BeforeCommit = func([]journal.Entry) error {
		time.Sleep(time.Duration(pauses.IntN(3)) * time.Millisecond)
		if seed%2 == 0 && !calm.Load() && pauses.IntN(4) == 0 {
			return errDisk
		}
		return nil
	}
	type end struct {
		*hubtest.Client
		kind string // "bad": it has begun with a bad hello; "program", "person"; "": it has said nothing yet
	}
	var open []end
	var codes []string
	soon := func(e end, do func(context.Context)) {
		within, done := context.WithTimeout(e.Context(), time.Minute)
		defer done()
		do(within)
		assert.NotErrorIs(t, within.Err(), context.DeadlineExceeded, "a client waits for an answer")
	}
	for range 120 {
		if dice.IntN(3) == 0 {
			time.Sleep(time.Duration(dice.IntN(400)) * time.Millisecond)
		}
		if len(open) == 0 || dice.IntN(4) == 0 {
			c := w.NewClient(false)
			c.Identity, c.Writer = hub.Identity{From: hubtest.Address(dice.IntN(4))}, blocking
			c.Attach()
			open = append(open, end{Client: c})
			continue
		}
		i := dice.IntN(len(open))
		if dice.IntN(4) == 0 {
			closes := open[i]
			open = slices.Delete(open, i, i+1)
			reason := protocol.Departed
			if dice.IntN(2) == 0 {
				reason = protocol.Lost
				closes.Conn().Discard()
				closes.Disconnect()
			}
			soon(closes, func(ctx context.Context) { closes.Conn().Detach(ctx, reason) })
			continue
		}
		if code := w.Session(open[i].Conn()).Code; code != "" && dice.IntN(3) == 0 {
			codes = append(codes, code)
		}
		var cmd protocol.Command
		cmd, open[i].kind = someFirst(dice, open[i].kind, codes)
		soon(open[i], func(ctx context.Context) {
			switch c := open[i].Conn(); cmd := cmd.(type) {
			case nil:
				_ = c.Withhold(ctx)
			case protocol.Operator:
				if is, err := c.IsOperator(ctx); !is && err == nil {
					_ = c.Promote(ctx, "p")
				}
			default:
				_ = c.Do(ctx, cmd)
			}
		})
	}
	calm.Store(true)
	for _, e := range open {
		soon(e, func(ctx context.Context) { e.Conn().Detach(ctx, protocol.Lost) })
		e.Disconnect()
	}
	time.Sleep(3 * time.Hour)
	assert.True(t, w.IsQuiet())
	w.checkAudience(t)
	assert.Zero(t, w.Places())
	assert.Empty(t, w.PlacesOf())
	assert.Empty(t, w.Tickets())
	assert.Zero(t, w.Codes())
	w.Close()
}

// someFirst is one of the things that a connection may say as it begins, and of what kind the connection is then; nil:
// a bad hello.
func someFirst(dice *rand.Rand, kind string, codes []string) (protocol.Command, string) {
	code := "none"
	if len(codes) > 0 {
		code = codes[dice.IntN(len(codes))]
	}
	switch n := dice.IntN(10); {
	case kind == "" && n < 2, kind == "bad" && n < 5:
		return nil, "bad"
	case kind == "" && n < 4, kind == "bad" && n < 8:
		return protocol.Hello{Token: code}, "program"
	case kind == "" && n < 6, kind == "bad", kind == "program" && n < 1:
		return protocol.Call{Command: protocol.Hello{}, Ref: "h"}, "program"
	case kind == "":
		kind = "person"
	}
	return []protocol.Command{
		protocol.Resume{Code: hubtest.Text(code)},
		protocol.Operator{},
		protocol.Quit{},
		protocol.Desk{},
		protocol.Join{Room: protocol.DeskRoom},
		protocol.LeaveDesk{},
		protocol.Say{Text: hubtest.Text("hello")},
		protocol.Rename{Nick: hubtest.Nick("n%d", dice.IntN(9))},
	}[dice.IntN(8)], kind
}
