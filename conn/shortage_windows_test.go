package conn

import (
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sys/windows"
)

// The numbers of package syscall that have the names of another system are none of this one's.
func TestShortages(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{
		windows.WSAEMFILE: true, windows.WSAENOBUFS: true, windows.ERROR_TOO_MANY_OPEN_FILES: true, windows.ERROR_NOT_ENOUGH_MEMORY: true,
		windows.WSAECONNRESET: false, windows.WSAEACCES: false,
	} {
		err := &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("acceptex", errno)}
		assert.Equal(t, want, isShortage(err), "%v", err)
	}
}
