//go:build unix && !linux

package socket

// endOfInput is no event: poll(2) reports the end of the input unasked.
const endOfInput = 0
