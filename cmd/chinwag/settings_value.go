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

// settingValue is the value of a setting. Its Set parses the text of a flag, of a variable or of the
// file, and returns a wrongValue.
type settingValue interface {
	pflag.Value
	right() string // what is right, as it follows "is" in a sentence
	complete() ([]string, cobra.ShellCompDirective)
}

// value is a settingValue that is stored at at.
type value[T any] struct {
	at      *T
	kind    string // of value, in one word
	is      string // what is right
	read    func(string) (T, bool)
	write   func(T) string
	choices []string
}

func (v *value[T]) Set(text string) error {
	x, ok := v.read(text)
	if !ok {
		return wrongValue(v.is)
	}
	*v.at = x
	return nil
}

func (v *value[T]) String() string { return v.write(*v.at) }
func (v *value[T]) Type() string   { return v.kind }
func (v *value[T]) right() string  { return v.is }

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

const mostOf = 1_000_000_000 // things that a setting can count

// count is a setting that counts things.
func count(at *int) *value[int] {
	return &value[int]{
		at: at, kind: "number", is: fmt.Sprintf("a whole number from 0 to %d", mostOf), write: strconv.Itoa,
		read: func(text string) (int, bool) {
			n, err := strconv.ParseUint(text, 10, 32)
			return int(n), err == nil && n <= mostOf
		},
	}
}

// countFrom is a count from least to most.
func countFrom(at *int, least, most int) *value[int] {
	v := count(at)
	read := v.read
	v.is = fmt.Sprintf("a whole number from %d to %d", least, most)
	v.read = func(text string) (int, bool) {
		n, ok := read(text)
		return n, ok && least <= n && n <= most
	}
	return v
}

const mostOften = 1_000_000 // times that something may happen in a second or a minute

// often is a setting that bounds how often something happens.
func often(at *float64) *value[float64] {
	return &value[float64]{
		at: at, kind: "number", is: fmt.Sprintf("a number from 0 to %d, like 5 or 0.5", mostOften), write: spellNumber,
		read: func(text string) (float64, bool) {
			n, err := strconv.ParseFloat(text, 64)
			return n, err == nil && n <= mostOften && strings.Trim(text, "0123456789.") == "" // no signs, exponents or hexadecimals
		},
	}
}

func spellNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

const mostBytes size = 1 << 50

// sized is a setting that counts bytes; is says how many are allowed.
func sized(at *size, is string, allowed func(size) bool) *value[size] {
	return &value[size]{
		at: at, kind: "size", is: is, write: size.String,
		read: func(text string) (size, bool) {
			s, ok := parseSize(text)
			return s, ok && allowed(s)
		},
	}
}

// between is a size from least to most.
func between(at *size, least, most size) *value[size] {
	is := fmt.Sprintf("a size from %s to %s, like 1000 or 4K", least, most)
	if most > 1<<30 {
		is = fmt.Sprintf("a size from %s to %s, like 100K, 256M or 10G", least, most)
	}
	return sized(at, is, func(s size) bool { return least <= s && s <= most })
}

// noneOr is a size of least at the least, or 0.
func noneOr(at *size, least size) *value[size] {
	return sized(at, fmt.Sprintf("a size from %s to %s, like 500M or 10G, or 0 for any", least, mostBytes), func(s size) bool { return s == 0 || least <= s && s <= mostBytes })
}

// lasting is a setting that is a time.
func lasting(at *time.Duration) *value[time.Duration] {
	return &value[time.Duration]{
		at: at, kind: "time", is: "a time with its unit, like 30s, 10m, 12h or 90d, up to " + spell(maxSpan), write: spell, read: parseSpan,
	}
}

// lastingFrom is a time from least to most.
func lastingFrom(at *time.Duration, least, most time.Duration) *value[time.Duration] {
	v := lasting(at)
	v.is = fmt.Sprintf("a time with its unit, from %s to %s, like 30s, 10m or 12h", spell(least), spell(most))
	v.read = func(text string) (time.Duration, bool) {
		d, ok := parseSpan(text)
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
		at: at, kind: "word", is: either(choices), write: func(w T) string { return string(w) },
		choices: choices,
		read:    func(text string) (T, bool) { return T(text), slices.Contains(choices, text) },
	}
}

// yesOrNo is a setting that is on or off.
func yesOrNo(at *bool) *value[bool] {
	return &value[bool]{
		at: at, kind: "bool", is: "true or false", write: strconv.FormatBool, choices: []string{"true", "false"},
		read: func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" },
	}
}

// words is a setting that is any text.
func words(at *string) *value[string] {
	return &value[string]{at: at, kind: kindText, is: `text, in the file in "quotes"`, write: asItIs, read: func(text string) (string, bool) { return text, true }}
}

// path is a setting that names a file or a folder. It is made absolute.
func path(at *string, kind string) *value[string] {
	return &value[string]{at: at, kind: kind, is: "the path of a " + kind + " (~ is your home folder; ~ann is not known)", write: asItIs, read: absolute}
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

// addresses is a setting that is a list. The first value replaces the default, and later ones are
// added.
type addresses struct {
	at     *[]string
	chosen bool
}

func (*addresses) right() string {
	return "an address like :12345, 192.0.2.1:12345 or [::1]:12345"
}
func (*addresses) Type() string     { return "stringSlice" } // so that completion offers the flag again
func (a *addresses) String() string { return strings.Join(*a.at, ",") }

func (*addresses) complete() ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// Set reads an address, or several with commas between them.
func (a *addresses) Set(text string) error {
	read, err := a.read(strings.Split(text, ","))
	if err != nil {
		return err
	}
	if !a.chosen {
		*a.at = nil
	}
	a.chosen = true
	*a.at = append(*a.at, read...)
	return nil
}

// replace makes list the whole value.
func (a *addresses) replace(list []string) error {
	read, err := a.read(list)
	if err == nil {
		*a.at, a.chosen = read, true
	}
	return err
}

// read makes an address of a port.
func (a *addresses) read(list []string) (read []string, err error) {
	for _, addr := range list {
		addr = strings.TrimSpace(addr)
		if n, err := strconv.ParseUint(addr, 10, 16); err == nil {
			addr = fmt.Sprint(":", n)
		}
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, wrongValue(a.right())
		}
		if _, err := net.LookupPort("tcp", port); err != nil {
			return nil, wrongValue(a.right())
		}
		read = append(read, addr)
	}
	return read, nil
}
