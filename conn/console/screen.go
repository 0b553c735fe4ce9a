package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"chinwag/conn"
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/hub"
	"chinwag/protocol"
)

// screen is the console on a terminal, and its transport: typed lines are its commands, and it shows what the hub
// sends.
type screen struct {
	view        *chat.View
	stderr      io.Writer
	interrupted chan struct{} // closed by Interrupt
	interrupt   sync.Once
	server      atomic.Pointer[conn.Server]
	over        atomic.Bool   // the view has ended
	ended       chan struct{} // closed then
	failed      bool          // it ended with an error; written before ended is closed
	asked       bool          // owned by Receive: it has asked for the end of the server
}

// NewScreen is a console on the terminal of o. When the screen has ended, the log goes to stderr.
func NewScreen(o chat.Options, stderr io.Writer) Console {
	s := &screen{stderr: stderr, interrupted: make(chan struct{}), ended: make(chan struct{})}
	o.Operator, o.Leaving = true, s.others
	s.view = chat.New(o)
	return s
}

// Serve runs the screen and the connection behind it, which outlives the screen by the goodbyes.
func (s *screen) Serve(server *conn.Server, _ *hub.Hub) error {
	s.server.Store(server)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(resident{s}, identity(true)) }()
	err := s.view.Run()
	s.over.Store(true)
	s.failed = err != nil
	close(s.ended)
	<-ended
	if errors.Is(err, tui.ErrNoScreen) {
		return fmt.Errorf("%w: lines do as well, with --console plain", err)
	}
	return err
}

// others says how many connections end with the screen; "": none but its own.
func (s *screen) others() string {
	server := s.server.Load()
	if server == nil {
		return ""
	}
	switch others := server.Connected() - 1; {
	case others < 1:
		return ""
	case others == 1:
		return "-- 1 other is here: press that again to end the server for both of you"
	default:
		return fmt.Sprintf("-- %d others are here: press that again to end the server for all of you", others)
	}
}

func (s *screen) Stop()          { s.view.Stop() }
func (s *screen) Log() io.Writer { return s }

func (s *screen) LogHandler(least slog.Level) slog.Handler { return &logHandler{to: s, least: least} }

func (s *screen) Hint(plain, raw []net.Addr) bool {
	for _, words := range connectHint(plain, raw, localAddresses()) {
		s.view.Note(words)
	}
	return true
}

// Receive implements conn.Transport.
func (s *screen) Receive() (protocol.Command, error) {
	for {
		select {
		case line, ok := <-s.view.Lines():
			if !ok {
				return s.askShutdown()
			}
			if cmd := s.view.Parse(line); cmd != nil {
				return cmd, nil
			}
		case query := <-s.view.Queries():
			return query, nil
		case <-s.interrupted:
			return nil, errInterrupted
		}
	}
}

// askShutdown asks for the end of the server, once, and waits for it. After a failed screen it only waits: Serve
// returns the error, which ends the server.
func (s *screen) askShutdown() (protocol.Command, error) {
	<-s.ended
	if s.failed {
		return nil, errInterrupted
	}
	if !s.asked {
		s.asked = true
		return protocol.Stop{}, nil
	}
	<-s.interrupted
	return nil, errInterrupted
}

var errInterrupted = errors.New("console: interrupted")

// Send implements conn.Transport.
func (s *screen) Send(frames []*protocol.Frame) error {
	for _, frame := range frames {
		if w, ok := frame.First().(protocol.Welcome); ok {
			s.view.Enter(w)
		}
		for e := range frame.Events() {
			s.view.Hear(e)
		}
	}
	s.view.SetStatus("")
	return nil
}

// Interrupt implements conn.Transport.
func (s *screen) Interrupt() { s.interrupt.Do(func() { close(s.interrupted) }) }

// Close implements conn.Transport. The goodbye is shown already.
func (s *screen) Close() { s.view.Stop() }

// Abort implements conn.Transport.
func (s *screen) Abort() {
	s.Interrupt()
	s.view.Stop()
}

// Write shows log lines among the chat lines, so that they do not tear the screen. After its end they go to stderr.
func (s *screen) Write(b []byte) (int, error) {
	if s.over.Load() {
		return s.stderr.Write(b)
	}
	for line := range bytes.Lines(b) {
		s.view.Note(string(bytes.TrimSpace(line)))
	}
	return len(b), nil
}
