package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSpan(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "0": 0, "0d": 0, "1ms": time.Millisecond, "65535d": 65535 * day,
	} {
		var s span
		assert.NoError(t, s.Set(text), text)
		assert.Equal(t, span(want), s, text)
		var again span
		assert.NoError(t, again.UnmarshalText([]byte(s.String())), text)
		assert.Equal(t, s, again, "%s is written as %s", text, s.String())
	}
	for _, text := range []string{"", "90", "d", "-1d", "1.5d", "soon", "-3h", "1d12h", "99999999d", "65535w", "+5d", "1 d"} {
		var s span
		assert.Error(t, s.Set(text), text)
		assert.Zero(t, s, text)
	}
}
