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
			w := newServer(t, hub.Options{}, conn.Options{PerAddress: 2})
			l := listen(w)
			one, two := l.Connect(t, from[0]), l.Connect(t, from[1])
			third := l.Connect(t, from[2])
			assert.Equal(t, tooMany, third.Text(), name)
			assert.True(t, third.IsClosed(), name)
			assert.NoError(t, third.Err(), name)
			assert.False(t, one.IsClosed(), name)
			other := l.Connect(t, "2001:db8:0:1::1")
			assert.Contains(t, other.Text(), "-- Welcome", name)
			_ = one.Close()
			synctest.Wait()
			again := l.Connect(t, from[2])
			assert.Contains(t, again.Text(), "-- Welcome", name)
			w.End(one, two, third, other, again)
		})
	}
}

func TestG10OneAddressCannotComeAndGoAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{PerAddressRate: 60, PerAddressBurst: 3})
		l := listen(w)
		welcome := 0
		for range 100 {
			v := l.Connect(t, "192.0.2.1")
			if strings.Contains(v.Text(), "-- Welcome") {
				welcome++
			} else {
				assert.Equal(t, "-- goodbye: your address connects to chinwag/1 too often: please wait a minute\n", v.Text())
				assert.True(t, v.IsClosed())
			}
			_ = v.Close()
		}
		assert.Equal(t, 3, welcome)
		assert.Equal(t, 1, w.Log.Count("connections from 192.0.2.1 are refused"))
		honest := l.Connect(t, "192.0.2.2")
		assert.Contains(t, honest.Text(), "-- Welcome")
		time.Sleep(time.Second)
		assert.Contains(t, l.Connect(t, "192.0.2.1").Text(), "-- Welcome")
		w.End(honest)
	})
}
