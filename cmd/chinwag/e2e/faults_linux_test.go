package e2e

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

const (
	answerTime = 20 * time.Second // after a fault, in which all that waited is answered; a moment, where nothing else runs
	endTime    = 10 * time.Second // of a process that is to end, with a grace of 2 s
)

// TestFaults has people talk while the disk has one fault after the other, and the server ends in every way and starts
// again. What a client was shown is in the journal, once and at its place; every line is answered or its connection
// ends; and the process ends in time.
//
// CHINWAG_FAULTS=10m says how long (make faults), CHINWAG_SEED repeats a course of faults.
func TestFaults(t *testing.T) {
	t.Parallel()
	long, err := time.ParseDuration(cmp.Or(os.Getenv("CHINWAG_FAULTS"), "10s"))
	require.NoError(t, err)
	seed := seedtest.One(t, rand.Uint64())
	ctx, cancel := context.WithTimeout(t.Context(), long+3*time.Minute)
	defer cancel()
	s := &soak{t: t, ctx: ctx, dice: rand.New(rand.NewPCG(seed, 0)), folder: t.TempDir(), until: time.Now().Add(long)}
	s.begin()
	crowd, stop := context.WithCancel(ctx)
	var people sync.WaitGroup
	for i := range 4 {
		w := &witness{soak: s, name: fmt.Sprint("w", i), dice: rand.New(rand.NewPCG(seed, uint64(i+1)))}
		s.witnesses = append(s.witnesses, w)
		people.Go(func() { w.live(crowd) })
	}
	for i := range 2 {
		b := &robot{soak: s, name: fmt.Sprint("b", i)}
		s.bots = append(s.bots, b)
		people.Go(func() { b.live(crowd) })
	}
	people.Go(func() { s.callers(crowd) })
	for time.Now().Before(s.until) && !t.Failed() {
		s.suffer()
		if s.phases%8 == 0 {
			s.settle()
		}
	}
	s.becomes("well")
	if !s.process.runs() {
		s.begin()
	}
	s.settle()
	stop()
	people.Wait()
	s.ends(terminate)
	s.judge()
}

// soak is what all of it shares.
type soak struct {
	t         *testing.T
	ctx       context.Context
	dice      *rand.Rand
	folder    string
	until     time.Time
	witnesses []*witness
	bots      []*robot

	addr    string // of each server in turn
	process *process
	log     *screen
	disk    *disk

	phases, lives int
	suffered      map[string]int
	longest       time.Duration // that a client waited for an answer when the disk was well again

	mu     sync.Mutex
	quiet  bool // no client says anything new
	doomed bool // the disk of this server has broken: what it refuses may be in the journal all the same
}

// begin starts a server where the last one was.
func (s *soak) begin() {
	s.t.Helper()
	cmd, d, begun := onFaultyDisk(s.t, s.folder, "--listen", cmp.Or(s.addr, "127.0.0.1:0"), "--console", "off", "--grace", "2s",
		"--rate", "0", "--per-address", "0", "--per-address-rate", "0", "--replay", "5")
	cmd.Env = append(append(os.Environ(), "HOME="+s.folder), cmd.Env...)
	s.log = newScreen(s.t, s.ctx, "log")
	cmd.Stderr = s.log
	s.process, s.disk = start(s.t, s.ctx, cmd, s.log), d
	begun()
	s.lives++
	s.mu.Lock()
	s.doomed = false
	s.mu.Unlock()
	_, rest, _ := strings.Cut(s.log.expect("...msg=listening addr=127.0.0.1:..."), "addr=")
	if s.addr == "" { // later ones have it again
		s.addr, _, _ = strings.Cut(rest, " ")
	}
}

// becomes has the disk have that fault, if there is still a server.
func (s *soak) becomes(fault string) {
	if _, err := fmt.Fprintln(s.disk.orders, fault); err == nil {
		_, _ = s.disk.answers.ReadString('\n')
	}
}

// passes lets time pass.
func (s *soak) passes(most time.Duration) {
	select {
	case <-time.After(time.Duration(s.dice.Int64N(int64(most)))):
	case <-s.ctx.Done():
	}
}

