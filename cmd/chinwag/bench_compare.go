package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"chinwag/conn/bench"
)

// compareOptions is the options of one call of bench compare.
type compareOptions struct {
	runs, idle int
	only       []string
	without    []string
	old        string
}

func compareCommand() *cobra.Command {
	b := &compareOptions{}
	c := &cobra.Command{
		Use:   "compare",
		Short: "measure chinwag, and ngircd, inspircd and ncat where they are installed",
		Long: `compare plays the whole set of scenarios against chinwag, with its journal on
disk and in memory, and against those of ngircd, inspircd and ncat --broker
that are installed, each time with a fresh server on this machine and with its
limits off. Five runs take about an hour.

With --old it compares two builds of chinwag instead: that one and this one, one
right after the other, by a set of its own. A table tells for each the medians,
the median of the ratios of the pairs, and whether the difference is certain:
whether so many pairs agree that chance makes as many agree in one of twenty
cases at the most. Nine runs, of which eight must agree, take about an hour.`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	known := b.addFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := b.check(known); err != nil {
			return err
		}
		self, err := os.Executable()
		if err != nil {
			return err
		}
		return runInterruptible(c.Context(), func(ctx context.Context) error {
			if b.old != "" {
				return b.builds(ctx, self)
			}
			return b.others(ctx, self)
		})
	}
	return c
}

func (b *compareOptions) addFlags(c *cobra.Command) (known []string) {
	f := c.Flags()
	for _, s := range bench.Scenarios() {
		known = append(known, s.Name)
	}
	f.IntVar(&b.runs, "runs", 1, "`TIMES` that it is done; the middle one of each counts")
	f.IntVar(&b.idle, "idle", bench.MaxMembers(), "`PEOPLE` who are silent")
	f.StringSliceVar(&b.only, "only", nil, "`SCENARIOS` of the set")
	f.StringSliceVar(&b.without, "without", nil, "`SERVERS` that are left out")
	f.StringVar(&b.old, "old", "", "`PROGRAM` that is another build of chinwag, to compare this one with")
	completes(c, "runs")
	if err := c.RegisterFlagCompletionFunc("old", completeFile()); err != nil {
		panic(err)
	}
	completes(c, "idle")
	completes(c, "only", known...)
	completes(c, "without", bench.Servers()...)
	return known
}

func (b *compareOptions) check(known []string) error {
	wrong := cmp.Or(atLeast("runs", b.runs, 1), atLeast("idle", b.idle, 3))
	for _, name := range b.only {
		wrong = cmp.Or(wrong, checkOneOf("only", name, known...))
	}
	for _, name := range b.without {
		wrong = cmp.Or(wrong, checkOneOf("without", name, bench.Servers()...))
	}
	if most := bench.MaxMembers(); wrong == nil && b.idle > most {
		wrong = wrongUsage("--idle is %d at the most on this machine, not %d", most, b.idle)
	}
	if _, err := exec.LookPath(b.old); wrong == nil && b.old != "" && err != nil {
		wrong = wrongUsage("--old is a program, another build of chinwag: there is none at %s", shorten(b.old))
	}
	return wrong
}

// others compares chinwag with other chat servers.
func (b *compareOptions) others(ctx context.Context, self string) error {
	found, missing := bench.Others()
	contenders := []bench.Contender{bench.Chinwag(self, "chinwag", "sqlite"), bench.Chinwag(self, "chinwag", "memory"), bench.Baseline(self)}
	contenders = slices.DeleteFunc(append(contenders, found...), func(c bench.Contender) bool { return b.leavesOut(c.Name) })
	missing = slices.DeleteFunc(missing, b.leavesOut)
	show := newReporter(true)
	middle, err := bench.Compare(ctx, b.of(bench.Suite(b.idle)), contenders, b.runs, bench.Options{Progress: show.progress}, show.result)
	err = errors.Join(err, show.end(middle))
	if len(missing) > 0 {
		fmt.Printf("\nnot installed, and so left out: %s (Debian has each in a package of that name)\n", strings.Join(missing, ", "))
	}
	return err
}

// builds compares this build with another.
func (b *compareOptions) builds(ctx context.Context, self string) error {
	couples := slices.DeleteFunc(bench.Builds(b.old, self), func(c bench.Couple) bool { return b.leavesOut(c.New.Name) })
	show := newReporter(false)
	verdicts, err := bench.CompareBuilds(ctx, b.of(bench.BuildSuite(b.idle)), couples, b.runs, bench.Options{Progress: show.progress}, show.result)
	return errors.Join(err, bench.WriteVerdicts(os.Stdout, verdicts), show.trouble())
}

func (b *compareOptions) leavesOut(server string) bool { return slices.Contains(b.without, server) }

// of selects the wanted part of a set.
func (b *compareOptions) of(set []bench.Trial) []bench.Trial {
	return slices.DeleteFunc(set, func(t bench.Trial) bool {
		return len(b.only) > 0 && !slices.Contains(b.only, t.Scenario.Name)
	})
}
