//go:build !unix

package socket

import "syscall"

const canTry = false

func (in *Reader) tryRead(uintptr) bool { return true }

func send(int, []byte) (int, error) { return 0, syscall.EAGAIN } // it is not called
