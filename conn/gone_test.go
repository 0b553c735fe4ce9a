package conn_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/raw"
	"chinwag/hub"
	"chinwag/protocol"
)

// A script sends what it has to say and is gone, most often before the greeting has reached
// it. Whichever way it goes, what it has sent is said.

// ways are how a caller goes that has sent all it has to say.
var ways = map[string]func(t *testing.T, c *net.TCPConn){
	"the end of the input, and then it reads": func(t *testing.T, c *net.TCPConn) { // nc -N
		require.NoError(t, c.CloseWrite())
		_, _ = io.Copy(io.Discard, c)
		require.NoError(t, c.Close())
	},
	"a close": func(t *testing.T, c *net.TCPConn) { // > /dev/tcp/HOST/PORT
		require.NoError(t, c.Close())
	},
	"the end of the input and a close": func(t *testing.T, c *net.TCPConn) {
		require.NoError(t, c.CloseWrite())
		require.NoError(t, c.Close())
	},
	"a reset, since the greeting is not read": func(t *testing.T, c *net.TCPConn) {
		_, err := c.Read(make([]byte, 1)) // it has come; what is left of it makes the close a reset
		require.NoError(t, err)
		require.NoError(t, c.Close())
	},
	"a reset": func(t *testing.T, c *net.TCPConn) {
		require.NoError(t, c.SetLinger(0))
		require.NoError(t, c.Close())
	},
}

// dialects are how a caller says lines, under a name where it can have one.
var dialects = map[string]func(nick string, lines ...string) string{
	"text": func(nick string, lines ...string) string {
		return "/nick " + nick + "\n" + strings.Join(lines, "\n") + "\n"
	},
	"JSON": func(nick string, lines ...string) string {
		said := `{"type":"hello","nick":"` + nick + `"}` + "\n"
		for _, l := range lines {
			said += `{"type":"say","text":"` + l + `"}` + "\n"
		}
		return said
	},
}

// histories are what was said before in the room, which a newcomer is shown.
var histories = map[string]int{"without a history": 0, "with a long history": 20}

func TestWhoSendsAndGoesAtOnceIsHeard(t *testing.T) {
	for dialect, spell := range dialects {
		for way, leave := range ways {
			for history, lines := range histories {
				t.Run(dialect+", "+way+", "+history, func(t *testing.T) {
					w, at, ann := witnessed(t, lines)
					for i := range 20 {
						words := []string{fmt.Sprintf("%d one", i), fmt.Sprintf("%d 两", i)}
						c := dial(t, at)
						_, err := io.WriteString(c, spell("bob", words...))
						require.NoError(t, err)
						leave(t, c)
						for _, want := range words {
							require.Equal(t, "<bob> "+want, ann.said(t))
						}
					}
					ann.isAlone(t)
					w.end()
				})
			}
		}
	}
}

// A caller comes again as soon as it has gone, as a loop of a shell does: the server
// may not even have read what it said the last time.
func TestALoopOfCallersKeepsItsName(t *testing.T) {
	for dialect, spell := range dialects {
		for way, leave := range ways {
			t.Run(dialect+", "+way, func(t *testing.T) {
				w, at, ann := witnessed(t, 0)
				for i := range 20 {
					c := dial(t, at)
					_, err := io.WriteString(c, spell("bob", fmt.Sprint(i)))
					require.NoError(t, err)
					leave(t, c)
				}
				for i := range 20 {
					require.Equal(t, fmt.Sprint("<bob> ", i), ann.said(t))
				}
				ann.isAlone(t)
				w.end()
			})
		}
	}
}

// Two loops at once from one address are each heard in their order: the connection just
// before may be the other's, and not over yet.
func TestTwoLoopsOfCallersKeepTheirOrder(t *testing.T) {
	const each = 50
	w, at, ann := witnessed(t, 0)
	var loops sync.WaitGroup
	for _, nick := range []string{"bob", "eve"} {
		loops.Go(func() {
			for i := range each {
				c, err := net.Dial("tcp", at.String())
				if assert.NoError(t, err) {
					_, err = fmt.Fprintf(c, "/nick %s\n%d\n", nick, i)
					assert.NoError(t, err)
					assert.NoError(t, c.Close())
				}
			}
		})
	}
	next := map[string]int{}
	for range 2 * each {
		from, words, _ := strings.Cut(ann.said(t), " ")
		require.Equal(t, fmt.Sprint(next[from]), words, from)
		next[from]++
	}
	assert.Equal(t, map[string]int{"<bob>": each, "<eve>": each}, next)
	loops.Wait()
	ann.isAlone(t)
	w.end()
}

