package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// libraryWords are words of libraries and of the language, which say nothing to an operator.
var libraryWords = regexp.MustCompile(`(?i)strconv|Parse(Int|Uint|Float|Bool|Duration)|cannot parse|unmarshal|decod(e|ing)|toml:|pflag|cobra|` +
	`invalid (syntax|argument|value|character|duration)|unexpected|expected|unknown unit|missing unit|time: |out of range|koanf|mapstructure|` +
	`errno|syscall|\b0x|%!|\bnil\b|goroutine|interface|lookup |\bEOF\b|argon2id:|\b(lstat|stat|open|read) [/~"]`)

// forbiddenInSettings fails where a library speaks in what people are told.
func forbiddenInSettings(t *testing.T, said string) {
	t.Helper()
	assert.NotRegexp(t, libraryWords, said)
}

func TestForbiddenInSettings(t *testing.T) {
	for _, said := range []string{
		`strconv.ParseInt: parsing "x": invalid syntax`,
		"toml: incomplete number",
		`invalid argument "x" for "--rate" flag: nope`,
		`time: missing unit in duration "30"`,
		"open /x: no such file or directory",
		"fault <nil>",
		"%!d(string=x)",
	} {
		assert.Regexp(t, libraryWords, said)
	}
	forbiddenInSettings(t, `--burst is a whole number from 0 to 1000000000, not "many"`)
}
