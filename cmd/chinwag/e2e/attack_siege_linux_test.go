package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// siege is a server that is attacked, and those honest people beside it.
type siege struct {
	t      *testing.T
	ctx    context.Context // until all is over
	addr   string
	data   string // its folder
	server *process
	log    *screen
	hands  io.Writer // at the operator's console; nil: there is none
	onDuty atomic.Bool
	group  sync.WaitGroup

	pair, newcomers, operator watch
	peaks                     outcome // of sizes, owned by measure until it has ended
}

// run is the whole of an attack: all that it starts is gone when it returns.
func (a attack) run(t *testing.T, length time.Duration) outcome {
	ctx, cancel := context.WithTimeout(t.Context(), length+2*time.Minute)
	defer cancel()
	s := &siege{t: t, ctx: ctx, data: t.TempDir()}
	a.remember(t, s.path())
	s.open(a)
	defer s.group.Wait()
	defer cancel()

	if a.settle > 0 {
		a.raid(s)
		s.lasts(a.settle)
	}
	talking, silence := context.WithCancel(ctx)
	if a.desk {
		s.serveDesk(talking, length)
	} else {
		s.talkInPairs(talking)
	}
	began, before := time.Now(), s.size("")+s.size("-wal")
	if a.settle == 0 {
		a.raid(s)
	}
	measured := make(chan struct{})
	go func() {
		defer close(measured)
		s.measure(talking)
	}()
	s.comeAndGo(talking, a.desk)
	s.lasts(length)
	silence()
	<-measured
	return s.end(a, began, before)
}

// lasts lets the attack go on for a while, which the server should outlive.
func (s *siege) lasts(length time.Duration) {
	select {
	case <-time.After(length):
	case <-s.server.done:
		require.FailNow(s.t, "the server has ended", "%s", clip(s.log.all()))
	}
}

func (s *siege) path() string { return filepath.Join(s.data, journalFile) }

// open starts the server.
func (s *siege) open(a attack) {
	args := append(serveArgs(a.flags), "--journal", "sqlite", "--data", s.data)
	known, err := exec.Command(program(s.t), "serve", "--help").Output()
	require.NoError(s.t, err)
	for _, f := range a.perhaps {
		if name, _, _ := strings.Cut(f, "="); strings.Contains(string(known), name+" ") {
			args = append(args, f)
		} else {
			s.t.Logf("without %s, which this server does not know", f)
		}
	}
	s.log = newScreen(s.t, s.ctx, "log")
	cmd := exec.Command(program(s.t), args...)
	home := filepath.Join(scratch, "home")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "TZ=UTC")
	cmd.Stderr = s.log
	if a.desk {
		in, hands, err := os.Pipe()
		require.NoError(s.t, err)
		defer in.Close()
		s.t.Cleanup(func() { _ = hands.Close() })
		shown, show := io.Pipe()
		cmd.Stdin, cmd.Stdout, s.hands = in, show, hands
		s.t.Cleanup(func() { _ = show.Close() })
		s.group.Go(func() { each(shown, s.answer) })
	}
	s.server = start(s.t, s.ctx, cmd, s.log)
	if a.desk {
		go func() {
			<-s.server.done
			_ = cmd.Stdout.(io.Closer).Close()
		}()
	}
	line := s.log.expect("...msg=listening addr=127.0.0.1:...")
	_, rest, _ := strings.Cut(line, "addr=")
	s.addr, _, _ = strings.Cut(rest, " ")
}

// dial connects from an address of this machine.
func (s *siege) dial(ctx context.Context, from string) (net.Conn, error) {
	d := net.Dialer{
		LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second,
		Control: func(_, _ string, c syscall.RawConn) error { // what waits here is not yet said
			return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 16<<10) })
		},
	}
	c, err := d.DialContext(ctx, "tcp", s.addr)
	if err == nil {
		context.AfterFunc(ctx, func() { _ = c.Close() })
	}
	return c, err
}

// each calls f with every line of r, up to its end.
func each(r io.Reader, f func(line string)) {
	for in := bufio.NewReaderSize(r, 64<<10); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			_, _ = io.Copy(io.Discard, r)
			return
		}
		f(strings.TrimRight(line, "\r\n"))
	}
}

// talkEvery is how often each of the pair says something: four times a second, within the default rate, so that a
// minute has 480 lines to judge by.
const talkEvery = 250 * time.Millisecond

