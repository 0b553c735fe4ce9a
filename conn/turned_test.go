package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
)

const tooMany = "-- goodbye: chinwag/1 has too many connections from your address already: please close one of them first\n"

func TestG10OneAddressCannotTakeAllThePlaces(t *testing.T) {
	for name, from := range map[string][3]string{
		"IPv4":          {"192.0.2.1", "192.0.2.1", "192.0.2.1"},
		"a /64 of IPv6": {"2001:db8::1", "2001:db8::ffff:2", "2001:db8::1:2:3:4"},
		"both spelled":  {"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newHouse(t, hub.Options{}, conn.Options{PerAddress: 2})
			l, door := w.open()
			one, two := l.knock(t, from[0]), l.knock(t, from[1])
			third := l.knock(t, from[2])
			assert.Equal(t, tooMany, third.text(), name)
			assert.True(t, third.isOver(), name)
			assert.NoError(t, third.err, name)
			assert.False(t, one.isOver(), name)
			other := l.knock(t, "2001:db8:0:1::1")
			assert.Contains(t, other.text(), "-- Welcome", name)
			_ = one.Close()
			synctest.Wait()
			again := l.knock(t, from[2])
			assert.Contains(t, again.text(), "-- Welcome", name)
			door.Close()
			w.leave(one, two, third, other, again)
		})
	}
}

func TestG10OneAddressCannotComeAndGoAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{PerAddressRate: 60, PerAddressBurst: 3})
		l, door := w.open()
		welcome := 0
		for range 100 {
			v := l.knock(t, "192.0.2.1")
			if strings.Contains(v.text(), "-- Welcome") {
				welcome++
			} else {
				assert.Equal(t, "-- goodbye: your address connects to chinwag/1 too often: please wait a minute\n", v.text())
				assert.True(t, v.isOver())
			}
			_ = v.Close()
		}
		assert.Equal(t, 3, welcome)
		assert.Equal(t, 1, w.log.count("connections from 192.0.2.1 are refused"))
		honest := l.knock(t, "192.0.2.2")
		assert.Contains(t, honest.text(), "-- Welcome")
		time.Sleep(time.Second)
		assert.Contains(t, l.knock(t, "192.0.2.1").text(), "-- Welcome")
		door.Close()
		w.leave(honest)
	})
}
