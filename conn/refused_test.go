package conn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
)

// A loop of one-shot senders runs into the limits: the operator reads which, for whom, and
// what changes it, once a minute.
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
				w := newHouse(t, hub.Options{}, c.limits)
				l, door := w.open()
				var stay []*visitor
				for range 90 {
					v := l.knock(t, c.from)
					if c.stays && len(stay) < 2 {
						stay = append(stay, v)
						continue
					}
					_ = v.Close()
				}
				assert.Equal(t, 1, w.log.count(c.want), "%s", w.log.b.String())
				assert.Equal(t, 1, w.log.count("refused"))
				time.Sleep(61 * time.Second)
				for range 90 {
					_ = l.knock(t, c.from).Close()
				}
				assert.Equal(t, 2, w.log.count(c.want), "once a minute")
				door.Close()
				w.leave(stay...)
			})
		})
	}
}

// Thousands of addresses that are refused are not a line each.
func TestManyRefusedAddressesAreFewLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{PerAddressBurst: 1, PerAddressRate: 0.001})
		l, door := w.open()
		for i := range 5000 {
			from := fmt.Sprintf("10.0.%d.%d", i/250, 1+i%250)
			_, _ = l.knock(t, from).Close(), l.knock(t, from).Close()
		}
		assert.Equal(t, 11, strings.Count(w.log.b.String(), "\n"))
		assert.Equal(t, 10, w.log.count("connections from 10.0.0."))
		assert.Equal(t, 1, w.log.count("connections from other addresses are refused, too"))
		time.Sleep(2 * time.Minute)
		_, _ = l.knock(t, "10.1.1.1").Close(), l.knock(t, "10.1.1.1").Close()
		assert.Equal(t, 1, w.log.count("connections from 10.1.1.1 are refused"), "and after a minute they are named again")
		door.Close()
		w.leave()
	})
}
