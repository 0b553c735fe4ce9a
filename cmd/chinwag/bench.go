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
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"chinwag/conn/bench"
	"chinwag/conn/fault"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench SCENARIO",
		Short: "measure a chat server: this one, or any",
		Long: `bench fills a chat server with people who talk, and measures the cost:

` + scenarioList() + `
Without --addr it starts a server of its own, with its limits off, and ends it.
Any other server that speaks one of the dialects (chinwag; json: chinwag to
programs; irc; line: whatever comes is passed on to all, like ncat --broker) is
started by --serve, in which {port} is where it must listen, or runs already at
--addr; then --pid names the process whose CPU time and memory are meant (on
Linux).

Each run is a line of JSON, and on a terminal a table. Every line that is said
is looked for at every member: where one is lost, repeated, out of order or
damaged, the exit code is 1.`,
		Example: `  chinwag bench flood
  chinwag bench paced --members 200 --rate 100 --runs 5
  chinwag bench flood --dialect irc --serve 'ngircd -n -f my.conf' --addr 127.0.0.1:6667
  chinwag bench compare --runs 5`,
	}
	c.AddCommand(compareCommand(), baselineCommand())
	for _, s := range bench.Scenarios() {
		c.AddCommand(scenarioCommand(s))
	}
	return c
}

func scenarioList() string {
	var b strings.Builder
	for _, s := range bench.Scenarios() {
		fmt.Fprintf(&b, "  %-10s %s\n", s.Name, s.About)
	}
	return b.String()
}

// benchOptions is the options of one call of bench.
type benchOptions struct {
	bench.Options
	addr    string
	serve   string
	journal string
	runs    int
	table   bool
}

func scenarioCommand(s bench.Scenario) *cobra.Command {
	b := &benchOptions{}
	c := &cobra.Command{Use: s.Name, Short: s.About, ValidArgsFunction: cobra.NoFileCompletions}
	b.addFlags(c, s.Standard)
	for _, name := range []string{"addr", "serve", "pid", "members", "guests", "senders", "time", "lines", "rate", "size", "window", "rooms", "per-room", "at-once", "runs"} {
		completes(c, name)
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := b.check(s); err != nil {
			return err
		}
		server, err := b.contender(c.Context())
		if err != nil {
			return failure(err)
		}
		return runInterruptible(c.Context(), func(ctx context.Context) error {
			return b.measure(ctx, s, server)
		})
	}
	return c
}

func (b *benchOptions) addFlags(c *cobra.Command, standard bench.Options) {
	f := c.Flags()
	f.SortFlags = false
	b.Dialect, b.journal = cmp.Or(standard.Dialect, "chinwag"), "sqlite"
	oneOfFlag(c, "dialect", oneOf(&b.Dialect, bench.Dialects()...), "`DIALECT` of the server: ")
	f.StringVar(&b.addr, "addr", "", "`HOST:PORT` of a server that runs, or that --serve starts")
	f.StringVar(&b.serve, "serve", "", "`COMMAND` that starts the server, {port} in it is a free port")
	oneOfFlag(c, "journal", oneOf(&b.journal, "sqlite", "memory"), "`JOURNAL` of the server that is started: ")
	f.IntVar(&b.PID, "pid", 0, "`PROCESS` of the server at --addr, to know its CPU time and memory")
	f.BoolVar(&b.Remote, "remote", false, "the server may be another machine, and its owner wants this")
	f.IntVar(&b.Members, "members", standard.Members, "`PEOPLE` in all")
	f.IntVar(&b.Guests, "guests", standard.Guests, "`PEOPLE` besides them who come and go, in growth")
	f.IntVar(&b.Senders, "senders", standard.Senders, "`PEOPLE` of them who talk")
	f.DurationVar(&b.Time, "time", standard.Time, "`TIME` for which they do")
	f.IntVar(&b.Lines, "lines", 0, "`LINES` that are said in all, instead of --time")
	f.Float64Var(&b.Rate, "rate", standard.Rate, "`LINES` a second in all, in paced")
	f.IntVar(&b.Size, "size", max(100, standard.Size), "`BYTES` of what is said in a line")
	f.BoolVar(&b.IDs, "ids", false, "each line has an id, which the server remembers; in the dialect json")
	f.IntVar(&b.Window, "window", standard.Window, "`LINES` of one sender under way at once (0: as the scenario has it, else 25 kB in all)")
	f.IntVar(&b.Rooms, "rooms", 0, "`ROOMS` that the members share evenly (0: as the scenario has it)")
	f.IntVar(&b.PerRoom, "per-room", 0, "`PEOPLE` in a room, in place of --rooms (0: as the scenario has it)")
	f.IntVar(&b.AtOnce, "at-once", 0, "`PEOPLE` on their way in at once (0: 100, in storm and growth all)")
	f.IntVar(&b.runs, "runs", 1, "`TIMES` that it is done; the middle one counts")
	f.BoolVar(&b.table, "table", false, "a table, also where the output is no terminal")
}

