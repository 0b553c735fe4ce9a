package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Verdict is the judgement of pairs on one figure, of which less is better.
type Verdict struct {
	Title, Server, Figure string

	Old, New    float64 // medians
	Ratio       float64 // median of the ratios of the pairs: a disturbance of both of a pair cancels out
	Least, Most float64 // of these
	Pairs       int
	Worse       int // pairs in which the new build is worse
	better      int
	bound       float64 // see boundOf
	words       func(float64) string
}

// costs are the figures by which two builds are judged.
func costs(r Result) []figure {
	switch r.Scenario {
	case "idle":
		return []figure{perMember}
	case "storm":
		return []figure{cpuJoin}
	case "growth":
		return growthFigures(r.Growth)
	}
	return []figure{cpu}
}

var cpuJoin = figure{"CPU a join", func(r Result) float64 { return r.CPU * float64(r.Deliveries) / float64(r.Members) }, suffix("%.4g µs")}

// boundOf is the highest Ratio that a new build may have.
func boundOf(scenario string) float64 {
	if scenario == "idle" {
		return 1.10
	}
	return 1.05
}

// Certain reports whether pairs as one-sided as these, or more, come about by chance in no more than one of twenty
// cases: the sign test, two-sided. Of nine pairs, eight must agree.
func (v Verdict) Certain() bool { return chance(v.Worse+v.better, min(v.Worse, v.better)) <= 0.05 }

// chance is how often n tosses of a coin have no more than few of either side.
func chance(n, few int) float64 {
	sum, ways := 0.0, 1.0
	for k := range few + 1 {
		sum += ways
		ways *= float64(n-k) / float64(k+1)
	}
	for range n {
		sum /= 2
	}
	return min(1, 2*sum)
}

// Words are the verdict as a sentence.
func (v Verdict) Words() string {
	switch {
	case v.Pairs == 0:
		return "not known"
	case !v.Certain():
		return "not certain"
	case v.better > v.Worse:
		return "better, certain"
	case v.Ratio > v.bound:
		return fmt.Sprintf("worse by more than %.0f %%, certain", (v.bound-1)*100)
	}
	return "worse, certain"
}

// WriteVerdicts writes a table for people.
func WriteVerdicts(w io.Writer, vs []Verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nscenario\tserver\tfigure\told\tnew\tratio\tof the pairs\tworse in\tverdict\n")
	for _, v := range vs {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.2f\t%.2f to %.2f\t%d of %d\t%s\n", v.Title, v.Server, v.Figure,
			v.words(v.Old), v.words(v.New), v.Ratio, v.Least, v.Most, v.Worse, v.Pairs, v.Words())
	}
	return t.Flush()
}
