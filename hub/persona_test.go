package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// recorder is a store that remembers all that was ever committed: what really
// happened, in the order in which it did.
type recorder struct {
	journal.Store
	mu      sync.Mutex
	entries []journal.Entry
	fail    func() error // asked before each commit; nil: never
	broken  error        // not nil: what every commit returns
	unread  error        // not nil: what every reading returns
}

func (r *recorder) fails(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = err
}

func (r *recorder) cannotRead(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = err
}

func (r *recorder) readable() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unread
}

func (r *recorder) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	if err := r.readable(); err != nil {
		return journal.Page{}, err
	}
	return r.Store.Read(cur, upto, limit)
}

func (r *recorder) Back(streams []journal.Stream, upto uint64, n int) (uint64, error) {
	if err := r.readable(); err != nil {
		return 0, err
	}
	return r.Store.Back(streams, upto, n)
}

func (r *recorder) Last(streams []journal.Stream, upto uint64, n int) ([]journal.Entry, bool, error) {
	if err := r.readable(); err != nil {
		return nil, false, err
	}
	return r.Store.Last(streams, upto, n)
}

func (r *recorder) Before(t time.Time) (uint64, error) {
	if err := r.readable(); err != nil {
		return 0, err
	}
	return r.Store.Before(t)
}

func (r *recorder) Search(ctx context.Context, streams []journal.Stream, words string, upto uint64, n int) ([]journal.Entry, uint64, error) {
	if err := r.readable(); err != nil {
		return nil, 0, err
	}
	return r.Store.Search(ctx, streams, words, upto, n)
}

func (r *recorder) Commit(entries []journal.Entry) error {
	r.mu.Lock()
	broken := r.broken
	r.mu.Unlock()
	if broken == nil && r.fail != nil {
		broken = r.fail()
	}
	if broken != nil {
		return broken
	}
	if err := r.Store.Commit(entries); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, entries...)
	return nil
}

// persona is somebody who may read slowly, break off and come back. One
// goroutine sends what it wants to say, one takes what it is told.
type persona struct {
	h        *Hub
	identity Identity
	room     protocol.Room      // where its hello asks to go
	program  bool               // says hello, hears its own lines, and comes back with its token; a person with the code
	client   *Client            // of its last connection
	before   []protocol.Command // what a person does as a guest, before it comes back
	wants    chan protocol.Command
	ended    sync.WaitGroup

	mu      sync.Mutex
	gate    chan struct{} // not nil: it does not read before this is closed
	stop    context.CancelFunc
	live    []protocol.Event // all it was told, over all its connections
	seqs    []uint64         // the positions of the recorded ones
	gone    int              // lines it was told are gone
	hole    int              // the same, since the last position that it saw: told again after a break
	unsure  bool             // it was told that some are, and not how many
	token   string
	code    string // of a person's session
	guest   bool   // it is not back yet: what it is told is not for its session
	epoch   string
	last    uint64
	unacked []protocol.Say

	connections int // so far
}

func newPersona(h *Hub, program bool) *persona {
	return &persona{h: h, program: program, wants: make(chan protocol.Command, 10000)}
}

// connect begins a connection; what was not acknowledged is said again.
func (p *persona) connect(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c, err := p.h.Attach(ctx, p.identity)
	if err != nil {
		cancel()
		require.ErrorIs(t, err, ErrStopped)
		return
	}
	p.mu.Lock()
	p.stop, p.client = cancel, c
	p.hole = 0
	p.guest = p.code != ""
	again := append([]protocol.Say(nil), p.unacked...)
	hello := protocol.Hello{Token: p.token, Room: p.room}
	if p.token != "" {
		hello.Resume = &protocol.Resume{Epoch: p.epoch, Seq: p.last}
	}
	code := p.code
	p.connections++
	var writer Writer = &socket{p: p, ctx: ctx}
	if p.connections%3 == 0 {
		writer = sender(func(lines []*protocol.Line) error { return p.read(ctx, lines) })
	}
	p.mu.Unlock()
	p.ended.Go(func() {
		delivered := make(chan struct{})
		go func() {
			defer close(delivered)
			_ = deliverTo(ctx, c, writer)
			cancel()
		}()
		if code == "" || p.comesBack(ctx, c, code) {
			p.speak(ctx, c, hello, again)
		}
		if !p.program { // the hub knows what is written: it must be written, or not
			<-delivered
		}
		c.Close(ctx, protocol.Lost)
		<-delivered
	})
}

