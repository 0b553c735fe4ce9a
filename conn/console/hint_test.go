package console

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func at(addrs ...string) (all []net.Addr) {
	for _, a := range addrs {
		all = append(all, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(a)))
	}
	return all
}

// The operator reads how others come in, at addresses that they can dial, and what to try.
func TestConnectHint(t *testing.T) {
	here := []netip.Addr{netip.MustParseAddr("2001:db8::7"), netip.MustParseAddr("192.168.1.5"), netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("fd00::2"), netip.MustParseAddr("2001:db8:1:2:3:4:5:6")}
	for name, test := range map[string]struct {
		plain, raw []net.Addr
		here       []netip.Addr
		want       string
	}{
		"everywhere": {at("[::]:12345"), nil, here, `
people walk in with: nc 192.168.1.5 12345 (or telnet, or chinwag join)
or with: nc 10.0.0.7 12345, nc 2001:db8::7 12345, nc fd00::2 12345
on this machine: nc localhost 12345
if it fails: same network? no guest Wi-Fi? port 12345 open in the firewall?
`},
		"all of IPv4": {at("0.0.0.0:4000"), nil, here, `
people walk in with: nc 192.168.1.5 4000 (or telnet, or chinwag join)
or with: nc 10.0.0.7 4000
on this machine: nc localhost 4000
if it fails: same network? no guest Wi-Fi? port 4000 open in the firewall?
`},
		"both, each by itself": {at("0.0.0.0:4000", "[::]:4000"), nil, here[:2], `
people walk in with: nc 192.168.1.5 4000 (or telnet, or chinwag join)
or with: nc 2001:db8::7 4000
on this machine: nc localhost 4000
if it fails: same network? no guest Wi-Fi? port 4000 open in the firewall?
`},
		"one address": {at("192.168.1.5:4000", "127.0.0.1:4000"), at("192.168.1.5:4001"), here, `
people walk in with: nc 192.168.1.5 4000 (or telnet, or chinwag join)
if it fails: same network? no guest Wi-Fi? port 4000 open in the firewall?
programs without lines: 192.168.1.5 4001 (people: chinwag join --bare)
`},
		"this machine alone": {at("[::1]:4000"), at("127.0.0.1:4001"), here, `
people on this machine: nc ::1 4000 (or telnet, or chinwag join)
nobody else can come in: that takes --listen :4000
programs without lines: 127.0.0.1 4001 (people: chinwag join --bare)
`},
		"no network": {at("[::]:4000"), nil, nil, `
people on this machine: nc 127.0.0.1 4000 (or telnet, or chinwag join)
nobody else can come in: this machine is on no network
`},
		"programs alone": {nil, at("[::]:12345"), here, `
programs without lines: 192.168.1.5 12345 (people: chinwag join --bare)
`},
	} {
		lines := connectHint(test.plain, test.raw, test.here)
		assert.Equal(t, strings.TrimSpace(test.want), strings.Join(lines, "\n"), name)
		for _, line := range lines {
			assert.Less(t, len("-- "+line), 80, "a line on a terminal")
		}
	}
}

func TestTheAddressesOfThisMachineCanBeDialed(t *testing.T) {
	for _, ip := range localAddresses() {
		l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), "0"))
		if assert.NoError(t, err) {
			_ = l.Close()
		}
		assert.False(t, ip.IsLoopback() || ip.IsLinkLocalUnicast())
	}
	assert.True(t, isVirtual("docker0"))
	assert.True(t, isVirtual("vEthernet (WSL)"))
	assert.False(t, isVirtual("eth0"))
}
