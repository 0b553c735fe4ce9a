package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// span is a time that may be long: days (90d) and weeks (2w) beside what
// time.ParseDuration knows.
type span time.Duration

func (s span) String() string {
	d := time.Duration(s)
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	if d == 0 {
		return "0"
	}
	return d.String()
}

// Set implements pflag.Value.
func (s *span) Set(text string) error {
	unit := map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for suffix, u := range unit {
		number, found := strings.CutSuffix(text, suffix)
		if n, err := strconv.ParseUint(number, 10, 16); found && err == nil && n <= uint64(math.MaxInt64/u) {
			*s = span(time.Duration(n) * u)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("a time is written like 90d, 2w or 12h")
	}
	*s = span(d)
	return nil
}

// Type implements pflag.Value.
func (s *span) Type() string { return "span" }

// UnmarshalText reads it from the environment and the configuration file.
func (s *span) UnmarshalText(b []byte) error { return s.Set(string(b)) }
