package conn

import (
	"net"
	"net/netip"
)

// addrOf is where a connection comes from, for the log and the admission.
func addrOf(c net.Conn) string { return c.RemoteAddr().String() }

// hostOf is an address without its port, as people are shown it.
func hostOf(hostport string) string {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return hostport
	}
	return ap.Addr().Unmap().String()
}

// prefixOf is what counts as one address: a whole /64 of IPv6 belongs to one customer, which can use every address in
// it.
func prefixOf(hostport string) netip.Prefix {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return netip.Prefix{} // no internet address: all of these count as one
	}
	ip := ap.Addr().Unmap()
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
