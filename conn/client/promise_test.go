package client_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/conn/conntest"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// unlucky is a client whose connections break at random bytes, in all the ways in which connections break.
type unlucky struct {
	s   *stage
	rnd *rand.Rand
	mu  sync.Mutex

	cuts      int // still to come; then the connections hold
	dialed    int
	downUntil time.Time
	comesBack bool // while the session is held
}

func (u *unlucky) dial(context.Context) (net.Conn, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if time.Now().Before(u.downUntil) {
		return nil, errRefused
	}
	w := conntest.NewWire(conntest.Cut(u.rnd.IntN(3)))
	bytes := -1
	switch u.dialed++; {
	case u.dialed == 1:
		bytes = 1500 + u.rnd.IntN(5000) // the first must succeed
	case u.cuts > 0:
		bytes = u.rnd.IntN(6000)
	}
	u.cuts--
	w.BreakAfter(bytes)
	if bytes >= 0 && !u.comesBack && u.rnd.IntN(6) == 0 { // once in a while the network is away for longer than a session is held
		w.OnBreak = func() {
			u.mu.Lock()
			defer u.mu.Unlock()
			u.downUntil = time.Now().Add(3 * time.Minute)
		}
	}
	return u.s.Dial(hub.Identity{}, w)
}

// TestG3G4G5EveryLineOnceInOrderThroughBrokenConnections: people talk, and their connections break at any byte. All
// clients see what one with a good connection sees, and every line is there once.
func TestG3G4G5EveryLineOnceInOrderThroughBrokenConnections(t *testing.T) {
	rounds := uint64(30)
	if testing.Short() {
		rounds = 10
	}
	seedtest.Each(t, rounds, func(t *testing.T, seed uint64) {
		onStage(t, func(t *testing.T, s *stage) { broken(t, s, rand.New(rand.NewPCG(seed, 1))) })
	})
}

func broken(t *testing.T, s *stage, rnd *rand.Rand) {
	witness := s.join("witness", client.Options{})
	var people []*person
	for i := range 3 {
		u := &unlucky{s: s, rnd: rand.New(rand.NewPCG(rnd.Uint64(), 2)), cuts: 4 + rnd.IntN(6)}
		p := s.join(fmt.Sprint("p", i), client.Options{Dial: u.dial})
		require.Len(t, told[client.Connected](p), 1)
		people = append(people, p)
	}
	var want []string
	n := 20 + rnd.IntN(60)
	for i := range n {
		for j, p := range people {
			text := fmt.Sprintf("%d of p%d", i, j)
			want = append(want, text)
			p.say(text)
		}
		time.Sleep(time.Duration(rnd.IntN(int(2 * time.Second))))
	}
	for _, p := range people {
		require.NoError(t, p.Flush(t.Context()))
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	all := said(witness)
	for _, p := range people {
		assert.Equal(t, all, said(p))
		assert.Empty(t, told[client.Undelivered](p))
		assert.NoError(t, p.quit())
	}
	slices.Sort(want)
	slices.Sort(all)
	assert.Equal(t, want, all)
	assert.NoError(t, witness.quit())
}

// TestG3G4G5SeveralRoomsThroughBrokenConnections is the same for sessions that are in three rooms at once: each is told
// one sequence of all three, and what stands in all of them once.
func TestG3G4G5SeveralRoomsThroughBrokenConnections(t *testing.T) {
	seedtest.Each(t, 30, func(t *testing.T, seed uint64) {
		onStage(t, func(t *testing.T, s *stage) { brokenInSeveral(t, s, rand.New(rand.NewPCG(seed, 1))) })
	})
}

func brokenInSeveral(t *testing.T, s *stage, rnd *rand.Rand) {
	rooms := []protocol.Room{protocol.Lobby, hubtest.Room("#tea"), hubtest.Room("#茶")}
	people := []*person{s.join("witness", client.Options{})}
	for i := range 3 {
		u := &unlucky{s: s, rnd: rand.New(rand.NewPCG(rnd.Uint64(), 2)), cuts: 4 + rnd.IntN(6), comesBack: true}
		people = append(people, s.join(fmt.Sprint("p", i), client.Options{Dial: u.dial}))
	}
	for _, p := range people {
		for _, r := range rooms[1:] {
			p.send(protocol.Watch{Room: r})
		}
		synctest.Wait()
		require.Len(t, heard[protocol.Watched](p), 2)
	}
	for i := range 20 + rnd.IntN(40) {
		for _, p := range people[1:] {
			text := protocol.MustText(fmt.Sprint("line ", i))
			if rnd.IntN(8) == 0 {
				p.send(protocol.Away{Text: text})
			} else {
				p.send(protocol.Say{Text: text, Room: rooms[rnd.IntN(len(rooms))]})
			}
		}
		time.Sleep(time.Duration(rnd.IntN(int(2 * time.Second))))
	}
	for _, p := range people {
		require.NoError(t, p.Flush(t.Context()))
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	all := everything(people[0])
	for _, p := range people {
		assert.Equal(t, all, everything(p))
		assert.Empty(t, told[client.Undelivered](p))
		assert.NoError(t, p.quit())
	}
}

// everything is all that was said, and that people were away, with rooms and positions.
func everything(p *person) (all []string) {
	for _, h := range told[client.Heard](p) {
		switch e := h.Event.(type) {
		case protocol.Said:
			all = append(all, fmt.Sprint(e.Seq, e.Room, e.From, e.Text))
		case protocol.AwaySet:
			all = append(all, fmt.Sprint(e.Seq, e.Rooms, e.From, e.Text))
		}
	}
	return all
}

// TestG4ResumeGetsExactlyTheRest: what is said while a session has no connection comes when it is resumed, and nothing
// else does.
func TestG4ResumeGetsExactlyTheRest(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		w := conntest.NewWire(conntest.Reset)
		first := true
		ann := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			if !first {
				return s.Dial(hub.Identity{}, nil)
			}
			first = false
			return s.Dial(hub.Identity{}, w)
		}})
		bob := s.join("bob", client.Options{})
		bob.say("before")
		synctest.Wait()
		w.BreakAfter(0)
		bob.say("first missed")
		bob.send(protocol.Msg{To: nick("ann"), Text: protocol.MustText("second missed")})
		bob.say("third missed")
		require.NoError(t, bob.Flush(t.Context()))
		time.Sleep(time.Second)
		synctest.Wait()
		bob.say("after")
		synctest.Wait()
		assert.Equal(t, []string{"before", "first missed", "third missed", "after"}, said(ann))
		in := told[client.Connected](ann)
		require.Len(t, in, 2)
		assert.True(t, in[1].Resumed)
		assert.Empty(t, heard[protocol.Gap](ann))
		assert.NoError(t, ann.quit())
		assert.NoError(t, bob.quit())
	})
}

