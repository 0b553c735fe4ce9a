package socket

import "golang.org/x/sys/unix"

// endOfInput is the event of poll(2) for the end of the input.
const endOfInput = unix.POLLRDHUP
