package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"

	"chinwag/protocol"
)

const maxReplies = 1000

// loadReplies reads the ready replies of operators: a name and a text each. What
// cannot be said as one line is refused now and not when somebody waits for it.
func loadReplies(path string) (map[string]protocol.Text, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the ready replies cannot be read: %w", err)
	}
	values, err := toml.Parser().Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("the ready replies in %s cannot be read: %w", path, err)
	}
	if len(values) > maxReplies {
		return nil, fmt.Errorf("there are more than %d ready replies in %s", maxReplies, path)
	}
	replies := map[string]protocol.Text{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		words, ok := values[name].(string)
		if !ok || strings.ContainsAny(words, "\r\n") {
			return nil, fmt.Errorf("the ready reply %q in %s is no line of text", name, path)
		}
		text, err := protocol.ParseText(words)
		if err != nil {
			return nil, fmt.Errorf("the ready reply %q in %s cannot be said: %w", name, path, err)
		}
		key, err := protocol.ParseText(name)
		if err != nil || text.IsBlank() || key.IsBlank() || strings.ContainsAny(key.String(), " \t") || key.String() != name {
			return nil, fmt.Errorf("the ready reply %q in %s needs a name of one word, and a text", name, path)
		}
		replies[name] = text
	}
	return replies, nil
}