// comesBack is a person's way back to its session.
func (p *persona) comesBack(ctx context.Context, c *Client, code string) bool {
	for _, cmd := range p.before {
		if c.Do(ctx, cmd) != nil {
			return false
		}
	}
	return c.Do(ctx, protocol.ComeBack{Code: protocol.MustText(code)}) == nil
}

func (p *persona) speak(ctx context.Context, c *Client, hello protocol.Hello, again []protocol.Say) {
	if p.program {
		if c.Do(ctx, hello) != nil {
			return
		}
		for _, s := range again {
			if c.Do(ctx, s) != nil {
				return
			}
		}
	}
	for {
		select {
		case cmd := <-p.wants:
			if c.Do(ctx, cmd) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// say wants to say something; a program gives it a ref.
func (p *persona) say(text, ref string) {
	s := protocol.Say{Text: protocol.MustText(text)}
	if p.program {
		s.Ref = protocol.Ref(ref)
		p.mu.Lock()
		p.unacked = append(p.unacked, s)
		p.mu.Unlock()
	}
	p.wants <- s
}

func (p *persona) read(ctx context.Context, lines []*protocol.Line) error {
	p.mu.Lock()
	gate := p.gate
	p.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hearAll(lines)
	return nil
}

// readNow is read for who cannot wait.
func (p *persona) readNow(lines []*protocol.Line) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate != nil {
		return false
	}
	p.hearAll(lines)
	return true
}

func (p *persona) hearAll(lines []*protocol.Line) {
	for _, l := range lines {
		for e := range l.Events() {
			p.hear(e)
		}
	}
}

func (p *persona) hear(e protocol.Event) {
	if w, ok := e.(protocol.Welcome); ok && !p.program {
		p.code = cmp.Or(p.code, w.Code)
		p.guest = p.guest && !w.Resumed
	}
	if e == missedFollows {
		p.guest = false
	}
	if p.guest {
		return
	}
	p.live = append(p.live, e)
	if seq := protocol.StampOf(e).Seq; seq > 0 {
		p.seqs = append(p.seqs, seq)
		p.last = seq
		p.gone, p.hole = p.gone+p.hole, 0
	}
	switch e := e.(type) {
	case protocol.Welcome:
		if e.Token != "" {
			p.token, p.epoch, p.last = e.Token, e.Epoch, e.Seq
		}
	case protocol.Gap:
		p.hole += e.Lines
		p.unsure = p.unsure || e.Lines == 0
	case protocol.Said:
		p.acknowledged(e.Ref)
	case protocol.Accepted:
		p.acknowledged(e.Ref)
	}
}

func (p *persona) acknowledged(ref protocol.Ref) {
	for i, s := range p.unacked {
		if s.Ref == ref {
			p.unacked = append(p.unacked[:i], p.unacked[i+1:]...)
			return
		}
	}
}

// forget is for somebody who comes as somebody else.
func (p *persona) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live, p.seqs, p.token = nil, nil, ""
}

// pause stops it from reading, until resume.
func (p *persona) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate == nil {
		p.gate = make(chan struct{})
	}
}

func (p *persona) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate != nil {
		close(p.gate)
		p.gate = nil
	}
}

func (p *persona) breakOff() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop()
	}
}

// world is a hub in a bubble, with the truth beside it.
type world struct {
	h     *Hub
	run   *run // to be looked at only while everything waits
	truth *recorder
	end   context.CancelFunc
	ended sync.WaitGroup
	err   error // of Run, once it has ended: nil, journal.ErrBroken or an *UnrecordedError

	mu      sync.Mutex
	trouble []error // what whoever runs it is told
}

func newWorld(b journal.Bounds, o Options) *world {
	return newWorldOn(journal.NewMemory(b), o, b.Lines > 0)
}

func newWorldOn(s journal.Store, o Options, bounded bool) *world {
	w := &world{truth: &recorder{Store: s}}
	o.Trouble = func(err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.trouble = append(w.trouble, err)
	}
	j := journal.New(w.truth)
	if j.Remember(50); bounded { // so that both ways to read on are taken
		j.Remember(0)
	}
	w.h = New(j, o)
	ctx, cancel := context.WithCancel(context.Background())
	w.end = cancel
	w.run = newRun(w.h)
	w.ended.Go(func() {
		w.err = w.run.loop(ctx)
		if _, late := errors.AsType[*UnrecordedError](w.err); w.err != nil && !late && !errors.Is(w.err, journal.ErrBroken) {
			panic(w.err)
		}
	})
	return w
}

