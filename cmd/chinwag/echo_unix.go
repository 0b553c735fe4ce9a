//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import "golang.org/x/sys/unix"

// disableEcho turns the echo of a terminal off before a prompt is shown. term.ReadPassword does so after it, when some
// keys may have been echoed.
func disableEcho(fd int) {
	t, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return
	}
	t.Lflag &^= unix.ECHO
	_ = unix.IoctlSetTermios(fd, setTermios, t)
}
