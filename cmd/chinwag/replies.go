package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"chinwag/protocol"
)

const maxReplies = 1000

// loadReplies reads the ready replies of operators: a name and a text each. It rejects a text that cannot be one line
// now, and not when a visitor waits for it.
func loadReplies(path string) (map[string]protocol.Text, error) {
	if path == "" {
		return nil, nil
	}
	file, err := readTOML(path, "the file of ready replies")
	if err != nil {
		return nil, err
	}
	if n := len(file.values); n > maxReplies {
		return nil, fmt.Errorf("there are %d ready replies in %s, and %d is the most: leave some out", n, path, maxReplies)
	}
	replies := map[string]protocol.Text{}
	for _, name := range slices.Sorted(maps.Keys(file.values)) {
		text, wrong := parseReply(name, file.values[name])
		if wrong != "" {
			return nil, fmt.Errorf("%sthe ready reply %q %s", file.where(name), shorten(name), wrong)
		}
		replies[name] = text
	}
	return replies, nil
}

// parseReply makes a Text of the value under name, or says what is wrong and what to do.
func parseReply(name string, said any) (text protocol.Text, wrong string) {
	words, isText := formatTOML(said)
	words = strings.TrimRight(words, "\r\n")
	key, err := protocol.ParseText(name)
	switch said.(type) {
	case map[string]any:
		return text, `is a heading: write each reply as one line, NAME = "TEXT"`
	case []any:
		return text, `is a list: make a reply of each, NAME = "TEXT"`
	}
	switch {
	case !isText:
		return text, fmt.Sprintf(`is text, which stands in quotes: %s = "%s"`, name, shorten(words))
	case err != nil || key.IsBlank() || key.String() != name || strings.ContainsAny(name, " \t"):
		return text, "needs a name of one word, which /canned can take: join its words with -"
	case strings.ContainsAny(words, "\r\n"):
		return text, "has several lines, and what is said is one: join them, or make a reply of each"
	case len(words) > protocol.MaxText:
		return text, fmt.Sprintf("is longer than %d bytes: make two of it", protocol.MaxText)
	}
	text, err = protocol.ParseText(words)
	if err != nil || text.IsBlank() {
		return text, "is empty: give it a text, or leave it out"
	}
	return text, ""
}
