package hubtest

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// Seeds runs f with seeds, each as a test of its own: the first n, or those that
// CHINWAG_SEED and CHINWAG_SEEDS ask for. It prints a seed that fails, with the command that runs it again.
func Seeds(t *testing.T, n uint64, f func(t *testing.T, seed uint64)) {
	t.Helper()
	from := uint64(0)
	if os.Getenv("CHINWAG_SEED") != "" {
		from, n = number(t, "CHINWAG_SEED"), 1
	}
	if os.Getenv("CHINWAG_SEEDS") != "" {
		n = number(t, "CHINWAG_SEEDS")
	}
	name := t.Name()
	for seed := from; seed < from+n; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("to play it again: CHINWAG_SEED=%d go test -run '^%s$'", seed, name)
				}
			})
			f(t, seed)
		})
	}
}

func number(t *testing.T, variable string) uint64 {
	n, err := strconv.ParseUint(os.Getenv(variable), 10, 64)
	if err != nil {
		t.Fatalf("%s is no number: %v", variable, err)
	}
	return n
}
