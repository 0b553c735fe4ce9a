package protocol

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The arguments of history, and how people write a time.

func parseHistory(t Text) (Command, error) {
	how, rest := cutWord(strings.ToLower(t.s))
	switch {
	case how == "":
		return History{}, nil
	case how == "all" && rest == "":
		return History{All: true}, nil
	case how == "since":
		now := time.Now()
		at, ok := parseSince(rest, now)
		if !ok || !isSpelled(at) {
			return nil, badSince(now)
		}
		return History{Since: at.UTC()}, nil
	}
	digits := t.s
	if how == "before" || how == "around" {
		digits = rest
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil || n < 1:
		return nil, badArgs("history")
	case how == "before":
		return History{Before: uint64(n)}, nil
	case how == "around":
		return History{Around: uint64(n)}, nil
	}
	return History{Lines: int(min(n, math.MaxInt32))}, nil
}

func historyArgs(c Command) string {
	switch h := c.(History); {
	case h.All:
		return "all"
	case h.Lines > 0:
		return strconv.Itoa(h.Lines)
	case !h.Since.IsZero():
		return "since " + h.Since.Format(time.RFC3339Nano)
	case h.Before > 0:
		return "before " + strconv.FormatUint(h.Before, 10)
	case h.Around > 0:
		return "around " + strconv.FormatUint(h.Around, 10)
	}
	return ""
}

func decodeHistory(b []byte) (Command, error) {
	var h struct {
		History
		Since *string `json:"since"`
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return nil, err
	}
	if h.Since != nil {
		at, err := time.Parse(time.RFC3339, *h.Since)
		if err != nil || !isSpelled(at) {
			return nil, byName["history"].refuse(`has a "since" like "2026-11-24T14:00:00+01:00"`)
		}
		h.History.Since = at.UTC()
	}
	h.Lines = min(h.Lines, math.MaxInt32)
	if !h.isOneWay() {
		return nil, byName["history"].refuse(`takes one of "lines", "all", "since" and "around"; "before" goes with all of them but "around"`)
	}
	return h.History, nil
}

// isSpelled reports whether a time can be written in JSON, where a year has four digits. Year 1
// is left out, since it begins with the zero time.
func isSpelled(at time.Time) bool {
	year := at.UTC().Year()
	return 1 < year && year <= 9999
}

// isOneWay reports whether h names its lines in at most one way.
func (h History) isOneWay() bool {
	ways := 0
	for _, said := range []bool{h.Lines != 0, h.All, !h.Since.IsZero(), h.Around > 0} {
		if said {
			ways++
		}
	}
	return h.Lines >= 0 && (ways == 0 || ways == 1 && (h.Around == 0 || h.Before == 0))
}

// sinceForms are how a time is written, for help and for refusals.
const sinceForms = "14:00, yesterday, Monday 9:30, 3h, 24 Nov 14:00, 2026-11-24 or 2026-11-24 14:00"

// badSince says which zone counts: for a person at nc it is the server's, which may be far away.
func badSince(now time.Time) *Refusal {
	return refuse("usage", "a time is written like %s; here it is %s", sinceForms, now.Format("15:04 on Monday, 2 Jan 2006 (UTC-07:00)"))
}

var (
	clockAtEnd = regexp.MustCompile(`^(|.*?\D)(\d{1,2}:\d\d(?::\d\d)?)$`)
	longAgo    = strings.NewReplacer("小时", "h", "分钟", "m", "天", "d")
)

// parseSince reads a time as people write it: a time ago, or a day, a clock, or both, in
// the zone of now. Without a year, or a day, it is the latest such time that is past. A time that
// the clock showed twice is the earlier one; a time that it skipped is the moment of the skip.
func parseSince(s string, now time.Time) (at time.Time, ok bool) {
	s = strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(s, "：", ":"))), " ")
	if s == "" {
		return at, false
	}
	if ago, ok := parseSeconds(longAgo.Replace(s)); ok && ago < math.MaxInt32 {
		return now.Add(-ago.Duration()).Truncate(time.Second), true // a clock shows no fractions
	}
	if at, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return at.In(now.Location()), true
	}
	var clock time.Time
	day := s
	if m := clockAtEnd.FindStringSubmatch(s); m != nil {
		day = strings.TrimSpace(m[1])
		if clock, ok = parseAny(m[2], "15:04", "15:04:05"); !ok {
			return at, false
		}
		if date, iso := strings.CutSuffix(day, "t"); iso { // as in 2026-11-24T14:00
			if _, ok := parseAny(date, "2006-01-02"); ok {
				day = date
			}
		}
	}
	return lastOf(day, clock, now)
}

// lastOf is the last day that s names, at that clock.
func lastOf(s string, clock, now time.Time) (at time.Time, ok bool) {
	year, month, today := now.Date()
	on := func(y int, m time.Month, d int) time.Time {
		return onClock(time.Date(y, m, d, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC), now.Location())
	}
	if s == "" {
		if at = on(year, month, today); at.After(now) {
			at = on(year, month, today-1)
		}
		return at, true
	}
	if back, ok := daysBack[s]; ok {
		return on(year, month, today-back), true
	}
	if weekday, ok := weekdays[s]; ok {
		back := (int(now.Weekday()-weekday) + 7) % 7
		if at = on(year, month, today-back); at.After(now) {
			at = on(year, month, today-back-7)
		}
		return at, true
	}
	if d, ok := parseAny(s, "2006-01-02", "2006/1/2", "2006年1月2日", "2 Jan 2006", "2 January 2006", "Jan 2 2006", "January 2 2006"); ok {
		return on(d.Year(), d.Month(), d.Day()), true
	}
	d, ok := parseAny(s, "1月2日", "2 Jan", "2 January", "Jan 2", "January 2")
	for y := year; ok; y-- { // a 29 February is up to eight years ago
		if at = on(y, d.Month(), d.Day()); at.Month() == d.Month() && !at.After(now) {
			return at, true
		}
	}
	return at, false
}

func parseAny(s string, layouts ...string) (at time.Time, ok bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return at, false
}

var daysBack = map[string]int{"today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}

var weekdays = func() map[string]time.Weekday {
	days := map[string]time.Weekday{"周天": time.Sunday, "星期天": time.Sunday}
	for d, chinese := range []string{"日", "一", "二", "三", "四", "五", "六"} {
		name := strings.ToLower(time.Weekday(d).String())
		for _, word := range []string{name, name[:3], "周" + chinese, "星期" + chinese} {
			days[word] = time.Weekday(d)
		}
	}
	return days
}()

// onClock is when the clock of a zone showed what wall shows in UTC. If that came twice
// it is the earlier time; if it never came, the first moment after it.
func onClock(wall time.Time, zone *time.Location) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	begin, end := at.ZoneBounds()
	_, offset := at.Zone()
	switch shown := at.Add(time.Duration(offset) * time.Second).Sub(wall); {
	case shown > 0: // for a skipped time, time.Date may use either offset
		return begin
	case shown < 0:
		return end
	case begin.IsZero():
		return at
	}
	_, before := begin.Add(-1).Zone()
	if first := at.Add(time.Duration(offset-before) * time.Second); first.Before(begin) {
		return first
	}
	return at
}
