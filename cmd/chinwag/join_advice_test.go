package main

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/client"
	"chinwag/protocol"
)

// What is no address is refused before join looks for it, with what it should be.
func TestJoinSaysWhatIsNoAddress(t *testing.T) {
	port := " is no port: that is a number from 1 to 65535, 12345 if you leave it out"
	for typed, want := range map[string]string{
		"tcp://chat.example.com:4000": "leave tcp:// out, for an address is HOST or HOST:PORT: chat.example.com:4000",
		"http://chat.example.com/x":   "leave http:// out, for an address is HOST or HOST:PORT: chat.example.com",
		"telnet://":                   "leave telnet:// out, for an address is HOST or HOST:PORT: HOST",
		"bob@chat.example.com":        "an address is HOST or HOST:PORT, and a nick stands apart from it: chat.example.com --nick bob",
		"chat.example.com/room":       "chat.example.com/room is no address: that is HOST, HOST:PORT or HOST PORT, as in chat.example.com:12345 or [::1]:12345",
		"chat.example.com:0":          `"0"` + port,
		"chat.example.com:65536":      `"65536"` + port,
		"chat.example.com -1":         `"-1"` + port,
		"chat.example.com http":       `"http"` + port,
		"chat.example.com:http":       `"http"` + port,
		"a b c":                       "these are too many words for an address: it is HOST, HOST:PORT or HOST PORT",
	} {
		for _, args := range [][]string{{typed}, strings.Fields(typed)} {
			_, err := parseAddress(args)
			assert.EqualError(t, err, want, "%q", args)
		}
	}
}

// A client without a connection is told what that may be, in no words of a library.
func TestJoinSaysWhyThereIsNoConnection(t *testing.T) {
	for _, err := range []error{
		&net.DNSError{Err: "no such host", Name: "here", IsNotFound: true},
		&net.DNSError{Err: "server misbehaving", Name: "here", IsTemporary: true},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EPERM)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.Errno(4242))},
		&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded},
		context.DeadlineExceeded,
	} {
		c := client.New(client.Options{Addr: "here:4000", Dial: func(context.Context) (net.Conn, error) { return nil, err }})
		go func() {
			for range c.Events() {
			}
		}()
		ended := joinError("here:4000", c.Run(t.Context()))
		require.ErrorContains(t, ended, "cannot connect to here:4000: ")
		exit, ok := ended.(*exitError)
		require.True(t, ok)
		assert.Equal(t, exitNobody, exit.code)
		assertPlain(t, ended.Error())
	}
}

// The exit code of join is that of the reason of its goodbye.
func TestJoinEndsWithTheCodeOfTheReason(t *testing.T) {
	for reason, want := range map[protocol.Reason]int{
		protocol.Departed: 0, protocol.Finished: 0, protocol.Kicked: 4, protocol.Replaced: 1, protocol.Shutdown: 1,
		protocol.Restart: 1, protocol.Full: 1, protocol.Lost: 1, protocol.NoHello: 1,
	} {
		code, _ := ends(t, &client.GoodbyeError{Goodbye: protocol.Goodbye{Reason: reason}})
		assert.Equal(t, want, code, reason)
	}
}
