//go:build unix

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cutter is a way to a server on which connections break after some bytes.
type cutter struct {
	net.Listener
	mu     sync.Mutex
	to     string // where the server is now
	cuts   int    // still to come; after them the connections hold
	broken int
}

// cutter is a way to h.
func (h *server) cutter(cuts int) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(h.t, err)
	c := &cutter{Listener: l, to: h.addr, cuts: cuts}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.carry(in.(*net.TCPConn)) })
		}
	})
	h.t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return c
}

func (c *cutter) leadTo(h *server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = h.addr
}

func (c *cutter) isDone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts <= 0
}

// carry carries bytes both ways, until so many have passed; then it is cut off as a reset does.
func (c *cutter) carry(in *net.TCPConn) {
	defer in.Close()
	c.mu.Lock()
	to, left := c.to, 1<<40
	if c.cuts > 0 {
		left = 400 + rand.IntN(3000)
	}
	c.cuts--
	c.mu.Unlock()
	conn, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	out := conn.(*net.TCPConn)
	defer out.Close()
	var ways sync.WaitGroup
	ways.Go(func() {
		if n, _ := io.Copy(in, io.LimitReader(out, int64(left))); n == int64(left) {
			_, _ = in.SetLinger(0), out.SetLinger(0)
			c.mu.Lock()
			c.broken++
			c.mu.Unlock()
		}
		_, _ = in.Close(), out.Close()
	})
	_, _ = io.Copy(out, in)
	_, _ = in.Close(), out.Close()
	ways.Wait()
}

// bot is a program that comes back at once, whenever its connection breaks.
type bot struct {
	addr   string
	token  string
	epoch  string
	seq    uint64
	heard  []string
	gaps   []string
	cameIn int
}

// event is what a bot looks at.
type event struct {
	Type, Token, Epoch, Text, Why, From string
	Seq                                 uint64
	Lines                               int
}

// reads is one connection's worth; it ends with the connection, or when it has heard until.
func (b *bot) reads(until string) (done bool) {
	conn, err := net.Dial("tcp", b.addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		return false
	}
	hello := `{"type":"hello","nick":"bot","replay":0}`
	if b.epoch != "" {
		hello = fmt.Sprintf(`{"type":"hello","nick":"bot","replay":0,"token":%q,"resume":{"epoch":%q,"seq":%d}}`, b.token, b.epoch, b.seq)
	}
	if _, err := io.WriteString(conn, hello+"\n"); err != nil {
		return false
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		switch e.Type {
		case "welcome":
			b.token, b.epoch, b.seq = e.Token, e.Epoch, e.Seq
			b.cameIn++
			continue
		case "gap":
			b.gaps = append(b.gaps, e.Why)
		case "said":
			b.heard = append(b.heard, e.Text)
		}
		b.seq = max(b.seq, e.Seq)
		if e.Type == "said" && e.Text == until {
			return true
		}
	}
}

