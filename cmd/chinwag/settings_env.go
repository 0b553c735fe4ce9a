package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"chinwag/conn/tui/guard"
)

const envPrefix = "CHINWAG_"

// ownVariables begin with envPrefix and are no settings.
var ownVariables = []string{
	"CHINWAG_NICK", // of the client
	guard.Variable, // between the client and its guard

	// of the tests
	"CHINWAG_ATTACK", "CHINWAG_CLIENTS", "CHINWAG_COMMAND", "CHINWAG_FAULTS", "CHINWAG_KILLS", "CHINWAG_NEWCOMERS", "CHINWAG_REQUIRE_TOOLS",
	"CHINWAG_ROUNDS", "CHINWAG_SEED", "CHINWAG_SEEDS", "CHINWAG_STORE_CHILD", "CHINWAG_TEST_DISK", "CHINWAG_TEST_TOOLS",
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
		return fmt.Errorf("the variable %s is empty: remove it (unset %s), or let it be %s", name, name, v.expects())
	}
	if v.Set(text) != nil {
		return refuseValue("the variable "+name, v.expects(), text)
	}
	flag.Changed = true
	return nil
}

// unknownVariables returns warnings of variables that look like settings and are none.
func unknownVariables(f *pflag.FlagSet) (told []string) {
	var known []string // names of flags
	for _, own := range ownVariables {
		flag, _ := flagOf(own)
		known = append(known, flag)
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if _, ok := settingOf(flag); ok {
			known = append(known, flag.Name)
		}
	})
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		flag, ours := flagOf(name)
		sameCase := name == strings.ToUpper(name) || runtime.GOOS == "windows"
		if !ours || sameCase && slices.Contains(known, flag) || isOfService(name, value) {
			continue
		}
		words := fmt.Sprintf("the variable %s is no setting, and nothing is set by it", shorten(name))
		if guess := cmp.Or(alias("--"+flag, known), suggestion(flag, known)); guess != "" {
			words += ": do you mean " + variable(guess) + "?"
		}
		told = append(told, words)
	}
	slices.Sort(told)
	return told[:min(len(told), maxUnknown)]
}

// flagOf is the name of the flag that a variable would set, and whether the variable has envPrefix.
func flagOf(name string) (flag string, ours bool) {
	short, ours := strings.CutPrefix(strings.ToUpper(name), envPrefix)
	return strings.ToLower(strings.ReplaceAll(short, "_", "-")), ours
}

var inService = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_|$)|_PORT_[0-9]+_(TCP|UDP|SCTP)(_|$)`)

// isOfService reports whether a variable is one of those that Kubernetes sets for each program beside a service whose
// name begins with chinwag. They are no mistakes, so there is no warning.
func isOfService(name, value string) bool {
	return inService.MatchString(name) || strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// maxUnknown bounds the warnings of unknownVariables.
const maxUnknown = 10