// The last line may have no end. It is one where the input has ended in good order, and
// not where the connection broke, since nobody knows whether that is all of it.
func TestHalfALineOfWhoIsGone(t *testing.T) {
	for way, leave := range ways {
		t.Run(way, func(t *testing.T) {
			w, at, ann := witnessed(t, 0)
			for i := range 20 {
				c := dial(t, at)
				_, err := fmt.Fprintf(c, "/nick bob\n%d\nhalf a line", i)
				require.NoError(t, err)
				leave(t, c)
				require.Equal(t, fmt.Sprint("<bob> ", i), ann.said(t))
				if half := ann.next(t); strings.HasPrefix(way, "the end") {
					require.Equal(t, "<bob> half a line\n", half)
				} else if half != "<bob> half a line\n" { // a close is one or the other: the greeting is on its way
					require.Contains(t, half, "-- bob left")
				} else {
					require.Equal(t, "a close", way)
				}
			}
			require.NoError(t, ann.conn.Close())
			w.end()
		})
	}
}

func TestWhoSendsAndGoesAtOnceIsHeardAtTheBareDoor(t *testing.T) {
	for way, leave := range ways {
		for history, lines := range histories {
			t.Run(way+", "+history, func(t *testing.T) {
				w, _, ann := witnessed(t, lines)
				at := w.listenAt(func(c net.Conn) conn.Transport { return raw.New(c, raw.Options{Greeting: "欢迎"}) }, hub.Identity{Brief: true})
				for i := range 20 {
					c := dial(t, at)
					_, err := fmt.Fprintf(c, "%d 你好", i)
					require.NoError(t, err)
					leave(t, c)
					require.Contains(t, ann.said(t), fmt.Sprintf("> %d 你好", i))
				}
				for i := range 20 { // as a loop of a shell does
					c := dial(t, at)
					_, err := fmt.Fprintf(c, "%d 再见", i)
					require.NoError(t, err)
					leave(t, c)
				}
				for i := range 20 {
					require.Contains(t, ann.said(t), fmt.Sprintf("> %d 再见", i))
				}
				ann.isAlone(t)
				w.end()
			})
		}
	}
}

// What such a caller leaves at the desk where nobody is on duty is a message: it waits
// with the others, and is not passed over as if the caller might come back to it in a moment.
func TestWhatACallerLeavesAtTheDeskIsAMessage(t *testing.T) {
	for way, leave := range ways {
		t.Run(way, func(t *testing.T) {
			w := newHouse(t, hub.Options{Desk: true, MessagesPerAddress: -1}, conn.Options{PerAddress: -1, PerAddressRate: -1, Password: func(protocol.Secret) bool { return true }})
			w.level.Set(slog.LevelDebug)
			at := w.listen()
			for range 20 {
				c := dial(t, at)
				_, err := io.WriteString(c, "my screen is black\n")
				require.NoError(t, err)
				leave(t, c)
			}
			require.Eventually(t, func() bool { return w.log.count("msg=disconnected") == 20 }, 10*time.Second, time.Millisecond)
			op := call(t, at)
			_, err := io.WriteString(op, "/operator\nopen\n")
			require.NoError(t, err)
			require.NoError(t, op.hears("you are an operator"))
			_, err = io.WriteString(op, "/queue\n/next\n")
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, op.hears("has left a message"))
			}
			require.NoError(t, op.hears("you have @2 ")) // @1 was given at once, since nobody else is there to take it
			_ = op.Close()
			w.end()
		})
	}
}

