package main

import (
	"fmt"
	"net"
	"net/netip"

	"chinwag/conn/fault"
)

// connectAdvice says what to try when there is no connection to addr.
func connectAdvice(addr string, err error) string {
	host, port, _ := net.SplitHostPort(addr)
	if ip, err := netip.ParseAddr(host); err == nil && isLinkLocal(ip) {
		return linkLocalAdvice
	}
	switch fault.KindOf(err) {
	case fault.Refused:
		return fmt.Sprintf("is the server started (chinwag serve), and is %s its port?", port)
	case fault.NoSuchHost:
		return fmt.Sprintf("is %s spelled right? An address in numbers, such as 192.168.1.5, needs no name", host)
	case fault.NoNames:
		return "is this machine on a network? An address in numbers, such as 192.168.1.5, needs no name"
	case fault.Unreachable:
		return fmt.Sprintf("is this machine on a network, and is %s in it?", host)
	case fault.NotHere:
		return "0 and what nobody has are no addresses of a server"
	case fault.Forbidden:
		return "a firewall of this machine may keep programs from the network"
	case fault.TooMany:
		return "end some programs, and try again"
	}
	return fmt.Sprintf("is %s the address of a chinwag server, and does no firewall keep port %s?", addr, port)
}

const linkLocalAdvice = "an address that begins with fe80 holds for one network card of this machine, which stands after it, as in fe80::1%eth0"

func isLinkLocal(ip netip.Addr) bool { return ip.Is6() && ip.IsLinkLocalUnicast() }
