package conn

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatCountsAsOneAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7:1234":             "192.0.2.7/32",
		"[::ffff:192.0.2.7]:1234":    "192.0.2.7/32",
		"[2001:db8::1]:1234":         "2001:db8::/64",
		"[2001:db8::ffff:1:2:3]:999": "2001:db8::/64",
		"[2001:db8:0:1::1]:1234":     "2001:db8:0:1::/64",
		"[fe80::1%eth0]:1234":        "fe80::/64",
		"[::1]:1":                    "::/64",
	} {
		assert.Equal(t, netip.MustParsePrefix(want), prefixOf(in), in)
	}
	for _, in := range []string{"pipe", "", "@", "192.0.2.7", "/run/chinwag.sock"} {
		assert.Equal(t, netip.Prefix{}, prefixOf(in), in)
	}
}

// addr is the i-th of very many.
func addr(i int) netip.Prefix {
	return prefixOf(fmt.Sprintf("10.%d.%d.%d:1", i>>16&255, i>>8&255, i&255))
}

func defaults(t *testing.T) *admission {
	s := NewServer(nil, Options{})
	require.NotNil(t, s)
	return &s.admission
}

func TestG10AFloodOfAddressesIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := defaults(t)
		for i := range 10 * maxAddresses {
			why, _ := l.acquire(addr(i))
			require.Empty(t, why)
			l.release(addr(i), nil)
			require.LessOrEqual(t, len(l.byAddr), maxAddresses)
		}
	})
}

func TestAddressesThatAreInUseAreNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := defaults(t)
		l.max = 1
		for i := range 2 * maxAddresses {
			_, _ = l.acquire(addr(i))
		}
		for i := 2 * maxAddresses; i < 10*maxAddresses; i++ {
			_, _ = l.acquire(addr(i))
			l.release(addr(i), nil)
			require.LessOrEqual(t, len(l.byAddr), 5*maxAddresses)
		}
		for i := range 2 * maxAddresses {
			why, _ := l.acquire(addr(i))
			require.NotEmpty(t, why, i)
			l.release(addr(i), nil)
		}
	})
}

// Quiet addresses are evicted first: an address that has connected too often is remembered.
func TestTheQuietAreForgottenFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := defaults(t)
		for i := 1; i < maxAddresses; i++ {
			_, _ = l.acquire(addr(i))
			l.release(addr(i), nil)
		}
		time.Sleep(time.Minute)
		for range l.burst {
			_, _ = l.acquire(addr(0))
			l.release(addr(0), nil)
		}
		_, _ = l.acquire(addr(maxAddresses))
		assert.Len(t, l.byAddr, 2)
		why, _ := l.acquire(addr(0))
		assert.NotEmpty(t, why)
	})
}

func TestNewConnectionsOfOneAddressAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := defaults(t)
		for range 40 {
			why, _ := l.acquire(addr(1))
			require.Empty(t, why)
			l.release(addr(1), nil)
		}
		why, tell := l.acquire(addr(1))
		assert.Contains(t, why, "too often")
		assert.NotEmpty(t, tell)
		_, tell = l.acquire(addr(1))
		assert.Empty(t, tell, "told twice")
		other, _ := l.acquire(addr(2))
		assert.Empty(t, other)
		time.Sleep(3 * time.Second)
		why, _ = l.acquire(addr(1))
		assert.Empty(t, why)
		why, _ = l.acquire(addr(1))
		assert.NotEmpty(t, why)
		time.Sleep(2 * time.Minute)
		for why = ""; why == ""; why, tell = l.acquire(addr(1)) {
		}
		assert.NotEmpty(t, tell, "told again after a minute")
	})
}

func TestBelowZeroIsNoLimit(t *testing.T) {
	s := NewServer(nil, Options{PerAddress: -1, PerAddressRate: -1, PerAddressBurst: -1})
	for range 1000 {
		why, _ := s.admission.acquire(addr(1))
		require.Empty(t, why)
	}
}
