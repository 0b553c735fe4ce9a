package conn

import (
	"time"

	"golang.org/x/sys/unix"
)

// giveUpAfter has the system break a connection when data is not acknowledged for d. A window that stays closed counts,
// and so do unanswered keep-alive probes.
func giveUpAfter(fd uintptr, d time.Duration) {
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}
