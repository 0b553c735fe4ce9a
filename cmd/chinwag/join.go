package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"chinwag/conn/client"
	"chinwag/conn/fault"
	"chinwag/conn/raw"
	"chinwag/conn/tui"
)

func joinCommand() *cobra.Command {
	var (
		j          joinOptions
		nick, room string
		replay     int
		bare       bool
	)
	c := &cobra.Command{
		Use:   "join [HOST[:PORT]] or join HOST PORT",
		Short: "walk into a chat room",
		Long: `join walks into the chat room at HOST (localhost if there is none) and PORT
(12345). An IPv6 address may stand with and without brackets, and with a zone:
fe80::1%eth0.

On a terminal it is a screen: type to talk, /help for more, Tab completes
names, rooms and commands, Ctrl-C on an empty line or /quit leaves. Your own
lines appear when the server has them. When the connection breaks, or the
server starts again, it comes back by itself, and misses and repeats nothing.
When the server says not to come back, as after /shutdown, it ends with the
reason. The terminal is taken to write in what its locale names, such as
zh_CN.GBK, and in UTF-8 if that is C or POSIX.

In a pipe each line of input is said or done, and what others say comes out,
one line each; refusals go to standard error. When the input ends it leaves, as
soon as all of it is acknowledged. There --nick (or $CHINWAG_NICK) is a
condition: if the name is taken, nothing is said at all, or with
--nick-or-guest a guest says it. Input and output are UTF-8 in a pipe, whatever
the locale says: a job that runs without one speaks as you do (iconv turns
others into it).

With --json the output is one JSON object a line, refusals too, and input lines
that are JSON objects are commands: see protocol/README.md. Nothing that a
program needs is on standard error. Lines of join's own are lost (why, next:
seconds until it tries again), undelivered (command, maybe: it may have
arrived) and, last of all, ended (exit: the exit code, text: why).

With --bare it talks to a server that knows no lines, as tutorials write them:
each line of input is one send, without its end and a tenth of a second after
the one before, so that two arrive as two; whatever comes is shown at once (in
a pipe: the bytes as they came). When the input ends the server is told so, and
what still comes is shown until the server ends, too, or has sent nothing for
30 seconds (1 where you type).

` + exitCodesHelp("join"),
		Example: `  chinwag join
  chinwag join chat.example.com --nick bob --room tea
  echo 'the build is done' | chinwag join chat.example.com --nick builder
  chinwag join --bare tutorial.example.com:12345`,
		Args:              argCount(0, 2),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&nick, "nick", "n", "", "your `NAME`, in a pipe that or none (also $CHINWAG_NICK; else your user name, if it can be one)")
	f.BoolVar(&j.orGuest, "nick-or-guest", false, "in a pipe: if the name is taken say it as a guest, and end with 1")
	f.StringVarP(&room, "room", "r", "", "the `ROOM` to walk into")
	f.IntVar(&replay, "replay", 20, "`LINES` of what was said before to show; in a pipe 0")
	f.BoolVar(&j.plain, "plain", false, "lines instead of a screen, also on a terminal (for screen readers)")
	f.BoolVar(&j.json, "json", false, "events as JSON lines, for programs")
	f.BoolVar(&j.NoReconnect, "once", false, "end when the connection breaks, do not come back")
	f.BoolVar(&bare, "bare", false, "talk to a server that knows no lines: no names, no commands, no screen")
	for _, name := range []string{"nick", "room", "replay"} {
		completes(c, name)
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if bare {
			return runRaw(c.Context(), f, args)
		}
		if !onTerminal() && !f.Changed("replay") {
			replay = 0 // a script wants only the lines from now on
			j.Replay = &replay
		}
		if f.Changed("replay") {
			j.Replay = &replay
		}
		if err := j.parse(args, nick, room); err != nil {
			return &exitError{exitUsage, err}
		}
		return j.run(c.Context())
	}
	return c
}

func (j *joinOptions) run(ctx context.Context) error {
	ctx, stop := joinContext(ctx)
	defer stop()
	if j.wantsScreen() {
		view := viewOptions()
		view.Suspend = true
		return joinError(j.Addr, runTUI(ctx, j.Options, view, tui.Output(os.Stderr)))
	}
	typing := term.IsTerminal(int(os.Stdin.Fd()))
	j.OnlyAs = j.named && !typing && !j.orGuest
	p := pipeClient{in: tui.Input(os.Stdin), out: tui.Output(os.Stdout), err: tui.Output(os.Stderr), json: j.json, named: j.named, typing: typing}
	return joinError(j.Addr, p.run(ctx, j.Options))
}

func (j *joinOptions) wantsScreen() bool { return !j.plain && !j.json && onTerminal() && drawable() }

// errFailed ends the program with exitFailed and without words: the reason was told already.
var errFailed = errors.New("something was refused or lost")

// joinError makes the error of a connection to addr one with an exit code.
func joinError(addr string, err error) error {
	if err == nil {
		return nil
	}
	dismissed, ok := errors.AsType[*client.GoodbyeError](err)
	_, nick := errors.AsType[*client.NickRefused](err)
	_, turnedAway := errors.AsType[*client.RejectedError](err)
	switch {
	case nick:
		return &exitError{exitFailed, fmt.Errorf("nothing was said: %w (or join as a guest, with --nick-or-guest)", err)}
	case errors.Is(err, errFailed), errors.Is(err, raw.ErrLost):
		return &exitError{code: exitFailed}
	case ok:
		return &exitError{dismissed.Reason.ExitCode(), err}
	case errors.Is(err, tui.ErrNoScreen):
		return &exitError{exitFailed, fmt.Errorf("%w: lines do as well, with --plain", err)}
	case errors.Is(err, client.ErrNotChinwag):
		return &exitError{exitNobody, fmt.Errorf("%s: %w: is it another port? A server without lines wants --bare", addr, err)}
	case turnedAway:
		return &exitError{exitNobody, err}
	case errors.Is(err, client.ErrUnreachable):
		next := connectAdvice(addr, err)
		if fault.KindOf(err) == fault.Unknown || fault.KindOf(err) == fault.Silent { // it may be a server that speaks first only with --bare
			next += " A server without lines wants --bare"
		}
		return &exitError{exitNobody, fmt.Errorf("%w: %s", err, next)}
	}
	return &exitError{exitFailed, err}
}
