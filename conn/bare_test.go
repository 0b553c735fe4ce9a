package conn_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/conn/raw"
	"chinwag/hub"
)

// connectRaw connects a program through the raw transport, in a bubble.
func connectRaw(t *testing.T, w *conntest.Server, o raw.Options) *conntest.Client {
	ours, theirs := net.Pipe()
	w.Serve(raw.New(theirs, o), hub.Identity{})
	c := conntest.NewClient(t, ours)
	time.Sleep(time.Second)
	synctest.Wait()
	return c
}

// send is one send of a program: no end, no framing.
func send(program *conntest.Client, words string) {
	program.Send(words)
	synctest.Wait()
}

func TestTheBareDoorIsAConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		ann := w.ConnectAs("ann")
		ann.Say("before you came")
		program := connectRaw(t, w, raw.Options{})
		assert.Empty(t, program.Text(), "no welcome, no history")
		from := len(ann.Text())

		send(program, "你好,服务器")
		ann.Say("你好,客户端")
		synctest.Wait()
		assert.Equal(t, "你好,客户端", program.Text())
		send(program, "/quit")
		send(program, "two\nlines\n")
		send(program, "GBK \xc4\xe3") // whose last byte could begin a rune
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "<guest-2> 你好,服务器\n<guest-2> /quit\n<guest-2> two lines\n<guest-2> GBK �\n<guest-2> �\n", ann.Text()[from:])
		ann.Say("/me waves", "/msg guest-2 悄悄", "/topic tea", "/away", "/nick anna", "再见")
		synctest.Wait()
		assert.Equal(t, "你好,客户端waves悄悄再见", program.Text())
		w.End(program, ann)
		assert.Equal(t, "你好,客户端waves悄悄再见", program.Text())
	})
}

func TestTheBareDoorGreetsWhereItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		program := connectRaw(t, w, raw.Options{Greeting: "欢迎!"})
		assert.Equal(t, "欢迎!", program.Text())
		w.End(program)
		assert.Equal(t, "欢迎!", program.Text(), "and never says goodbye")
	})
}

// Limits, kicks and the end of the server: on this wire a close says it all.
func TestTheBareDoorEndsWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		operator := w.Connect(conntest.Operator())
		kicked, fast, stays := connectRaw(t, w, raw.Options{}), connectRaw(t, w, raw.Options{}), connectRaw(t, w, raw.Options{})
		operator.Say("/kick guest-1 enough", "/announce 注意")
		synctest.Wait()
		assert.True(t, kicked.IsClosed())
		assert.NoError(t, kicked.Err())
		assert.Empty(t, kicked.Text())
		for range 30 {
			send(fast, "x")
		}
		synctest.Wait()
		assert.Equal(t, "注意", fast.Text(), "nobody is told to be slower")
		w.End()
		synctest.Wait() // the server has closed it; the visitor reads that a moment later
		assert.True(t, stays.IsClosed())
		assert.NoError(t, stays.Err())
		for _, v := range []*conntest.Client{kicked, fast, stays, operator} {
			_ = v.Close()
			v.Wait()
		}
	})
}

func TestTheBareDoorTurnsAwayWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{PerAddress: 1})
		l := conntest.NewListener()
		w.Accept(l, func(c net.Conn) conn.Transport { return raw.New(c, raw.Options{Greeting: "hello"}) }, hub.Identity{Brief: true})
		in, out := l.Connect(t, "192.0.2.1"), l.Connect(t, "192.0.2.1")
		assert.Equal(t, "hello", in.Text())
		assert.Empty(t, out.Text())
		assert.True(t, out.IsClosed())
		assert.NoError(t, out.Wait())
		w.End(in, out)
	})
}

// What a program said last is said, whether it ends in good order or in the middle of a rune.
func TestTheBareDoorHearsTheLastWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		ann := w.ConnectAs("ann")
		program := connectRaw(t, w, raw.Options{})
		send(program, "last \xe4")
		_ = program.Close()
		synctest.Wait()
		assert.Contains(t, ann.Text(), "<guest-2> last \n<guest-2> �\n-- guest-2 left\n")
		w.End(ann)
		program.Wait()
	})
}
