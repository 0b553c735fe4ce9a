package bench

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// Couple are two builds of one server.
type Couple struct{ Old, New Contender }

// Builds are the couples of two programs, with their journal on disk and in memory.
func Builds(old, now string) (couples []Couple) {
	for _, journal := range []string{"sqlite", "memory"} {
		c := Couple{Chinwag(old, "chinwag", journal), Chinwag(now, "chinwag", journal)}
		c.Old.Name = "old " + c.Old.Name
		couples = append(couples, c)
	}
	return couples
}

// pair are the results of both, one right after the other.
type pair struct{ Old, New Result }

// BuildSuite is the set of trials for two builds. idle is the number of silent peers.
func BuildSuite(idle int) []Trial {
	return trials([]row{
		{"flood", Options{Members: 1000, Senders: 1}},
		{"flood", Options{Members: 1000, Senders: 10}},
		{"flood", Options{Members: 100, Senders: 10}},
		{"flood", Options{Members: 100, Senders: 10, IDs: true, Dialect: "json"}},
		{"paced", Options{Members: 1000, Senders: 10, Rate: 50}},
		{"storm", Options{}},
		{"idle", Options{Members: idle}},
		{"many-rooms", Options{}},
		{"growth", Options{}},
	})
}

// CompareBuilds plays the set against both of each couple in turn, runs times over, each time with a fresh server, and
// judges each trial by its pairs. A trial that fails is part of the error.
func CompareBuilds(ctx context.Context, suite []Trial, couples []Couple, runs int, o Options, tell func(Result)) ([]Verdict, error) {
	all := make([][]pair, len(suite)*len(couples))
	var failed []error
	for nth := range runs {
		for i, t := range suite {
			for j, c := range couples {
				p, err := t.pair(ctx, c, nth, o, tell)
				if ctx.Err() != nil {
					return judgeAll(all), ctx.Err()
				}
				if err != nil {
					failed = append(failed, err)
					continue
				}
				at := i*len(couples) + j
				all[at] = append(all[at], p)
			}
		}
	}
	return judgeAll(all), errors.Join(failed...)
}

func judgeAll(all [][]pair) (vs []Verdict) {
	for _, pairs := range all {
		vs = append(vs, judgeTrial(pairs)...)
	}
	return vs
}

// pair plays the trial against both.
func (t Trial) pair(ctx context.Context, c Couple, nth int, o Options, tell func(Result)) (p pair, err error) {
	for _, one := range c.turn(nth) {
		r, err := t.against(ctx, one, o)
		if err != nil {
			return p, err
		}
		tell(r)
		if one.Name == c.Old.Name {
			p.Old = r
		} else {
			p.New = r
		}
	}
	return p, nil
}

// turn alternates which build is first, so that neither has the disadvantage of being second.
func (c Couple) turn(nth int) []Contender {
	if nth%2 == 0 {
		return []Contender{c.Old, c.New}
	}
	return []Contender{c.New, c.Old}
}

// judgeTrial judges each figure of the pairs of one trial. A pair in which the figure is unknown does not count.
func judgeTrial(pairs []pair) (vs []Verdict) {
	if len(pairs) == 0 {
		return nil
	}
	whole := slices.MaxFunc(pairs, func(a, b pair) int { return cmp.Compare(len(a.New.Growth), len(b.New.Growth)) }) // some end early
	for _, f := range costs(whole.New) {
		vs = append(vs, judge(f, pairs))
	}
	return vs
}

func judge(f figure, pairs []pair) Verdict {
	v := Verdict{Title: pairs[0].New.title(), Server: pairs[0].New.Server, Figure: f.head, bound: boundOf(pairs[0].New.Scenario), words: f.words}
	var old, now, ratios []float64
	for _, p := range pairs {
		a, b := f.of(p.Old), f.of(p.New)
		if a == 0 || b == 0 {
			continue
		}
		old, now, ratios = append(old, a), append(now, b), append(ratios, b/a)
		if b > a {
			v.Worse++
		}
		if b < a {
			v.better++
		}
	}
	if v.Pairs = len(ratios); v.Pairs > 0 {
		v.Old, v.New, v.Ratio = median(old), median(now), median(ratios)
		v.Least, v.Most = slices.Min(ratios), slices.Max(ratios)
	}
	return v
}

func median(vs []float64) float64 {
	s := slices.Sorted(slices.Values(vs))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
