package conn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
)

// A loop of one-shot senders runs into the limits: the operator reads which limit, of which address, and what changes
// it, once a minute.
func TestTheOperatorReadsWhyConnectionsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		from, want string
		limits     conn.Options
		stays      bool
	}{
		"too often": {"192.0.2.1", "connections from 192.0.2.1 are refused, since it makes more than 20 a minute: --per-address-rate and --per-address-burst allow more",
			conn.Options{}, false},
		"too many": {"192.0.2.1", "connections from 192.0.2.1 are refused, since it has 2 already: --per-address allows more",
			conn.Options{PerAddress: 2}, true},
		"an IPv6 network": {"2001:db8::7", "connections from 2001:db8::/64 are refused, since it makes more than 1.5 a minute: --per-address-rate and --per-address-burst allow more",
			conn.Options{PerAddressRate: 1.5}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newServer(t, hub.Options{}, c.limits)
				l := listen(w)
				var stay []*conntest.Client
				for range 90 {
					v := l.Connect(t, c.from)
					if c.stays && len(stay) < 2 {
						stay = append(stay, v)
						continue
					}
					_ = v.Close()
				}
				assert.Equal(t, 1, w.Log.Count(c.want), "%s", w.Log.Text())
				assert.Equal(t, 1, w.Log.Count("refused"))
				time.Sleep(61 * time.Second)
				for range 90 {
					_ = l.Connect(t, c.from).Close()
				}
				assert.Equal(t, 2, w.Log.Count(c.want), "once a minute")
				w.End(stay...)
			})
		})
	}
}

// Thousands of addresses that are refused are not a line each.
func TestManyRefusedAddressesAreFewLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{PerAddressBurst: 1, PerAddressRate: 0.001})
		l := listen(w)
		for i := range 5000 {
			from := fmt.Sprintf("10.0.%d.%d", i/250, 1+i%250)
			_, _ = l.Connect(t, from).Close(), l.Connect(t, from).Close()
		}
		assert.Equal(t, 11, strings.Count(w.Log.Text(), "\n"))
		assert.Equal(t, 10, w.Log.Count("connections from 10.0.0."))
		assert.Equal(t, 1, w.Log.Count("connections from other addresses are refused, too"))
		time.Sleep(2 * time.Minute)
		_, _ = l.Connect(t, "10.1.1.1").Close(), l.Connect(t, "10.1.1.1").Close()
		assert.Equal(t, 1, w.Log.Count("connections from 10.1.1.1 are refused"), "and after a minute they are named again")
		w.End()
	})
}
