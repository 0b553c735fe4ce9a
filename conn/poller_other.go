//go:build unix && !linux

package conn

// poller is not needed here: goroutines wait. (kqueue(2) would do it.)
type poller struct{}

type waiting struct{}

func newPoller() *poller { return nil }

func (p *poller) stop() {}

func (p *poller) await(*link) bool { return false }

func (p *poller) rouse(*link) {}

// endOfInput is no event: poll(2) reports the end of the input unasked.
const endOfInput = 0
