package conn

import (
	"time"

	"golang.org/x/sys/unix"
)

// giveUpAfter has the system break a connection when data is not acknowledged for d.
func giveUpAfter(fd uintptr, d time.Duration) {
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_RXT_CONNDROPTIME, max(1, int(d.Seconds())))
}
