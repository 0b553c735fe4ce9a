package conn_test

import (
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
	"chinwag/conn/conntest"
	"chinwag/conn/raw"
	"chinwag/hub"
	"chinwag/protocol"
)

// A script sends what it has to say and is gone, most often before the greeting has reached it. Whichever way it goes,
// what it has sent is said.

// ways are how a client goes that has sent all it has to say.
var ways = map[string]func(t *testing.T, c *conntest.Caller){
	"the end of the input, and then it reads": func(t *testing.T, c *conntest.Caller) { // nc -N
		require.NoError(t, c.CloseWrite())
		_, _ = io.Copy(io.Discard, c)
		require.NoError(t, c.Close())
	},
	"a close": func(t *testing.T, c *conntest.Caller) { // > /dev/tcp/HOST/PORT
		require.NoError(t, c.Close())
	},
	"the end of the input and a close": func(t *testing.T, c *conntest.Caller) {
		require.NoError(t, c.CloseWrite())
		require.NoError(t, c.Close())
	},
	"a reset, since the greeting is not read": func(t *testing.T, c *conntest.Caller) {
		_, err := c.Read(make([]byte, 1)) // it has come; what is left of it makes the close a reset
		require.NoError(t, err)
		require.NoError(t, c.Close())
	},
	"a reset": func(t *testing.T, c *conntest.Caller) {
		require.NoError(t, c.SetLinger(0))
		require.NoError(t, c.Close())
	},
}

// dialects are how a client says lines, under a name where it can have one.
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
						c := conntest.Call(t, at)
						_, err := io.WriteString(c, spell("bob", words...))
						require.NoError(t, err)
						leave(t, c)
						for _, want := range words {
							require.Equal(t, "<bob> "+want, ann.said())
						}
					}
					ann.isAlone(t)
					w.End()
				})
			}
		}
	}
}

// A caller comes again as soon as it has gone, as a loop of a shell does: the server may not even have read what it
// said the last time.
func TestALoopOfCallersKeepsItsName(t *testing.T) {
	for dialect, spell := range dialects {
		for way, leave := range ways {
			t.Run(dialect+", "+way, func(t *testing.T) {
				w, at, ann := witnessed(t, 0)
				for i := range 20 {
					c := conntest.Call(t, at)
					_, err := io.WriteString(c, spell("bob", fmt.Sprint(i)))
					require.NoError(t, err)
					leave(t, c)
				}
				for i := range 20 {
					require.Equal(t, fmt.Sprint("<bob> ", i), ann.said())
				}
				ann.isAlone(t)
				w.End()
			})
		}
	}
}

// Two loops at once from one address are each heard in their order: the connection just before may be the other's, and
// not over yet.
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
		from, words, _ := strings.Cut(ann.said(), " ")
		require.Equal(t, fmt.Sprint(next[from]), words, from)
		next[from]++
	}
	assert.Equal(t, map[string]int{"<bob>": each, "<eve>": each}, next)
	loops.Wait()
	ann.isAlone(t)
	w.End()
}

// The last line may have no end. It is one where the input has ended in good order, and not where the connection broke,
// since the server cannot know whether that is all of it.
func TestHalfALineOfWhoIsGone(t *testing.T) {
	for way, leave := range ways {
		t.Run(way, func(t *testing.T) {
			w, at, ann := witnessed(t, 0)
			for i := range 20 {
				c := conntest.Call(t, at)
				_, err := fmt.Fprintf(c, "/nick bob\n%d\nhalf a line", i)
				require.NoError(t, err)
				leave(t, c)
				require.Equal(t, fmt.Sprint("<bob> ", i), ann.said())
				if half := ann.next(); strings.HasPrefix(way, "the end") {
					require.Equal(t, "<bob> half a line\n", half)
				} else if half != "<bob> half a line\n" { // a close is one or the other: the greeting is on its way
					require.Contains(t, half, "-- bob left")
				} else {
					require.Equal(t, "a close", way)
				}
			}
			require.NoError(t, ann.Close())
			w.End()
		})
	}
}