// talkInPairs has two talk from addresses of their own, until ctx ends.
func (s *siege) talkInPairs(ctx context.Context) {
	var ready sync.WaitGroup
	names := [2]string{"ann", "bob"}
	for i, name := range names {
		c, err := s.dial(s.ctx, fmt.Sprintf("127.1.0.%d", 1+i))
		require.NoError(s.t, err)
		_, err = fmt.Fprintf(c, "/nick %s\n/ping\n", name)
		require.NoError(s.t, err)
		other := "<" + names[1-i] + "> "
		ready.Add(1)
		called := sync.OnceFunc(ready.Done)
		s.group.Go(func() {
			each(c, func(line string) {
				if said, ok := strings.CutPrefix(line, other); ok {
					s.pair.came(said)
				} else if line == "-- pong" {
					called()
				}
			})
		})
		s.group.Go(func() {
			ready.Wait()
			s.pair.talk(ctx, i, func(words string) { fmt.Fprintln(c, words) })
		})
	}
	ready.Wait()
}

// comeAndGo has one honest newcomer come each second, from an address of its own.
func (s *siege) comeAndGo(ctx context.Context, desk bool) {
	s.group.Go(func() {
		var coming sync.WaitGroup
		defer coming.Wait()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := 1; ; i++ {
			select {
			case <-tick.C:
				coming.Go(func() { s.come(ctx, i, desk) })
			case <-ctx.Done():
				return
			}
		}
	})
}

// come is one newcomer: it is in when it has been greeted and shown what was said before, and at the desk when the
// operator on duty has answered. A newcomer that is refused is not in.
func (s *siege) come(ctx context.Context, i int, desk bool) {
	name := fmt.Sprint("honest", i)
	s.newcomers.said(name)
	c, err := s.dial(ctx, fmt.Sprintf("127.2.%d.%d", i/250, 1+i%250))
	if err != nil {
		return
	}
	defer c.Close()
	in := "-- You are "
	_, _ = io.WriteString(c, "/ping\n") // a client that says nothing is let in a moment later
	if desk {
		fmt.Fprintf(c, "/nick %s\nis anybody there?\n", name)
	}
	if s.onDuty.Load() {
		in = "<operator> welcome"
	}
	each(c, func(line string) {
		switch {
		case strings.HasPrefix(line, in):
			s.newcomers.came(name)
			_, _ = io.WriteString(c, "/quit\n")
		case strings.Contains(line, "please try again"):
			s.t.Logf("%s was told: %s", name, line)
		}
	})
}

