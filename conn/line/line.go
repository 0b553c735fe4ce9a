package line

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chinwag/conn/socket"
	"chinwag/protocol"
)

// Options of a Transport. Options{} works.
type Options struct {
	LineMax int           // bytes of an input line; 0: protocol.MaxText, which is also the most
	Stall   time.Duration // how long the other side may take nothing at all; 0: socket.DefaultStall; below 0: for ever
}

// Transport is one connection on a stream. It implements conn.Transport.
type Transport struct {
	*socket.Stream
	conn net.Conn
	max  int

	in         lineReader     // owned by Receive, as are:
	first      bool           // no line has come yet
	refused    int            // hellos refused
	negotiated bool           // the program has said a good hello
	secret     bool           // the next line is a password, whatever it looks like
	guard      protocol.Guard // of a person's lines

	program atomic.Bool // set by Receive: the client has begun with an object
	json    atomic.Bool // set by Send as it writes the answer to that object

	writing sync.Mutex // guards the Stream, which Send and the answers to a telnet use
}

// maxHellos is how many hellos a program may try.
const maxHellos = 3

// New makes a transport of a connection, which it owns from now on.
func New(c net.Conn, o Options) *Transport {
	t := &Transport{
		Stream: socket.New(c, o.Stall),
		conn:   c,
		max:    min(cmp.Or(o.LineMax, protocol.MaxText), protocol.MaxText),
		first:  true,
	}
	t.in = lineReader{in: socket.NewReader(c), max: t.max, answer: t.answer, broken: t.isBroken}
	return t
}

// jsonRoom is the bound of a line of JSON for a text of max bytes: escapes take six bytes for one at the worst, and the
// names around it a few hundred.
func jsonRoom(max int) int { return 6*max + 1024 }

// Receive implements conn.Transport.
func (t *Transport) Receive() (protocol.Command, error) {
	for {
		line, tooLong, err := t.in.next()
		if err != nil {
			return nil, err
		}
		cmd, err := t.parse(line, tooLong)
		if cmd != nil || err != nil {
			return cmd, err
		}
	}
}

// RawConn implements conn.Polled.
func (t *Transport) RawConn() syscall.RawConn { return t.in.in.RawConn() }

func (t *Transport) parse(line []byte, tooLong bool) (protocol.Command, error) {
	first := t.first
	t.first = first && !tooLong && len(protocol.Visible(line)) == 0
	switch {
	case first && !tooLong && isOtherProtocol(line):
		return nil, errOtherProtocol
	case !t.negotiated && (t.program.Load() || first && protocol.IsProgram(line)):
		return t.hello(line, tooLong)
	case tooLong:
		if t.secret {
			t.secret = false
			t.guard.Raise() // the password may still come
		}
		if t.negotiated {
			return nil, protocol.RefuseLine(t.tooLong(), protocol.Visible(line))
		}
		return nil, t.tooLong()
	case t.negotiated:
		return t.decode(line)
	}
	return t.typed(line)
}

func (t *Transport) tooLong() *protocol.Refusal {
	if t.negotiated {
		return protocol.Refuse("line-too-long", "that line is longer than %d bytes, the most that a line of JSON has (what is said in it has at most %d), so nobody has heard it: please send it in parts", t.in.max, t.max)
	}
	return protocol.Refuse("line-too-long", "that line is longer than %d bytes, so nobody has heard it: please send it in parts", t.max)
}

// typed parses a person's line. The line after /operator is taken for the password without waiting for the hub's
// answer: a client may send both together, and the password would be said in the room.
func (t *Transport) typed(line []byte) (protocol.Command, error) {
	if t.secret {
		t.secret = false
		return t.guard.ParsePassword(line)
	}
	cmd, err := t.guard.Parse(string(line))
	_, t.secret = cmd.(protocol.Operator)
	return cmd, err
}

// Guard implements conn.Guarded: it is for when no password is asked for, or it was wrong: a person's next line is not
// checked as a password, but may be one, and is not said if it comes within a moment. The goroutine that calls Receive
// calls it. For a program it does nothing, since a program has a member for the password.
func (t *Transport) Guard() {
	if !t.program.Load() {
		t.secret = false
		t.guard.Raise()
	}
}

// hello parses the first line of a program. Every line before a good hello is refused in JSON: taken for a person's, it
// would tell the token to the room.
func (t *Transport) hello(line []byte, tooLong bool) (protocol.Command, error) {
	line = protocol.Visible(line)
	if len(line) == 0 && !tooLong {
		return nil, nil
	}
	t.program.Store(true)
	why := t.tooLong()
	if !tooLong {
		cmd, err := protocol.DecodeCommand(line)
		if bare, _ := protocol.Split(cmd); isHello(bare) {
			t.negotiated, t.in.max = true, jsonRoom(t.max)
			return cmd, nil
		}
		if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
			why = refusal
		} else {
			why = helloFirst
		}
	}
	t.refused++
	return nil, &protocol.HelloRefused{Why: why, Ref: protocol.RefIn(line), Last: t.refused >= maxHellos}
}

