package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one of the numbers that a scenario measures.
type figure struct {
	head  string
	of    func(Result) float64
	words func(float64) string
}

var (
	rate      = figure{"deliveries/s", func(r Result) float64 { return r.Rate }, thousands}
	cpu       = figure{"CPU", func(r Result) float64 { return r.CPU }, suffix("%.3g µs")}
	p50       = figure{"p50", func(r Result) float64 { return r.P50 }, suffix("%.3g ms")}
	p99       = figure{"p99", func(r Result) float64 { return r.P99 }, suffix("%.3g ms")}
	joins     = figure{"joins/s", func(r Result) float64 { return r.Joins }, suffix("%.0f")}
	perMember = figure{"a member", func(r Result) float64 { return r.PerMember / 1000 }, suffix("%.2f kB")}
	resident  = figure{"memory", func(r Result) float64 { return float64(r.Resident) / 1e6 }, suffix("%.0f MB")}
	gapBefore = figure{"gap before", func(r Result) float64 { return gap(r.GapBefore) }, suffix("%.3g ms")}
	gapAfter  = figure{"gap", func(r Result) float64 { return gap(r.Gap) }, suffix("%.3g ms")}
)

func gap(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// figures are the figures of a result's scenario; runs are sorted, and servers compared, by the first.
func figures(r Result) []figure {
	switch r.Scenario {
	case "paced":
		return []figure{cpu, p50, p99, rate, resident}
	case "storm":
		return []figure{joins, resident}
	case "idle":
		return []figure{perMember, resident}
	case "slow":
		return []figure{gapAfter, gapBefore, rate, resident}
	case "growth":
		return append(growthFigures(r.Growth), resident)
	}
	return []figure{rate, cpu, p50, p99, resident}
}

func thousands(v float64) string { return fmt.Sprintf("%.0f k", v/1000) }

func suffix(format string) func(float64) string {
	return func(v float64) string { return fmt.Sprintf(format, v) }
}

// compare sorts the runs of one trial.
func (r Result) compare(other Result) int {
	of := figures(r)[0].of
	return cmp.Compare(of(r), of(other))
}

// title is the same for results that can be compared.
func (r Result) title() string {
	t := fmt.Sprintf("%s, %d members", r.Scenario, r.Members)
	if r.Senders > 0 {
		t += fmt.Sprintf(", %d of them talk, %d bytes a line", r.Senders, r.Size)
	}
	if r.IDs {
		t += ", each with an id"
	}
	return t
}

// WriteTable writes results for people, those of a trial below each other, each with its ratio to the first.
func WriteTable(w io.Writer, results []Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var first Result
	for i, r := range results {
		of := figures(r)
		if i == 0 || r.title() != first.title() {
			first = r
			fmt.Fprintf(t, "\n%s\n", r.title())
			fmt.Fprint(t, "server")
			for _, f := range of {
				fmt.Fprint(t, "\t", f.head)
			}
			fmt.Fprint(t, "\tof the first\t\n")
		}
		fmt.Fprint(t, r.Server)
		for _, f := range of {
			fmt.Fprint(t, "\t", words(f, r))
		}
		fmt.Fprintf(t, "\t%s\t%s\n", ratio(of[0], r, first), strings.Join(slices.Concat(r.Trouble, r.notes()), "; "))
	}
	return t.Flush()
}

// words is the figure in words; "-": unknown.
func words(f figure, r Result) string {
	if v := f.of(r); v != 0 {
		return f.words(v)
	}
	return "-"
}

func ratio(f figure, r, first Result) string {
	if f.of(first) == 0 || f.of(r) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", f.of(r)/f.of(first))
}
