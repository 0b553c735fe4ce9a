package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"chinwag/conn/fault"
)

// tomlFile is a file that an administrator writes: the configuration, or the ready replies.
type tomlFile struct {
	path   string
	lines  []string
	values map[string]any
}

// Far more than a file by hand has.
const (
	maxTOML      = 1 << 20 // bytes
	maxTOMLLines = 10_000  // the parser's time grows with their square
)

// readTOML reads a file; what is its name in messages. An error of the system is wrapped in the one that it returns.
func readTOML(path, what string) (tomlFile, error) {
	file := tomlFile{path: path}
	text, err := readText(path, what)
	if err != nil {
		return file, err
	}
	file.lines = strings.Split(text, "\n")
	if len(file.lines)-1 > maxTOMLLines {
		return file, fmt.Errorf("%s %s has more than %d lines: is it another file?", what, path, maxTOMLLines)
	}
	err = toml.Unmarshal([]byte(text), &file.values)
	if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := wrong.Position()
		return file, &tomlFault{file: file, line: row, twice: strings.Join(wrong.Key(), ".")}
	}
	if err != nil { // an error without a position
		return file, fmt.Errorf("%s %s cannot be understood: each line is NAME = VALUE, and each name stands there once", what, path)
	}
	return file, nil
}

// readText is the content of a file, in UTF-8. A byte order mark at its beginning, as editors on Windows write it, is
// cut off.
func readText(path, what string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", cannotRead(path, what, err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxTOML+1))
	switch {
	case err != nil:
		return "", cannotRead(path, what, err)
	case len(b) > maxTOML:
		return "", fmt.Errorf("%s %s is larger than %s: is it another file?", what, path, size(maxTOML))
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "", fmt.Errorf("%s %s is written in UTF-16: save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)", what, path)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for i, line := range bytes.Split(b, []byte("\n")) {
		if !utf8.Valid(line) {
			return "", fmt.Errorf("%s, line %d: there are letters that are not written in UTF-8: save the file as UTF-8", path, i+1)
		}
	}
	return string(b), nil
}

// unreadable is the error of a file that cannot be read, in words for people.
type unreadable struct {
	words string
	cause error
}

func (u *unreadable) Error() string { return u.words }
func (u *unreadable) Unwrap() error { return u.cause }

func cannotRead(path, what string, err error) error {
	words := what + " " + path
	at, statErr := os.Stat(path)
	switch {
	case statErr == nil && at.IsDir():
		words += " is a folder: name a file in it"
	case errors.Is(err, fs.ErrNotExist):
		words += " is not there: name another, or make it"
	case errors.Is(err, fs.ErrPermission):
		words += " may not be read by you: change its permissions, or name another"
	default:
		words += " cannot be read: " + fault.Words(err)
	}
	return &unreadable{words, err}
}

// tomlFault is a syntax error in a file.
type tomlFault struct {
	file  tomlFile
	line  int
	twice string // the name that was defined before
}

func (f *tomlFault) Error() string { return f.file.at(f.line) + f.words() }

func (f *tomlFault) words() string {
	name, raw := f.said()
	switch {
	case strings.HasPrefix(f.text(), "$argon2"): // a hash stays out of terminals and logs
		return "this is a hash that chinwag password has written: name another file"
	case f.twice != "":
		return fmt.Sprintf("%s stands there already: leave one of them", shorten(f.twice))
	case strings.ContainsFunc(strings.TrimRight(f.text(), "\r"), func(r rune) bool { return unicode.IsControl(r) && r != '\t' }):
		return "there is something in it that cannot be seen: type the line anew"
	case name == "" || raw == "":
		return fmt.Sprintf("%q is not NAME = VALUE: text stands in quotes, and a number does not", shorten(strings.TrimSpace(f.text())))
	case !bareName.MatchString(name) && !strings.ContainsAny(name[:min(1, len(name))], quotes):
		return fmt.Sprintf(`the name %s wants quotes: "%s" = %s`, name, name, shorten(raw))
	case strings.HasPrefix(raw, `"`) && strings.Contains(raw, `\`):
		return fmt.Sprintf("within double quotes \\ begins a sign of its own: write %s = '%s'", name, shorten(strings.Trim(raw, `"`)))
	case strings.ContainsAny(raw[:1], quotes):
		return fmt.Sprintf("the value of %s does not end as it begins: text stands within quotes, and a list within [ and ]", name)
	}
	return fmt.Sprintf("the value of %s is text, and wants quotes: %s = \"%s\"", name, name, shorten(raw))
}

var bareName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

const quotes = `"'[{` // begin a value that needs an end

func (f *tomlFault) text() string {
	if f.line < 1 || f.line > len(f.file.lines) {
		return ""
	}
	return f.file.lines[f.line-1]
}

// said is the name and the value of the line, as they are written.
func (f *tomlFault) said() (name, raw string) {
	name, raw, _ = strings.Cut(f.text(), "=")
	raw, _, _ = strings.Cut(raw, " #")
	return strings.TrimSpace(name), strings.TrimSpace(raw)
}

// at begins a sentence about the line.
func (f tomlFile) at(line int) string { return fmt.Sprintf("%s, line %d: ", f.path, line) }

// where begins a sentence about the value under key.
func (f tomlFile) where(key string) string {
	for i, line := range f.lines {
		name, _, _ := strings.Cut(strings.TrimLeft(line, " \t["), "=")
		name, _, _ = strings.Cut(name, "]")
		if name = strings.TrimSpace(name); name == key || name == `"`+key+`"` || name == "'"+key+"'" || strings.HasPrefix(name, key+".") {
			return f.at(i + 1)
		}
	}
	return f.path + ": "
}
