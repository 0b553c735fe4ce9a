package client_test

import (
	"bufio"
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/client"
)

// A server answers a hello that it does not follow in objects: the client does not wait for a welcome that will not
// come.
func TestAHelloThatIsRefusedIsNotWaitedFor(t *testing.T) {
	for answer, want := range map[string]string{
		`{"type":"refused","code":"desk-full","text":"the queue is full just now"}`: "cannot connect to here:1: the queue is full just now",
		`{"type":"goodbye","reason":"full"}`:                                        "cannot connect to here:1: the server is full, please try again in a while",
		`{"type":"goodbye","reason":"shutdown","text":"for today"}`:                 "cannot connect to here:1: the server is shutting down: for today",
	} {
		onStage(t, func(t *testing.T, s *stage) {
			p := s.join("ann", client.Options{Addr: "here:1", Dial: func(context.Context) (net.Conn, error) {
				ours, theirs := net.Pipe()
				s.Go(func() {
					_, _ = theirs.Write([]byte("-- Welcome to chinwag/1.\n"))
					_, _ = bufio.NewReader(theirs).ReadBytes('\n')
					_, _ = theirs.Write([]byte(answer + "\n"))
					_, _ = theirs.Read(make([]byte, 1))
				})
				return ours, nil
			}})
			assert.EqualError(t, <-p.ended, want)
		})
	}
}
