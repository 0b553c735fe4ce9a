package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"0": 0, "1": 1, "1000": 1000, "100K": 100 << 10, "256M": 256 << 20, "256m": 256 << 20, "256MB": 256 << 20, "10G": 10 << 30, "2T": 2 << 40, "0G": 0, "7b": 7,
	} {
		s, ok := parseSize(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, s, text)
		again, _ := parseSize(s.String())
		assert.Equal(t, s, again, "%s is written as %s", text, s)
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "much", "1 G", "+1", "99999999T", "1KM", "10X", "9223372036854775808"} {
		s, ok := parseSize(text)
		assert.False(t, ok, text)
		assert.Zero(t, s, text)
	}
}