func TestWhoSendsAndGoesAtOnceIsHeardAtTheBareDoor(t *testing.T) {
	for way, leave := range ways {
		for history, lines := range histories {
			t.Run(way+", "+history, func(t *testing.T) {
				w, _, ann := witnessed(t, lines)
				at := w.ListenWith(func(c net.Conn) conn.Transport { return raw.New(c, raw.Options{Greeting: "欢迎"}) }, hub.Identity{Brief: true})
				for i := range 20 {
					c := conntest.Call(t, at)
					_, err := fmt.Fprintf(c, "%d 你好", i)
					require.NoError(t, err)
					leave(t, c)
					require.Contains(t, ann.said(), fmt.Sprintf("> %d 你好", i))
				}
				for i := range 20 { // as a loop of a shell does
					c := conntest.Call(t, at)
					_, err := fmt.Fprintf(c, "%d 再见", i)
					require.NoError(t, err)
					leave(t, c)
				}
				for i := range 20 {
					require.Contains(t, ann.said(), fmt.Sprintf("> %d 再见", i))
				}
				ann.isAlone(t)
				w.End()
			})
		}
	}
}

// What such a caller leaves at the desk while no operator is on duty is a message: it waits with the others, and is not
// passed over as if the caller might come back to it in a moment.
func TestWhatACallerLeavesAtTheDeskIsAMessage(t *testing.T) {
	for way, leave := range ways {
		t.Run(way, func(t *testing.T) {
			w := newServer(t, hub.Options{Desk: true, MessagesPerAddress: -1}, conn.Options{PerAddress: -1, PerAddressRate: -1, Password: func(protocol.Secret) bool { return true }})
			w.Level.Set(slog.LevelDebug)
			at := w.Listen()
			for range 20 {
				c := conntest.Call(t, at)
				_, err := io.WriteString(c, "my screen is black\n")
				require.NoError(t, err)
				leave(t, c)
			}
			require.Eventually(t, func() bool { return w.Log.Count("msg=disconnected") == 20 }, 10*time.Second, time.Millisecond)
			op := conntest.Call(t, at)
			_, err := io.WriteString(op, "/operator\nopen\n")
			require.NoError(t, err)
			require.NoError(t, op.Hears("you are an operator"))
			_, err = io.WriteString(op, "/queue\n/next\n")
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, op.Hears("has left a message"))
			}
			require.NoError(t, op.Hears("you have @2 ")) // @1 was given at once: no other operator is on duty
			_ = op.Close()
			w.End()
		})
	}
}

// A flooder that is gone leaves much more in the system's buffers than the server waits for at the pace of the room.
func TestWhatAFlooderLeavesIsDropped(t *testing.T) {
	for pace, want := range map[float64]int{-1: 256, 2: 10 + 120} { // of any number, of ten and two a second for a minute
		synctest.Test(t, func(t *testing.T) {
			w := newServer(t, hub.Options{}, conn.Options{Rate: pace})
			ann := w.ConnectAs("ann")
			bob := newFlooder(20000, false)
			began := time.Now()
			assert.ErrorIs(t, w.Conn().Serve(bob, hub.Identity{}), syscall.ECONNRESET)
			assert.LessOrEqual(t, time.Since(began), time.Minute+time.Second)
			synctest.Wait()
			assert.InDelta(t, want, strings.Count(ann.Text(), "so much to say"), 1)
			assert.Contains(t, w.Log.After("were dropped"), fmt.Sprint("lines=", 20000-strings.Count(ann.Text(), "so much to say")))
			w.End()
		})
	}
}

// The server does not wait for ever for a client that is gone and of which the system reports nothing more.
func TestWhoIsGoneAndSilentIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		bob := newFlooder(0, true)
		began := time.Now()
		assert.ErrorIs(t, w.Conn().Serve(bob, hub.Identity{}), syscall.ECONNRESET)
		assert.Equal(t, time.Minute, time.Since(began))
		w.End()
	})
}

// flooder is a connection that is reset when a great deal of what it sent waits to be read.
type flooder struct {
	*conntest.Transport
	lines  int
	silent bool // it does not end after that, but waits
	once   sync.Once
	failed chan struct{} // closed when a write has failed
}

func newFlooder(lines int, silent bool) *flooder {
	return &flooder{Transport: conntest.NewTransport(), lines: lines, silent: silent, failed: make(chan struct{})}
}

func (f *flooder) Receive() (protocol.Command, error) {
	<-f.failed
	switch {
	case f.lines > 0:
		f.lines--
		return protocol.Say{Text: protocol.MustText("so much to say")}, nil
	case f.silent:
		_, _ = f.Transport.Receive()
	}
	return nil, io.EOF
}

func (f *flooder) Send([]*protocol.Frame) error {
	f.once.Do(func() { close(f.failed) })
	return syscall.ECONNRESET
}