// looked ends a look at what the hub owns, for the race detector: the hub goes on
// after this, also if it is only a timer that wakes it.
func (w *world) looked() { _ = w.h.send(context.Background(), arrive{c: newClient(w.h)}) }

func (w *world) close(people ...*persona) {
	for _, p := range people {
		p.resume()
		p.breakOff()
	}
	w.end()
	w.ended.Wait()
	for _, p := range people {
		p.ended.Wait()
	}
}

func roomNamed(name string) protocol.Room {
	r, err := protocol.ParseRoom(name)
	if err != nil {
		panic(err)
	}
	return r
}

func nick(format string, args ...any) protocol.Nick {
	n, err := protocol.ParseNick(fmt.Sprintf(format, args...))
	if err != nil {
		panic(err)
	}
	return n
}

// sender is a Writer that cannot do without waiting.
type sender func([]*protocol.Line) error

func (s sender) Send(lines []*protocol.Line) error { return s(lines) }

func (s sender) Offer([]*protocol.Line) (bool, error) { return false, errors.ErrUnsupported }

// socket is a Writer that takes what is offered, but not always: not if its
// persona does not read, and now and then not either.
type socket struct {
	p      *persona
	ctx    context.Context
	rest   []*protocol.Line
	offers int
}

func (s *socket) Send(lines []*protocol.Line) error {
	lines = append(s.rest, lines...)
	s.rest = nil
	return s.p.read(s.ctx, lines)
}

func (s *socket) Offer(lines []*protocol.Line) (bool, error) {
	if len(s.rest) > 0 {
		panic("an offer after one that did not fit")
	}
	if s.offers++; s.offers%7 == 0 || !s.p.readNow(lines) {
		s.rest = slices.Clone(lines)
		return false, nil
	}
	return true, nil
}

// deliver is Start, to its end.
func deliver(ctx context.Context, c *Client, send func([]*protocol.Line) error) error {
	return deliverTo(ctx, c, sender(send))
}

func deliverTo(ctx context.Context, c *Client, w Writer) error {
	done := make(chan error, 1)
	c.Start(ctx, w, nil, func(err error) { done <- err })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	case <-c.hub.done:
	}
	c.Stop()
	return <-done
}

// ended is a context that has ended: with it Close does not wait.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// enter is a person who has just connected, and what it is told.
func (w *world) enter(t *testing.T) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}

func comeBack(code string) protocol.Command { return protocol.ComeBack{Code: protocol.MustText(code)} }

func (p *persona) codeNow() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code
}

func say(words string) protocol.Command { return protocol.Say{Text: protocol.MustText(words)} }

// from is somebody who connects from an address of the documentation's.
func (w *world) from(t *testing.T, host int, id Identity) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(host)})
	p.identity = id
	p.identity.From = Address{Host: addr.String(), Prefix: netip.PrefixFrom(addr, 32)}
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}

func (p *persona) does(cmds ...protocol.Command) {
	for _, cmd := range cmds {
		p.wants <- cmd
	}
	synctest.Wait()
}

var anOperator = Identity{Operator: true}

func (w *world) troubles() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.trouble...)
}

// events are what p was told since the last time.
func (p *persona) events() []protocol.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := p.live
	p.live = nil
	return told
}

func (p *persona) asks(cmd protocol.Command) {
	p.wants <- cmd
	time.Sleep(time.Second)
	synctest.Wait()
}

func called(name string) protocol.Command { return protocol.Rename{Nick: nick("%s", name)} }

func (w *world) enterAs(t *testing.T, id Identity) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.identity = id
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	return p
}

func (p *persona) connection() *Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.client
}

// told is what p was told since the last call, as text.
func (p *persona) told() (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.live {
		lines = append(lines, strings.TrimSuffix(string(protocol.AppendEvent(nil, e)), "\n"))
	}
	p.live = nil
	return lines
}

