package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

const envPrefix = "CHINWAG_"

// ownVariables mean something else than a setting.
var ownVariables = []string{
	"CHINWAG_NICK",    // of the client
	"CHINWAG_GUARDED", // between the client and its guard

	// of the tests
	"CHINWAG_ATTACK", "CHINWAG_COMMAND", "CHINWAG_FAULTS", "CHINWAG_NEWCOMERS", "CHINWAG_REQUIRE_TOOLS", "CHINWAG_ROUNDS",
	"CHINWAG_SEED", "CHINWAG_STORE_CHILD", "CHINWAG_TEST_DISK", "CHINWAG_TEST_TOOLS",
}

// variable is the name of a setting in the environment.
func variable(setting string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// setFromEnvironment sets what was not given before.
func setFromEnvironment(flag *pflag.Flag) error {
	v, ok := settingOf(flag)
	name := variable(flag.Name)
	text, set := os.LookupEnv(name)
	switch {
	case !ok || flag.Changed || !set:
		return nil
	case text == "":
		return fmt.Errorf("the variable %s is empty: remove it (unset %s), or let it be %s", name, name, v.right())
	}
	if v.Set(text) != nil {
		return refuseValue("the variable "+name, v.right(), text)
	}
	flag.Changed = true
	return nil
}

// strangeVariables tells of those that look like settings and are none.
func strangeVariables(f *pflag.FlagSet) (told []string) {
	known := slices.Clone(ownVariables)
	f.VisitAll(func(flag *pflag.Flag) {
		if _, ok := settingOf(flag); ok {
			known = append(known, variable(flag.Name))
		}
	})
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		upper := strings.ToUpper(name)
		isKnown := slices.Contains(known, name) || runtime.GOOS == "windows" && slices.Contains(known, upper)
		if isKnown || !strings.HasPrefix(upper, envPrefix) {
			continue
		}
		words := fmt.Sprintf("the variable %s is no setting, and nothing is set by it", shorten(name))
		if guess, ok := nearest(upper, known, len(envPrefix)); ok {
			words += ": do you mean " + guess + "?"
		}
		told = append(told, words)
	}
	slices.Sort(told)
	return told[:min(len(told), maxStrange)]
}

// maxStrange is of how many variables is told that they are no setting.
const maxStrange = 10

// nearest is the name among those known that differs from name by the fewest letters, if that
// is no more than half of them, and three. All begin with the same letters, so many as common says.
func nearest(name string, known []string, common int) (guess string, ok bool) {
	least := min((len(name)-common)/2, 3) + 1
	for _, k := range known {
		if d := distance(name, k); d < least {
			guess, least = k, d
		}
	}
	return guess, guess != ""
}

// distance is how many letters are to be put in, left out or replaced to make b of a.
func distance(a, b string) int {
	above := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		left, corner := i+1, above[0]
		above[0] = left
		for j := range len(b) {
			here := corner
			if a[i] != b[j] {
				here = 1 + min(corner, left, above[j+1])
			}
			left, corner, above[j+1] = here, above[j+1], here
		}
	}
	return above[len(b)]
}
