//go:build unix

package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sesame = "open-sesame-芝麻开门"

// passwordFile is made as people make it.
func passwordFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	cmd := exec.Command(program(t), "password", path)
	cmd.Stdin = strings.NewReader(sesame + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// prompt is what asks for it.
const prompt = "password of the operators: "

// isPassword reports whether words are the password of which the file at path has the hash.
func isPassword(t *testing.T, path, words string) bool {
	t.Helper()
	hash, err := os.ReadFile(path)
	require.NoError(t, err)
	same, err := argon2id.ComparePasswordAndHash(words, strings.TrimSpace(string(hash)))
	require.NoError(t, err)
	return same
}

func repliesFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "replies.toml")
	require.NoError(t, os.WriteFile(path, []byte("hours = \"from 9 to 5, 九点到五点\"\nbye = \"goodbye\"\n"), 0o600))
	return path
}

// openDesk starts a server that is only a desk, with its console on a terminal, in dir.
func openDesk(t *testing.T, dir string, flags ...string) (h *server, bare string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.Command(program(t), serveArgs(append(flags, "--desk", "--bare", "127.0.0.1:0"))...)
	cmd.Dir = dir
	home := filepath.Join(scratch, "home")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "TZ=UTC")
	h = &server{t: t, ctx: ctx, console: atTerminal(t, ctx, cmd)}
	h.process = h.console.process
	for door, addr := range map[string]*string{"people on this machine: nc": &h.addr, "programs without lines:": &bare} {
		listening := regexp.MustCompile(door + ` (127\.0\.0\.1) (\d+)`)
		h.console.untilSeen(door, func(rows []string) bool {
			m := listening.FindStringSubmatch(strings.Join(rows, "\n"))
			if m != nil {
				*addr = m[1] + ":" + m[2]
			}
			return m != nil
		})
	}
	h.console.inputIs("#operators>")
	return h, bare
}

