package protocol

import (
	"math"
	"regexp"
	"strings"
	"time"
)

// sinceForms are how a time is written, for help and for refusals.
const sinceForms = "14:00, yesterday, Monday 9:30, 3h, 24 Nov 14:00, 2026-11-24 or 2026-11-24 14:00"

// badSince says which zone counts: for a person at nc it is the server's, which may be far away.
func badSince(now time.Time) *Refusal {
	return Refuse("usage", "a time is written like %s; here it is %s", sinceForms, now.Format("15:04 on Monday, 2 Jan 2006 (UTC-07:00)"))
}

var (
	clockAtEnd = regexp.MustCompile(`^(|.*?\D)(\d{1,2}:\d\d(?::\d\d)?)$`)
	longAgo    = strings.NewReplacer("小时", "h", "分钟", "m", "天", "d")
)

// parseSince reads a time as people write it: a time ago, or a day, a clock, or both, in the zone of now. Without a
// year, or a day, it is the latest such time that is past. A time that the clock showed twice is the earlier one; a
// time that it skipped is the moment of the skip.
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

// onClock is when the clock of a zone showed what wall shows in UTC. If that came twice it is the earlier time; if it
// never came, the first moment after it.
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
