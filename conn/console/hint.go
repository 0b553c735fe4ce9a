package console

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

const maxHint = 76 // bytes of a line of a hint: more addresses than it holds would not be read

// connectHint tells the operator how to connect to the listeners at these addresses. here are the addresses at which
// other machines reach this one.
func connectHint(plain, raw []net.Addr, here []netip.Addr) (lines []string) {
	everywhere, others := dialable(plain, here)
	switch {
	case len(plain) == 0:
	case len(others) > 0:
		lines = append(lines, fmt.Sprintf("people walk in with: %s (or telnet, or chinwag join)", ncCommand(others[0])))
		if len(others) > 1 {
			more := "or with: " + ncCommand(others[1])
			for _, at := range others[2:] {
				if next := more + ", " + ncCommand(at); len(next) <= maxHint {
					more = next
				}
			}
			lines = append(lines, more)
		}
		if everywhere != 0 {
			lines = append(lines, fmt.Sprintf("on this machine: nc localhost %d", everywhere))
		}
		lines = append(lines, fmt.Sprintf("if it fails: same network? no guest Wi-Fi? port %d open in the firewall?", others[0].Port()))
	default:
		at := localAddr(plain)
		lines = append(lines, fmt.Sprintf("people on this machine: %s (or telnet, or chinwag join)", ncCommand(at)))
		if everywhere == 0 {
			lines = append(lines, fmt.Sprintf("nobody else can come in: that takes --listen :%d", at.Port()))
		} else {
			lines = append(lines, "nobody else can come in: this machine is on no network")
		}
	}
	if len(raw) > 0 {
		_, others := dialable(raw, here)
		at := localAddr(raw)
		if len(others) > 0 {
			at = others[0]
		}
		lines = append(lines, fmt.Sprintf("programs without lines: %s %d (people: chinwag join --bare)", at.Addr(), at.Port()))
	}
	return lines
}

func ncCommand(at netip.AddrPort) string { return fmt.Sprintf("nc %s %d", at.Addr(), at.Port()) }

// dialable is where other machines reach the listeners at addrs, and the port of one that listens at all addresses of
// this machine, 0 if none does.
func dialable(addrs []net.Addr, here []netip.Addr) (everywhere uint16, others []netip.AddrPort) {
	add := func(ip netip.Addr, port uint16) {
		if at := netip.AddrPortFrom(ip, port); !slices.Contains(others, at) {
			others = append(others, at)
		}
	}
	for _, a := range addrs {
		at, err := netip.ParseAddrPort(a.String())
		if err != nil {
			continue
		}
		switch ip := at.Addr().Unmap(); {
		case ip.IsUnspecified():
			everywhere = at.Port()
			for _, h := range here {
				if h.Is4() || ip.Is6() {
					add(h, at.Port())
				}
			}
		case !ip.IsLoopback():
			add(ip, at.Port())
		}
	}
	slices.SortStableFunc(others, func(a, b netip.AddrPort) int { return a.Addr().BitLen() - b.Addr().BitLen() }) // IPv4 is easier to type
	return everywhere, others
}

// localAddr is where a client on this machine reaches the first listener.
func localAddr(addrs []net.Addr) netip.AddrPort {
	at, err := netip.ParseAddrPort(addrs[0].String())
	if err != nil {
		return netip.AddrPort{}
	}
	ip := at.Addr().Unmap()
	if ip.IsUnspecified() {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(ip, at.Port())
}

// localAddresses are the addresses at which other machines may reach this one, the likeliest first.
func localAddresses() (here []netip.Addr) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, card := range interfaces {
		if card.Flags&net.FlagUp == 0 || card.Flags&net.FlagLoopback != 0 || isVirtual(card.Name) {
			continue
		}
		addrs, err := card.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap().IsGlobalUnicast() {
				here = append(here, prefix.Addr().Unmap())
			}
		}
	}
	for _, to := range []string{"[2001:db8::1]:9", "192.0.2.1:9"} { // nothing is sent: the system only tells the source address
		c, err := net.Dial("udp", to)
		if err != nil {
			continue
		}
		if from, err := netip.ParseAddrPort(c.LocalAddr().String()); err == nil {
			if i := slices.Index(here, from.Addr().Unmap()); i > 0 {
				here = slices.Insert(slices.Delete(here, i, i+1), 0, from.Addr().Unmap())
			}
		}
		_ = c.Close()
	}
	return here
}

// isVirtual reports whether only virtual machines and containers of this machine reach a network card.
func isVirtual(name string) bool {
	name = strings.ToLower(name)
	for _, begins := range []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "flannel", "cali", "podman", "lxc", "lxd", "incus", "bridge1", "vethernet", "vmware network", "virtualbox"} {
		if strings.HasPrefix(name, begins) {
			return true
		}
	}
	return false
}
