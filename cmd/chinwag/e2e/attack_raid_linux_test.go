package e2e

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// stranger is the address of the attacks that come from one.
const stranger = "127.5.0.1"

// again is how long a raider waits before it connects again: as many as are allowed from one address in a minute may
// come.
const again = 3 * time.Second

// atOnce is how many connections an address may make at once.
const atOnce = 40

// raider is one of the stranger's connections, and those after it.
type raider struct {
	siege *siege
	from  string
	dice  *rand.Rand
	conn  net.Conn
	err   error // of the connection
}

// raiders has n do the same from one address, each again and again on its connection.
func (s *siege) raiders(n int, script func(*raider)) {
	for i := range n {
		s.raider(stranger, i, func(r *raider) {
			for r.err == nil {
				script(r)
			}
		})
	}
}

// raider has one connect and follow a script until the server has ended, and connect again where the script has.
func (s *siege) raider(from string, seed int, script func(*raider)) {
	r := &raider{siege: s, from: from, dice: rand.New(rand.NewPCG(5, uint64(seed)))}
	s.group.Go(func() {
		for r.raid(script) {
			r.pause()
		}
	})
}

func (r *raider) pause() {
	select {
	case <-time.After(again):
	case <-r.siege.ctx.Done():
	case <-r.siege.server.done:
	}
}

// raid is one connection. What comes is read and not looked at. It reports whether the attack goes on.
func (r *raider) raid(script func(*raider)) bool {
	if r.conn, r.err = r.siege.dial(r.siege.ctx, r.from); r.err == nil {
		read := make(chan struct{})
		go func() {
			defer close(read)
			_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r.conn}, make([]byte, 64<<10))
			_ = r.conn.Close()
		}()
		script(r)
		_ = r.conn.(*net.TCPConn).CloseWrite()
		<-read
	}
	return r.siege.ctx.Err() == nil && r.siege.server.runs()
}

// say says lines, as fast as they are taken.
func (r *raider) say(lines ...string) {
	if r.err == nil {
		_, r.err = io.WriteString(r.conn, strings.Join(lines, "\n")+"\n")
	}
}

// comesAndGoes has one address connect, say hi and go: at once as often as it may, and then as often as it may in a
// minute.
func (s *siege) comesAndGoes(from string) {
	s.group.Go(func() {
		r := &raider{siege: s, from: from}
		for n := 1; r.raid(func(r *raider) { r.say("hi") }); n++ {
			if n >= atOnce {
				r.pause()
			}
		}
	})
}