// The desk as people use it: two visitors at nc and one at a tutorial's client are answered by the operator at the
// console and by another that came with the password.
func TestTheDesk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, bare := openDesk(t, dir, "--grace", "300ms", "--rate", "0", "--operator-password-file", passwordFile(t), "--replies", repliesFile(t))
	op := h.console
	ann := h.nc()
	ann.types("my screen is black")
	op.sees("-- you have @1 guest-1: what you type goes there", "[@1 guest-1] my screen is black")
	op.inputIs("@1 guest-1>")
	op.presses("你好, have you pressed the button?")
	ann.expect("<operator> 你好, have you pressed the button?")

	bob := h.nc()
	bob.types("mine is blue")
	op.sees("-- @2 guest-2 waits at the desk", "[@2 guest-2] mine is blue")
	client := h.tutorial(bare)
	client.send("你好")
	op.sees("[@3 guest-3] 你好")
	op.inputIs("@1 guest-1>") // a visitor that waits does not change where the next line goes

	carol := atTerminal(t, h.ctx, exec.Command(program(t), "join", h.addr, "--nick", "carol"))
	carol.statusIs("chinwag · carol at the desk · number 3 in the queue")
	carol.presses("/operator")
	carol.inputIs("password of the operators:")
	carol.sends("wrong one\r/operator\r" + sesame)
	carol.sees("-- that is not the password: /operator asks again")
	carol.inputIs("password of the operators: " + strings.Repeat("•", len([]rune(sesame))))
	carol.presses("")
	carol.sees("-- you are an operator now, and on duty")
	carol.inputIs("#operators>")
	op.sees("-- carol is on duty")

	carol.presses("/queue")
	carol.sees("-- 2 waiting, 1 being answered. Operators: operator @1, carol", "-- @2 guest-2 waits (", "-- @3 guest-3 waits (", "-- @1 guest-1 is with operator (")
	carol.presses("/take 1")
	carol.sees("-- operator has @1 guest-1, and /note 1 TEXT tells only operators")
	carol.presses("/next")
	carol.inputIs("@2 guest-2>")
	carol.presses("hello, 你好")
	bob.expect("-- carol is with you now", "<carol> hello, 你好")
	carol.sends("/canned h\t") // completed
	carol.inputIs("@2 guest-2> /canned hours")
	carol.presses("")
	bob.expect("<carol> from 9 to 5, 九点到五点")
	op.sees("[carol -> @2 guest-2] hello, 你好")
	op.presses("/note 2 he called yesterday, too")
	carol.sees("[@2 guest-2, note by operator] he called yesterday, too")

	op.presses("@3 你好啊")
	assert.Equal(t, "你好啊", client.recv())
	op.inputIs("@1 guest-1>")
	client.send("再见")
	op.sees("[@3 guest-3] 再见")

	carol.presses("/hand 2 operator")
	carol.sees("-- operator has @2 guest-2 now: what you type goes to #operators")
	carol.inputIs("#operators>")
	bob.expect("-- carol hands you over to operator, who is with you now")
	op.sees("-- carol hands @2 guest-2 over to operator")
	op.inputIs("@1 guest-1>")
	op.presses("/to 2")
	op.inputIs("@2 guest-2>")
	op.presses("it is me now")
	bob.expect("<operator> it is me now")
	op.presses("/close 2 see you")
	bob.expect("-- operator has closed this conversation: see you", "-- goodbye: this conversation is closed")
	op.inputIs("#operators>")
	op.presses("/to 1")
	op.inputIs("@1 guest-1>")

	op.presses("/transcript 2 two.txt")
	op.sees("-- the transcript of @2 is saved as two.txt (")
	saved := filepath.Join(dir, "two.txt")
	at, err := os.Stat(saved)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), at.Mode().Perm())
	words, err := os.ReadFile(saved)
	require.NoError(t, err)
	assert.Equal(t, linesOf(
		"-- @2 guest-2 waits at the desk", "[@2 guest-2] mine is blue", "-- carol has @2 guest-2",
		"[carol -> @2 guest-2] hello, 你好", "[carol -> @2 guest-2] from 9 to 5, 九点到五点",
		"[@2 guest-2, note by operator] he called yesterday, too", "-- carol hands @2 guest-2 over to operator",
		"[operator -> @2 guest-2] it is me now", "-- operator closed the conversation with @2 guest-2: see you",
	), regexp.MustCompile(`(?m)^\[\d{4}-\d\d-\d\d \d\d:\d\d\] `).ReplaceAllString(string(words), ""))
	op.presses("/transcript 1 two.txt")
	op.sees("-- the transcript cannot be saved as two.txt: something of that name is there")
	again, err := os.ReadFile(saved)
	require.NoError(t, err)
	assert.Equal(t, string(words), string(again), "not overwritten")

	// The password is nowhere: neither on a screen, nor in the log (which is on the console's), nor in what was said.
	carol.presses("/history all")
	carol.sees("-- end of history")
	carol.presses("/transcript 4")
	carol.sends("\x1b[A")
	carol.inputIs("#operators> /transcript 4")
	for _, before := range []string{"/history all", "/hand 2 operator", "/canned hours", "hello, 你好", "/next", "/take 1", "/queue", "/operator", "/operator"} {
		carol.sends("\x1b[A")
		carol.inputIs("#operators> " + before)
	}
	carol.sends(ctrlC)
	carol.inputIs("#operators>")
	for _, s := range []string{op.all(), carol.all(), string(words)} {
		assert.NotContains(t, s, sesame)
		assert.NotContains(t, s, "wrong one")
	}

	// Ctrl-C at the console says goodbye to all, when it is pressed again.
	op.sends(ctrlC)
	op.shows("others are here")
	op.sends(ctrlC)
	assert.Zero(t, h.process.exits())
	ann.expect(strings.TrimSuffix(closed, "\n"))
	assert.Empty(t, client.recv(), "no goodbye where there are no lines")
	assert.Equal(t, 1, carol.process.exits(), "nobody is to come back after /shutdown")
	for _, p := range []*person{op, carol} {
		assert.Contains(t, p.ends(), "\x1b[?1049l", "the terminal is as it was")
	}
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are guest-1 at the desk: an operator is on duty, and you are next. Type to talk, /help for more; /resume CODE after a break.",
		"-- operator is with you now",
		"<operator> 你好, have you pressed the button?",
	)+closed, aCode.ReplaceAllString(ann.all(), "/resume CODE"))
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are guest-2 at the desk: an operator is on duty, and you are next. Type to talk, /help for more; /resume CODE after a break.",
		"-- carol is with you now",
		"<carol> hello, 你好",
		"<carol> from 9 to 5, 九点到五点",
		"-- carol hands you over to operator, who is with you now",
		"<operator> it is me now",
		"-- operator has closed this conversation: see you",
		"-- goodbye: this conversation is closed",
	), aCode.ReplaceAllString(bob.all(), "/resume CODE"))
}

