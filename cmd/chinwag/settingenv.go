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
	var known []string // without the prefix
	for _, own := range ownVariables {
		known = append(known, strings.TrimPrefix(own, envPrefix))
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if _, ok := settingOf(flag); ok {
			known = append(known, strings.TrimPrefix(variable(flag.Name), envPrefix))
		}
	})
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		upper := strings.ToUpper(name)
		sameCase := name == upper || runtime.GOOS == "windows"
		short, is := strings.CutPrefix(upper, envPrefix)
		if !is || sameCase && slices.Contains(known, short) {
			continue
		}
		words := fmt.Sprintf("the variable %s is no setting, and nothing is set by it", shorten(name))
		if guess := nearest(short, known); guess != "" {
			words += ": do you mean " + envPrefix + guess + "?"
		}
		told = append(told, words)
	}
	slices.Sort(told)
	return told[:min(len(told), maxStrange)]
}

// maxStrange is of how many variables is told that they are no setting.
const maxStrange = 10
