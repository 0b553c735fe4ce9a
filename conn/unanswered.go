package conn

import (
	"math/rand/v2"
	"net"
	"time"
)

// missAnswers has the system break a connection whose other side has vanished without a word: if it does not
// acknowledge data for Options.Unanswered, or if it is silent and does not answer keep-alive probes.
//
// The first probe comes after a third to a half of that time, so that there are three or four: with its time limit set,
// Linux gives up after one unanswered probe, and that one may have been lost on the way. Each connection is probed at
// another time: of thousands of probes in one moment, some would be lost.
func (s *Server) missAnswers(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	limit := s.opts.Unanswered
	ask := time.Minute
	if limit > 0 {
		ask = min(limit, ask)
		if raw, err := tcp.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { giveUpAfter(fd, limit) })
		}
	}
	_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: ask/3 + rand.N(ask/6), Interval: ask / 6, Count: 4})
}
