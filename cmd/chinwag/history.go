package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"chinwag/conn/fault"
	"chinwag/hub"
	"chinwag/hub/journal/sqlite"
)

func historyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "history",
		Short: "export, import, verify or shrink the journal of what was said",
		Long: `history works on the file in which a server keeps what was said: chinwag.db in
its --data folder, or where its log says as it starts. export and verify only
read, and may be used while the server runs; import and vacuum want the file
for themselves.`,
		Example: `  chinwag history verify chinwag.db
  chinwag history export chinwag.db > backup.jsonl
  chinwag history export --format text chinwag.db | less
  chinwag history import new.db < backup.jsonl`,
	}
	c.AddCommand(exportCommand(), importCommand(), verifyCommand(), vacuumCommand())
	return c
}

func exportCommand() *cobra.Command {
	format := sqlite.JSON
	c := historyVerb("export FILE", "write all that FILE holds to standard output", func(c *cobra.Command, path string) error {
		return export(path, c.OutOrStdout(), format)
	})
	c.Long = `export writes all that FILE holds to standard output, private lines as well:
keep it where nobody else reads. As json it is what import reads; as text it is
what people read: each line with its stream, its time, and the name of who said
or did it. What cannot be read of a damaged FILE is left out: standard error
says how much that is, and the exit code is 1.`
	oneOfFlag(c, "format", oneOf(&format, sqlite.JSON, sqlite.Text), "`FORMAT` of what is written: ")
	return c
}

// export tells an error of the output from one of the journal.
func export(path string, to io.Writer, f sqlite.Format) error {
	out := output{Writer: to}
	err := sqlite.Export(path, &out, f)
	if out.err != nil {
		return writeError("the export", out.err)
	}
	return err
}

// output keeps the first error of its writes.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(b []byte) (n int, err error) {
	n, err = o.Writer.Write(b)
	o.err = cmp.Or(o.err, err)
	return n, err
}

func importCommand() *cobra.Command {
	var partial bool
	c := historyVerb("import FILE", "make FILE of an export on standard input", func(c *cobra.Command, path string) error {
		if in, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
			return wrongUsage("import reads an export, and here are only keys: chinwag history import %s < EXPORT", path)
		}
		ctx, stop := signalContext(context.Background())
		defer stop()
		done, err := sqlite.Import(path, interruptible(ctx, c.InOrStdin()), partial)
		if err != nil && ctx.Err() != nil {
			return errors.New("interrupted: nothing is imported")
		}
		if err == nil {
			tellMissing(c.ErrOrStderr(), done)
		}
		return err
	})
	c.Long = `import makes FILE of what export wrote as json, from standard input, with the
same positions, so that programs that come back find their place. FILE must be
new, or have no entries yet. All is imported or nothing: an export that was cut
off, or from which something in the middle is missing, is refused, unless
--partial takes what is there. What export could not read of a damaged journal
is told and not missed. Of a journal that has lost its end import makes another
one: programs that come back are told so.`
	c.Flags().BoolVar(&partial, "partial", false, "import what is there, if some of it is missing")
	return c
}

func tellMissing(w io.Writer, done sqlite.ImportResult) {
	if done.Lost > 0 {
		fmt.Fprintf(w, "%d entries are imported; %d others could not be read when this was exported, and are lost\n", done.Entries, done.Lost)
	}
	if done.Missing > 0 {
		fmt.Fprintf(w, "%d entries are imported; %d others are missing in this export\n", done.Entries, done.Missing)
	}
}

// interruptible is r until ctx ends. A read from a terminal or a pipe cannot be interrupted: the goroutine that is in
// one ends with the process.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		_ = in.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { _ = out.CloseWithError(ctx.Err()) })
	return out
}

func verifyCommand() *cobra.Command {
	return historyVerb("verify FILE", "check FILE: its order, its counters, its index, and what is true now", func(c *cobra.Command, path string) error {
		r, err := verify(path)
		if err != nil {
			return err
		}
		return writeReport(c.OutOrStdout(), path, r)
	})
}

// verify checks the entries of a journal, and compares the rows with them.
func verify(path string) (sqlite.Report, error) {
	r, err := sqlite.Verify(path)
	if err != nil {
		return r, err
	}
	err = sqlite.View(path, func(m *sqlite.Snapshot) error {
		problems, err := hub.CheckJournal(m)
		for _, p := range problems {
			r.AddProblem(p)
		}
		return err
	})
	if err != nil && len(r.Problems) > 0 { // the damage is known already
		r.AddProblem("what is true now cannot be compared with what was said, for not all of it can be read")
		err = nil
	}
	return r, err
}

func writeReport(w io.Writer, path string, r sqlite.Report) error {
	for _, p := range r.Problems {
		fmt.Fprintln(w, p)
	}
	fmt.Fprintf(w, "%d entries, up to position %d; streams (rooms, the desk, private lines): %d; %d older entries are no longer kept; journal %s\n", r.Entries, r.Head, r.Streams, r.Pruned, r.Epoch)
	if len(r.Problems) > 0 {
		return fmt.Errorf("%s is damaged: please put back a copy of it, or save what can be read with \"chinwag history export\"", path)
	}
	if _, err := fmt.Fprintln(w, "all is well"); err != nil {
		return writeError("what verify has found", err)
	}
	return nil
}

// writeError is the error of a standard output that takes no more of what. A reader that has gone is no error to tell.
func writeError(what string, err error) error {
	switch fault.KindOf(err) {
	case fault.Unread:
		return &exitError{code: exitFailed}
	case fault.DiskFull:
		return fmt.Errorf("%s is not whole, for the disk that it goes to is full: please make room there, and begin again", what)
	}
	return fmt.Errorf("%s is not whole, for it cannot be written: %s: please write it to another place", what, fault.Words(err))
}

func vacuumCommand() *cobra.Command {
	return historyVerb("vacuum FILE", "give back the room of what FILE no longer keeps", func(_ *cobra.Command, path string) error {
		return sqlite.Vacuum(path)
	})
}

// historyVerb is a command on one file.
func historyVerb(use, short string, do func(c *cobra.Command, path string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: argCount(1, 1), ValidArgsFunction: completeFile("db"),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == "" {
				return wrongUsage("the name of FILE is empty: %s", useLine(c))
			}
			return failure(journalError(args[0], do(c, args[0])))
		},
	}
}

// journalError adds to err what to do about the journal at path.
func journalError(path string, err error) error {
	_, file := errors.AsType[*fs.PathError](err)
	_, inUse := errors.AsType[*sqlite.LockedError](err)
	switch {
	case inUse:
		return fmt.Errorf("%w: end that one first, a server with /shutdown at its console", err)
	case file:
		return errors.New(fileError(path, err))
	}
	return err
}

// fileError says why the file at path cannot be read or made, and what to do.
func fileError(path string, err error) string {
	folder := filepath.Dir(path)
	switch kind := fault.KindOf(err); kind {
	case fault.Missing, fault.NotFolder:
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return fmt.Sprintf("%s cannot be made, for there is no folder %s: please make that first, or choose another", path, folder)
		}
		return fmt.Sprintf("there is no file %s: please see how its name is spelled", path)
	case fault.Folder:
		return fmt.Sprintf("%s is a folder: please name a file in it", path)
	case fault.Forbidden:
		return fmt.Sprintf("%s cannot be opened: you have no permission for that: please see whose it is, and its folder", path)
	case fault.DiskFull:
		return fmt.Sprintf("the disk of %s is full: please make room there", path)
	default:
		return fmt.Sprintf("%s cannot be opened: %s: please choose another file", path, fault.Words(err))
	}
}