// inWorld runs f in a bubble with people who are in the lobby.
func inWorld(t *testing.T, w func() *world, n int, program bool, f func(w *world, people []*persona)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := w()
		people := make([]*persona, n)
		for i := range people {
			people[i] = newPersona(w.h, program)
			people[i].connect(t)
			synctest.Wait()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		for _, p := range people {
			p.told()
		}
		f(w, people)
		w.close(people...)
	})
}

func plainWorld() *world { return newWorld(journal.Bounds{}, Options{}) }

// gatedStore commits nothing before it is let.
type gatedStore struct {
	journal.Store
	gate chan error // nil error: commit
	open bool
}

func (s *gatedStore) Commit(entries []journal.Entry) error {
	if !s.open {
		if err := <-s.gate; err != nil {
			return err
		}
	}
	return s.Store.Commit(entries)
}

// gatedWorld begins a world in which nothing is committed while the gate is shut.
func gatedWorld() (gated *gatedStore, begin func() *world) {
	gated = &gatedStore{open: true}
	return gated, func() *world {
		w := newWorld(journal.Bounds{}, Options{})
		gated.Store, gated.gate = w.truth.Store, make(chan error) // of the bubble
		w.truth.Store = gated
		return w
	}
}

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// inspect looks at the hub's state, from its own goroutine: as what is done
// when a proposal of nothing is in the record.
func (w *world) inspect(f func(*run)) {
	synctest.Wait()
	done := make(chan struct{})
	w.h.journal.Propose(journal.Proposal{Mark: proposal{done: func() {
		w.run.pending++ // it was not proposed by the hub
		f(w.run)
		close(done)
	}}})
	<-done
}

const notKept = "-- that could not be recorded, so nobody has heard it: please try again in a while"

// count is how many of the lines are this one.
func count(lines []string, line string) (n int) {
	for _, l := range lines {
		if l == line {
			n++
		}
	}
	return n
}

// operator is somebody who may do everything, and is in the lobby.
func (w *world) operator(t *testing.T, name string) *persona {
	t.Helper()
	p := newPersona(w.h, false)
	p.identity = Identity{Operator: true, Nick: nick("%s", name), Brief: true}
	p.connect(t)
	time.Sleep(time.Second)
	synctest.Wait()
	p.told()
	return p
}

// rawc is a connection driven by hand.
type rawc struct {
	c      *Client
	cancel context.CancelFunc
	ctx    context.Context
	p      *persona
	done   chan error
}

func rawConnect(t *testing.T, w *world) *rawc {
	ctx, cancel := context.WithCancel(context.Background())
	c, err := w.h.Attach(ctx, Identity{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rawc{c: c, cancel: cancel, ctx: ctx, p: newPersona(w.h, true), done: make(chan error, 1)}
	go func() {
		r.done <- deliver(ctx, c, func(l []*protocol.Line) error { return r.p.read(ctx, l) })
		cancel()
	}()
	return r
}

func (r *rawc) close() { r.cancel(); r.c.Close(r.ctx, protocol.Lost) }

func gatedWith(b journal.Bounds, o Options) (*world, *gatedStore) {
	w := newWorld(b, o)
	g := &gatedStore{open: true, Store: w.truth.Store, gate: make(chan error)}
	w.truth.Store = g
	return w, g
}

func (r *rawc) do(cmd protocol.Command) { _ = r.c.Do(r.ctx, cmd) }

// lastNick is what p was called at the end.
func (p *persona) lastNick() (n protocol.Nick) {
	for _, e := range p.live {
		switch e := e.(type) {
		case protocol.Welcome:
			n = e.Nick
		case protocol.Renamed:
			if e.You {
				n = e.To
			}
		}
	}
	return n
}

// story is what happened, for whoever has to find out why.
func (w *world) story(id uuid.UUID, p *persona) string {
	var s strings.Builder
	fmt.Fprintf(&s, "session %s\n", id)
	for _, e := range w.truth.entries {
		fmt.Fprintf(&s, "%d %s %s %T %s", e.Seq, e.Stream, e.Author, e.Event, protocol.AppendEvent(nil, e.Event))
	}
	s.WriteString("was told\n")
	for _, e := range p.live {
		fmt.Fprintf(&s, "%d %s", protocol.StampOf(e).Seq, protocol.AppendEvent(nil, e))
	}
	return s.String()
}

func (p *persona) leaves() {
	p.breakOff()
	p.ended.Wait()
}
