package main

import (
	"strings"

	"chinwag/protocol"
)

// suggestion is the one of names that word may be a typing error for, or the beginning of, in any case; "": none. A
// short word has none, since it is near too many names.
func suggestion(word string, names []string) (near string) {
	word = strings.ToLower(word)
	least := min(3, max(1, len(word)/3)) + 1
	for _, name := range names {
		lower := strings.ToLower(name)
		d := protocol.Distance(word, lower)
		if len(word) >= 3 && strings.HasPrefix(lower, word) {
			d = 1
		}
		if d < least {
			near, least = name, d
		}
	}
	return near
}
