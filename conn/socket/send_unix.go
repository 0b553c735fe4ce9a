//go:build unix && !(linux && (amd64 || arm64))

package socket

import "syscall"

func send(fd int, b []byte) (n int, err error) { return syscall.Write(fd, b) }