// suffer is one fault and what comes of it.
func (s *soak) suffer() {
	s.phases++
	if s.suffered == nil {
		s.suffered = map[string]int{}
	}
	fault := faults[s.dice.IntN(len(faults))]
	if fault == "broken" && s.dice.IntN(2) == 0 { // each is the end of a server
		fault = "slow"
	}
	s.suffered[fault]++
	if fault == "broken" {
		s.mu.Lock()
		s.doomed = true
		s.mu.Unlock()
	}
	s.becomes(fault)
	switch s.dice.IntN(8) {
	case 0:
		s.passes(8 * time.Second) // long enough for it to be told
	default:
		s.passes(1500 * time.Millisecond)
	}
	how := s.dice.IntN(8)
	switch {
	case fault == "broken":
		s.ends(nil) // or, as no client has said anything, it has not noticed yet
		s.begin()
	case how == 0:
		s.suffered["kill -9"]++
		s.ends(syscall.SIGKILL)
		s.begin()
	case how == 1:
		s.suffered["SIGTERM while it is "+fault]++
		s.ends(terminate)
		s.begin()
	}
	s.becomes("well")
	s.passes(time.Second)
}

// ends ends the server, or waits until it ends by itself, and looks how it did.
func (s *soak) ends(by os.Signal) {
	s.t.Helper()
	began := time.Now()
	if by != nil {
		_ = s.process.cmd.Process.Signal(by)
	}
	select {
	case <-s.process.done:
	case <-time.After(endTime):
		s.t.Errorf("the server does not end:\n%s", clip(s.log.all()))
		_ = s.process.cmd.Process.Signal(syscall.SIGQUIT) // which shows where it hangs
		<-s.process.done
		s.t.Log(s.log.all())
	}
	log := s.log.all()
	code := s.process.cmd.ProcessState.ExitCode()
	lost := strings.Contains(log, "may not be recorded") || strings.Contains(log, "the journal is broken") || strings.Contains(log, "what stands in the journal cannot be read")
	if by != syscall.SIGKILL {
		assert.Equal(s.t, lost, code == 1, "exit code %d after %s:\n%s", code, time.Since(began), clip(log))
		assert.Contains(s.t, []int{0, 1}, code)
	}
	assert.NotContains(s.t, log, "panic")
	told := regexp.MustCompile(`msg="(the journal does not work just now|the disk does not answer, and|the journal works again)`).FindAllString(log, -1)
	assert.Equal(s.t, slices.Compact(slices.Clone(told)), told, "each is told once:\n%s", log)
}