// Whoever floods and goes leaves much more in the system's buffers than anybody would
// wait for at the pace of the room.
func TestWhatAFlooderLeavesIsDropped(t *testing.T) {
	for pace, want := range map[float64]int{-1: 256, 2: 10 + 120} { // of any number, of ten and two a second for a minute
		synctest.Test(t, func(t *testing.T) {
			w := newHouse(t, hub.Options{}, conn.Options{Rate: pace})
			ann := w.named("ann")
			bob := &flooder{lines: 20000, failed: make(chan struct{})}
			began := time.Now()
			assert.ErrorIs(t, w.server.Serve(bob, hub.Identity{}), syscall.ECONNRESET)
			assert.LessOrEqual(t, time.Since(began), time.Minute+time.Second)
			synctest.Wait()
			assert.InDelta(t, want, strings.Count(ann.text(), "so much to say"), 1)
			assert.Contains(t, w.log.after("were dropped"), fmt.Sprint("lines=", 20000-strings.Count(ann.text(), "so much to say")))
			w.end()
		})
	}
}

// The server does not wait for ever for a client that is gone and of which the system reports nothing more.
func TestWhoIsGoneAndSilentIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		bob := &flooder{silent: make(chan struct{}), failed: make(chan struct{})}
		began := time.Now()
		assert.ErrorIs(t, w.server.Serve(bob, hub.Identity{}), syscall.ECONNRESET)
		assert.Equal(t, time.Minute, time.Since(began))
		w.end()
	})
}

// flooder is a connection that is reset when a great deal of what it sent waits to be read.
type flooder struct {
	lines  int
	silent chan struct{} // not nil: it does not end after that, but waits
	once   sync.Once
	failed chan struct{} // closed when a write has failed
	ended  sync.Once
}

func (f *flooder) Receive() (protocol.Command, error) {
	<-f.failed
	if f.lines == 0 {
		if f.silent != nil {
			<-f.silent
		}
		return nil, io.EOF
	}
	f.lines--
	return protocol.Say{Text: protocol.MustText("so much to say")}, nil
}

func (f *flooder) Send([]*protocol.Frame) error {
	f.once.Do(func() { close(f.failed) })
	return syscall.ECONNRESET
}

func (f *flooder) Close()                                   {}
func (f *flooder) Abort()                                   {}

func (f *flooder) Interrupt() {
	if f.silent != nil {
		f.ended.Do(func() { close(f.silent) })
	}
}

// witnessed is a house in which ann listens, after some long lines were said.
func witnessed(t *testing.T, lines int) (*house, net.Addr, *listener) {
	w := newHouse(t, hub.Options{}, conn.Options{PerAddress: -1, PerAddressRate: -1, Rate: -1})
	at := w.listen()
	ann := witness(t, at)
	for i := range lines {
		_, err := fmt.Fprintf(ann.conn, "%d %s\n", i, strings.Repeat("很久以前", 300))
		require.NoError(t, err)
	}
	ann.settle(t)
	return w, at, ann
}

// listener is a member that hears all lines in the lobby.
type listener struct {
	conn *net.TCPConn
	in   *bufio.Reader
}

func witness(t *testing.T, at net.Addr) *listener {
	c := dial(t, at)
	l := &listener{c, bufio.NewReader(c)}
	_, err := io.WriteString(c, "/nick ann\n")
	require.NoError(t, err)
	l.settle(t)
	return l
}

func dial(t *testing.T, at net.Addr) *net.TCPConn {
	c, err := net.Dial("tcp", at.String())
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return c.(*net.TCPConn)
}

func (l *listener) next(t *testing.T) string {
	require.NoError(t, l.conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	for {
		line, err := l.in.ReadString('\n')
		require.NoError(t, err)
		if !strings.HasSuffix(line, " joined\n") {
			return line
		}
	}
}

// said is the next line that a member says.
func (l *listener) said(t *testing.T) string {
	for {
		if line := l.next(t); strings.HasPrefix(line, "<") {
			return strings.TrimSuffix(line, "\n")
		}
	}
}

// settle waits until all that was asked before is answered.
func (l *listener) settle(t *testing.T) {
	_, err := io.WriteString(l.conn, "/ping\n")
	require.NoError(t, err)
	for !strings.Contains(l.next(t), "pong") {
	}
}

// isAlone waits until no other member is left, and no line may come meanwhile.
func (l *listener) isAlone(t *testing.T) {
	for {
		_, err := io.WriteString(l.conn, "/who\n")
		require.NoError(t, err)
		line := l.next(t)
		for !strings.Contains(line, " in #lobby") {
			require.NotContains(t, line, "<", "nothing is said twice")
			line = l.next(t)
		}
		if strings.HasPrefix(line, "-- 1 in ") {
			require.NoError(t, l.conn.Close())
			return
		}
	}
}
