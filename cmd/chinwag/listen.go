package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"chinwag/conn/fault"
)

// listen opens all the addresses or none.
func listen(addrs []string) (ls []net.Listener, err error) {
	lc := net.ListenConfig{KeepAlive: -1} // conn.Listener sets it, for each connection another
	for i, a := range addrs {
		l, err := lc.Listen(context.Background(), network(addrs, i), a)
		if err != nil {
			for _, l := range ls {
				_ = l.Close()
			}
			return nil, cannotListen(a, err)
		}
		ls = append(ls, l)
	}
	return ls, nil
}

// unanswered is how long a client may acknowledge nothing: a minute, but never less than
// it takes until one that is there and takes nothing is dropped, for the system does not tell the two apart.
func unanswered(stall time.Duration) time.Duration {
	if stall == 0 {
		return -1
	}
	return max(time.Minute, stall+stall/4)
}

// network is the family of the address with that number. 0.0.0.0 is all of IPv4 and no more. An address without a host is all
// of both, and so is [::], but for the half that another address has: 0.0.0.0 with the same port takes all of IPv4 from
// either, and any IPv4 address takes it from [::], whose writer knows one family from the other.
func network(addrs []string, i int) string {
	host, port, err := net.SplitHostPort(addrs[i])
	if err != nil {
		return "tcp" // it is refused
	}
	if isIPv4(host) {
		return "tcp4"
	}
	if ip, err := netip.ParseAddr(host); host != "" && (err != nil || !ip.IsUnspecified()) {
		return "tcp"
	}
	for j, other := range addrs {
		its, p, err := net.SplitHostPort(other)
		if j != i && err == nil && p == port && !isZero(port) && (its == "0.0.0.0" || host != "" && isIPv4(its)) {
			return "tcp6" // and the system is told that it is no more than that
		}
	}
	return "tcp"
}

func isIPv4(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Is4()
}

// isZero reports whether the system chooses a port, another one for each address.
func isZero(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n == 0
}

// cannotListen says why nobody can listen on addr, and what to do. What no address can be is a wrong setting.
func cannotListen(addr string, err error) error {
	host, port, _ := net.SplitHostPort(addr)
	_, wrong := errors.AsType[*net.AddrError](err)
	lookup, unknown := errors.AsType[*net.DNSError](err)
	n, badPort := strconv.ParseUint(port, 10, 16)
	switch kind := fault.KindOf(err); {
	case wrong, unknown && badPort != nil, strings.Contains(addr, "/"):
		return &exitError{exitUsage, fmt.Errorf("cannot listen on %s: an address looks like :12345, 192.0.2.1:12345 or [::1]:12345, and a port is a number up to 65535", addr)}
	case kind == fault.AddressTaken:
		return fmt.Errorf("somebody listens on %s already, perhaps another chinwag: end it, or choose another port with --listen", addr)
	case kind == fault.Forbidden && n > 0 && n < 1024:
		return fmt.Errorf("cannot listen on %s: ports below 1024 are for the administrator: choose another, as in --listen %s", addr, net.JoinHostPort(host, fmt.Sprint(n+10000)))
	case kind == fault.Forbidden: // Windows keeps whole ranges for itself
		return fmt.Errorf("cannot listen on %s: the system keeps that port to itself: choose another with --listen", addr)
	case kind == fault.NotHere, kind == fault.Unreachable:
		return fmt.Errorf("cannot listen on %s: %s is no address of this machine: --listen :%s listens on all that it has", addr, host, port)
	case unknown:
		return fmt.Errorf("cannot listen on %s: %s is not known here: --listen :%s listens on all addresses of this machine", addr, lookup.Name, port)
	}
	return fmt.Errorf("cannot listen on %s: %s: choose another address with --listen", addr, fault.Words(err))
}
