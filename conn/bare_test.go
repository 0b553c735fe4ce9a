package conn_test

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/raw"
	"chinwag/hub"
)

// comeBare connects a program through the bare transport, in a bubble.
func (w *house) comeBare(o raw.Options) *visitor {
	ours, theirs := net.Pipe()
	w.served.Go(func() { _ = w.server.Serve(raw.New(theirs, o), hub.Identity{}) })
	v := visit(w.t, ours)
	time.Sleep(time.Second)
	synctest.Wait()
	return v
}

// send is one send of a program: no end, no framing.
func (v *visitor) send(words string) {
	_, err := io.WriteString(v, words)
	assert.NoError(v.t, err)
	synctest.Wait()
}

func TestTheBareDoorIsAConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		ann := w.named("ann")
		ann.say("before you came")
		program := w.comeBare(raw.Options{})
		assert.Empty(t, program.text(), "no welcome, no history")
		from := len(ann.text())

		program.send("你好,服务器")
		ann.say("你好,客户端")
		synctest.Wait()
		assert.Equal(t, "你好,客户端", program.text())
		program.send("/quit")
		program.send("two\nlines\n")
		program.send("GBK \xc4\xe3") // whose last byte could begin a rune
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, "<guest-2> 你好,服务器\n<guest-2> /quit\n<guest-2> two lines\n<guest-2> GBK �\n<guest-2> �\n", ann.text()[from:])
		ann.say("/me waves", "/msg guest-2 悄悄", "/topic tea", "/away", "/nick anna", "再见")
		synctest.Wait()
		assert.Equal(t, "你好,客户端waves悄悄再见", program.text())
		w.leave(program, ann)
		assert.Equal(t, "你好,客户端waves悄悄再见", program.text())
	})
}

func TestTheBareDoorGreetsWhereItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		program := w.comeBare(raw.Options{Greeting: "欢迎!"})
		assert.Equal(t, "欢迎!", program.text())
		w.leave(program)
		assert.Equal(t, "欢迎!", program.text(), "and never says goodbye")
	})
}

// Limits, kicks and the end of the server: on this wire a close says it all.
func TestTheBareDoorEndsWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		operator := w.come(anOperator(t))
		kicked, fast, stays := w.comeBare(raw.Options{}), w.comeBare(raw.Options{}), w.comeBare(raw.Options{})
		operator.say("/kick guest-1 enough", "/announce 注意")
		synctest.Wait()
		assert.True(t, kicked.isOver())
		assert.NoError(t, kicked.err)
		assert.Empty(t, kicked.text())
		for range 30 {
			fast.send("x")
		}
		synctest.Wait()
		assert.Equal(t, "注意", fast.text(), "nobody is told to be slower")
		w.end()
		synctest.Wait() // the server has closed it; the visitor reads that a moment later
		assert.True(t, stays.isOver())
		assert.NoError(t, stays.err)
		for _, v := range []*visitor{kicked, fast, stays, operator} {
			_ = v.Close()
			v.read.Wait()
		}
	})
}

func TestTheBareDoorTurnsAwayWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{PerAddress: 1})
		l := &fakeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		door := w.server.NewListener(l, func(c net.Conn) conn.Transport { return raw.New(c, raw.Options{Greeting: "hello"}) }, hub.Identity{Brief: true})
		w.served.Go(func() { require.NoError(t, door.Serve()) })
		in, out := l.knock(t, "192.0.2.1"), l.knock(t, "192.0.2.1")
		assert.Equal(t, "hello", in.text())
		assert.Empty(t, out.text())
		assert.True(t, out.isOver())
		assert.NoError(t, out.err)
		door.Close()
		w.leave(in, out)
	})
}

// What a program said last is said, whether it ends in good order or in the middle of a rune.
func TestTheBareDoorHearsTheLastWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		ann := w.named("ann")
		program := w.comeBare(raw.Options{})
		program.send("last \xe4")
		_ = program.Close()
		synctest.Wait()
		assert.Contains(t, ann.text(), "<guest-2> last \n<guest-2> �\n-- guest-2 left\n")
		w.leave(ann)
		program.read.Wait()
	})
}
