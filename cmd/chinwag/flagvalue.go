package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// wrongValue is the error of a flag's Set: what is right, so that whoever knows where the value
// stood makes a sentence of it.
type wrongValue string

func (w wrongValue) Error() string { return string(w) }

// refuseValue tells what is right for a value that name, as its source calls it, cannot have.
func refuseValue(name, right, value string) error {
	return fmt.Errorf("%s is %s, not %q", name, right, shorten(value))
}

// maxShown is how much of a wrong value is shown: enough to find it again.
const maxShown = 60

func shorten(value string) string {
	if letters := []rune(value); len(letters) > maxShown {
		return string(letters[:maxShown]) + "…"
	}
	return value
}

// wrongFlag tells in our own words of a value on the command line that its flag cannot have. Any
// other error it leaves as it is.
func wrongFlag(err error) error {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	flag := wrong.GetFlag()
	return refuseValue("--"+flag.Name, right(flag.Value, wrong.Unwrap()), wrong.GetValue())
}

// right is what is right for a flag's value, in whose place err was found. The library's own
// values do not tell in words for people.
func right(v pflag.Value, err error) string {
	if w, ok := errors.AsType[wrongValue](err); ok {
		return string(w)
	}
	switch v.Type() {
	case "bool":
		return "true or false"
	case "int":
		if errors.Is(err, strconv.ErrRange) {
			return "a smaller whole number"
		}
		return "a whole number"
	case "float64":
		return "a number"
	case "duration":
		return "a time with its unit, like 500ms, 30s or 10m"
	case "stringSlice":
		return "words with commas between them"
	}
	return "something else"
}

// either is a list of what there is, for a sentence.
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
