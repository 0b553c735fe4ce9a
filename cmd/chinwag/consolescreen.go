package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"chinwag/conn"
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/hub"
	"chinwag/protocol"
)

// consoleScreen is the operator's console on a terminal. It is a transport like
// any other: typed lines are its commands, and it shows what the hub sends.
//
//	keys ──> tui ── Lines ──> Receive ──> hub
//	tui <── Print, SetStatus <── Send <── hub
type consoleScreen struct {
	view        *chat.View
	interrupted chan struct{} // closed by Interrupt
	interrupt   sync.Once
	server      atomic.Pointer[conn.Server]
	over        atomic.Bool   // the screen has ended
	ended       chan struct{} // closed then
	failed      bool          // it ended with an error; written before ended is closed
	asked       bool          // owned by Receive: it has asked for the end of the server
}

func newConsoleScreen(o chat.Options) *consoleScreen {
	c := &consoleScreen{interrupted: make(chan struct{}), ended: make(chan struct{})}
	o.Operator, o.Leaving = true, c.others
	c.view = newView(o)
	return c
}

// serve runs the screen and the connection behind it, which outlives the screen by the
// goodbyes. The end of the screen is the end of the server.
func (c *consoleScreen) serve(s *conn.Server, _ *hub.Hub) error {
	c.server.Store(s)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(staying{c}, operator(true)) }()
	err := c.view.Run()
	c.over.Store(true)
	c.failed = err != nil
	close(c.ended)
	<-ended
	if errors.Is(err, tui.ErrNoScreen) {
		return fmt.Errorf("%w: lines do as well, with --console plain", err)
	}
	return err
}

// others says how many connections end with the screen; "": none but its own.
func (c *consoleScreen) others() string {
	s := c.server.Load()
	if s == nil {
		return ""
	}
	switch others := s.Connected() - 1; {
	case others < 1:
		return ""
	case others == 1:
		return "-- 1 other is here: press that again to end the server for both of you"
	default:
		return fmt.Sprintf("-- %d others are here: press that again to end the server for all of you", others)
	}
}

func (c *consoleScreen) close()         { c.view.Stop() }
func (c *consoleScreen) log() io.Writer { return c }

func (c *consoleScreen) invite(plain, bare []net.Addr) bool {
	for _, line := range invitation(plain, bare, addressesHere()) {
		c.view.Note(line)
	}
	return true
}

// Receive implements conn.Transport.
func (c *consoleScreen) Receive() (protocol.Command, error) {
	for {
		select {
		case line, ok := <-c.view.Lines():
			if !ok {
				return c.stop()
			}
			if cmd := c.view.Parse(line); cmd != nil {
				return cmd, nil
			}
		case query := <-c.view.Queries():
			return query, nil
		case <-c.interrupted:
			return nil, errInterrupted
		}
	}
}

// stop asks for the end of the server, once, and waits for it. After a failed screen it only waits: serve
// returns the error, which ends the server.
func (c *consoleScreen) stop() (protocol.Command, error) {
	<-c.ended
	if c.failed {
		return nil, errInterrupted
	}
	if !c.asked {
		c.asked = true
		return protocol.Stop{}, nil
	}
	<-c.interrupted
	return nil, errInterrupted
}

var errInterrupted = errors.New("console: interrupted")

// Send implements conn.Transport.
func (c *consoleScreen) Send(lines []*protocol.Frame) error {
	for _, l := range lines {
		if w, ok := l.Event.(protocol.Welcome); ok {
			c.view.Enter(w)
		}
		for e := range l.Events() {
			c.view.Hear(e)
		}
	}
	c.view.SetStatus("")
	return nil
}

// Interrupt implements conn.Transport.
func (c *consoleScreen) Interrupt() { c.interrupt.Do(func() { close(c.interrupted) }) }

// Close implements conn.Transport. The goodbye is shown already.
func (c *consoleScreen) Close() { c.view.Stop() }

// Abort implements conn.Transport.
func (c *consoleScreen) Abort() {
	c.Interrupt()
	c.view.Stop()
}

// Write shows log lines among the chat lines, so that they do not tear the
// screen. After the end of the screen they go to standard error.
func (c *consoleScreen) Write(b []byte) (int, error) {
	if c.over.Load() {
		return tui.Output(os.Stderr).Write(b)
	}
	for line := range bytes.Lines(b) {
		c.view.Note(string(bytes.TrimSpace(line)))
	}
	return len(b), nil
}
