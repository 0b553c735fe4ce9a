package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"0": 0, "1": 1, "1000": 1000, "100K": 100 << 10, "256M": 256 << 20, "256m": 256 << 20, "256MB": 256 << 20, "10G": 10 << 30, "2T": 2 << 40, "0G": 0, "7b": 7,
	} {
		var s size
		assert.NoError(t, s.Set(text), text)
		assert.Equal(t, want, s, text)
		var again size
		assert.NoError(t, again.UnmarshalText([]byte(s.String())), text)
		assert.Equal(t, s, again, "%s is written as %s", text, s.String())
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "much", "1 G", "+1", "99999999T", "1KM", "10X", "9223372036854775808"} {
		var s size
		assert.Error(t, s.Set(text), text)
		assert.Zero(t, s, text)
	}
}
