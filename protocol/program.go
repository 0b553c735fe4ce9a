package protocol

import (
	"bytes"
	"regexp"
)

// IsJSON reports whether a line is meant as JSON: people rarely begin a line with a brace, and never go on with a quote
// or a brace.
func IsJSON(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) < 2 || line[0] != '{' {
		return false
	}
	next := bytes.TrimSpace(line[1:])
	return len(next) > 0 && (next[0] == '"' || next[0] == '}')
}

// Visible is a line without the invisible runes before and after it: blanks, a byte order mark, and all else that a
// Text leaves out or that has no width.
func Visible(line []byte) []byte { return bytes.TrimFunc(line, isUnseen) }

func isUnseen(r rune) bool { return shown(r) == dropped || !isVisible(r) }

// IsProgram reports whether the first line of a connection is a program's, even if it is not quite JSON: with invisible
// runes in it, in other quotes, encoded twice, or after a few characters of something else. It may hold a token, and
// must never be said.
func IsProgram(line []byte) bool {
	if !bytes.ContainsRune(line, '{') {
		return false
	}
	line = bytes.Map(func(r rune) rune {
		if isUnseen(r) {
			return dropped
		}
		return r
	}, line)
	return IsJSON(line) || almostJSON.Match(line)
}

var almostJSON = regexp.MustCompile(`^[^{]{0,8}\{.*\b(type|token|nick)\b[^\w]{0,4}[:=]`)
