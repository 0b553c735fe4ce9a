//go:build !linux

package conn

// poller is not needed here: a goroutine waits for each connection. (kqueue(2) would do it.)
type poller struct{}

type polling struct{}

func newPoller() *poller { return nil }

func (p *poller) stop() {}

func (p *poller) await(*connection) bool { return false }

func (p *poller) wake(*connection) {}
