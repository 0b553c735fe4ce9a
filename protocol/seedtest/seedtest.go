// Package seedtest gives random tests their seeds. CHINWAG_SEED is the first of them, and CHINWAG_SEEDS how many there
// are. Of a test that fails it prints the seed, in the command that plays it again.
package seedtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Each runs f with each seed, as a test of its own: with the first n, or with those that are asked for.
func Each(t *testing.T, n uint64, f func(t *testing.T, seed uint64)) {
	t.Helper()
	from, asked := number(t, "CHINWAG_SEED", 0)
	if asked {
		n = 1
	}
	n, _ = number(t, "CHINWAG_SEEDS", n)
	name := t.Name()
	for seed := from; seed < from+n; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			tell(t, name, seed)
			f(t, seed)
		})
	}
}

// One is the seed of a test that has one: that which is asked for, or else this.
func One(t *testing.T, otherwise uint64) uint64 {
	t.Helper()
	seed, _ := number(t, "CHINWAG_SEED", otherwise)
	tell(t, t.Name(), seed)
	return seed
}

// Dice are those of a test that runs otherwise each time, until a seed is asked for.
func Dice(t *testing.T) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(One(t, rand.Uint64()), 0))
}

// tell has the test say how it is played again, if it fails.
func tell(t *testing.T, name string, seed uint64) {
	t.Helper()
	folder := here(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to play it again: CHINWAG_SEED=%d go test ./%s -run '^%s$'", seed, folder, strings.ReplaceAll(name, "/", "$/^"))
		}
	})
}

// here is the folder of the tests, as the module has it.
func here(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for root := folder; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil || root == filepath.Dir(root) {
			folder, _ = filepath.Rel(root, folder)
			return filepath.ToSlash(folder)
		}
	}
}

func number(t *testing.T, variable string, otherwise uint64) (n uint64, asked bool) {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		return otherwise, false
	}
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		t.Fatalf("%s is no number: %v", variable, err)
	}
	return n, true
}