// A line that an operator types is heard by no session if its visitor goes meanwhile, however long the typing takes.
func TestAVisitorHasGone(t *testing.T) {
	t.Parallel()
	h, _ := openDesk(t, t.TempDir())
	op := h.console
	ann, bob := h.enter("ann"), h.enter("bob")
	op.inputIs("@1 ann>")
	op.sends("are you st")
	ann.types("/quit")
	op.inputIs("@2 bob> are you st") // the only operator is given the next visitor
	op.presses("ill there?")
	op.sees("-- nobody has heard that: it was begun for @1, and what you type goes to @2 bob")
	op.inputIs("@2 bob>")
	op.presses("hello")
	bob.expect("-- operator is with you now", "<operator> hello")
	assert.NotContains(t, bob.all(), "are you still there?")

	bob.types("/quit")
	op.inputIs("#operators>")
	op.sends("a draft for the ro")
	cem := h.enter("cem")
	op.inputIs("@3 cem> a draft for the ro")
	op.presses("om")
	op.sees("-- nobody has heard that: it was begun in #operators, and")
	op.sends("\x1b[A") // it is in the history
	op.inputIs("@3 cem> a draft for the room")
	op.presses("")
	cem.expect("<operator> a draft for the room")
}

// The conversation of the tutorial: what one says is what the other reads.
func TestTheTutorialsConversation(t *testing.T) {
	t.Parallel()
	h := openPiped(t, "--desk", "--bare", "127.0.0.1:0")
	addr := h.bareAddr()
	h.console.types("/ping")
	h.console.expect("-- pong")
	client := h.tutorial(addr)
	h.console.expect("-- you have @1 guest-1: what you type goes there")
	for i, words := range []string{"你好,服务器", "在吗?", "/quit", "@1 hello", "再见👋"} {
		client.send(words)
		h.console.expect("[@1 guest-1] " + words)
		answer := fmt.Sprintf("收到 %d", i)
		h.console.types(answer)
		assert.Equal(t, answer, client.recv())
	}
	require.NoError(t, client.conn.(*net.TCPConn).CloseWrite())
	assert.Empty(t, client.recv(), "nothing else")
	h.console.expect("-- @1 guest-1 has gone")

	next := h.tutorial(addr)                     // and the next one
	h.console.types("who is there?", "anybody?") // the first has gone
	h.console.expect("-- nobody has heard that: ...", "-- nobody has heard that: ...", "-- you have @2 guest-2: what you type goes there")
	h.console.types("hello")
	assert.Equal(t, "hello", next.recv())
}

var asked = regexp.MustCompile(`^\[@(\d+) guest-\d+\] 我是(\d+)号$`)

