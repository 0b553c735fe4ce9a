package plain

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

	"chinwag/conn/stream"
	"chinwag/protocol"
)

// Options of the door. Options{} works.
type Options struct {
	LineMax int           // bytes of a line in; 0: protocol.MaxText, which is also the most
	Stall   time.Duration // how long the other side may take nothing at all; 0: stream.DefaultStall; below 0: for ever
}

// Transport is one connection on a stream. It implements conn.Transport.
type Transport struct {
	*stream.Stream
	conn net.Conn
	max  int

	in      lines          // owned by Receive, as are:
	first   bool           // nothing was said yet
	refused int            // hellos
	asked   bool           // it has said hello
	secret  bool           // the next line is a password, whatever it looks like
	guard   protocol.Guard // of what is typed

	program atomic.Bool // set by Receive: it has begun with an object
	json    atomic.Bool // set by Send as it writes the answer to that

	writing sync.Mutex // the Stream: Send, and the few answers to a telnet
}

// maxHellos is how many hellos a program may try.
const maxHellos = 3

// New makes a transport of a connection, which it owns from now on.
func New(c net.Conn, o Options) *Transport {
	t := &Transport{
		Stream: stream.New(c, o.Stall),
		conn:   c,
		max:    min(cmp.Or(o.LineMax, protocol.MaxText), protocol.MaxText),
		first:  true,
	}
	t.in = lines{in: stream.NewReader(c), max: t.max, answer: t.answer, broken: t.isBroken}
	return t
}

// jsonRoom is how much longer a line may be in JSON, which escapes: six bytes
// for one at the worst, and a few hundred for the names around it.
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

// Socket implements conn.Transport.
func (t *Transport) Socket() syscall.RawConn { return t.in.in.Socket() }

func (t *Transport) parse(line []byte, tooLong bool) (protocol.Command, error) {
	first := t.first
	t.first = first && !tooLong && len(protocol.Visible(line)) == 0
	switch {
	case first && !tooLong && isStranger(line):
		return nil, errStranger
	case !t.asked && (t.program.Load() || first && protocol.IsProgram(line)):
		return t.hello(line, tooLong)
	case tooLong:
		if t.secret {
			t.secret = false
			t.guard.Raise() // it may still be typed
		}
		if t.asked {
			return nil, protocol.RefuseLine(t.tooLong(), protocol.Visible(line))
		}
		return nil, t.tooLong()
	case t.asked:
		return t.decode(line)
	}
	return t.typed(line)
}

func (t *Transport) tooLong() *protocol.Refusal {
	if t.asked {
		return protocol.Refuse("line-too-long", "that line is longer than %d bytes, the most that a line of JSON has (what is said in it has at most %d), so nobody has heard it: please send it in parts", t.in.max, t.max)
	}
	return protocol.Refuse("line-too-long", "that line is longer than %d bytes, so nobody has heard it: please send it in parts", t.max)
}

// typed is what a person typed. What follows /operator is taken for the password
// here and not when the hub has answered: sent together with it, it would be
// said in the room.
func (t *Transport) typed(line []byte) (protocol.Command, error) {
	if t.secret {
		t.secret = false
		cmd, err := password(line)
		if err != nil {
			t.guard.Raise() // it may still be typed
		}
		return cmd, err
	}
	cmd, err := t.guard.Parse(string(line))
	_, t.secret = cmd.(protocol.Operator)
	return cmd, err
}

// Guard is for when no password is asked for, or it was a wrong one: what is typed next
// is no password to be checked, but may be one, and is not said if it comes within a moment.
// Whoever calls Receive calls it. Programs say what they mean.
func (t *Transport) Guard() {
	if !t.program.Load() {
		t.secret = false
		t.guard.Raise()
	}
}

func password(line []byte) (protocol.Command, error) {
	var s protocol.Secret
	if err := s.UnmarshalText(line); err != nil {
		return nil, err
	}
	if s == "" {
		return nil, protocol.Refuse("empty-password", "no password, then")
	}
	return protocol.Operator{Password: s}, nil
}

// hello is how a program begins. All that comes before a good one is refused in
// objects: taken for talk, it would tell its token to the room.
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
			t.asked, t.in.max = true, jsonRoom(t.max)
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

// decode is what a program sent. Where a line is bounded to less than a text, it says no more
// in one than a person could type.
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

var errStranger = errors.New("plain: the other side speaks another protocol")

// isStranger knows the protocols that come to any open port and mean nobody.
func isStranger(line []byte) bool {
	if bytes.HasPrefix(line, []byte{0x16, 0x03}) || bytes.HasPrefix(line, []byte("SSH-2.0-")) {
		return true
	}
	return httpRequest.Match(line)
}

var httpRequest = regexp.MustCompile(`^[A-Z]+ \S+ HTTP/[0-9.]+$`)

// Send implements conn.Transport.
func (t *Transport) Send(lines []*protocol.Line) error {
	bufs := t.spell(lines)
	defer giveBack(bufs)
	t.writing.Lock()
	defer t.writing.Unlock()
	left := *bufs
	return t.Write(&left)
}

// Offer implements conn.Transport.
func (t *Transport) Offer(lines []*protocol.Line) (all bool, err error) {
	if !t.CanOffer() {
		return false, errors.ErrUnsupported
	}
	bufs := t.spell(lines)
	defer giveBack(bufs)
	t.writing.Lock() // nobody keeps it who waits
	defer t.writing.Unlock()
	left := *bufs
	return t.Stream.Offer(&left)
}

// spell is lines as they go out. The slice is borrowed.
func (t *Transport) spell(lines []*protocol.Line) *net.Buffers {
	bufs := buffers.Get().(*net.Buffers)
	for _, l := range lines {
		if t.isAnswer(l.Event) {
			t.json.Store(true)
		}
		if t.json.Load() {
			*bufs = append(*bufs, l.JSON())
		} else {
			*bufs = append(*bufs, l.Text())
		}
	}
	return bufs
}

// isAnswer reports whether e can answer what a program has begun with: a good hello or
// not. What comes before that was on its way already, and is text.
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

func giveBack(bufs *net.Buffers) {
	if cap(*bufs) <= maxBufs { // one burst must not cost memory for ever
		clear(*bufs)
		*bufs = (*bufs)[:0]
		buffers.Put(bufs)
	}
}

const maxBufs = 256

// answer sends what a telnet waits for. It cannot hurt a line: it comes between
// two. It waits for a Send that is under way, and for nothing else.
func (t *Transport) answer(b []byte) {
	t.writing.Lock()
	defer t.writing.Unlock()
	switch {
	case t.json.Load():
	case !t.CanOffer():
		_ = t.Write(&net.Buffers{b})
	case !t.HasRest():
		_, _ = t.Stream.Offer(&net.Buffers{bytes.Clone(b)}) // what is not written now is kept
	}
}

// isBroken reports whether the connection was reset. The system tells of that only
// once, and if the writer is told, the reader sees an end like any other. A writer
// that is told EPIPE has written to somebody who had ended the input in good order and gone.
func (t *Transport) isBroken() bool {
	t.writing.Lock()
	defer t.writing.Unlock()
	return t.Failed() != nil && !errors.Is(t.Failed(), syscall.EPIPE)
}

// Interrupt implements conn.Transport.
func (t *Transport) Interrupt() { _ = t.conn.SetReadDeadline(time.Unix(1, 0)) }
