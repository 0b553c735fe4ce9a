//go:build unix

package e2e

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tutorial is a program as beginners write it: no newline, and one recv for each send, of a kilobyte.
type tutorial struct {
	t    *testing.T
	conn net.Conn
}

// openBare starts a server that has the bare door, too, and says where.
func openBare(t *testing.T, flags ...string) (h *server, addr string) {
	t.Helper()
	h = open(t, append(flags, "--bare", "127.0.0.1:0")...)
	return h, h.bareAddr()
}

// bareAddr is the address of the bare door of a server. Its log must not be read yet behind the line of the first door.
func (h *server) bareAddr() string {
	h.t.Helper()
	line := h.log.expect("...msg=listening addr=127.0.0.1:...")
	require.Contains(h.t, line, "door=bare")
	_, rest, _ := strings.Cut(line, "addr=")
	addr, _, _ := strings.Cut(rest, " ")
	return addr
}

// tutorial is a tutorial's client.
func (h *server) tutorial(addr string) *tutorial {
	h.t.Helper()
	other := *h
	other.addr = addr
	return &tutorial{h.t, other.dial()}
}

func (p *tutorial) send(words string) {
	p.t.Helper()
	_, err := io.WriteString(p.conn, words)
	require.NoError(p.t, err)
}

// recv is one recv(1024): "" is the end.
func (p *tutorial) recv() string {
	p.t.Helper()
	b := make([]byte, 1024)
	n, err := p.conn.Read(b)
	if err != io.EOF {
		require.NoError(p.t, err)
	}
	return string(b[:n])
}

// TestATutorialsClient is s.send(input().encode()); print(s.recv(1024).decode()), over and over.
func TestATutorialsClient(t *testing.T) {
	t.Parallel()
	h, addr := openBare(t)
	nc := h.nc()
	nc.isCalled("ann")
	client := h.tutorial(addr)
	for i, words := range []string{"你好,服务器", "今天天气怎么样?", "hello", "/quit", "再见👋"} {
		client.send(words)
		nc.expect("<guest-2> " + words)
		answer := fmt.Sprintf("收到 %d: %s", i, words)
		nc.types("/me is thinking", answer)
		got := client.recv()
		if got == "is thinking" { // two things said are two reads, mostly
			got += client.recv()
		}
		assert.Equal(t, "is thinking"+answer, got)
	}
	require.NoError(t, client.conn.(*net.TCPConn).CloseWrite())
	assert.Empty(t, client.recv(), "no goodbye")
	nc.expect("-- guest-2 left")
}

// The tutorial's first client: one recv, and it is gone.
func TestATutorialsClientIsGreeted(t *testing.T) {
	t.Parallel()
	h, addr := openBare(t, "--bare-greeting", "欢迎访问菜鸟教程!\r\n")
	client := h.tutorial(addr)
	assert.Equal(t, "欢迎访问菜鸟教程!\r\n", client.recv())
	h.process.signal(terminate)
	assert.Empty(t, client.recv(), "nor does the server say anything as it ends")
	assert.Zero(t, h.process.exits())
}

// A hundred at once, each of which hears all the others, in one order, and nothing else.
func TestAHundredTutorials(t *testing.T) {
	t.Parallel()
	const many = 100
	words := func(i int) string { return fmt.Sprintf("我是%d号.", i) }
	h, addr := openBare(t, "--per-address", "0", "--per-address-rate", "0")
	ann := h.enter("ann")
	var clients []*tutorial
	for range many {
		clients = append(clients, h.tutorial(addr))
	}
	for come := 0; come < many; { // sessions that come at once are one line
		n := 1
		_, _ = fmt.Sscanf(ann.expect("-- ..."), "-- %d joined:", &n)
		come += n
	}
	for i, c := range clients {
		c.send(words(i))
	}
	order := ""
	for range many {
		_, said, _ := strings.Cut(ann.expect("<guest-..."), "> ")
		order += said
	}
	ann.types("大家好")
	for i, c := range clients {
		want := strings.Replace(order, words(i), "", 1) + "大家好"
		got := make([]byte, len(want))
		_, err := io.ReadFull(c.conn, got)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		require.NoError(t, c.conn.(*net.TCPConn).CloseWrite())
		require.Empty(t, c.recv())
	}
}

