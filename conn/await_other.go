//go:build !unix

package conn

import "syscall"

// On these systems every Receive waits by itself.

type poller struct{}

type waiting struct{}

func newPoller() *poller { return nil }

func (p *poller) stop() {}

func (l *link) await() { panic("conn: there is nothing to wait for") }

func (l *link) rouse() {}

func hasEnded(syscall.RawConn) bool { return false }

func hasCome(syscall.RawConn) bool { return false }
