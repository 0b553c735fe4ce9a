package hub

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// talk is a hub of which a benchmark plays the goroutine and the flusher's, with rooms in which one member talks.
type talk struct {
	*stage
	speakers []*Client
	guard    protocol.Guard
	line     []byte
}

func newTalk(tb testing.TB, rooms, members int, echo bool) *talk {
	h := New(journal.New(journal.NewMemory(journal.Bounds{})), Options{PerAddressBytes: -1})
	l, err := newLoop(h)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.journal.Run(ctx)
	}()
	tb.Cleanup(func() { cancel(); <-ended })
	h.flusher.running = true
	h.flusher.wake.L = &h.flusher.mu
	t := &talk{stage: &stage{loop: l}, line: []byte(strings.Repeat("what is said ", 8))[:100]}
	l.begin()
	for r := range rooms {
		room := must(protocol.ParseRoom(fmt.Sprint("room", r)))
		for i := range members {
			c := newClient(h)
			answer := make(chan bool, 1)
			l.handle(attach{c, Identity{Echo: echo && i == 0, Encoded: true, From: Address{Prefix: netip.MustParsePrefix("127.0.0.1/32")}}, answer})
			<-answer
			c.Start(context.Background(), &taking{}, nil, func(error) {})
			t.do(c, protocol.Rename{Nick: nick("b%d-%d", r, i)}, protocol.Join{Room: room})
			if i == 0 {
				t.speakers = append(t.speakers, c)
			}
		}
		t.settleAll()
	}
	return t
}

// do is Client.Do.
func (t *talk) do(c *Client, cmds ...protocol.Command) {
	for _, cmd := range cmds {
		if err := c.acquire(context.Background(), 1); err != nil {
			panic(err)
		}
		t.handle(commands{c, []protocol.Command{cmd}, 1})
	}
}

// say has a client say n lines, from bytes on.
func (t *talk) say(c *Client, n int) {
	cmds := make([]protocol.Command, 0, n)
	for range n {
		cmds = append(cmds, must(t.guard.Parse(string(t.line))))
	}
	if err := c.acquire(context.Background(), int64(n)); err != nil {
		panic(err)
	}
	t.handle(commands{c, cmds, 1})
}

func (t *talk) settleAll() {
	for len(t.uncommitted) > 0 {
		t.settle(<-t.hub.journal.Committed())
		t.flushAll()
	}
}

// What a line costs from its bytes to the sockets, in rooms of ten, where a dozen come at once.
func BenchmarkLine(b *testing.B) {
	const rooms, lines = 100, 12
	t := newTalk(b, rooms, 10, true)
	t.settleAll()
	round := func() {
		for _, c := range t.speakers {
			t.say(c, lines)
		}
		t.settleAll()
	}
	for range 100 {
		round()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		round()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rooms/lines, "ns/line")
}
