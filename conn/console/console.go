package console

import (
	"io"
	"log/slog"
	"net"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/protocol"
)

// Console is where the operator reads and types.
type Console interface {
	// Serve runs the console. It returns when the operator has gone and the server should end, or when the hub has
	// ended.
	Serve(*conn.Server, *hub.Hub) error
	// Stop ends the console from another goroutine. It does not wait until the terminal is restored.
	Stop()
	// Log is a writer for log lines that do not tear the console.
	Log() io.Writer
	// LogHandler writes records as people read them here, to Log.
	LogHandler(least slog.Level) slog.Handler
	// Hint shows the operator how to connect to the listeners for lines and for raw connections, and reports whether it
	// did.
	Hint(lines, raw []net.Addr) bool
}

// identity is the session of a console.
func identity(echo bool) hub.Identity {
	return hub.Identity{Nick: protocol.MustNick("operator"), Operator: true, Echo: echo, Brief: true}
}

// resident rejects Quit: the console stays as long as the server runs.
type resident struct{ conn.Transport }

var errStays = protocol.Refuse("console-stays", "this is the server's own console: /shutdown ends the server for everybody")

func (r resident) Receive() (protocol.Command, error) {
	cmd, err := r.Transport.Receive()
	if _, ok := cmd.(protocol.Quit); ok {
		return nil, errStays
	}
	return cmd, err
}

// Guard implements conn.Guarded, if the transport does.
func (r resident) Guard() {
	if t, ok := r.Transport.(conn.Guarded); ok {
		t.Guard()
	}
}

// None is no console. The log goes to log.
func None(log io.Writer) Console { return none{log} }

type none struct{ log io.Writer }

func (none) Serve(_ *conn.Server, h *hub.Hub) error { <-h.Done(); return nil }
func (none) Stop()                                  {}
func (n none) Log() io.Writer                       { return n.log }
func (none) Hint(_, _ []net.Addr) bool              { return false }

func (n none) LogHandler(least slog.Level) slog.Handler { return textHandler(n.log, least) }

func textHandler(w io.Writer, least slog.Level) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: least})
}
