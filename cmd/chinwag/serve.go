package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/oklog/run"
	"github.com/spf13/cobra"

	"chinwag/conn"
	"chinwag/conn/console"
	"chinwag/hub"
	"chinwag/hub/journal"
)

func serveCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "open a chat room, with its operator's console here",
		Long: `serve opens a chat room on port 12345 and makes this terminal its operator's
console: what is said scrolls by, and what you type is said in the room.

People walk in with    nc HOST 12345    telnet HOST 12345    chinwag join HOST

An operator can do all that everybody can, and /kick NAME [10m], /announce
TEXT, /shutdown, and answers visitors at the desk (/desk, or everybody with
--desk): /help lists it. With --desk, operators talk to each other in
#operators.

/shutdown says goodbye to everybody and ends the server, and so does Ctrl-C or
Ctrl-D on an empty line here (once more if others are here): programs do not
come back then. After SIGTERM or SIGINT they do; a second signal ends the
server at once. It is over within --grace and 2 s, whatever the disk does. The
exit code is 0; 2 where the command line, a setting or a file that it names is
wrong; and 1 if something else went wrong, as where the disk failed, or did not
answer and what was said last may not be recorded.

On a terminal the console is a screen, in the character set of its locale; C
and POSIX are taken for UTF-8. In a pipe it is plain lines, in UTF-8; with
standard input closed or from /dev/null there is none, and the server runs as a
daemon.

Programs that send and receive without lines, as tutorials write them, come in
at the address of --bare: there each read is one message, and nothing goes out
but what others say.

All that is said is kept in a file, chinwag.db in the folder of --data, before
anybody hears it, and is there again after a crash: --keep says for how long,
and --journal memory keeps it only until the server ends, as all else: sessions,
topics, the desk.

Each flag is also an environment variable (--per-address: CHINWAG_PER_ADDRESS)
and a key of the configuration file (per-address = 64). The flag beats the
variable, which beats the file. A limit of 0 means none, unless something else
is said there. Lists have commas between their parts, sizes are written like
256M, times like 30s or 90d.`,
		Example: `  chinwag serve
  chinwag serve --listen 127.0.0.1:4000 --listen '[::1]:4000'
  chinwag serve --listen :4000 --bare :12345 --bare-greeting 欢迎
  printf 'hello\n/shutdown\n' | chinwag serve`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	s := addFlags(c.Flags())
	s.complete(c)
	showSettings(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := s.load(c.Flags()); err != nil {
			return err
		}
		return failure(serve(c.Context(), *s))
	}
	return c
}

// serve runs the server: a group of actors, of which the first to end ends all. The listeners stand before the hub, so
// that they are closed before it says goodbye.
func serve(ctx context.Context, s settings) error {
	conn.CollectOften()
	out := openConsole(s)
	log := newLog(s, out)
	s.log(log)
	if trouble := setTimeZone(); trouble != "" {
		log.Warn(trouble)
	}
	doors := s.doors()
	if err := openDoors(doors); err != nil {
		return err
	}
	store, path, closeJournal, err := openJournal(s, log)
	if err != nil {
		closeDoors(doors)
		return err
	}
	h := hub.New(journal.New(store), s.hubOptions(log))
	found, err := h.Load()
	if err != nil {
		log.Error("what stands in the journal cannot be read", "err", err)
		closeDoors(doors)
		return cmp.Or(closeJournal(), unreadableJournal(path))
	}
	logRestored(log, found)
	server := conn.NewServer(h, s.connOptions(log))

	var g run.Group
	g.Add(shutdownActor(ctx, h.ShutdownRequested(), log)) // before "listening" is logged: a signal may follow at once
	level := slog.LevelInfo
	if out.Hint(boundTo(doors, doorPlain), boundTo(doors, doorBare)) {
		level = slog.LevelDebug // the hint has the addresses already
	}
	for _, d := range doors {
		l := server.NewListener(d.listener, d.open, d.identity)
		g.Add(l.Serve, func(error) { l.Close() })
		log.Log(ctx, level, "listening", "addr", d.listener.Addr().String(), "door", d.kind, "version", version)
	}
	g.Add(server.Drain, func(error) {})
	g.Add(func() error { return out.Serve(server, h) }, func(error) { out.Stop() })
	if path != "" {
		g.Add(watchDisk(path, log, h))
	}
	hubCtx, endHub := context.WithCancel(context.Background())
	hubEnded := make(chan error, 1)
	g.Add(func() error {
		err := h.Run(hubCtx)
		hubEnded <- err
		return err
	}, func(error) { endHub() })
	ended := make(chan error, 1)
	go func() { ended <- cmp.Or(g.Run(), closeJournal()) }()
	err = cmp.Or(waitForExit(h, ended, log), <-hubEnded)
	if lost, ok := errors.AsType[*hub.UnrecordedError](err); ok {
		log.Error("the disk did not answer in time: what was under way may not be recorded, and nobody has heard it", "lines", lost.Lines, "others", lost.Others)
	}
	log.Info("stopped")
	return brokenJournal(path, err)
}

// exitTimeout is how long the listeners, the console and the store may take to end after the hub. That is too short
// only where the disk does not answer.
const exitTimeout = 2 * time.Second

// waitForExit waits for the end of all actors, but not for a disk that does not answer: goroutines that wait for the
// disk end with the process, and the journal is consistent at every moment.
func waitForExit(h *hub.Hub, ended <-chan error, log *slog.Logger) error {
	<-h.Done()
	late := time.NewTimer(exitTimeout)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
		log.Warn("the disk does not answer, so the journal is left as it is: the next start puts it in order")
		return nil
	}
}

func newLog(s settings, c console.Console) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		panic(err) // the setting takes no other value
	}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.Log(), &slog.HandlerOptions{Level: level}))
	}
	return slog.New(c.LogHandler(level))
}
