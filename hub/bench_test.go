package hub

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func nick(format string, args ...any) protocol.Nick {
	return protocol.MustNick(fmt.Sprintf(format, args...))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// taking is a Writer that takes everything, as sockets mostly do.
type taking struct{ lines int }

func (w *taking) Send(frames []*protocol.Frame) error { w.lines += len(frames); return nil }

func (w *taking) TryWrite(frames []*protocol.Frame) (bool, error) {
	w.lines += len(frames)
	return true, nil
}

// stage is a hub of which a test or a benchmark plays the goroutine, and the flusher's.
type stage struct {
	*loop
	clients []*Client
	nth     uint64
	writer  delivery
}

func newStage(members int) *stage {
	h := New(journal.New(journal.NewMemory(journal.Bounds{})), Options{})
	l, err := newLoop(h)
	if err != nil {
		panic(err)
	}
	s := &stage{loop: l}
	h.flusher.running = true // what is to be written waits for flushAll
	h.flusher.wake.L = &h.flusher.mu
	for i := range members {
		c := newClient(h)
		c.conn = uint64(i + 1)
		s.loop.clients[c.conn] = c
		of := &session{view: view{id: uuid.New()}, nick: nick("guest-%d", i+1)}
		s.sessions[of.id] = of
		s.bind(c, of, 0)
		c.Start(context.Background(), &taking{}, nil, func(error) {})
		s.deliverEntry(s.next(of.id, protocol.Joined{From: of.nick}))
		of.become(live)
		s.clients = append(s.clients, c)
	}
	s.broadcast()
	s.flushAll()
	return s
}

// next is an entry as it comes out of the journal.
func (s *stage) next(author uuid.UUID, e protocol.Recorded) *journal.Entry {
	return s.nextIn(protocol.Lobby, author, e)
}

func (s *stage) nextIn(room protocol.Room, author uuid.UUID, e protocol.Recorded) *journal.Entry {
	s.nth++
	stamp := protocol.Meta{Seq: s.nth, ID: uuid.UUID{1}, Time: time.Unix(0, 0), Room: room}
	return &journal.Entry{Seq: s.nth, StreamSeq: s.nth, Stream: journal.OfRoom(room), Author: author, Event: e.WithMeta(stamp)}
}

// watch has the ith member be in a room more.
func (s *stage) watch(i int, room protocol.Room) {
	m := s.clients[i].session
	s.deliverEntry(s.nextIn(room, m.id, protocol.Joined{From: m.nick}))
}

func (s *stage) say() *journal.Entry { return s.sayIn(protocol.Lobby) }

func (s *stage) sayIn(room protocol.Room) *journal.Entry {
	m := s.clients[0].session
	return s.nextIn(room, m.id, protocol.Said{From: m.nick, Text: protocol.MustText("what is said in a hundred letters, more or less, is what most people say, and nobody says more"), Ack: protocol.Ack{You: true}})
}

// flushAll does what the goroutines of the flusher do.
func (s *stage) flushAll() {
	for w := &s.hub.flusher; w.next < len(w.waiting); {
		s.writer.c = w.take()
		s.writer.tryWrite()
	}
}

// What one line costs the hub, and then the flusher, in a room of a thousand.
func BenchmarkBroadcast(b *testing.B) {
	s := newStage(1000)
	e := s.say()
	b.ReportAllocs()
	for b.Loop() {
		s.deliverEntry(e)
		s.broadcast()
		b.StopTimer()
		s.flushAll()
		b.StartTimer()
	}
}

// The benchmark has a line said in each of a hundred rooms. Each of a thousand members watches ten of them.
func BenchmarkBroadcastInManyRooms(b *testing.B) {
	s := newStage(1000)
	var rooms []protocol.Room
	for i := range 100 {
		rooms = append(rooms, must(protocol.ParseRoom(fmt.Sprint("r", i))))
	}
	dice := rand.New(rand.NewPCG(1, 1))
	for i := range s.clients[1:] {
		for _, r := range dice.Perm(100)[:10] {
			s.watch(1+i, rooms[r])
		}
	}
	s.broadcast()
	s.flushAll()
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range rooms {
			s.deliverEntry(s.sayIn(r))
		}
		s.broadcast()
		b.StopTimer()
		s.flushAll()
		b.StartTimer()
	}
}

func BenchmarkFlusher(b *testing.B) {
	s := newStage(1000)
	e := s.say()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		s.deliverEntry(e)
		s.broadcast()
		b.StartTimer()
		s.flushAll()
	}
}

// What the lines of one commit cost in a room of ten, most of it for each line.
func BenchmarkApply(b *testing.B) {
	s := newStage(10)
	var said []*journal.Entry
	for range 25 {
		said = append(said, s.say())
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range said {
			s.deliverEntry(e)
		}
		s.broadcast()
		s.flushAll()
	}
}

// One line in and out of one outbox.
func BenchmarkOutbox(b *testing.B) {
	s := newStage(1)
	frames := []*protocol.Frame{s.say().Frame()}
	size := len(frames[0].Text())
	b.ReportAllocs()
	for b.Loop() {
		s.clients[0].out.enqueue(frames, size, 1<<20)
		s.flushAll()
	}
}
