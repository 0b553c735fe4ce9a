package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// TestPlacesAreGivenBack has connections come to a small desk and do what the first lines of a
// connection may do, in any order, while commits take a while and some fail: a person's words, a hello, a bad
// one, a code, the password, the end. Whatever they did, each has been answered by the end, and
// no place is kept for anybody.
func TestPlacesAreGivenBack(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playPlaces(t, seed) })
		})
	}
}

func playPlaces(t *testing.T, seed uint64) {
	dice, pauses := rand.New(rand.NewPCG(seed, 4)), rand.New(rand.NewPCG(seed, 5))
	w := newWorld(journal.Bounds{}, Options{Desk: seed%4 != 0, Visitors: 4, VisitorsPerAddress: 2, Messages: time.Hour})
	var calm atomic.Bool
	w.truth.fail = func() error {
		time.Sleep(time.Duration(pauses.IntN(3)) * time.Millisecond)
		if seed%2 == 0 && !calm.Load() && pauses.IntN(4) == 0 {
			return errors.New("disk full")
		}
		return nil
	}
	type end struct {
		c    *Client
		kind string          // "bad": it has begun with a bad hello; "program", "person"; "": it has said nothing yet
		ctx  context.Context // until nothing is written any more
		stop context.CancelFunc
	}
	var open []end
	var codes []string
	ctx := t.Context()
	soon := func(e end, do func(context.Context)) {
		within, done := context.WithTimeout(e.ctx, time.Minute)
		defer done()
		do(within)
		assert.NotErrorIs(t, within.Err(), context.DeadlineExceeded, "a client waits for an answer")
	}
	for range 120 {
		if dice.IntN(3) == 0 {
			time.Sleep(time.Duration(dice.IntN(400)) * time.Millisecond)
		}
		if len(open) == 0 || dice.IntN(4) == 0 {
			c, err := w.h.Attach(ctx, Identity{From: addressOf(dice.IntN(4))})
			require.NoError(t, err)
			writing, stop := context.WithCancel(ctx)
			go func() {
				defer stop()
				_ = deliver(writing, c, func([]*protocol.Line) error { return nil })
			}()
			open = append(open, end{c, "", writing, stop})
			continue
		}
		i := dice.IntN(len(open))
		if dice.IntN(4) == 0 {
			closes := open[i]
			open = slices.Delete(open, i, i+1)
			reason := protocol.Quit
			if dice.IntN(2) == 0 {
				reason = protocol.Lost
				closes.c.Discard()
				closes.stop()
			}
			soon(closes, func(ctx context.Context) { closes.c.Close(ctx, reason) })
			continue
		}
		synctest.Wait()
		if m := open[i].c.member; m != nil && m.token != "" && dice.IntN(3) == 0 {
			codes = append(codes, m.token)
		}
		w.looked()
		var cmd protocol.Command
		cmd, open[i].kind = someFirst(dice, open[i].kind, codes)
		soon(open[i], func(ctx context.Context) {
			switch c := open[i].c; cmd := cmd.(type) {
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
		soon(e, func(ctx context.Context) { e.c.Close(ctx, protocol.Lost) })
		e.stop()
	}
	time.Sleep(3 * time.Hour)
	synctest.Wait()
	assert.Zero(t, w.run.desk.places)
	assert.Empty(t, w.run.desk.placesFrom)
	assert.Empty(t, w.run.desk.tickets)
	assert.Empty(t, w.run.tokens)
	w.looked()
	w.close()
}

// someFirst is one of the things that a connection may say as it begins, and of what kind the
// connection is then; nil: a bad hello.
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
		protocol.ComeBack{Code: protocol.MustText(code)},
		protocol.Operator{},
		protocol.Leave{},
		protocol.Desk{},
		protocol.Join{Room: protocol.DeskRoom},
		protocol.Undesk{},
		protocol.Say{Text: protocol.MustText("hello")},
		protocol.Rename{Nick: nick("n%d", dice.IntN(9))},
	}[dice.IntN(8)], kind
}
