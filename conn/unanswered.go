package conn

import (
	"math/rand/v2"
	"net"
	"time"
)

// missAnswers has the system break a connection whose other side has vanished without a
// word: where what was sent is not acknowledged for Options.Unanswered, and where a silent
// one does not answer when the system asks whether it is still there.
//
// It begins to ask after a third to a half of that time, so that it asks three times or
// four: Linux, which was told when to give up, then needs no more than one question that was not
// answered, and that one may have been lost on the way. Each connection is asked at
// another time: of thousands that are asked in one moment, some would be lost.
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
