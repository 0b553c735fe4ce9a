package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"chinwag/conn/fault"
	"chinwag/conn/raw"
	"chinwag/conn/tui"
)

const rawConnect = 15 * time.Second

// runRaw is join --bare. It rejects all flags that need the protocol; --plain is accepted, and changes nothing.
func runRaw(ctx context.Context, f *pflag.FlagSet, args []string) error {
	for _, name := range []string{"nick", "nick-or-guest", "room", "replay", "json", "once"} {
		if f.Changed(name) {
			return &exitError{exitUsage, fmt.Errorf("--bare knows nothing but words: it cannot go with --%s", name)}
		}
	}
	addr, err := parseAddress(args)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	ctx, stop := joinContext(ctx)
	defer stop()
	c, err := (&net.Dialer{Timeout: rawConnect}).DialContext(ctx, "tcp", addr)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return &exitError{exitNobody, fmt.Errorf("cannot connect to %s: %s: %s", addr, fault.Words(err), connectAdvice(addr, err))}
	}
	b := raw.Client{
		In: tui.Input(os.Stdin), Out: tui.Output(os.Stdout), Err: tui.Output(os.Stderr),
		Typing: term.IsTerminal(int(os.Stdin.Fd())), Shown: term.IsTerminal(int(os.Stdout.Fd())),
	}
	return joinError(addr, b.Run(ctx, c))
}
