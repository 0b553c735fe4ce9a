package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// logHandler is the log on a screen: sentences without the time, and with their level only where something is wrong.
type logHandler struct {
	to    io.Writer
	least slog.Leveler
	with  []slog.Attr
}

func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.least.Level() }

func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	var b, more strings.Builder
	if r.Level != slog.LevelInfo {
		fmt.Fprintf(&b, "%s: ", strings.ToLower(r.Level.String()))
	}
	b.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		if more.Len() > 0 {
			more.WriteString(", ")
		}
		fmt.Fprintf(&more, "%s %v", a.Key, a.Value.Resolve())
		return true
	}
	for _, a := range h.with {
		add(a)
	}
	r.Attrs(add)
	if more.Len() > 0 {
		fmt.Fprintf(&b, " (%s)", &more)
	}
	_, err := fmt.Fprintln(h.to, strings.ReplaceAll(b.String(), "\n", " "))
	return err
}

func (h *logHandler) WithAttrs(with []slog.Attr) slog.Handler {
	return &logHandler{h.to, h.least, append(h.with[:len(h.with):len(h.with)], with...)}
}

// WithGroup implements slog.Handler. Sentences have no groups.
func (h *logHandler) WithGroup(string) slog.Handler { return h }
