package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settingValue is the value of a setting. Its Set parses the text of a flag, of a variable or of the file, and returns
// a wrongValue.
type settingValue interface {
	pflag.Value
	expects() string // what is right, as it follows "is" in a sentence
	complete() ([]string, cobra.ShellCompDirective)
}

// value is a settingValue that is stored at target.
type value[T any] struct {
	target   *T
	kind     string // of value, in one word
	expected string // what is right
	parse    func(string) (T, bool)
	format   func(T) string
	choices  []string
}

func (v *value[T]) Set(text string) error {
	x, ok := v.parse(text)
	if !ok {
		return wrongValue(v.expected)
	}
	*v.target = x
	return nil
}

func (v *value[T]) String() string  { return v.format(*v.target) }
func (v *value[T]) Type() string    { return v.kind }
func (v *value[T]) expects() string { return v.expected }

func (v *value[T]) complete() ([]string, cobra.ShellCompDirective) {
	switch v.kind {
	case kindFile:
		return nil, cobra.ShellCompDirectiveDefault
	case kindFolder:
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return v.choices, cobra.ShellCompDirectiveNoFileComp
}

// The kinds of values that must be in quotes in a file.
const (
	kindText   = "text"
	kindFile   = "file"
	kindFolder = "folder"
)

const maxCount = 1_000_000_000 // things that a setting can count

// countValue is a setting that counts things.
func countValue(at *int) *value[int] {
	return &value[int]{
		target: at, kind: "number", expected: fmt.Sprintf("a whole number from 0 to %d", maxCount), format: strconv.Itoa,
		parse: func(text string) (int, bool) {
			n, err := strconv.ParseUint(text, 10, 32)
			return int(n), err == nil && n <= maxCount
		},
	}
}

// countBetween is a count from least to most.
func countBetween(at *int, least, most int) *value[int] {
	v := countValue(at)
	read := v.parse
	v.expected = fmt.Sprintf("a whole number from %d to %d", least, most)
	v.parse = func(text string) (int, bool) {
		n, ok := read(text)
		return n, ok && least <= n && n <= most
	}
	return v
}

const maxRate = 1_000_000 // times that something may happen in a second or a minute

// rateValue is a setting that bounds how often something happens.
func rateValue(at *float64) *value[float64] {
	return &value[float64]{
		target: at, kind: "number", expected: fmt.Sprintf("a number from 0 to %d, like 5 or 0.5", maxRate), format: formatNumber,
		parse: func(text string) (float64, bool) {
			n, err := strconv.ParseFloat(text, 64)
			return n, err == nil && n <= maxRate && strings.Trim(text, "0123456789.") == "" // no signs, exponents or hexadecimals
		},
	}
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

const maxBytes size = 1 << 50

// sizeValue is a setting that counts bytes; is says how many are allowed.
func sizeValue(at *size, is string, allowed func(size) bool) *value[size] {
	return &value[size]{
		target: at, kind: "size", expected: is, format: size.String,
		parse: func(text string) (size, bool) {
			s, ok := parseSize(text)
			return s, ok && allowed(s)
		},
	}
}

// sizeBetween is a size from least to most.
func sizeBetween(at *size, least, most size) *value[size] {
	is := fmt.Sprintf("a size from %s to %s, like 1000 or 4K", least, most)
	if most > 1<<30 {
		is = fmt.Sprintf("a size from %s to %s, like 100K, 256M or 10G", least, most)
	}
	return sizeValue(at, is, func(s size) bool { return least <= s && s <= most })
}

// sizeOrNone is a size of least at the least, or 0.
func sizeOrNone(at *size, least size) *value[size] {
	return sizeValue(at, fmt.Sprintf("a size from %s to %s, like 500M or 10G, or 0 for any", least, maxBytes), func(s size) bool { return s == 0 || least <= s && s <= maxBytes })
}

// durationValue is a setting that is a time.
func durationValue(at *time.Duration) *value[time.Duration] {
	return &value[time.Duration]{
		target: at, kind: "time", expected: "a time with its unit, like 30s, 10m, 12h or 90d, up to " + formatDuration(maxDuration), format: formatDuration, parse: parseDuration,
	}
}

// durationBetween is a time from least to most.
func durationBetween(at *time.Duration, least, most time.Duration) *value[time.Duration] {
	v := durationValue(at)
	v.expected = fmt.Sprintf("a time with its unit, from %s to %s, like 30s, 10m or 12h", formatDuration(least), formatDuration(most))
	v.parse = func(text string) (time.Duration, bool) {
		d, ok := parseDuration(text)
		return d, ok && least <= d && d <= most
	}
	return v
}

// oneOf is a setting that is one of a few words.
func oneOf[T ~string](at *T, words ...T) *value[T] {
	var choices []string
	for _, w := range words {
		choices = append(choices, string(w))
	}
	return &value[T]{
		target: at, kind: "word", expected: either(choices), format: func(w T) string { return string(w) },
		choices: choices,
		parse:   func(text string) (T, bool) { return T(text), slices.Contains(choices, text) },
	}
}

// boolValue is a setting that is on or off.
func boolValue(at *bool) *value[bool] {
	return &value[bool]{
		target: at, kind: "bool", expected: "true or false", format: strconv.FormatBool, choices: []string{"true", "false"},
		parse: func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" },
	}
}

// textValue is a setting that is any text.
func textValue(at *string) *value[string] {
	return &value[string]{target: at, kind: kindText, expected: `text, in the file in "quotes"`, format: asItIs, parse: func(text string) (string, bool) { return text, true }}
}

// pathValue is a setting that names a file or a folder. It is made absolute.
func pathValue(at *string, kind string) *value[string] {
	return &value[string]{target: at, kind: kind, expected: "the path of a " + kind + " (~ is your home folder; ~ann is not known)", format: asItIs, parse: absolute}
}

func asItIs(text string) string { return text }

// absolute makes a path absolute, and expands ~ as the shell does.
func absolute(path string) (string, bool) {
	if path == "" || strings.ContainsRune(path, 0) {
		return "", false
	}
	if isAtHome(path) {
		home, err := os.UserHomeDir()
		if first, _, _ := strings.Cut(filepath.ToSlash(path), "/"); err != nil || first != "~" {
			return "", false
		}
		path = filepath.Join(home, path[1:])
	}
	path, err := filepath.Abs(path)
	return path, err == nil
}

func isAtHome(path string) bool { return strings.HasPrefix(path, "~") }

// addressList is a setting that is a list. The first value replaces the default, and later ones are added.
type addressList struct {
	target *[]string
	chosen bool
}

func (*addressList) expects() string {
	return "an address like :12345, 192.0.2.1:12345 or [::1]:12345"
}
func (*addressList) Type() string     { return "stringSlice" } // so that completion offers the flag again
func (a *addressList) String() string { return strings.Join(*a.target, ",") }

func (*addressList) complete() ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// Set reads an address, or several with commas between them.
func (a *addressList) Set(text string) error {
	read, err := a.parse(strings.Split(text, ","))
	if err != nil {
		return err
	}
	if !a.chosen {
		*a.target = nil
	}
	a.chosen = true
	*a.target = append(*a.target, read...)
	return nil
}

// replace makes list the whole value.
func (a *addressList) replace(list []string) error {
	read, err := a.parse(list)
	if err == nil {
		*a.target, a.chosen = read, true
	}
	return err
}

// parse makes an address of a port.
func (a *addressList) parse(list []string) (read []string, err error) {
	for _, addr := range list {
		addr = strings.TrimSpace(addr)
		if n, err := strconv.ParseUint(addr, 10, 16); err == nil {
			addr = fmt.Sprint(":", n)
		}
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, wrongValue(a.expects())
		}
		if _, err := net.LookupPort("tcp", port); err != nil {
			return nil, wrongValue(a.expects())
		}
		read = append(read, addr)
	}
	return read, nil
}
