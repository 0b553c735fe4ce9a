package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "0": 0, "0d": 0, "1ms": time.Millisecond, "1.5h": 90 * time.Minute, "10m": 10 * time.Minute, "36500d": maxDuration,
	} {
		d, ok := parseDuration(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, d, text)
		again, _ := parseDuration(formatDuration(d))
		assert.Equal(t, d, again, "%s is written as %s", text, formatDuration(d))
	}
	for _, text := range []string{"", "90", "d", "-1d", "1.5d", "soon", "-3h", "1d12h", "36501d", "99999999d", "65535w", "+5d", "+5h", "1 d", "876001h", "9999999999h"} {
		d, ok := parseDuration(text)
		assert.False(t, ok, text)
		assert.Zero(t, d, text)
	}
	for want, d := range map[string]time.Duration{"30s": 30 * time.Second, "10m": 10 * time.Minute, "12h": 12 * time.Hour, "90d": 90 * day, "1m30s": 90 * time.Second, "0": 0} {
		assert.Equal(t, want, formatDuration(d))
	}
}
