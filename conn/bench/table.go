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
	return t
}

// WriteTable writes results for people, those of a trial below each other. Behind each figure is its ratio to that of
// the yardstick, which is another server if one was measured, and else the first.
func WriteTable(w io.Writer, results []Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for len(results) > 0 {
		n := 1
		for n < len(results) && results[n].title() == results[0].title() {
			n++
		}
		writeTrial(t, results[:n])
		results = results[n:]
	}
	return t.Flush()
}

// writeTrial writes the results of one trial.
func writeTrial(t io.Writer, results []Result) {
	by := yardstick(results)
	fmt.Fprintf(t, "\n%s\nserver", results[0].title())
	for _, f := range figures(by) {
		fmt.Fprint(t, "\t", f.head, "\t")
	}
	fmt.Fprintf(t, "\t(of %s)\n", by.Server)
	for _, r := range results {
		fmt.Fprint(t, r.Server)
		for _, f := range figures(by) {
			fmt.Fprintf(t, "\t%s\t%s", words(f, r), ratio(f, r, by))
		}
		fmt.Fprintf(t, "\t%s\n", strings.Join(slices.Concat(r.Trouble, r.notes()), "; "))
	}
}

// yardstick is the result with which the others are compared.
func yardstick(results []Result) Result {
	if i := slices.IndexFunc(results, func(r Result) bool { return r.Server == others[0].Name }); i >= 0 {
		return results[i]
	}
	return results[0]
}

// words is the figure in words; "-": unknown.
func words(f figure, r Result) string {
	if v := f.of(r); v != 0 {
		return f.words(v)
	}
	return "-"
}

// ratio is the figure of r in terms of that of by; nothing if one is unknown.
func ratio(f figure, r, by Result) string {
	if f.of(by) == 0 || f.of(r) == 0 {
		return ""
	}
	return fmt.Sprintf("(%.2f)", f.of(r)/f.of(by))
}
