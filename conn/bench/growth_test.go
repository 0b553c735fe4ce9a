package bench

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuestsComeAndGoAtEachSize(t *testing.T) {
	for _, dialect := range []string{"chinwag", "json"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			var in, connections []int
			s := Scenario{Name: "growth", Standard: Options{Guests: 10}, play: func(r *run) error {
				for _, size := range []int{10, 20, 30} {
					if err := r.grow(size); err != nil {
						return err
					}
					in, connections = append(in, r.in), append(connections, r.opened)
				}
				return nil
			}}
			o := small(serve(t), dialect)
			o.PID = os.Getpid()
			r, err := s.Run(t.Context(), o)
			require.NoError(t, err)
			assert.Empty(t, r.Trouble)
			assert.Equal(t, []int{10, 20, 30}, in, "all guests have left")
			assert.Equal(t, []int{20, 20 + 20, 30 + 30}, connections, "each guest has come")
			require.Len(t, r.Growth, 3)
			assert.Equal(t, 20, r.Growth[1].Members)
		})
	}
}

// A peer that goes unasked is trouble, guest or not.
func TestAGuestWhoIsThrownOutIsALoss(t *testing.T) {
	p := hearing(1)
	p.ended(nil)
	assert.Equal(t, 1, p.swarm.losses)
	p = hearing(1)
	p.leaving, p.swarm.leaving, p.swarm.in = true, 1, 1
	p.ended(nil)
	assert.Zero(t, p.swarm.losses)
	assert.Zero(t, p.swarm.in)
}

func TestTheSizesOfGrowth(t *testing.T) {
	assert.Equal(t, []int{1000, 5000, 18_000}, sizesTo(18_000))
	assert.Equal(t, []int{1000, 2796}, sizesTo(2796))
	assert.Equal(t, []int{30}, sizesTo(30))
}

func TestWhatTheSystemDoesNotAllowIsCutAndSaid(t *testing.T) {
	o := Options{Members: math.MaxInt - 1}
	o.cut(math.MaxInt - 1)
	assert.Equal(t, MaxMembers(), o.Members)
	assert.Contains(t, o.note, "ulimit -n")
	o = Options{Members: 100}
	o.cut(math.MaxInt - 1) // it is not the standard that is wanted
	assert.Equal(t, 100, o.Members)
	assert.Empty(t, o.note)
}

func TestTheTableOfGrowthHasAColumnForEachSize(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteTable(&b, []Result{
		{Scenario: "growth", Server: "one", Members: 30, Growth: []Growth{{10, 100, 200}, {30, 300, 400}}, Note: "cut"},
		{Scenario: "growth", Server: "broken", Members: 30, Trouble: []string{"it has ended"}},
		{Scenario: "growth", Server: "other", Members: 30, Growth: []Growth{{10, 100, 200}, {30, 600, 500}}},
	}))
	assert.Regexp(t, `(?s)join at 30 +join at 10 +leave at 30 +leave at 10.*one +300 µs +\(1\.00\) +100 µs +\(1\.00\) +400 µs +\(1\.00\) +200 µs.*cut.*broken .*it has ended.*other +600 µs +\(2\.00\)`, b.String())
}