// A hundred can have it at once, and each reads its own answer and no other's.
func TestAHundredConversations(t *testing.T) {
	t.Parallel()
	const many = 100
	h := openPiped(t, "--desk", "--bare", "127.0.0.1:0", "--per-address", "0", "--per-address-rate", "0", "--desk-per-address", "0")
	addr := h.bareAddr()
	h.console.types("/ping") // the operator has come in, and is told of all visitors that come later
	h.console.expect("-- pong")
	var clients []*tutorial
	for i := range many {
		c := h.tutorial(addr)
		c.send(fmt.Sprintf("我是%d号", i))
		clients = append(clients, c)
	}
	for range many {
		m := asked.FindStringSubmatch(h.console.expect("[@..."))
		require.NotNil(t, m)
		h.console.types(fmt.Sprintf("@%s 你是%s号", m[1], m[2]))
	}
	for i, c := range clients {
		require.Equal(t, fmt.Sprintf("你是%d号", i), c.recv())
		require.NoError(t, c.conn.(*net.TCPConn).CloseWrite())
		require.Empty(t, c.recv(), "nothing else")
	}
}

// relay is a way to a server that can break.
type relay struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	broken   bool
	conns    []net.Conn
}

func (h *server) relay() *relay {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(h.t, err)
	r := &relay{listener: l, to: h.addr}
	var all sync.WaitGroup
	all.Go(func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			all.Go(func() { r.carry(c) })
		}
	})
	h.t.Cleanup(func() { _ = l.Close(); r.breaks(true); all.Wait() })
	return r
}

func (r *relay) carry(c net.Conn) {
	defer c.Close()
	there, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer there.Close()
	r.mu.Lock()
	if r.broken {
		r.mu.Unlock()
		return
	}
	r.conns = append(r.conns, c, there)
	r.mu.Unlock()
	go func() { _, _ = io.Copy(there, c); _ = there.Close() }()
	_, _ = io.Copy(c, there)
}

// breaks cuts all the connections, or lets new ones through again.
func (r *relay) breaks(broken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = broken
	for _, c := range r.conns {
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	}
	r.conns = nil
}

// A message is left while no operator is on duty, answered while its author is not connected, and read in the end.
func TestAMessageIsLeft(t *testing.T) {
	t.Parallel()
	h := open(t, "--desk", "--operator-password-file", passwordFile(t), "--log-level", "debug")
	way, there := h.relay(), *h
	there.addr = way.listener.Addr().String()
	ann := there.join("--json", "--nick", "ann")
	ann.expect(`..."room":"#desk"...`)
	ann.types(`{"type":"say","text":"are you open on sundays?"}`)
	ann.expect(`..."text":"are you open on sundays?"...`)
	way.breaks(true)
	ann.expect(`..."type":"lost"...`)
	h.log.expect("...msg=disconnected...")

	op := h.enter("olga")
	op.types("/operator", "not-the-password", "/operator", sesame)
	op.expect("-- the operators' password, please (what you type next is taken for it, and shown to nobody):", "-- that is not the password: /operator asks again",
		"-- you are an operator now, and on duty: /queue shows who waits, /help what you can do")
	op.expect("... [@1 ann] are you open on sundays?", "-- you have @1 ann: what you type goes there")
	op.types("/queue", "we are, from ten to four", "/history all")
	op.expect("-- 0 waiting, 1 being answered. Operators: olga @1", "-- @1 ann has left a message, and is with olga (...",
		"[you -> @1 ann] we are, from ten to four", "-- @1 ann is not connected just now: your words are kept until they are back", "-- end of history")
	way.breaks(false)
	op.expect("-- @1 ann is back")
	op.types("/transcript 1")
	op.expect("-- end of history")
	ann.expect(`..."from":"olga","text":"we are, from ten to four"...`)
	ann.types(`{"type":"say","text":"thank you"}`)
	op.expect("[@1 ann] thank you")
	ann.finishes()
	assert.Zero(t, ann.process.exits())
	assert.Equal(t, 1, strings.Count(ann.all(), "from ten to four"), "once")
	h.process.signal(terminate)
	h.process.exits()
	h.log.expect("...an operator has come in...")
	for _, s := range []string{h.log.ends(), op.all(), ann.all()} {
		assert.NotContains(t, s, sesame)
		assert.NotContains(t, s, "not-the-password")
	}
}

