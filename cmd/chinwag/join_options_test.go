package main

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJoinKnowsAnAddressInOneWordAndInTwo(t *testing.T) {
	for want, all := range map[string][][]string{
		"localhost:12345":          {nil, {""}, {":"}, {"", "12345"}},
		"host:4000":                {{"host:4000"}, {"host", "4000"}, {"host 4000"}, {"[host]:4000"}},
		"192.0.2.1:4000":           {{"192.0.2.1:4000"}, {"192.0.2.1", "4000"}},
		"[::1]:12345":              {{"::1"}, {"[::1]"}, {"::1", "12345"}, {"[::1]", "12345"}, {"[::1]:12345"}, {"::1 12345"}},
		"[2001:db8::1]:4000":       {{"2001:db8::1", "4000"}, {"[2001:db8::1]", "4000"}, {"[2001:db8::1]:4000"}},
		"[fe80::1%eth0]:12345":     {{"fe80::1%eth0"}, {"[fe80::1%eth0]"}, {"fe80::1%eth0", "12345"}, {"[fe80::1%eth0]", "12345"}, {"[fe80::1%eth0]:12345"}},
		"[::ffff:192.0.2.1]:12345": {{"::ffff:192.0.2.1"}, {"::ffff:192.0.2.1", "12345"}},
		"[::1:4000]:12345":         {{"::1:4000"}},              // an address, as it stands
		"chat.example.com:4000":    {{"chat.example.com：4000"}}, // as Chinese keyboards have it
	} {
		for _, args := range all {
			got, err := parseAddress(args)
			require.NoError(t, err, "%q", args)
			assert.Equal(t, want, got, "%q", args)
		}
	}
	for _, args := range [][]string{
		{"host:1", "2"}, {"[::1]:4000", "12345"}, {"a", "b", "c"}, {"host:1:2"}, {"[::1"}, {"::1]:4000"}, {"[::1]4000"}, {"fe80::1::2", "1"}, {"host", "1:2"},
	} {
		_, err := parseAddress(args)
		assert.Error(t, err, "%q", args)
	}
}

// What was typed is told in part where it is long.
func TestALongAddressIsToldInPart(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, args := range [][]string{{long}, {"http://" + long}, {long + "://x"}, {long + "@" + long}, {"x", long}, {long + ":1", long}, {"[" + long}, {long + "::"}} {
		_, err := parseAddress(args)
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 300)
	}
}

// serve listens in both families where both are named, in whatever order, and holds the port in each alone.
func TestListenInBothFamilies(t *testing.T) {
	v6, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("there is no IPv6 here")
	}
	require.NoError(t, v6.Close())
	for name, hosts := range map[string][]string{
		"both":           {"0.0.0.0", "[::]"},
		"turned":         {"[::]", "0.0.0.0"},
		"one is smaller": {"[::]", "127.0.0.1"},
		"all, and again": {"", "0.0.0.0"},
		"all":            {""},
		"all as IPv6":    {"[::]"},
	} {
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			var addrs []string
			for _, h := range hosts {
				addrs = append(addrs, h+":"+port)
			}
			ls, err := listen(addrs)
			require.NoError(t, err)
			defer func() {
				for _, l := range ls {
					_ = l.Close()
				}
			}()
			for _, at := range []string{"127.0.0.1:" + port, "[::1]:" + port} {
				c, err := net.Dial("tcp", at)
				require.NoError(t, err)
				_ = c.Close()
			}
		})
	}
	port := freePort(t)
	ls, err := listen([]string{"0.0.0.0:" + port})
	require.NoError(t, err)
	defer ls[0].Close()
	_, err = net.Dial("tcp", "[::1]:"+port)
	assert.Error(t, err, "0.0.0.0 is IPv4 and nothing else")
}

// freePort is free in both families.
func freePort(t *testing.T) string {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", ":0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func TestListenSaysWhatIsWrong(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	at, port, long := taken.Addr().String(), freePort(t), strings.Repeat("x", 5000)
	for want, addrs := range map[string][]string{
		"somebody listens on " + at + " already, perhaps another chinwag: end it, or choose another port with --listen":                            {"127.0.0.1:0", at},
		"cannot listen on 127.0.0.1:" + port + " and on 127.0.0.1:" + port + " at once: leave one of them out, or give it another port":            {"127.0.0.1:" + port, "127.0.0.1:" + port},
		"cannot listen on 127.0.0.1:" + port + " and on :" + port + " at once: leave one of them out, or give it another port":                     {"127.0.0.1:" + port, ":" + port},
		"cannot listen on ::1:4000: an address looks like :12345, 192.0.2.1:12345 or [::1]:12345, and a port is a number up to 65535":              {"127.0.0.1:0", "::1:4000"},
		"cannot listen on 127.0.0.1:99999: an address looks like :12345, 192.0.2.1:12345 or [::1]:12345, and a port is a number up to 65535":       {"127.0.0.1:99999"},
		"cannot listen on [fe80::1%nowhere]:0: " + linkLocalAdvice:                                                                                 {"[fe80::1%nowhere]:0"},
		"cannot listen on " + shorten(long) + ": " + shorten(long) + " is not known here: --listen :4000 listens on all addresses of this machine": {long + ":4000"},
	} {
		_, err := listen(addrs)
		assert.EqualError(t, err, want)
	}
}
