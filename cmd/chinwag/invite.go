package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
)

// invitation is how people reach a door of a server that listens at addr: by the
// machine's name, unless the address says more.
func invitation(door string, addr net.Addr) string {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return "people walk in at " + addr.String()
	}
	host := at.Addr().WithZone("").Unmap().String()
	if at.Addr().IsUnspecified() {
		if host, err = os.Hostname(); err != nil {
			host = "this machine"
		}
	}
	if door == doorBare {
		return fmt.Sprintf("programs without lines walk in at %[1]s, and so does: chinwag join --bare %[1]s",
			net.JoinHostPort(host, fmt.Sprint(at.Port())))
	}
	return fmt.Sprintf("people walk in with: nc %[1]s %[2]d, telnet %[1]s %[2]d, or chinwag join %[3]s",
		host, at.Port(), net.JoinHostPort(host, fmt.Sprint(at.Port())))
}
