package main

import (
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// parseDuration parses a time that may be long: days (90d) and weeks (2w) beside what time.ParseDuration knows.
func parseDuration(text string) (d time.Duration, ok bool) {
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		number, found := strings.CutSuffix(text, suffix)
		if n, err := strconv.ParseUint(number, 10, 16); found && err == nil && time.Duration(n) <= maxDuration/unit {
			return time.Duration(n) * unit, true
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxDuration || strings.HasPrefix(text, "+") {
		return 0, false
	}
	return d, true
}

// maxDuration is a hundred years: the sum of a few does not overflow.
const maxDuration = 36500 * day

// formatDuration writes a time in one unit where it can: 30s, 10m, 90d.
func formatDuration(d time.Duration) string {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}} {
		if d >= u.unit && d%u.unit == 0 {
			return strconv.Itoa(int(d/u.unit)) + u.name
		}
	}
	if d == 0 {
		return "0"
	}
	return d.String()
}
