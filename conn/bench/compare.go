package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Trial is a scenario with its numbers.
type Trial struct {
	Scenario Scenario
	Options  Options
}

// Suite is the default set of trials. idle is the number of silent peers.
func Suite(idle int) []Trial {
	return trials([]row{
		{"flood", Options{Members: 1000, Senders: 1}},
		{"flood", Options{Members: 1000, Senders: 1, Dialect: "json"}},
		{"flood", Options{Members: 1000, Senders: 1, Dialect: "json", IDs: true}},
		{"flood", Options{Members: 1000, Senders: 10}},
		{"flood", Options{Members: 100, Senders: 10}},
		{"paced", Options{Members: 1000, Senders: 10, Rate: 50}},
		{"rooms", Options{}},
		{"many-rooms", Options{}},
		{"watched", Options{}},
		{"slow", Options{}},
		{"storm", Options{}},
		{"growth", Options{}},
		{"idle", Options{Members: idle}},
	})
}

// row is a trial in a table.
type row struct {
	scenario string
	o        Options
}

func trials(rows []row) (suite []Trial) {
	for _, t := range rows {
		s, err := scenarioNamed(t.scenario)
		if err != nil {
			panic(err)
		}
		t.o.Dialect = cmp.Or(t.o.Dialect, s.Standard.Dialect)
		s.complete(&t.o)
		suite = append(suite, Trial{s, t.o})
	}
	return suite
}

// MaxMembers is how many connections the server and this process can have with each other, each with its own
// descriptors.
func MaxMembers() int { return min(19_000, descriptors()-spare-950) }

// Compare plays the set against each contender, each time with a fresh server. It does so runs times over, so that a
// disturbance of the machine hits all contenders, and calls tell for each run. It returns the middle run of each. A
// trial that fails is part of the error, and the others are measured.
func Compare(ctx context.Context, suite []Trial, contenders []Contender, runs int, o Options, tell func(Result)) ([]Result, error) {
	all := make([][]Result, len(suite)*len(contenders))
	var failed []error
	for range runs {
		for i, t := range suite {
			for j, c := range contenders {
				if !t.suits(c) {
					continue
				}
				r, err := t.against(ctx, c, o)
				if ctx.Err() != nil {
					return medians(all), ctx.Err()
				}
				if err != nil {
					failed = append(failed, err)
					continue
				}
				tell(r)
				at := i*len(contenders) + j
				all[at] = append(all[at], r)
			}
		}
	}
	return medians(all), errors.Join(failed...)
}

func medians(all [][]Result) (middle []Result) {
	for _, rs := range all {
		if len(rs) > 0 {
			middle = append(middle, Median(rs))
		}
	}
	return middle
}

// suits reports whether c can play the trial.
func (t Trial) suits(c Contender) bool {
	d, err := dialectNamed(t.dialectOf(c))
	o := t.Options
	usual := o.Dialect == cmp.Or(t.Scenario.Standard.Dialect, "chinwag") // in another dialect only chinwag plays it
	return err == nil && (usual || d.name == o.Dialect) && o.Members+o.Guests <= c.Most && (len(c.only) == 0 || slices.Contains(c.only, t.Scenario.Name)) &&
		(d.rooms || o.PerRoom == 0) && (d.quit != "" || o.Guests == 0) && (d.sayWithID != nil || !o.IDs)
}

// dialectOf is the dialect in which c plays the trial: chinwag speaks that of the trial.
func (t Trial) dialectOf(c Contender) string {
	if c.Dialect == "chinwag" {
		return t.Options.Dialect
	}
	return c.Dialect
}

// nameOf is the name of c in the table of the trial.
func (t Trial) nameOf(c Contender) string {
	switch {
	case t.dialectOf(c) != "json":
		return c.Name
	case t.Options.IDs:
		return c.Name + ", JSON with ids"
	}
	return c.Name + ", JSON"
}

func (t Trial) against(ctx context.Context, c Contender, o Options) (Result, error) {
	server, err := c.Start(ctx)
	if err != nil {
		return Result{}, err
	}
	defer server.Stop()
	with := t.Options
	with.Addr, with.PID, with.Dialect, with.Server, with.Progress = server.Addr, server.PID, t.dialectOf(c), t.nameOf(c), o.Progress
	with.AtOnce = cmp.Or(with.AtOnce, c.AtOnce)
	r, err := t.Scenario.Run(ctx, with)
	if err != nil {
		return r, fmt.Errorf("%s against %s: %w", t.Scenario.Name, c.Name, err)
	}
	return r, nil
}

// Median is the median run, with the troubles of all.
func Median(rs []Result) Result {
	sorted := slices.Clone(rs)
	slices.SortStableFunc(sorted, func(a, b Result) int { return a.compare(b) })
	m := sorted[len(rs)/2]
	m.Trouble = nil
	for _, r := range rs {
		m.Trouble = append(m.Trouble, r.Trouble...)
	}
	return m
}
