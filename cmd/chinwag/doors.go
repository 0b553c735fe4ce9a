package main

import (
	"net"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/conn/raw"
	"chinwag/hub"
)

// door is an address at which clients come in, and how the server talks to them.
type door struct {
	kind     string // in the log
	address  string
	open     func(net.Conn) conn.Transport
	identity hub.Identity
	listener net.Listener // set by openDoors
}

// The kinds of doors.
const (
	doorPlain = "plain" // for people, at the addresses of --listen
	doorBare  = "bare"  // for programs that send no line ends, at those of --bare
)

// doors are those that the settings name. Another kind of door is another row.
func (s *settings) doors() (doors []door) {
	for _, kind := range []struct {
		name      string
		addresses []string
		open      func(net.Conn) conn.Transport
		identity  hub.Identity
	}{
		{doorPlain, s.Listen, func(c net.Conn) conn.Transport { return line.New(c, s.lineOptions()) }, hub.Identity{}},
		{doorBare, s.Bare, func(c net.Conn) conn.Transport { return raw.New(c, s.rawOptions()) }, hub.Identity{Brief: true}},
	} {
		for _, address := range kind.addresses {
			doors = append(doors, door{kind: kind.name, address: address, open: kind.open, identity: kind.identity})
		}
	}
	return doors
}

// openDoors listens at all doors or at none.
func openDoors(doors []door) error {
	var addresses []string
	for _, d := range doors {
		addresses = append(addresses, d.address)
	}
	listeners, err := listen(addresses)
	for i, l := range listeners {
		doors[i].listener = l
	}
	return err
}

// closeDoors is for a start that fails before the doors are served.
func closeDoors(doors []door) {
	for _, d := range doors {
		_ = d.listener.Close()
	}
}

// boundTo are the addresses at which the doors of a kind listen.
func boundTo(doors []door, kind string) (addrs []net.Addr) {
	for _, d := range doors {
		if d.kind == kind {
			addrs = append(addrs, d.listener.Addr())
		}
	}
	return addrs
}
