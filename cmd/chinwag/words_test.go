package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// noLibraryWords are words that no person should read: they are those of a library or of the system, and say neither
// what was wrong nor what to do.
var noLibraryWords = []string{
	"strconv", "parse", "parsing", "invalid syntax", "invalid argument", "value out of range", "time: ",
	"dial tcp", "dial ", "lookup", "connect:", "connection refused", "bind:", "listen tcp", "i/o timeout",
	"no such host", "server misbehaving", "address already in use", "cannot assign", "network is unreachable", "deadline exceeded",
	"errno", "syscall", "operation not", "permission denied", "not a directory", "is a directory", "no such file or directory",
	"no space left", "read-only file system", "input/output error", "open /", "stat ", "mkdir ", "write /dev", "broken pipe",
	"SQLITE", "sqlite:", "SQL logic", "constraint", "I/O error", "database is", "unable to open", "file is not a database",
	"arg(s)", "unknown shorthand", "unknown flag", "unknown command", "needs an argument", "bad flag", "flag provided", "pflag", "stringSlice", "int32", "int64", "float64", "uint",
	"EOF", "nil", "%!", "goroutine", "panic", "argon2id:", "unmarshal", "toml:", "json:", "character '",
}

// assertPlain checks that said is for people.
func assertPlain(t *testing.T, said string) {
	t.Helper()
	for _, w := range noLibraryWords {
		assert.NotContains(t, said, w)
	}
	assert.NotContains(t, strings.TrimSuffix(said, "\n"), "\n", "one sentence is one line")
}
