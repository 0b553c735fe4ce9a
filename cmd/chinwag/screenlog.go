package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// screenLog is the log for the operator's screen: sentences without the time, and with
// their level only where something is wrong.
type screenLog struct {
	to    io.Writer
	least slog.Leveler
	with  []slog.Attr
}

func (s *screenLog) Enabled(_ context.Context, l slog.Level) bool { return l >= s.least.Level() }

func (s *screenLog) Handle(_ context.Context, r slog.Record) error {
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
	for _, a := range s.with {
		add(a)
	}
	r.Attrs(add)
	if more.Len() > 0 {
		fmt.Fprintf(&b, " (%s)", &more)
	}
	_, err := fmt.Fprintln(s.to, strings.ReplaceAll(b.String(), "\n", " "))
	return err
}

func (s *screenLog) WithAttrs(with []slog.Attr) slog.Handler {
	return &screenLog{s.to, s.least, append(s.with[:len(s.with):len(s.with)], with...)}
}

// WithGroup implements slog.Handler. Sentences have no groups.
func (s *screenLog) WithGroup(string) slog.Handler { return s }
