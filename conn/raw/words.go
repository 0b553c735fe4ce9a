package raw

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"chinwag/protocol"
)

// textOf is as much of a message as a text of max bytes holds, and the rest of the message. Each byte that is not UTF-8
// becomes U+FFFD, so that readers see that it came; a line end, CR LF too, becomes a space.
func textOf(message []byte, max int) (text protocol.Text, rest []byte) {
	max = min(max, protocol.MaxText)
	var b strings.Builder
	for len(message) > 0 {
		r, n := utf8.DecodeRune(message)
		if end := lineEnd(message); end > 0 {
			r, n = ' ', end
		}
		if b.Len() > 0 && b.Len()+utf8.RuneLen(r) > max {
			break
		}
		b.WriteRune(r)
		message = message[n:]
	}
	return protocol.MustText(b.String()), message
}

// lineEnd is the length of the line end that b begins with, on some system or other; 0: none.
func lineEnd(b []byte) int {
	if bytes.HasPrefix(b, []byte("\r\n")) {
		return 2
	}
	if r, n := utf8.DecodeRune(b); protocol.IsLineEnd(r) {
		return n
	}
	return 0
}

// cutLine is the first line of b without its line end, and the rest, which begins with the line end if there is one.
func cutLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexFunc(b, protocol.IsLineEnd); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}
