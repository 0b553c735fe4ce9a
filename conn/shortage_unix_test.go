//go:build unix

package conn

import (
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestShortages(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{
		syscall.EMFILE: true, syscall.ENFILE: true, syscall.ENOBUFS: true, syscall.ENOMEM: true, syscall.ENOSPC: true,
		syscall.ECONNABORTED: false, syscall.EPERM: false, syscall.EINVAL: false,
	} {
		err := &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept", errno)}
		assert.Equal(t, want, isShortage(err), "%v", err)
	}
}
