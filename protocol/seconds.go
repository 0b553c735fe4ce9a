package protocol

import "time"

// Seconds is a length of time, as programs write it: a number.
type Seconds int

// SecondsOf is d in whole seconds, rounded up: what lasts is not over before.
func SecondsOf(d time.Duration) Seconds { return Seconds((d + time.Second - 1) / time.Second) }

// Duration is s for Go.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// units are what people count in, the largest first.
var units = []struct {
	seconds Seconds
	word    string
}{
	{24 * 60 * 60, "day"},
	{60 * 60, "hour"},
	{60, "minute"},
	{1, "second"},
}

// String is s for people, in the largest unit of which it is more than two or a
// whole number, and rounded up: "40 seconds", "1 minute", "10 minutes".
func (s Seconds) String() string {
	for _, u := range units {
		if s >= u.seconds && s%u.seconds == 0 || s > 2*u.seconds {
			return plural(int((s+u.seconds-1)/u.seconds), u.word)
		}
	}
	return plural(int(s), "second")
}
