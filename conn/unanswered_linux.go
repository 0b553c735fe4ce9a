package conn

import (
	"time"

	"golang.org/x/sys/unix"
)

// giveUpAfter has the system break a connection when what was sent is not acknowledged
// for so long. A window that stays closed counts, as does a silence that it has asked about.
func giveUpAfter(fd uintptr, d time.Duration) {
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}
