//go:build !unix

package conn

import "syscall"

// Here every Receive waits by itself.

type poller struct{}

type waiting struct{}

func newPoller() *poller { return nil }

func (p *poller) stop() {}

func (l *link) await() { panic("conn: there is nothing to wait for") }

func (l *link) rouse() {}

func hasEnded(syscall.RawConn) bool { return false }

func hasCome(syscall.RawConn) bool { return false }
