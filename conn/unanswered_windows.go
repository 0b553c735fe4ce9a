package conn

import (
	"time"

	"golang.org/x/sys/windows"
)

// giveUpAfter has the system break a connection when data is not acknowledged for d.
func giveUpAfter(fd uintptr, d time.Duration) {
	const maxRT = 5 // TCP_MAXRT, in seconds
	_ = windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_TCP, maxRT, max(1, int(d.Seconds())))
}
