//go:build !unix

package socket

import "syscall"

// On these systems every read waits, and no socket can be waited for.

// WaitReadable is for sockets that can be waited for.
func WaitReadable(syscall.RawConn) { panic("socket: there is nothing to wait for") }

// IsReadable is false: that cannot be known here.
func IsReadable(syscall.RawConn) bool { return false }

// PeerEnded is false: that cannot be known here.
func (s *Stream) PeerEnded() bool { return false }