// settle waits until all that was said is answered: the disk is well.
func (s *soak) settle() {
	s.t.Helper()
	s.becomes("well")
	s.hush(true)
	defer s.hush(false)
	began := time.Now()
	for _, w := range s.witnesses {
		for {
			waits, since := w.waits()
			if !waits {
				s.longest = max(s.longest, since.Sub(began))
				break
			}
			if time.Since(began) > answerTime || s.ctx.Err() != nil {
				s.t.Errorf("%s waits for the answers to %s:\n%s", w.name, w.open(), clip(s.log.all()))
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func (s *soak) hush(quiet bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quiet = quiet
}

func (s *soak) isQuiet() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quiet
}

func (s *soak) isDoomed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doomed
}

// callers come, say a line, and are gone: in good order or not.
func (s *soak) callers(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		c, err := net.DialTimeout("tcp", s.addr, time.Second)
		if err != nil || s.isQuiet() {
			pause(ctx, 100*time.Millisecond)
		}
		if err != nil {
			continue
		}
		_, _ = fmt.Fprintf(c, "/nick c%d\nc %d\n", n, n)
		if n%2 == 0 {
			_ = c.(*net.TCPConn).SetLinger(0)
		}
		pause(ctx, 50*time.Millisecond)
		_ = c.Close()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// shown is a line as a client was shown it.
type shown struct {
	from, text string
}

// sight is all that a client was shown, by its position.
type sight struct {
	mu    sync.Mutex
	first uint64 // position from which on it was to be shown all; 0: it was not there yet
	last  uint64
	lines map[uint64]shown
	wrong []string
}

func (v *sight) sees(seq uint64, e protocol.Said) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if seq <= v.last {
		v.wrong = append(v.wrong, fmt.Sprintf("position %d comes after %d", seq, v.last))
	}
	if v.lines == nil {
		v.lines = map[uint64]shown{}
	}
	v.last, v.lines[seq] = seq, shown{e.From.String(), e.Text.String()}
}

// misses is told that lines are missing: none are, here.
func (v *sight) misses(e protocol.Gap) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wrong = append(v.wrong, fmt.Sprintf("after %d: %+v", v.last, e))
}

func (v *sight) comes(at uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.first == 0 {
		v.first, v.last = max(at, 1), at
	}
}

// witness is a program that comes back at once, as the session that it was, and keeps account of what it is shown and
// answered.
type witness struct {
	*soak
	name string
	dice *rand.Rand
	sight

	token, epoch string
	n            int

	mu       sync.Mutex
	waiting  map[protocol.Ref]string // lines, not answered
	sent     []protocol.Ref          // of these, in order
	answered time.Time               // the last
	refused  []string                // lines that were, while the disk was not broken for good
	accepted int
}

func (w *witness) live(ctx context.Context) {
	w.waiting = map[protocol.Ref]string{}
	for ctx.Err() == nil {
		c, err := net.DialTimeout("tcp", w.addr, time.Second)
		if err == nil {
			w.connect(ctx, c)
			_ = c.Close()
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// connect is one connection. Now and then it breaks.
func (w *witness) connect(ctx context.Context, c net.Conn) {
	in := bufio.NewReaderSize(c, 1<<20)
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := in.ReadString('\n'); err != nil { // the greeting
		return
	}
	none, nick := 0, protocol.MustNick(w.name)
	hello := protocol.Hello{Nick: nick, Token: w.token, Replay: &none}
	if w.token != "" {
		hello.Resume = &protocol.ResumeFrom{Epoch: w.epoch, Seq: w.last}
	}
	if _, err := c.Write(protocol.AppendCommandJSON(nil, hello)); err != nil {
		return
	}
	over := make(chan struct{})
	var speaking sync.WaitGroup
	defer speaking.Wait()
	defer close(over)
	welcome := false
	breaks := time.Duration(1+w.dice.IntN(20)) * time.Second
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if line[0] != '{' {
			continue // the words for a person
		}
		e, err := protocol.DecodeEvent(line)
		if err != nil {
			w.t.Errorf("%s: %v in %q", w.name, err, line)
			return
		}
		switch e := e.(type) {
		case protocol.Welcome:
			welcome = true
			w.welcomed(e)
			speaking.Go(func() { w.speak(ctx, c, over, breaks) })
		case protocol.Said:
			w.sees(e.Seq, e)
			w.answer(e.Ref, true)
		case protocol.Duplicate:
			w.answer(e.Ref, true)
		case protocol.Refused:
			if !welcome {
				return // it was its hello
			}
			w.answer(e.Ref, false)
		case protocol.Gap:
			w.misses(e)
		case protocol.Goodbye:
			return
		}
	}
}

// welcomed takes the session of the welcome. In a new session nothing of the old is answered any more.
func (w *witness) welcomed(e protocol.Welcome) {
	if w.epoch != "" && w.epoch != e.Epoch {
		w.t.Errorf("another epoch: %s after %s", e.Epoch, w.epoch)
	}
	w.comes(e.Seq)
	w.token, w.epoch = e.Token, e.Epoch
	if !e.Resumed {
		w.mu.Lock()
		defer w.mu.Unlock()
		clear(w.waiting)
		w.sent = nil
	}
}

// speak sends again what is not answered, and then says one thing after the other.
func (w *witness) speak(ctx context.Context, c net.Conn, over <-chan struct{}, breaks time.Duration) {
	w.mu.Lock()
	var again []byte
	for _, ref := range w.sent {
		again = protocol.AppendCommandJSON(again, protocol.Say{Ref: ref, Text: protocol.MustText(w.waiting[ref])})
	}
	w.mu.Unlock()
	if _, err := c.Write(again); err != nil {
		return
	}
	broken := time.After(breaks)
	for {
		select {
		case <-over:
			return
		case <-ctx.Done():
			_ = c.Close()
			return
		case <-broken:
			_ = c.Close()
			return
		case <-time.After(20*time.Millisecond + rand.N(40*time.Millisecond)):
		}
		w.mu.Lock()
		var line []byte
		if len(w.sent) < 200 && !w.isQuiet() { // it may be more than is answered at once
			w.n++
			ref := protocol.Ref(fmt.Sprint(w.name, "-", w.n))
			text := fmt.Sprint(w.name, " says ", w.n)
			if w.n%10 == 0 {
				text += strings.Repeat(" and on", 500)
			}
			w.waiting[ref], w.sent = text, append(w.sent, ref)
			line = protocol.AppendCommandJSON(nil, protocol.Say{Ref: ref, Text: protocol.MustText(text)})
		}
		w.mu.Unlock()
		if _, err := c.Write(line); err != nil {
			return
		}
	}
}

func (w *witness) answer(ref protocol.Ref, accepted bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, mine := w.waiting[ref]
	if !mine {
		return
	}
	delete(w.waiting, ref)
	w.sent = slices.DeleteFunc(w.sent, func(r protocol.Ref) bool { return r == ref })
	w.answered = time.Now()
	switch {
	case accepted:
		w.accepted++
	case !w.isDoomed():
		w.refused = append(w.refused, text)
	}
}

// waits reports whether something is not answered, and when something was last.
func (w *witness) waits() (bool, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sent) > 0, w.answered
}

func (w *witness) open() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprint(w.sent)
}

// robot is a client of the package that bots are built on, which takes its time to come back.
type robot struct {
	*soak
	name string
	sight
	undelivered int
}

func (b *robot) live(ctx context.Context) {
	for ctx.Err() == nil && !b.comeIn(ctx) {
		pause(ctx, 100*time.Millisecond)
	}
}

// comeIn reports whether it came in, and was there until ctx ended.
func (b *robot) comeIn(ctx context.Context) bool {
	none := 0
	c := client.New(client.Options{Addr: b.addr, Nick: protocol.MustNick(b.name), Replay: &none})
	var speaking sync.WaitGroup
	speaking.Go(func() {
		for n := 0; ; n++ {
			if b.isQuiet() {
				pause(ctx, 100*time.Millisecond)
			} else if c.Send(ctx, protocol.Say{Text: protocol.MustText(fmt.Sprint(b.name, " says ", n))}) != nil {
				return
			}
			pause(ctx, 100*time.Millisecond)
		}
	})
	speaking.Go(func() {
		for e := range c.Events() {
			switch e := e.(type) {
			case client.Connected:
				b.comes(e.Seq)
			case client.Undelivered:
				b.undelivered++
			case client.Heard:
				if said, ok := e.Event.(protocol.Said); ok {
					b.sees(said.Seq, said)
				}
			}
		}
	})
	err := c.Run(ctx)
	speaking.Wait()
	if ctx.Err() == nil && b.first > 0 {
		b.t.Errorf("%s ends: %v", b.name, err)
	}
	return b.first > 0
}

// judge compares what all clients were shown and told with the journal.
func (s *soak) judge() {
	path := filepath.Join(s.folder, journalFile)
	assert.Contains(s.t, printed(s.t, "history", "verify", path), "\nall is well\n")
	kept := s.said(path)
	times := map[string]int{}
	for _, line := range kept {
		times[line.text]++
	}
	for text, n := range times {
		if n > 1 {
			s.t.Errorf("%d times in the journal: %s", n, clip(text))
		}
	}
	accepted, refused := 0, 0
	for _, w := range s.witnesses {
		w.check(s.t, w.name, kept)
		accepted, refused = accepted+w.accepted, refused+len(w.refused)
		for _, text := range w.refused {
			assert.Zero(s.t, times[text], "it was refused, and is in the journal: %s", clip(text))
		}
	}
	undelivered := 0
	for _, b := range s.bots {
		b.check(s.t, b.name, kept)
		undelivered += b.undelivered
	}
	s.t.Logf("%d faults %v, %d servers; %d lines in the journal; of the witnesses' %d were accepted and %d refused, and the last answer came %s after a fault; the bots gave up %d",
		s.phases, s.suffered, s.lives, len(kept), accepted, refused, s.longest.Round(time.Millisecond), undelivered)
}

// check compares what was shown with what is recorded: all of it, and nothing else.
func (v *sight) check(t *testing.T, name string, kept map[uint64]shown) {
	v.mu.Lock()
	defer v.mu.Unlock()
	assert.Empty(t, v.wrong, name)
	for seq, line := range v.lines {
		if kept[seq] != line {
			t.Errorf("%s was shown %d: %v, and the journal has %v", name, seq, line, kept[seq])
			return
		}
	}
	for seq, line := range kept {
		if _, seen := v.lines[seq]; !seen && seq > v.first && seq <= v.last && v.first > 0 {
			t.Errorf("%s was not shown %d: %v (first %d, last %d)", name, seq, line, v.first, v.last)
			return
		}
	}
}

// said is what was said in the room.
func (s *soak) said(path string) map[uint64]shown {
	db, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(s.t, err)
	defer db.Close()
	kept := map[uint64]shown{}
	for _, e := range entriesOf(s.t, db, journal.OfRoom(protocol.Lobby)) {
		if said, ok := e.Event.(protocol.Said); ok {
			kept[e.Seq] = shown{said.From.String(), said.Text.String()}
		}
	}
	return kept
}