// An operator whose input has ended answers no visitor, and so is not on duty.
func TestAConsoleWhoseInputEndedIsOffDuty(t *testing.T) {
	t.Parallel()
	h := openPiped(t, "--desk")
	h.console.types("/ping")
	h.console.expect("-- pong")
	h.console.finishes()
	h.console.expect("-- you are off duty: nobody new is yours, and those whom you have stay with you")
	late := h.stranger()
	late.types("hello?")
	late.expect("...nobody is on duty just now, so please leave a message...")
	h.console.expect("[@1 guest-1] hello?") // it is still shown
}

// What visitors send is on the operator's screen as words, behind their number.
func TestVisitorsCannotForgeTheOperatorsScreen(t *testing.T) {
	t.Parallel()
	h, _ := openDesk(t, t.TempDir(), "--rate", "0")
	op, eve := h.console, h.enter("eve")
	op.inputIs("@1 eve>")
	forged := append([]string{
		"-- @1 eve is closed: what you type goes to #operators FORGED", "[@2 x] FORGED", "@2 bob> FORGED", "\t\t-- FORGED\tx",
		"FORGED" + strings.Repeat(" ", 74-len("[@1 eve] ")) + "-- @1 eve is closed: FORGED",
		strings.Repeat("FORGED ", 4096/7), strings.Repeat("你", 4096/3), strings.Repeat("\t", 4000) + "FORGED",
		"/nick -- FORGED", "/nick [@2",
	}, hostile...)
	row := regexp.MustCompile(`^(\[@1 eve\] |  |$)`)
	for i, s := range forged {
		eve.sends(s + "\n")
		mark := fmt.Sprintf("that was number %d", i)
		eve.types(mark)
		op.sees("[@1 eve] " + mark)
		rows := op.untilSeen("the prompt", func(rows []string) bool { return rows[len(rows)-1] == "@1 eve>" })
		assert.Equal(t, "chinwag · operator in #operators · 1 here", rows[len(rows)-2])
		for _, r := range rows[:len(rows)-2] {
			if strings.Contains(r, "FORGED") || strings.Contains(r, "bob left") {
				assert.Regexp(t, row, r, "%+q", s)
			}
			assert.Equal(t, -1, strings.IndexFunc(r, isHostile), "%+q", r)
		}
	}
	for _, bad := range []string{"\x1b]0;", "\x1bP", "\x1bc", "\u202e", "\u2066", "\u009b"} {
		assert.NotContains(t, op.all(), bad)
	}
	op.presses("/transcript")
	op.sees("-- end of history")
}

func TestThePasswordCommand(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	makes := func(input string) (said string, code int) {
		cmd := exec.Command(program(t), "password", "--force", path)
		cmd.Stdin = strings.NewReader(input)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	for input, want := range map[string]string{
		"":                                  "this is too short, and nothing is changed: a password has at least 8 bytes, and a few words do well",
		"short\n":                           "this is too short, and nothing is changed: a password has at least 8 bytes, and a few words do well",
		strings.Repeat("x", 1025) + "\n":    "this is too long, and nothing is changed: a password has at most 1024 bytes",
		strings.Repeat("x", 100000) + "\n":  "this is too long, and nothing is changed: a password has at most 1024 bytes",
		"\n" + strings.Repeat("x", 20) + "": "this is too short, and nothing is changed: a password has at least 8 bytes, and a few words do well",
	} {
		said, code := makes(input)
		assert.Equal(t, "chinwag: "+want+"\n", said)
		assert.Equal(t, 1, code)
		assert.NoFileExists(t, path)
	}
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	for _, input := range []string{"12345678", sesame + "\r\n", strings.Repeat("x", 1024) + "\n"} {
		said, code := makes(input)
		assert.Empty(t, said)
		assert.Zero(t, code)
		at, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), at.Mode().Perm())
		assert.True(t, isPassword(t, path, strings.TrimRight(input, "\r\n")))
	}
}

