package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"chinwag/conn/fault"
)

// listen listens on all the addresses or on none.
func listen(addrs []string) (ls []net.Listener, err error) {
	lc := net.ListenConfig{KeepAlive: -1} // conn.Listener sets it for each connection
	for i, a := range addrs {
		l, err := lc.Listen(context.Background(), network(addrs, i), a)
		if err != nil {
			for _, l := range ls {
				_ = l.Close()
			}
			return nil, cannotListen(addrs[:i+1], err)
		}
		ls = append(ls, l)
	}
	return ls, nil
}

// network is the family of addrs[i]. 0.0.0.0 is all of IPv4 and no more. An address without a host, and [::], are both
// families, unless another address with the same port has IPv4: 0.0.0.0 takes it from either, and any IPv4 address
// takes it from [::], since a setting that names [::] distinguishes the families.
func network(addrs []string, i int) string {
	host, port, err := net.SplitHostPort(addrs[i])
	if err != nil {
		return "tcp" // listening will fail
	}
	if isIPv4(host) {
		return "tcp4"
	}
	if !isEverywhere(host) {
		return "tcp"
	}
	for j, other := range addrs {
		its, p, err := net.SplitHostPort(other)
		if j != i && err == nil && p == port && !isZero(port) && (its == "0.0.0.0" || host != "" && isIPv4(its)) {
			return "tcp6" // IPv6 only
		}
	}
	return "tcp"
}

func isIPv4(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Is4()
}

// isEverywhere reports whether host stands for all addresses of this machine.
func isEverywhere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

// overlap reports whether one of the two addresses includes the other.
func overlap(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	return portA == portB && !isZero(portA) && (hostA == hostB || isEverywhere(hostA) || isEverywhere(hostB))
}

// isZero reports whether the system chooses a port, a new one for each address.
func isZero(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n == 0
}

// cannotListen says why the server cannot listen on the last of addrs, and what to do. An impossible address is wrong
// usage, and so are two that overlap.
func cannotListen(addrs []string, err error) error {
	addr := addrs[len(addrs)-1]
	host, port, _ := net.SplitHostPort(addr)
	_, wrong := errors.AsType[*net.AddrError](err)
	_, unknown := errors.AsType[*net.DNSError](err)
	n, badPort := strconv.ParseUint(port, 10, 16)
	other := slices.IndexFunc(addrs[:len(addrs)-1], func(other string) bool { return overlap(addr, other) })
	ip, notIP := netip.ParseAddr(host)
	at, host := shorten(addr), shorten(host)
	switch kind := fault.KindOf(err); {
	case wrong, unknown && badPort != nil, strings.Contains(addr, "/"):
		return wrongUsage("cannot listen on %s: an address looks like :12345, 192.0.2.1:12345 or [::1]:12345, and a port is a number up to 65535", at)
	case kind == fault.AddressTaken && other >= 0:
		return wrongUsage("cannot listen on %s and on %s at once: leave one of them out, or give it another port", shorten(addrs[other]), at)
	case kind == fault.AddressTaken:
		return fmt.Errorf("somebody listens on %s already, perhaps another chinwag: end it, or choose another port with --listen", at)
	case kind == fault.Forbidden && n > 0 && n < 1024:
		return fmt.Errorf("cannot listen on %s: ports below 1024 are for the administrator: choose another, as in --listen %s", at, net.JoinHostPort(host, fmt.Sprint(n+10000)))
	case kind == fault.Forbidden: // Windows reserves whole ranges
		return fmt.Errorf("cannot listen on %s: the system keeps that port to itself: choose another with --listen", at)
	case kind == fault.NotHere, kind == fault.Unreachable:
		return fmt.Errorf("cannot listen on %s: %s is no address of this machine: --listen :%s listens on all that it has", at, host, port)
	case unknown:
		return fmt.Errorf("cannot listen on %s: %s is not known here: --listen :%s listens on all addresses of this machine", at, host, port)
	case notIP == nil && isLinkLocal(ip):
		return fmt.Errorf("cannot listen on %s: %s", at, linkLocalAdvice)
	}
	return fmt.Errorf("cannot listen on %s: %s: choose another address with --listen", at, fault.Words(err))
}