// tutorialServer is a tutorial's server for one client; serve ends it.
func tutorialServer(t *testing.T, serve func(*tutorial)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := l.Accept()
		if !assert.NoError(t, err) {
			return
		}
		defer func() { _ = c.Close() }()
		serve(&tutorial{t, c})
	}()
	t.Cleanup(func() { _ = l.Close(); <-served })
	return l.Addr().String()
}

// joinBare is join --bare in a pipe.
func (h *server) joinBare(addr string) *person {
	h.t.Helper()
	other := *h
	other.addr = addr
	return other.join("--bare")
}

func TestJoinBareIsGreeted(t *testing.T) {
	t.Parallel()
	h := open(t) // lends its deadline
	p := h.joinBare(tutorialServer(t, func(s *tutorial) { s.send("欢迎访问菜鸟教程!") }))
	assert.Zero(t, p.process.exits())
	assert.Equal(t, "欢迎访问菜鸟教程!", p.ends())
}

// An operator answers each line, as in the tutorial: recv, input, send.
func operatorsAnswers(s *tutorial) {
	for words := s.recv(); words != ""; words = s.recv() {
		s.send("听到了: " + words)
	}
	s.send("再见")
}

func TestJoinBareIsAnswered(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.joinBare(tutorialServer(t, operatorsAnswers))
	for _, line := range []string{"你好", "吃了吗?", "/quit"} { // two that are sent before the server reads arrive as one
		p.types(line)
		p.shows("听到了: " + line)
	}
	p.sends("走了")
	p.finishes()
	assert.Zero(t, p.process.exits())
	assert.Equal(t, "听到了: 你好听到了: 吃了吗?听到了: /quit听到了: 走了再见", p.ends())
}

// On a terminal what is typed and what comes stand on lines of their own, and what comes acts on nothing.
func TestJoinBareAtATerminal(t *testing.T) {
	t.Parallel()
	h := open(t)
	addr := tutorialServer(t, func(s *tutorial) {
		s.send("\x1b[2J\x1b]0;FORGED\x07欢迎")
		operatorsAnswers(s)
	})
	p := atTerminal(t, h.ctx, exec.Command(program(t), "join", "--bare", addr))
	p.expect("[2J]0;FORGED欢迎")
	p.types("你好")
	p.expect("你好", "听到了: 你好")
	p.types("没有换行")
	p.expect("没有换行", "听到了: 没有换行")
	p.sends("\x04") // Ctrl-D
	p.expect("再见")
	assert.Zero(t, p.process.exits())
	assert.NotContains(t, p.ends(), "\x1b")
}

func TestJoinBareLeavesAtCtrlC(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := atTerminal(t, h.ctx, exec.Command(program(t), "join", "--bare", tutorialServer(t, func(s *tutorial) {
		s.send("stay!")
		_ = s.recv()
	})))
	p.expect("stay!")
	p.sends("\x03")
	assert.Zero(t, p.process.exits())
}

// Both halves are ours.
func TestJoinBareAtTheBareDoor(t *testing.T) {
	t.Parallel()
	h, addr := openBare(t, "--bare-greeting", "欢迎")
	ann := h.enter("ann")
	p := h.joinBare(addr)
	p.shows("欢迎")
	p.types("你好", "二月有例会")
	ann.expect("<guest-2> 你好", "<guest-2> 二月有例会")
	ann.types("你好,客户端")
	p.shows("欢迎你好,客户端")
	p.finishes()
	assert.Zero(t, p.process.exits())
	ann.expect("-- guest-2 left")
}

func TestJoinBareThatCannotBe(t *testing.T) {
	t.Parallel()
	h := open(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	nobody := h.joinBare(l.Addr().String())
	assert.Equal(t, exitNobody, nobody.process.exits())
	assert.Equal(t, "chinwag: cannot connect to "+l.Addr().String()+": nobody listens there: is the server started (chinwag serve), and is "+portOf(l.Addr().String())+" its port?\n", nobody.ends())
	named := h.join("--bare", "--nick", "bob")
	assert.Equal(t, exitUsage, named.process.exits())
	assert.Equal(t, "chinwag: --bare knows nothing but words: it cannot go with --nick\n", named.ends())
}
