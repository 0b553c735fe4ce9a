package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"chinwag/hub/journal/sqlite"
)

func historyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "history",
		Short: "export, import, verify or shrink the record of what was said",
		Long: `history works on the file in which a server keeps what was said: chinwag.db in its
--data folder, or where its log says as it starts. export and verify only read, and may be
used while the server runs; import and vacuum want the file for themselves.`,
		Example: `  chinwag history verify chinwag.db
  chinwag history export chinwag.db > backup.jsonl
  chinwag history export --format text chinwag.db | less
  chinwag history import new.db < backup.jsonl`,
	}
	c.AddCommand(exportCommand(), importCommand(), verifyCommand(), vacuumCommand())
	return c
}

func exportCommand() *cobra.Command {
	var format string
	c := historyVerb("export FILE", "write all that FILE holds to standard output", func(c *cobra.Command, path string) error {
		return sqlite.Export(path, c.OutOrStdout(), sqlite.Format(format))
	})
	c.Long = `export writes all that FILE holds to standard output, private lines as well: keep it
where nobody else reads. As json it is what import reads; as text it is what people read: each line
with its stream, its time, and the name of who said or did it.
What cannot be read of a damaged FILE is left out: standard error says how much that is, and
the exit code is 1.`
	c.Flags().StringVar(&format, "format", string(sqlite.JSON), "json or text")
	return c
}

func importCommand() *cobra.Command {
	var partial bool
	c := historyVerb("import FILE", "make FILE of an export on standard input", func(c *cobra.Command, path string) error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
	c.Long = `import makes FILE of what export wrote as json, from standard input, with the same
positions, so that programs that come back find their place. FILE must be new, or
have no entries yet. All is imported or nothing: an export that was cut off, or from which
something in the middle is missing, is refused, unless --partial takes what is there. What
export could not read of a damaged record is told and not missed. Of a record that has lost its
end import makes another one: programs that come back are told so.`
	c.Flags().BoolVar(&partial, "partial", false, "import what is there, if some of it is missing")
	return c
}

func tellMissing(w io.Writer, done sqlite.Imported) {
	if done.Lost > 0 {
		fmt.Fprintf(w, "%d entries are imported; %d others could not be read when this was exported, and are lost\n", done.Entries, done.Lost)
	}
	if done.Missing > 0 {
		fmt.Fprintf(w, "%d entries are imported; %d others are missing in this export\n", done.Entries, done.Missing)
	}
}

// interruptible is r until ctx ends. Nobody can end a read from a terminal or a pipe: the
// goroutine that is in one ends with the process.
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
	return historyVerb("verify FILE", "check FILE: its order, its counters and its index", func(c *cobra.Command, path string) error {
		r, err := sqlite.Verify(path)
		if err != nil {
			return err
		}
		return report(c.OutOrStdout(), path, r)
	})
}

func report(w io.Writer, path string, r sqlite.Report) error {
	for _, p := range r.Problems {
		fmt.Fprintln(w, p)
	}
	fmt.Fprintf(w, "%d entries in %d streams, up to position %d; %d older ones are no longer kept; record %s\n", r.Entries, r.Streams, r.Head, r.Gone, r.Epoch)
	if len(r.Problems) > 0 {
		return fmt.Errorf("%s is damaged: please put back a copy of it, or save what can be read with \"chinwag history export\"", path)
	}
	_, err := fmt.Fprintln(w, "all is well")
	return err
}

func vacuumCommand() *cobra.Command {
	return historyVerb("vacuum FILE", "give back the room of what FILE no longer keeps", func(_ *cobra.Command, path string) error {
		return sqlite.Vacuum(path)
	})
}

// historyVerb is a command on one file.
func historyVerb(use, short string, do func(c *cobra.Command, path string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := do(c, args[0]); err != nil {
				return &exitError{1, err}
			}
			return nil
		},
	}
}
