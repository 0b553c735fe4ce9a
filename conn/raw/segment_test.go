package raw

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/conntest"
)

// A segment that was lost on the way comes again after 200 ms at the earliest, and often after a second: the letter
// that it cut is whole all the same.
func TestALostSegmentTearsNoLetter(t *testing.T) {
	for _, late := range []time.Duration{0, 200 * time.Millisecond, 400 * time.Millisecond, time.Second, 2900 * time.Millisecond} {
		for at := 1; at < len("a你👍🏽b"); at++ {
			const words = "a你👍🏽b"
			got, err := inAPipe(t, func(c net.Conn) {
				send(c, words[:at])
				time.Sleep(late)
				send(c, words[at:])
			})
			assert.Equal(t, words, strings.Join(got, ""), "%s, cut at %d", late, at)
			assert.Equal(t, io.EOF, err)
		}
	}
}

// Each byte may come by itself, as slowly as it likes.
func TestALetterInSingleBytes(t *testing.T) {
	got, err := inAPipe(t, func(c net.Conn) {
		for _, b := range []byte("👍你") {
			send(c, string([]byte{b}))
			time.Sleep(partialTimeout - time.Millisecond)
		}
	})
	assert.Equal(t, []string{"👍", "你"}, got)
	assert.Equal(t, io.EOF, err)
}

// A reader for a terminal can tell that the line goes on.
func TestACutLetterGoesOn(t *testing.T) {
	m := newReader(conntest.Packets("你\xe5", "\xa5\xbd"))
	message, more, err := m.Next()
	assert.Equal(t, "你", string(message))
	assert.True(t, more)
	assert.NoError(t, err)
	message, more, err = m.Next()
	assert.Equal(t, "好", string(message))
	assert.False(t, more)
	assert.NoError(t, err)
}
