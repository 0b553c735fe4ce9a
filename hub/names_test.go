package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// someone is a connection of the random play.
type someone struct {
	c      *Client
	ctx    context.Context
	cancel context.CancelFunc
	ending atomic.Bool
	gone   atomic.Bool
	over   atomic.Bool
	does   chan protocol.Command
}

func TestNamesUnderRandomSchedules(t *testing.T) {
	from, n := uint64(1), uint64(100)
	if s := os.Getenv("CHINWAG_SEED"); s != "" {
		from, _ = strconv.ParseUint(s, 10, 64)
		n = 1
	}
	for seed := from; seed < from+n; seed++ {
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playNames(t, seed) })
		})
		if !ok {
			return
		}
	}
}

func playNames(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 7))
	o := Options{Desk: seed%4 == 3}
	w, g := gatedWith(journal.Bounds{}, o)
	var broken atomic.Bool
	w.truth.fail = func() error {
		if broken.Load() {
			return errors.New("disk full")
		}
		return nil
	}
	var all []*someone
	var secrets []string
	names := []string{"ann", "bob", "rob"}
	connect := func(id Identity) *someone {
		p := &someone{does: make(chan protocol.Command, 1000)}
		p.ctx, p.cancel = context.WithCancel(context.Background())
		addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(dice.IntN(2))})
		id.From = Address{Host: addr.String(), Prefix: netip.PrefixFrom(addr, 32)}
		id.Ending = p.ending.Load
		c, err := w.h.Attach(p.ctx, id)
		require.NoError(t, err)
		p.c = c
		all = append(all, p)
		write := sender(func([]*protocol.Line) error {
			if p.gone.Load() {
				return errGone
			}
			return nil
		})
		done := make(chan struct{})
		c.Start(p.ctx, write, func(error) bool { return true }, func(error) { close(done); p.cancel() })
		go func() {
			reason := protocol.Lost
		loop:
			for {
				select {
				case cmd := <-p.does:
					if cmd == nil {
						reason = protocol.Quit
						break loop
					}
					if _, lost := cmd.(protocol.Stop); lost {
						p.c.Discard()
						break loop
					}
					if c.Do(p.ctx, cmd) != nil {
						break loop
					}
				case <-p.ctx.Done():
					break loop
				}
			}
			c.Close(p.ctx, reason)
			if reason == protocol.Lost {
				p.cancel()
				c.Stop()
			}
			<-done
			p.cancel()
			p.over.Store(true)
		}()
		return p
	}
	look := func(f func(*run)) { synctest.Wait(); f(w.run); w.looked() }
	check := func() {
		synctest.Wait()
		look(func(r *run) {
			secrets = secrets[:0]
			for tok, m := range r.tokens {
				secrets = append(secrets, tok)
				assert.Equal(t, tok, m.token)
				assert.Same(t, m, r.members[m.id], "token of nobody")
			}
			seen := map[string]*member{}
			for _, m := range r.members {
				if m.token != "" && !m.kicked {
					assert.Same(t, m, r.tokens[m.token])
				}
				for _, k := range m.nick.Keys() {
					switch {
					case m.released:
						assert.NotSame(t, m, r.names[k], "released %s", m.nick)
					case m.called == protocol.Nick{} && !(m.gone && m.token == ""):
						if h := r.names[k]; h != m {
							t.Errorf("%s (%s) is held by %v", m.nick, k, h)
						}
						if o := seen[k]; o != nil && o != m {
							t.Errorf("%s twice", m.nick)
						}
						seen[k] = m
					}
				}
				if m.client != nil {
					assert.Same(t, m, m.client.member)
				}
			}
			for k, m := range r.names {
				assert.Same(t, m, r.members[m.id], "name %s of nobody", k)
			}
			for c := range r.clients {
				if m := c.member; m != nil {
					assert.Same(t, c, m.client)
				}
			}
		})
	}
	op := connect(anOperator)
	op.does <- protocol.Hello{Nick: nick("op")}
	synctest.Wait()
	gated := false
	for step := range 120 {
		pick := all[dice.IntN(len(all))]
		name := nick("%s", names[dice.IntN(len(names))])
		secret := func() string {
			if len(secrets) == 0 {
				return "none"
			}
			return secrets[dice.IntN(len(secrets))]
		}
		n := dice.IntN(18)
		i := slices.Index(all, pick)
		what := fmt.Sprintf("op %d on %d name %s", n, i, name)
		switch n {
		case 0, 1, 2:
			connect(Identity{})
		case 3, 4, 5:
			pick.does <- protocol.Rename{Nick: name}
		case 6:
			if pick != op {
				pick.does <- protocol.ComeBack{Code: protocol.MustText(secret())}
			}
		case 7:
			p := connect(Identity{})
			h := protocol.Hello{Nick: name}
			if dice.IntN(2) == 0 {
				h.Token = secret()
			}
			p.does <- h
		case 8:
			pick.does <- protocol.Say{Text: protocol.MustText(fmt.Sprint("line ", step))}
		case 9:
			if pick != op {
				pick.ending.Store(true)
				pick.does <- nil
			}
		case 10:
			if pick != op {
				pick.ending.Store(true)
				pick.gone.Store(true)
				pick.does <- protocol.Stop{}
			}
		case 11:
			if pick != op {
				pick.does <- protocol.Leave{}
			}
		case 12:
			op.does <- protocol.Kick{Nick: name, For: protocol.Seconds(1 + dice.IntN(5))}
		case 13:
			time.Sleep(time.Duration(dice.IntN(2000)) * time.Millisecond)
		case 14:
			if !gated {
				synctest.Wait()
				gated, g.open = true, false
				w.looked()
			}
		case 15:
			if gated {
				synctest.Wait()
				gated, g.open = false, true
				w.looked() // what is committed from now on knows that
				select {
				case g.gate <- nil:
				default:
				}
			}
		case 16:
			broken.Store(!broken.Load())
		case 17:
			if pick != op {
				pick.ending.Store(true)
			}
		}
		if dice.IntN(3) == 0 {
			check()
		}
		if os.Getenv("CHINWAG_SEED") != "" {
			synctest.Wait()
			t.Logf("%d: %v", step, what)
			for _, m := range w.run.members {
				t.Logf("        %s called=%s bound=%s gone=%v rel=%v short=%v client=%v moving=%d holder=%v tok=%s", m.nick, m.called, m.bound, m.gone, m.released, m.shortStay, m.client != nil, m.moving, w.run.names[m.nick.Keys()[0]] == m, m.token)
			}
			w.looked()
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	broken.Store(false)
	if gated {
		synctest.Wait()
		g.open = true
		w.looked()
		select {
		case g.gate <- nil:
		default:
		}
	}
	for _, p := range all {
		p.ending.Store(true)
		p.does <- nil
	}
	time.Sleep(10 * time.Minute)
	check()
	time.Sleep(8 * 24 * time.Hour)
	synctest.Wait()
	for i, p := range all {
		assert.True(t, p.over.Load(), "%d is still there", i)
	}
	look(func(r *run) {
		assert.Empty(t, r.clients)
		assert.Empty(t, r.members)
		assert.Empty(t, r.names)
		assert.Empty(t, r.tokens)
		assert.Empty(t, r.held)
		assert.Empty(t, r.patients)
	})
	w.end()
	w.ended.Wait()
}
