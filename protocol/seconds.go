package protocol

import (
	"errors"
	"math"
	"strconv"
	"time"
)

// Seconds is a length of time, on the wire a number.
type Seconds int

// SecondsOf is d in whole seconds, rounded up, so that a wait of that long is never too short.
func SecondsOf(d time.Duration) Seconds { return Seconds((d + time.Second - 1) / time.Second) }

// Duration is s as a time.Duration.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// units are the units of time, the largest first.
var units = []struct {
	seconds Seconds
	letter  string // as people write it
	word    string // as they read it
}{
	{24 * 60 * 60, "d", "day"},
	{60 * 60, "h", "hour"},
	{60, "m", "minute"},
	{1, "s", "second"},
}

// String is s for people, in the largest unit of which it is more than two or a whole number, and rounded up: "40
// seconds", "1 minute", "10 minutes".
func (s Seconds) String() string {
	for _, u := range units {
		if s >= u.seconds && s%u.seconds == 0 || s > 2*u.seconds {
			return plural(int((s+u.seconds-1)/u.seconds), u.word)
		}
	}
	return plural(int(s), "second")
}

// Short is s as a person types it, in the largest unit of which it is a whole number.
func (s Seconds) Short() string {
	for _, u := range units {
		if s%u.seconds == 0 {
			return strconv.Itoa(int(s/u.seconds)) + u.letter
		}
	}
	panic("unreachable: every number is a number of seconds")
}

// parseSeconds reads 40s, 10m, 2h or 1d. ok is false if s is something else; a time too long to count is the longest
// that can be counted.
func parseSeconds(s string) (n Seconds, ok bool) {
	if s == "" {
		return 0, false
	}
	digits, letter := s[:len(s)-1], s[len(s)-1:]
	for _, u := range units {
		if u.letter != letter {
			continue
		}
		count, err := strconv.ParseUint(digits, 10, 31)
		switch {
		case err == nil:
			return Seconds(min(int64(count)*int64(u.seconds), math.MaxInt32)), true
		case errors.Is(err, strconv.ErrRange):
			return math.MaxInt32, true
		}
	}
	return 0, false
}
