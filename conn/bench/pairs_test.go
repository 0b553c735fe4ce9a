package bench

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// floods are pairs whose CPU has these ratios.
func floods(ratios ...float64) (pairs []pair) {
	for _, q := range ratios {
		old := Result{Scenario: "flood", Server: "old", Members: 5, CPU: 2}
		later := old
		later.Server, later.CPU = "new", 2*q
		pairs = append(pairs, pair{old, later})
	}
	return pairs
}

func TestADifferenceIsCertainWhereNearlyAllPairsAgree(t *testing.T) {
	for _, test := range []struct {
		name   string
		ratios []float64
		want   string
	}{
		{"all worse", []float64{1.1, 1.2, 1.1, 1.3, 1.1, 1.1, 1.1, 1.1, 1.1}, "worse by more than 5 %, certain"},
		{"a little worse", []float64{1.01, 1.02, 1.01, 1.03, 1.01, 1.01, 1.01, 1.01, 1.01}, "worse, certain"},
		{"all but one", []float64{0.9, 1.02, 1.01, 1.03, 1.01, 1.01, 1.01, 1.01, 1.01}, "worse, certain"},
		{"all but two", []float64{0.9, 0.9, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5}, "not certain"},
		{"better", []float64{0.9, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9}, "better, certain"},
		{"too few to know", []float64{1.5, 1.5, 1.5, 1.5, 1.5}, "not certain"},
		{"enough", []float64{1.5, 1.5, 1.5, 1.5, 1.5, 1.5}, "worse by more than 5 %, certain"},
		{"equal ones say nothing", []float64{1, 1, 1, 1.5, 1.5, 1.5, 1.5, 1.5}, "not certain"},
		{"one", []float64{2}, "not certain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			vs := judgeTrial(floods(test.ratios...))
			require.Len(t, vs, 1)
			assert.Equal(t, test.want, vs[0].Words())
		})
	}
}

func TestAVerdictHasTheMediansAndTheMedianOfTheRatios(t *testing.T) {
	pairs := floods(1.5, 0.5, 1.25)
	pairs[0].Old.CPU, pairs[0].New.CPU = 10, 15 // when the machine was busy
	v := judgeTrial(pairs)[0]
	assert.Equal(t, []float64{2, 2.5, 1.25, 0.5, 1.5}, []float64{v.Old, v.New, v.Ratio, v.Least, v.Most})
	assert.Equal(t, []int{3, 2}, []int{v.Pairs, v.Worse})
}

func TestWhatIsNotKnownIsNotJudged(t *testing.T) {
	pairs := floods(1, 1)
	pairs[0].New.CPU = 0
	v := judgeTrial(pairs)
	assert.Equal(t, 1, v[0].Pairs)
	pairs[1].New.CPU = 0
	assert.Equal(t, "not known", judgeTrial(pairs)[0].Words())
}

func TestIdleMayBeATenthWorse(t *testing.T) {
	var pairs []pair
	for range 9 {
		pairs = append(pairs, pair{Result{Scenario: "idle", PerMember: 1000}, Result{Scenario: "idle", PerMember: 1080}})
	}
	assert.Equal(t, "worse, certain", judgeTrial(pairs)[0].Words())
}

func TestAStormIsJudgedByItsJoins(t *testing.T) {
	r := Result{Scenario: "storm", Members: 100, Deliveries: 300, CPU: 10}
	assert.Equal(t, 30.0, judgeTrial([]pair{{r, r}})[0].Old)
}

func TestGrowthIsJudgedAtEachSize(t *testing.T) {
	r := Result{Scenario: "growth", Members: 30, Growth: []Growth{{10, 1, 2}, {30, 3, 4}}}
	var heads []string
	for _, v := range judgeTrial([]pair{{r, r}}) {
		heads = append(heads, v.Figure)
	}
	assert.Equal(t, []string{"join at 30", "join at 10", "leave at 30", "leave at 10"}, heads)
}

func TestWhoBeginsAPairChanges(t *testing.T) {
	a, b := Contender{Name: "a"}, Contender{Name: "b"}
	assert.Equal(t, []Contender{a, b}, Couple{a, b}.turn(0))
	assert.Equal(t, []Contender{b, a}, Couple{a, b}.turn(1))
}

func TestTheTableOfVerdicts(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteVerdicts(&b, judgeTrial(floods(1.1, 1.2, 1.1, 1.1, 1.1, 1.1))))
	assert.Regexp(t, `(?m)^flood, 5 members +new +CPU +2 µs +2.2 µs +1\.10 +1\.10 to 1\.20 +6 of 6 +worse by more than 5 %, certain *$`, b.String())
}

func TestTheSuiteForBuildsHasEveryShape(t *testing.T) {
	var titles []string
	for _, trial := range BuildSuite(19_000) {
		titles = append(titles, trial.Scenario.resultOf(trial.Options).title()+trial.nameOf(Contender{Dialect: "chinwag"}))
	}
	assert.Equal(t, []string{
		"flood, 1000 members, 1 of them talk, 100 bytes a line",
		"flood, 1000 members, 10 of them talk, 100 bytes a line",
		"flood, 100 members, 10 of them talk, 100 bytes a line",
		"flood, 100 members, 10 of them talk, 100 bytes a line, JSON with ids",
		"paced, 1000 members, 10 of them talk, 100 bytes a line",
		"storm, 5000 members, 1 of them talk, 100 bytes a line",
		"idle, 19000 members",
		"many-rooms, 1000 members, 100 of them talk, 100 bytes a line",
		fmt.Sprintf("growth, %d members", min(18_000, MaxMembers()-300)),
	}, titles)
}
