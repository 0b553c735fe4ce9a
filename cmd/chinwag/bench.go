package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"chinwag/conn/bench"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench SCENARIO",
		Short: "measure a chat server: this one, or any",
		Long: `bench fills a chat server with people who talk, and measures what that costs it:

` + scenarioList() + `
Without --addr it starts a server of its own, with its limits off, and ends it. Any
other server that speaks one of the dialects (chinwag; json: chinwag to programs;
irc; line: whatever comes is passed on to all, like ncat --broker) is started by
--serve, in which {port} is where it must listen, or runs already at --addr; then --pid
names the process whose CPU time and memory are meant (on Linux).

Each run is a line of JSON, and on a terminal a table. Every line that is said is
looked for at every member: where one is lost, repeated, out of order or damaged, the
exit code is 1.`,
		Example: `  chinwag bench flood
  chinwag bench paced --members 200 --rate 100 --runs 5
  chinwag bench flood --dialect irc --serve 'ngircd -n -f my.conf' --addr 127.0.0.1:6667
  chinwag bench compare --runs 5`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(compareCommand(), floorCommand())
	for _, s := range bench.Scenarios() {
		c.AddCommand(scenarioCommand(s))
	}
	return c
}

func scenarioList() string {
	var b strings.Builder
	for _, s := range bench.Scenarios() {
		fmt.Fprintf(&b, "  %-8s %s\n", s.Name, s.About)
	}
	return b.String()
}

// benching is what one call of bench is to do.
type benching struct {
	bench.Options
	addr    string
	serve   string
	journal string
	runs    int
	table   bool
}

func scenarioCommand(s bench.Scenario) *cobra.Command {
	b := &benching{}
	c := &cobra.Command{Use: s.Name, Short: s.About, Args: cobra.NoArgs, ValidArgsFunction: cobra.NoFileCompletions}
	b.addFlags(c.Flags(), s.Standard)
	c.RunE = func(c *cobra.Command, _ []string) error {
		server, err := b.contender()
		if err != nil {
			return &exitError{exitUsage, err}
		}
		return untilInterrupt(c.Context(), func(ctx context.Context) error {
			return b.measure(ctx, s, server)
		})
	}
	return c
}

func (b *benching) addFlags(f *pflag.FlagSet, standard bench.Options) {
	f.SortFlags = false
	f.StringVar(&b.Dialect, "dialect", cmp.Or(standard.Dialect, "chinwag"), "how the server is spoken to: "+strings.Join(bench.Dialects(), ", "))
	f.StringVar(&b.addr, "addr", "", "`HOST:PORT` of a server that runs, or that --serve starts")
	f.StringVar(&b.serve, "serve", "", "`COMMAND` that starts the server, {port} in it is a free port")
	f.StringVar(&b.journal, "journal", "sqlite", "of the server that is started: sqlite or memory")
	f.IntVar(&b.PID, "pid", 0, "`PROCESS` of the server at --addr, to know its CPU time and memory")
	f.BoolVar(&b.Remote, "remote", false, "the server may be another machine, and its owner wants this")
	f.IntVar(&b.Members, "members", standard.Members, "`PEOPLE` in all")
	f.IntVar(&b.Senders, "senders", standard.Senders, "`PEOPLE` of them who talk")
	f.DurationVar(&b.Time, "time", standard.Time, "`TIME` for which they do")
	f.IntVar(&b.Lines, "lines", 0, "`LINES` that are said in all, instead of --time")
	f.Float64Var(&b.Rate, "rate", standard.Rate, "`LINES` a second in all, in paced")
	f.IntVar(&b.Size, "size", max(100, standard.Size), "`BYTES` of what is said in a line")
	f.IntVar(&b.Window, "window", 0, "`LINES` of one sender under way at once (0: 25 kB in all)")
	f.IntVar(&b.PerRoom, "per-room", 0, "`PEOPLE` in a room (0: as the scenario has it)")
	f.IntVar(&b.AtOnce, "at-once", 0, "`PEOPLE` on their way in at once (0: 100, in storm all)")
	f.IntVar(&b.runs, "runs", 1, "`TIMES` that it is done; the middle one counts")
	f.BoolVar(&b.table, "table", false, "a table, also where the output is no terminal")
}