// serveDesk has a visitor and the operator at the console talk until ctx ends. For the first half of the time the
// operator is off duty, so that visitors leave messages; then the operator answers honest visitors as they come, and
// works through the queue.
func (s *siege) serveDesk(ctx context.Context, length time.Duration) {
	c, err := s.dial(s.ctx, "127.1.0.1")
	require.NoError(s.t, err)
	met := make(chan struct{})
	s.group.Go(func() {
		meet := sync.OnceFunc(func() { close(met) })
		each(c, func(line string) {
			if said, ok := strings.CutPrefix(line, "<operator> "); ok {
				meet()
				s.pair.came(said)
			}
		})
	})
	_, err = io.WriteString(c, "/nick ann\nahoy\n")
	require.NoError(s.t, err)
	select {
	case <-met:
	case <-s.ctx.Done():
		require.FailNow(s.t, "the operator and the visitor do not meet")
	}
	s.operate("/duty off")
	s.group.Go(func() { s.pair.talk(ctx, 0, func(words string) { fmt.Fprintln(c, words) }) })
	s.group.Go(func() {
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		night := time.After(length / 2)
		for {
			select {
			case <-night:
				s.onDuty.Store(true)
				s.operate("/duty on")
			case <-tick.C:
				s.operator.said("queue")
				s.operate("/queue")
				if s.onDuty.Load() {
					s.operate("/next")
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

// operate types at the operator's console.
func (s *siege) operate(format string, args ...any) { fmt.Fprintf(s.hands, format+"\n", args...) }

var (
	fromVisitor = regexp.MustCompile(`^\[@(\d+) (\S+)\] (.*)$`)
	hasVisitor  = regexp.MustCompile(`^-- you have @(\d+) (\S+):`)
)

// answer is what the operator does about a line on the console.
func (s *siege) answer(line string) {
	if strings.Contains(line, " being answered") {
		s.operator.came("queue")
	}
	said, has := fromVisitor.FindStringSubmatch(line), hasVisitor.FindStringSubmatch(line)
	switch {
	case said != nil && said[2] == "ann":
		s.pair.came(said[3])
		words := "b" + said[3][1:] // at the visitor's pace
		s.pair.said(words)
		s.operate("@%s %s", said[1], words)
	case said != nil && strings.HasPrefix(said[2], "honest") && s.onDuty.Load():
		s.operate("@%s welcome\n/close %s", said[1], said[1])
	case has != nil && has[2] == "ann":
		s.operate("@%s hello", has[1])
	case has != nil && !strings.HasPrefix(has[2], "honest"):
		s.operate("@%s hello\n/close %s", has[1], has[1])
	}
}

// measure looks at what grows until ctx ends.
func (s *siege) measure(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; {
		s.peaks.file = max(s.peaks.file, s.size(""))
		s.peaks.log = max(s.peaks.log, s.size("-wal"))
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.peaks.resident = s.server.memory(s.t, "VmHWM")
			s.peaks.cores = s.server.cpu(s.t).Seconds() / time.Since(began).Seconds()
			return
		}
	}
}

// size is that of the journal's file, or of another beside it.
func (s *siege) size(of string) int {
	info, err := os.Stat(s.path() + of)
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(s.t, err)
	return int(info.Size())
}

// end ends the server while the attack goes on, and tells what was measured.
func (s *siege) end(a attack, began time.Time, before int) outcome {
	o := s.peaks
	took := time.Since(began)
	o.name, o.growth = a.name, int(float64(s.size("")+s.size("-wal")-before)/took.Seconds())
	signalled := time.Now()
	o.pair, o.newcomers, o.operator = s.pair.taken(), s.newcomers.taken(), s.operator.taken()
	s.server.signal(syscall.SIGTERM)
	o.code = s.server.exits()
	o.end = time.Since(signalled)
	o.oldest = s.ageOfOldest(signalled)
	for line := range strings.Lines(s.log.all()) {
		if strings.Contains(line, "level=ERROR") {
			o.alarms += line
		}
	}
	return o
}

// ageOfOldest is how old the first entry was at that time that is still kept.
func (s *siege) ageOfOldest(at time.Time) time.Duration {
	export := exec.CommandContext(s.ctx, program(s.t), "history", "export", s.path())
	out, err := export.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, export.Start())
	defer func() {
		_ = export.Process.Kill()
		_ = export.Wait()
	}()
	for in := json.NewDecoder(out); ; {
		var e struct {
			Event struct{ Time time.Time }
		}
		if err := in.Decode(&e); err != nil {
			return 0 // nothing is kept
		}
		if !e.Event.Time.IsZero() {
			return at.Sub(e.Event.Time)
		}
	}
}

// memories is what a journal holds before an attack.
type memories struct {
	t      *testing.T
	store  *sqlite.Store
	dice   *rand.Rand
	author uuid.UUID
	room   protocol.Room
	now    time.Time
	group  []journal.Entry
}

// remember makes the journal of the attack, with its index.
func (a attack) remember(t *testing.T, path string) {
	if a.prepare == nil {
		return
	}
	store, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Off})
	require.NoError(t, err)
	m := &memories{t: t, store: store, dice: rand.New(rand.NewPCG(3, 4)), author: uuid.New(), room: protocol.Lobby, now: time.Now().UTC()}
	a.prepare(m)
	m.commit()
	require.Eventually(t, func() bool { // a search tells how far the index is
		_, looked, err := store.Search(t.Context(), []journal.Stream{journal.OfRoom(m.room)}, "nobody", store.Head(), 1)
		return err == nil && looked == store.Head()
	}, time.Minute, 100*time.Millisecond)
	require.NoError(t, store.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	t.Logf("a journal of %d MB", info.Size()/megabyte)
}

// line adds a line of an author that is not connected any more.
func (m *memories) line(words string) {
	m.group = append(m.group, journal.Entry{Stream: journal.OfRoom(m.room), Author: m.author, Event: protocol.Said{
		Meta: protocol.Meta{ID: uuid.Must(uuid.NewV7()), Time: m.now, Room: m.room},
		From: protocol.MustNick("elder"), Text: protocol.MustText(words),
	}})
	if len(m.group) == 1000 {
		m.commit()
	}
}

func (m *memories) commit() {
	require.NoError(m.t, m.store.Commit(m.group, nil))
	m.group = m.group[:0]
}

// delays are what was measured, from short to long.
type delays []time.Duration

// at is a percentile.
func (d delays) at(percent int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)*percent/100, len(d)-1)]
}

// watch measures how long words take.
type watch struct {
	mu    sync.Mutex
	under map[string]time.Time // under way, since then
	took  delays
}

func (w *watch) said(words string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.under == nil {
		w.under = map[string]time.Time{}
	}
	if _, again := w.under[words]; !again {
		w.under[words] = time.Now()
	}
}

func (w *watch) came(words string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if since, ok := w.under[words]; ok {
		w.took = append(w.took, time.Since(since))
		delete(w.under, words)
	}
}

// taken is all that was measured. What is still under way has taken as long as until now, unless it has only just
// begun.
func (w *watch) taken() delays {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Clone(w.took)
	for _, since := range w.under {
		if late := time.Since(since); late > talkEvery {
			all = append(all, late)
		}
	}
	slices.Sort(all)
	return all
}

// talk says something again and again until ctx ends. One half of a pair talks between the words of the other.
func (w *watch) talk(ctx context.Context, half int, say func(string)) {
	begin := time.NewTimer(time.Duration(half) * talkEvery / 2)
	defer begin.Stop()
	select {
	case <-begin.C:
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(talkEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		words := fmt.Sprintf("%c%d", 'a'+half, n)
		w.said(words)
		say(words)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