// On a terminal it is asked for twice, and not shown.
func TestThePasswordCommandAtATerminal(t *testing.T) {
	t.Parallel()
	h := &server{t: t}
	var cancel context.CancelFunc
	h.ctx, cancel = context.WithTimeout(context.Background(), patience)
	defer cancel()
	for again, code := range map[string]int{sesame: 0, "something else": 1} {
		path := filepath.Join(t.TempDir(), "password")
		p := atTerminal(t, h.ctx, exec.Command(program(t), "password", path))
		p.shows("password: ")
		p.sends(sesame + "\n")
		p.shows("once more: ")
		p.sends(again + "\n")
		assert.Equal(t, code, p.process.exits())
		assert.NotContains(t, p.ends(), again)
		if code != 0 {
			assert.Contains(t, p.all(), "chinwag: these were not the same")
		}
	}
}

func TestServeRefusesWhatIsNoPasswordFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(path, []byte(sesame+"\n"), 0o600))
	for _, c := range []struct{ flag, file, want string }{
		{"--operator-password-file", path, path + " does not hold what chinwag password writes: make it with chinwag password " + path},
		{"--replies", "/nowhere/at.all", "the file of ready replies /nowhere/at.all is not there: name another, or make it"},
		{"--operator-password-file", "/nowhere/at.all", "the file with the operators' password /nowhere/at.all is not there: make it with chinwag password /nowhere/at.all"},
	} {
		h := launch(t, exec.Command(program(t), serveArgs([]string{c.flag, c.file})...), nil)
		assert.NotZero(t, h.process.exits())
		assert.Equal(t, "chinwag: "+c.want+"\n", h.log.ends())
	}
}

// Without a screen the password is not shown either, and a client that ends in the middle of it leaves a terminal that
// shows what is typed.
func TestJoinAsAnOperatorWithoutAScreen(t *testing.T) {
	t.Parallel()
	h := open(t, "--operator-password-file", passwordFile(t))
	ann := h.enter("ann")
	carol := atTerminal(t, h.ctx, exec.Command(program(t), "join", "--plain", h.addr, "--nick", "carol"))
	carol.expect("-- You are carol...")
	carol.types("/operator")
	carol.shows(prompt)
	carol.sends(sesame + "\n")
	carol.expect("-- you are an operator now, and on duty...")
	carol.types("/queue")
	carol.expect("-- 0 waiting, 0 being answered. Operators: carol")
	carol.types("/operator")
	carol.untilPrompts(2)
	carol.sends("half a pass")
	carol.sends(ctrlC)
	carol.expect("...-- goodbye: see you") // behind the prompt
	assert.Zero(t, carol.process.exits())
	for _, p := range []*person{ann, carol} {
		assert.NotContains(t, p.all(), sesame)
		assert.NotContains(t, p.all(), "half a pass")
	}
	stty := exec.Command("stty", "-a")
	stty.Stdin = carol.hands.(*os.File)
	says, err := stty.Output()
	require.NoError(t, err)
	assert.Contains(t, " "+string(says), " echo ")
}

// untilPrompts waits until the password has been asked for so many times.
func (p *person) untilPrompts(n int) {
	p.t.Helper()
	for {
		text, grew, over := p.now()
		if strings.Count(text, prompt) >= n {
			return
		}
		require.False(p.t, over)
		select {
		case <-grew:
		case <-p.ctx.Done():
			require.FailNow(p.t, "it takes too long", "%q", text)
		}
	}
}