// contender is the server that is to be started; nil: it runs.
func (b *benching) contender() (*bench.Contender, error) {
	var c bench.Contender
	var err error
	if b.addr != "" {
		if b.Addr, err = netip.ParseAddrPort(b.addr); err != nil {
			return nil, fmt.Errorf("--addr is an address and a port in numbers, like 127.0.0.1:12345, not %q", b.addr)
		}
	}
	switch {
	case b.serve != "":
		c = bench.Command(b.Dialect, strings.Fields(b.serve), b.Addr)
	case b.addr != "":
		b.Server = b.addr
		return nil, nil
	case b.Dialect == "irc" || b.Dialect == "line":
		return nil, fmt.Errorf("chinwag does not speak the dialect %s: --serve or --addr tell which server does", b.Dialect)
	default:
		var self string
		self, err = os.Executable()
		c = bench.Chinwag(self, b.Dialect, b.journal)
	}
	return &c, err
}

func (b *benching) measure(ctx context.Context, s bench.Scenario, server *bench.Contender) error {
	show := newShowing(b.table)
	b.Progress = show.progress
	if server == nil {
		for range b.runs {
			r, err := s.Run(ctx, b.Options)
			if err != nil {
				return err
			}
			show.result(r)
		}
		return show.end(show.middle())
	}
	middle, err := bench.Compare(ctx, []bench.Trial{{Scenario: s, Options: b.Options}}, []bench.Contender{*server}, b.runs, b.Options, show.result)
	return errors.Join(err, show.end(middle))
}

func compareCommand() *cobra.Command {
	var (
		runs, idle int
		only       []string
		without    []string
	)
	c := &cobra.Command{
		Use:   "compare",
		Short: "measure chinwag, and ngircd, inspircd and ncat where they are installed",
		Long: `compare plays the whole set of scenarios against chinwag, with its record on disk and
in memory, and against those of ngircd, inspircd and ncat --broker that are installed, each time with a fresh server on this
machine and with its limits off. Five runs take about an hour.`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	f.IntVar(&runs, "runs", 1, "`TIMES` that it is done; the middle one of each counts")
	f.IntVar(&idle, "idle", bench.MaxMembers(), "`PEOPLE` who are silent")
	f.StringSliceVar(&only, "only", nil, "`SCENARIOS` of the set")
	f.StringSliceVar(&without, "without", nil, "`SERVERS` that are left out")
	c.RunE = func(c *cobra.Command, _ []string) error {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		contenders := []bench.Contender{bench.Chinwag(self, "chinwag", "sqlite"), bench.Chinwag(self, "chinwag", "memory"), bench.Floor(self)}
		contenders = slices.DeleteFunc(append(contenders, bench.Others()...), func(c bench.Contender) bool {
			return slices.Contains(without, c.Name)
		})
		set := slices.DeleteFunc(bench.Set(idle), func(t bench.Trial) bool {
			return len(only) > 0 && !slices.Contains(only, t.Scenario.Name)
		})
		return untilInterrupt(c.Context(), func(ctx context.Context) error {
			show := newShowing(true)
			middle, err := bench.Compare(ctx, set, contenders, runs, bench.Options{Progress: show.progress}, show.result)
			return errors.Join(err, show.end(middle))
		})
	}
	return c
}

// floorCommand is what the bare writes are measured with.
func floorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "floor ADDRESS", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := net.Listen("tcp", args[0])
			if err != nil {
				return &exitError{exitFailed, err}
			}
			return untilInterrupt(c.Context(), func(ctx context.Context) error {
				defer context.AfterFunc(ctx, func() { _ = l.Close() })()
				if err := bench.ServeFloor(l); !errors.Is(err, net.ErrClosed) {
					return err
				}
				return nil
			})
		},
	}
}

// untilInterrupt runs f, and has it end in good order at a signal: a server that
// it started must not be left behind.
func untilInterrupt(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f(ctx); err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

// showing is how results are told.
type showing struct {
	progress io.Writer // nil: nobody looks
	table    bool
	results  []bench.Result
	troubled bool
}

var errTroubled = errors.New("something was not as promised")

func newShowing(table bool) *showing {
	s := &showing{table: table || term.IsTerminal(int(os.Stdout.Fd()))}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		s.progress = os.Stderr
	}
	return s
}

func (s *showing) result(r bench.Result) {
	fmt.Printf("%s\n", r.JSON())
	s.results = append(s.results, r)
	s.troubled = s.troubled || len(r.Trouble) > 0
}

func (s *showing) middle() []bench.Result { return []bench.Result{bench.Middle(s.results)} }

func (s *showing) end(results []bench.Result) error {
	if s.table {
		if err := bench.WriteTable(os.Stdout, results); err != nil {
			return err
		}
	}
	if s.troubled {
		return errTroubled
	}
	return nil
}
