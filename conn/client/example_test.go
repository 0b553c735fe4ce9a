package client_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"chinwag/conn"
	"chinwag/conn/client"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// A bot that greets the first member that says something, and leaves.
func Example() {
	server := newExampleServer()
	defer server.stop()

	bot := client.New(client.Options{Nick: protocol.MustNick("bot"), Dial: server.dial}) // Addr in place of Dial: a server on the network
	go func() { _ = bot.Run(context.Background()) }()
	for e := range bot.Events() { // until Run has returned
		switch e := e.(type) {
		case client.Arrived:
			server.say("ann", "hello")
		case client.Heard:
			if said, ok := e.Event.(protocol.Said); ok {
				fmt.Printf("%s: %s\n", said.From, said.Text)
				var next protocol.Command = protocol.Say{Text: protocol.MustText("hello, " + said.From.String())}
				if said.You {
					next = protocol.Quit{}
				}
				go func() { _ = bot.Send(context.Background(), next) }() // Send may wait until Events are read
			}
		}
	}
	// Output:
	// ann: hello
	// bot: hello, ann
}

// exampleServer is a server in this process.
type exampleServer struct {
	conns  *conn.Server
	stop   func()
	served *sync.WaitGroup
}

func newExampleServer() *exampleServer {
	h := hub.New(journal.New(journal.NewMemory(journal.Bounds{})), hub.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	s := &exampleServer{conns: conn.NewServer(h, conn.Options{}), served: new(sync.WaitGroup)}
	s.served.Go(func() { _ = h.Run(ctx) })
	s.stop = func() { cancel(); s.served.Wait() }
	return s
}

func (s *exampleServer) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	s.served.Go(func() { _ = s.conns.Serve(line.New(theirs, line.Options{}), hub.Identity{}) })
	return ours, nil
}

// say has a person connect, type a line under that nick, and stay.
func (s *exampleServer) say(nick, text string) {
	c, _ := s.dial(context.Background())
	go func() { _, _ = io.Copy(io.Discard, c) }()
	_, _ = fmt.Fprintf(c, "/nick %s\n%s\n", nick, text)
}