// A program whose connection breaks again and again, at any byte, while others talk, and the server itself is killed in
// between, has heard exactly the journal: once, in order.
func TestG4TheJournalIsHeardOnceThroughABadConnection(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	way := h.cutter(60)
	b := &bot{addr: way.Addr().String()}
	join := h.joinBy(h.cutter(3))
	for life := range 2 {
		silence, talkers := make(chan struct{}), sync.WaitGroup{}
		for w := range 3 {
			c := h.dial()
			talkers.Go(func() { _, _ = io.Copy(io.Discard, c) }) // the server answers /quit when all before it is said
			talkers.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-silence:
						_, _ = io.WriteString(c, "/quit\n")
						return
					case <-time.After(3 * time.Millisecond):
					}
					if _, err := fmt.Fprintf(c, "w%d %d.%d\n", w, life, n); err != nil {
						return
					}
				}
			})
		}
		for n := 0; life == 0 && n < 30 || life == 1 && !way.isDone(); n++ {
			b.reads("")
		}
		if life == 0 {
			h.kills()
		}
		close(silence)
		talkers.Wait()
		if life == 0 {
			h = openOn(t, folder)
			way.leadTo(h)
			join.leadsTo(h)
		}
	}
	h.enter("ann").types("the end")
	require.True(t, b.reads("the end"))
	join.until("...\"the end\"...")
	assert.Greater(t, way.broken, 40)
	assert.Greater(t, b.cameIn, 20)
	for _, why := range b.gaps {
		assert.Equal(t, "session", why, "only the server's end is told")
	}

	kept := heardSince(journalOf(t, h), b.heard[0])
	assert.Equal(t, kept, b.heard)
	assert.Greater(t, len(kept), 100)
	var told []string
	for line := range strings.Lines(join.all()) {
		var e event
		if json.Unmarshal([]byte(line), &e) == nil && e.Type == "said" {
			told = append(told, e.Text)
		}
	}
	assert.Equal(t, heardSince(journalOf(t, h), told[0]), told)
}

// heardSince are the words of a journal from a line on.
func heardSince(journal, first string) (words []string) {
	for line := range strings.Lines(journal) {
		if _, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "> "); ok && (len(words) > 0 || text == first) {
			words = append(words, text)
		}
	}
	return words
}

// joined is our own client behind a bad connection.
type joined struct {
	*person
	way *cutter
}

func (h *server) joinBy(way *cutter) *joined {
	cmd := exec.Command(program(h.t), "join", "--json", "--nick", "joiner", way.Addr().String())
	p := &person{screen: newScreen(h.t, h.ctx, "join")}
	hands, err := cmd.StdinPipe()
	require.NoError(h.t, err)
	p.hands, cmd.Stdout, cmd.Stderr = hands, p.screen, io.Discard
	p.process = start(h.t, h.ctx, cmd, p.screen)
	return &joined{p, way}
}

func (j *joined) leadsTo(h *server) { j.way.leadTo(h) }

// A person at nc whose connection was reset comes back with the code that was told on arriving.
func TestResumeWithNC(t *testing.T) {
	t.Parallel()
	h := openOn(t, t.TempDir())
	ann := h.enter("ann")
	bob := h.stranger()
	code := aCode.FindString(bob.until("-- You are..."))
	require.NotEmpty(t, code)
	bob.isCalled("bob").types("/join #tea", "I am bob")
	ann.expect("-- bob went to #tea")
	cem := h.enter("cem")
	cem.types("/join #tea", "one", "/msg bob psst")
	bob.expect("<cem> one", "[cem -> you] psst")
	require.NoError(t, bob.conn.SetLinger(0))
	require.NoError(t, bob.conn.Close())
	cem.expect("-- bob left (the connection broke)")
	cem.types("two", "/ping")
	cem.expect("-- pong")
	nc := h.nc()
	nc.types(code)
	nc.expect("-- Welcome back. What you missed follows.", "<cem> two", "-- You are bob in #tea (2 here)...")
	cem.expect("-- bob joined")
	cem.types("three")
	nc.expect("<cem> three")
	assert.NotContains(t, strings.ReplaceAll(nc.all(), "[", "<"), "cem> one")
	assert.NotContains(t, nc.all(), "psst")
	nc.types("here I am")
	cem.expect("<bob> here I am")
}