// check rejects impossible options before any server is started.
func (b *benchOptions) check(s bench.Scenario) error {
	if err := cmp.Or(
		atLeast("runs", b.runs, 1), atLeast("pid", b.PID, 0),
		atLeast("members", b.Members, 3), atLeast("guests", b.Guests, 0), atLeast("senders", b.Senders, 0), atLeast("time", b.Time, 0), atLeast("lines", b.Lines, 0), atLeast("rate", b.Rate, 0),
		atLeast("size", b.Size, 0), atLeast("window", b.Window, 0), atLeast("rooms", b.Rooms, 0), atLeast("per-room", b.PerRoom, 0), atLeast("at-once", b.AtOnce, 0),
	); err != nil {
		return err
	}
	if b.serve != "" && strings.TrimSpace(b.serve) == "" {
		return wrongUsage("--serve is a command, and not only spaces")
	}
	if err := s.Check(b.Options); err != nil {
		return &exitError{exitUsage, err}
	}
	return nil
}

// resolve finds the address of --addr, which may have a name.
func (b *benchOptions) resolve(ctx context.Context) error {
	addr, err := parseAddress([]string{b.addr})
	if _, given := splitPort(b.addr); err != nil || given == "" {
		return wrongUsage("--addr is HOST:PORT, as in localhost:12345 or [::1]:12345, not %q", shorten(b.addr))
	}
	host, port, _ := net.SplitHostPort(addr)
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("--addr %s: %s: %s", b.addr, fault.Words(err), connectAdvice(addr, err))
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return err // parseAddress lets no other pass
	}
	ip := ips[0].Unmap()
	if i := slices.IndexFunc(ips, func(ip netip.Addr) bool { return ip.Unmap().Is4() }); i >= 0 {
		ip = ips[i].Unmap()
	}
	b.Addr = netip.AddrPortFrom(ip, uint16(n))
	if !b.Remote && !ip.IsLoopback() {
		return wrongUsage("%s is not this machine: a load test of another wants --remote, and its owner's consent", b.addr)
	}
	return nil
}

// contender is the server to start; nil: it runs already.
func (b *benchOptions) contender(ctx context.Context) (*bench.Contender, error) {
	var c bench.Contender
	var err error
	if b.addr != "" {
		if err := b.resolve(ctx); err != nil {
			return nil, err
		}
	}
	switch {
	case b.serve != "":
		c = bench.Command(b.Dialect, strings.Fields(b.serve), b.Addr)
	case b.addr != "":
		b.Server = b.addr
		return nil, nil
	case b.Dialect == "irc" || b.Dialect == "line":
		return nil, wrongUsage("chinwag does not speak the dialect %s: --serve or --addr tell which server does", b.Dialect)
	default:
		var self string
		self, err = os.Executable()
		c = bench.Chinwag(self, b.Dialect, b.journal)
	}
	return &c, err
}

func (b *benchOptions) measure(ctx context.Context, s bench.Scenario, server *bench.Contender) error {
	show := newReporter(b.table)
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

// baselineCommand is the server with which bare writes are measured.
func baselineCommand() *cobra.Command {
	return &cobra.Command{
		Use: "baseline ADDRESS", Hidden: true, Args: argCount(1, 1), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			ls, err := listen(args)
			if err != nil {
				return failure(err)
			}
			l := ls[0]
			return runInterruptible(c.Context(), func(ctx context.Context) error {
				defer context.AfterFunc(ctx, func() { _ = l.Close() })()
				if err := bench.ServeBaseline(l); !errors.Is(err, net.ErrClosed) {
					return err
				}
				return nil
			})
		},
	}
}

// runInterruptible runs f, and ends its context at a signal, so that f stops the server that it has started.
func runInterruptible(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := signalContext(ctx)
	defer stop()
	err := f(ctx)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted: what was measured so far is told above")
	}
	return failure(err)
}

// reporter is how results are shown.
type reporter struct {
	progress io.Writer // nil: no progress is shown
	table    bool
	results  []bench.Result
	troubled bool
}

var errTroubled = errors.New("something was not as promised: the results name it as trouble")

func newReporter(table bool) *reporter {
	s := &reporter{table: table || term.IsTerminal(int(os.Stdout.Fd()))}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		s.progress = os.Stderr
	}
	return s
}

func (s *reporter) result(r bench.Result) {
	fmt.Printf("%s\n", r.JSON())
	s.results = append(s.results, r)
	s.troubled = s.troubled || len(r.Trouble) > 0
}

func (s *reporter) middle() []bench.Result { return []bench.Result{bench.Median(s.results)} }

func (s *reporter) end(results []bench.Result) error {
	if s.table {
		if err := bench.WriteTable(os.Stdout, results); err != nil {
			return err
		}
	}
	return s.trouble()
}

func (s *reporter) trouble() error {
	if s.troubled {
		return errTroubled
	}
	return nil
}