// TestG4ALostJournalIsTold, and a line that may have been heard, or not, is not said again.
func TestG4ALostJournalIsTold(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		w := conntest.NewWire(conntest.HalfOpen)
		ann := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			if w != nil {
				c, err := s.Dial(hub.Identity{}, w)
				w = nil
				return &deafened{c}, err
			}
			return s.Dial(hub.Identity{}, nil)
		}})
		ann.say("maybe")
		ann.send(protocol.Msg{To: nick("ann"), Text: protocol.MustText("private")})
		synctest.Wait()
		s.Shut()
		synctest.Wait()
		ann.say("surely not")
		s.ReopenEmpty()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		gaps := heard[protocol.Gap](ann)
		require.Len(t, gaps, 1)
		assert.Equal(t, protocol.OldEpoch, gaps[0].Why)
		lost := told[client.Undelivered](ann)
		require.Len(t, lost, 2)
		assert.True(t, lost[0].Maybe)
		assert.Equal(t, "the connection broke before this was answered, and it may or may not have arrived: /msg ann private", lost[0].Words())
		assert.Contains(t, lost[1].Words(), ": maybe")
		assert.Equal(t, []string{"surely not"}, said(ann))
		assert.NoError(t, ann.quit())
	})
}

// deafened is a connection on which no answer to what was sent arrives.
type deafened struct{ net.Conn }

func (c *deafened) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !slices.Contains([]string{`{"type":"said"`, `{"type":"pong"`, `{"type":"whisp`, `{"type":"refus`}, string(b[:min(n, 14)])) {
			return n, err
		}
	}
}

// TestG5WhatWasRecordedIsNotSaidAgain in a new session, if the journal is the same; what was not is said now.
func TestG5WhatWasRecordedIsNotSaidAgain(t *testing.T) {
	for _, name := range []string{"ann", ""} {
		onStage(t, func(t *testing.T, s *stage) { notAgain(t, s, name) })
	}
}

func notAgain(t *testing.T, s *stage, name string) {
	witness := s.join("witness", client.Options{})
	n := 0
	ann := s.join(name, client.Options{Dial: func(context.Context) (net.Conn, error) {
		c, err := s.Dial(hub.Identity{}, nil)
		if n++; n == 1 && err == nil {
			return &deafened{c}, nil
		}
		return c, err
	}})
	ann.say("recorded")
	synctest.Wait()
	assert.Empty(t, said(ann))
	s.Shut()
	s.Reopen()
	time.Sleep(time.Minute)
	synctest.Wait()
	assert.Equal(t, []string{"recorded"}, said(ann))
	assert.Equal(t, []string{"recorded"}, said(witness))
	assert.Empty(t, told[client.Undelivered](ann))
	assert.NoError(t, ann.quit())
	assert.NoError(t, witness.quit())
}

// TestG5APrivateLineIsSaidOnce though its acknowledgement was lost with the connection, and is acknowledged on the
// next.
func TestG5APrivateLineIsSaidOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		bob := s.join("bob", client.Options{})
		w := conntest.NewWire(conntest.HalfOpen)
		n := 0
		ann := s.join("ann", client.Options{Dial: func(context.Context) (net.Conn, error) {
			if n++; n > 1 {
				return s.Dial(hub.Identity{}, nil)
			}
			c, err := s.Dial(hub.Identity{}, w)
			return &deafened{c}, err
		}})
		ann.send(protocol.Msg{To: nick("bob"), Text: protocol.MustText("psst")})
		synctest.Wait()
		require.Len(t, heard[protocol.Whispered](bob), 1)
		w.BreakAfter(0)
		require.NoError(t, ann.Flush(t.Context()))
		time.Sleep(time.Minute)
		assert.Len(t, heard[protocol.Whispered](bob), 1)
		assert.Len(t, told[client.Connected](ann), 2)
		assert.Empty(t, told[client.Undelivered](ann))
		assert.NoError(t, ann.quit())
		assert.NoError(t, bob.quit())
	})
}