// What is kept for a while is gone after it, and a program that comes back for it is told.
func TestWhatIsTooOldIsGone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	ann := h.enter("ann")
	bot, in := h.program(`{"type":"hello","nick":"bot"}`)
	epoch, seq := field(in.line(), "epoch"), field(in.text, "seq")
	ann.types("one", "two", "three", "/ping")
	ann.expect("-- pong")
	_ = bot.Close()
	ann.expect("-- bot left...")
	h.process.signal(terminate)
	h.process.exits()

	h = openOn(t, folder, "--keep", "1ms")
	for told := ""; !strings.Contains(told, `"why":"forgotten"`); { // it goes in small steps
		require.NoError(t, h.ctx.Err())
		bot, in = h.program(fmt.Sprintf(`{"type":"hello","nick":"bot","resume":{"epoch":%s,"seq":%s}}`+"\n"+`{"type":"ping"}`, epoch, seq))
		for told = ""; !strings.Contains(in.line(), `"type":"pong"`); {
			told += in.text
		}
		_ = bot.Close()
	}
	assert.NotContains(t, journalOf(t, h), "one")
}

// The journal can be looked at while the server runs, and copied out of it.
func TestHistoryOfARunningServer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	ann := h.enter("ann")
	ann.types("one", "两", "/ping")
	ann.expect("-- pong")
	path, copied := filepath.Join(folder, journalFile), filepath.Join(t.TempDir(), "copy.db")
	assert.Contains(t, printed(t, "history", "verify", path), "\nall is well\n")
	assert.Contains(t, printed(t, "history", "export", "--format", "text", path), "] <ann> 两\n")
	out := printed(t, "history", "export", path)
	load := exec.Command(program(t), "history", "import", copied)
	load.Stdin = strings.NewReader(out)
	said, err := load.CombinedOutput()
	require.NoError(t, err, "%s", said)
	assert.Equal(t, out, printed(t, "history", "export", copied))
	for _, args := range [][]string{{"import", path}, {"vacuum", path}} {
		said, err := exec.Command(program(t), append([]string{"history"}, args...)...).CombinedOutput()
		assert.Error(t, err)
		assert.Regexp(t, `^chinwag: another chinwag \(process \d+\) has .* open: [^\n]*\n$`, string(said))
	}
	ann.types("three", "/ping")
	ann.expect("-- pong")
}

// Where no journal can be kept, the server says so in a sentence and does not start.
func TestAJournalThatCannotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	closed := t.TempDir()
	require.NoError(t, os.Chmod(closed, 0o500))
	for name, c := range map[string]struct {
		env  []string
		data string
		want string
	}{
		"a file":           {nil, file, "for the journal cannot be made: "},
		"below a file":     {nil, filepath.Join(file, "below"), "for the journal cannot be made: "},
		"not ours to make": {nil, "/proc/chinwag", "for the journal cannot be made: "},
		"not ours":         {nil, "/proc", "the journal cannot be kept in /proc"},
		"no home":          {[]string{"HOME=", "XDG_DATA_HOME="}, "", "there is no home folder to keep the journal in: --data FOLDER names one, --journal memory does without"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--journal", "sqlite", "--console", "off"}
			if c.data != "" {
				args = append(args, "--data", c.data)
			}
			h := launch(t, withEnv(t, c.env, serveArgs(args)...), nil)
			said := h.log.ends()
			assert.Equal(t, 1, h.process.exits())
			assert.Contains(t, said, c.want)
			assert.Regexp(t, `^chinwag: [^\n]*--data[^\n]*--journal memory[^\n]*\n$`, said, "one sentence, and what to do")
		})
	}
}

// The words of the journal's own settings, from wherever they come.
func TestSettingsOfTheJournal(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := settingsFile(t, fmt.Sprintf("journal = \"sqlite\"\ndata = %q\nkeep = \"90d\"\nkeep-lines = 5\nsync = \"normal\"\n", folder))
	h := openWith(t, withEnv(t, []string{"CHINWAG_SYNC=off", "CHINWAG_JOURNAL=sqlite"}, serveArgs([]string{"--config", file})...), nil)
	assert.Contains(t, h.log.all(), "journal="+filepath.Join(folder, journalFile)+" sync=off position=0")
	assert.Contains(t, h.log.all(), "a power cut may cost lines that people have seen")
	h.enter("ann")
	printed(t, "history", "verify", filepath.Join(folder, journalFile))
}