func isHello(cmd protocol.Command) bool {
	_, ok := cmd.(protocol.Hello)
	return ok
}

var helloFirst = protocol.Refuse("hello-first", "a program says hello first")

// decode parses a program's line. If LineMax is below protocol.MaxText, a command must fit into it as a person would
// type it.
func (t *Transport) decode(line []byte) (protocol.Command, error) {
	if line = protocol.Visible(line); len(line) == 0 {
		return nil, nil
	}
	cmd, err := protocol.DecodeCommand(line)
	if err == nil && t.max < protocol.MaxText && len(protocol.AppendCommand(nil, cmd)) > t.max+len("\n") {
		return nil, protocol.RefuseLine(protocol.Refuse("line-too-long", "that would be longer than %d bytes as a person types it, so nobody has heard it: please send it in parts", t.max), line)
	}
	return cmd, err
}

var errOtherProtocol = errors.New("line: the other side speaks another protocol")

// isOtherProtocol reports whether a line is of a protocol that scanners send to any open port.
func isOtherProtocol(line []byte) bool {
	if bytes.HasPrefix(line, []byte{0x16, 0x03}) || bytes.HasPrefix(line, []byte("SSH-2.0-")) {
		return true
	}
	return httpRequest.Match(line)
}

var httpRequest = regexp.MustCompile(`^[A-Z]+ \S+ HTTP/[0-9.]+$`)

// Send implements conn.Transport.
func (t *Transport) Send(frames []*protocol.Frame) error {
	bufs := t.encode(frames)
	defer freeBuffers(bufs)
	t.writing.Lock()
	defer t.writing.Unlock()
	left := *bufs
	return t.Write(&left)
}

// TryWrite implements hub.TryWriter.
func (t *Transport) TryWrite(frames []*protocol.Frame) (all bool, err error) {
	if !t.CanTryWrite() {
		return false, errors.ErrUnsupported
	}
	bufs := t.encode(frames)
	defer freeBuffers(bufs)
	t.writing.Lock() // no wait: Send does not run now, and answer only tries
	defer t.writing.Unlock()
	left := *bufs
	return t.Stream.TryWrite(&left)
}

// encode makes frames text or JSON. The slice is pooled: see freeBuffers.
func (t *Transport) encode(frames []*protocol.Frame) *net.Buffers {
	bufs := buffers.Get().(*net.Buffers)
	for _, frame := range frames {
		if t.isAnswer(frame.First()) {
			t.json.Store(true)
		}
		if t.json.Load() {
			*bufs = append(*bufs, frame.JSON())
		} else {
			*bufs = append(*bufs, frame.Text())
		}
	}
	return bufs
}

// isAnswer reports whether e can answer a program's first line, be it a good hello or not. Earlier events were on their
// way already, and are text.
func (t *Transport) isAnswer(e protocol.Event) bool {
	switch e := e.(type) {
	case protocol.Welcome:
		return e.Token != ""
	case protocol.Refused, protocol.Goodbye:
		return t.program.Load()
	}
	return false
}

var buffers = sync.Pool{New: func() any { return new(net.Buffers) }}

func freeBuffers(bufs *net.Buffers) {
	if cap(*bufs) <= maxBufs { // one burst must not cost memory for ever
		clear(*bufs)
		*bufs = (*bufs)[:0]
		buffers.Put(bufs)
	}
}

const maxBufs = 256

// answer sends the answers that a telnet waits for. They come between two lines. It waits for a Send that is under way,
// and for nothing else.
func (t *Transport) answer(b []byte) {
	t.writing.Lock()
	defer t.writing.Unlock()
	switch {
	case t.json.Load():
	case !t.CanTryWrite():
		_ = t.Write(&net.Buffers{b})
	case !t.HasUnwritten():
		_, _ = t.Stream.TryWrite(&net.Buffers{bytes.Clone(b)}) // the Stream keeps the rest
	}
}

// isBroken reports whether the connection was reset. The system reports that only once, and if the writer gets it, the
// reader sees an end like any other. A writer that gets EPIPE has written to a client that had ended its input in good
// order and gone.
func (t *Transport) isBroken() bool {
	t.writing.Lock()
	defer t.writing.Unlock()
	return t.Failed() != nil && !errors.Is(t.Failed(), syscall.EPIPE)
}

// Interrupt implements conn.Transport.
func (t *Transport) Interrupt() { _ = t.conn.SetReadDeadline(time.Unix(1, 0)) }
