package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSinceYears refuses times that have no spelling in JSON, and the one that stands for none: a client could not send
// the first, and the other would be answered as if no time had been named.
func TestSinceYears(t *testing.T) {
	for _, s := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59"} {
		_, err := ParseCommand("/history since " + s)
		assert.Equal(t, "usage", refusalOf(err).Code, s)
		_, err = DecodeCommand([]byte(`{"type":"history","since":"` + s + `"}`))
		assert.Equal(t, "usage", refusalOf(err).Code, s)
	}
	for _, s := range []string{"0002-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"} {
		typed, err := ParseCommand("/history since " + s)
		if assert.NoError(t, err, s) {
			decoded, err := DecodeCommand(AppendCommandJSON(nil, typed))
			assert.NoError(t, err, s)
			assert.Equal(t, typed, decoded, s)
		}
	}
}
