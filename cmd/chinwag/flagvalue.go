package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// wrongValue is the error of a flag's Set: what is right. The caller, which knows where the value stood, makes a
// sentence of it.
type wrongValue string

func (w wrongValue) Error() string { return string(w) }

// refuseValue is the error of a wrong value of name, as its source calls it: it says what is right.
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

// wrongFlag puts the error of a wrong value on the command line into our own words. It returns any other error as it
// is.
func wrongFlag(err error) error {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	flag := wrong.GetFlag()
	return refuseValue("--"+flag.Name, right(flag.Value, wrong.Unwrap()), wrong.GetValue())
}

// right says what is right for a flag whose value gave err. The library's own values do not say it in words for people.
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

// either joins alternatives for a sentence.
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
