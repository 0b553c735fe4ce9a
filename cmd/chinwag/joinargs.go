package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"strings"

	"chinwag/conn/client"
	"chinwag/protocol"
)

const defaultPort = "12345"

// joining is what the command line of join says.
type joining struct {
	client.Options
	named       bool // somebody chose the nick
	plain, json bool
}

// read makes sense of what was typed.
func (j *joining) read(host, nick, room string) (err error) {
	if j.Replay != nil && *j.Replay < 0 {
		return errors.New("--replay is a number of lines, 0 for none")
	}
	j.Addr = address(host)
	if nick == "" {
		nick = os.Getenv("CHINWAG_NICK")
	}
	if j.named = nick != ""; j.named {
		if j.Nick, err = protocol.ParseNick(nick); err != nil {
			return fmt.Errorf("--nick: %w", err)
		}
	} else {
		j.Nick = userNick()
	}
	if room != "" {
		if j.Room, err = protocol.ParseRoom(room); err != nil {
			return fmt.Errorf("--room: %w", err)
		}
	}
	return nil
}

// address completes HOST, HOST:PORT, ::1 or [::1]:PORT.
func address(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		host, port = strings.Trim(s, "[]"), ""
	}
	if host == "" {
		host = "localhost"
	}
	if port == "" {
		port = defaultPort
	}
	return net.JoinHostPort(host, port)
}

// userNick is the name of who runs the program, if it can be a nick.
func userNick() protocol.Nick {
	u, err := user.Current()
	if err != nil {
		return protocol.Nick{}
	}
	name := u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // DOMAIN\name
	nick, err := protocol.ParseNick(name)
	if err != nil || nick.IsReserved() {
		return protocol.Nick{}
	}
	return nick
}
