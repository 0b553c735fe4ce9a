package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // 430 kB, for machines without the files: Windows, and containers with nothing else in them
)

// setTimeZone sets the time zone that TZ names, once, and returns what is wrong with it; "": nothing. Go by itself
// knows the names of zones where the system has their files, and takes everything else for UTC without an error, the
// forms of POSIX included, such as CST-8 or EST5EDT,M3.2.0,M11.1.0.
var setTimeZone = sync.OnceValue(func() string {
	tz, set := os.LookupEnv("TZ")
	if !set {
		return ""
	}
	there, ok := loadZone(strings.TrimPrefix(tz, ":"))
	time.Local = there
	if !ok {
		return fmt.Sprintf("TZ=%q is no time zone that is known here, so times are in UTC: it is a name such as Asia/Shanghai, or a rule such as CST-8", shorten(tz))
	}
	return ""
})

const maxZoneFile = 1 << 20 // bytes of a file of a zone; they have a few thousand

// loadZone is the zone of that name, file or rule; UTC if there is none.
func loadZone(name string) (there *time.Location, ok bool) {
	if filepath.IsAbs(name) {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxZoneFile { // a pipe or a device may have no end
			return time.UTC, false
		}
		b, err := os.ReadFile(name)
		if err == nil {
			there, err = time.LoadLocationFromTZData(name, b)
		}
		if err != nil {
			return time.UTC, false
		}
		return there, true
	}
	if there, err := time.LoadLocation(name); err == nil {
		return there, true
	}
	return zoneByRule(name)
}

// posixRule matches the beginning of a rule: the name of a time, and its offset.
var posixRule = regexp.MustCompile(`^([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9][A-Za-z0-9+:,./<>-]*$`)

// zoneByRule is the zone of a POSIX rule. Go reads such a rule only at the end of a zone file, for times after the
// file's last transition, so it gets a file without transitions.
func zoneByRule(rule string) (there *time.Location, ok bool) {
	if !posixRule.MatchString(rule) {
		return time.UTC, false
	}
	const unknown = "?" // the name of a time that the rule does not cover; such a rule is rejected
	there, err := time.LoadLocationFromTZData(rule, zoneFile(unknown, rule))
	if err != nil {
		return time.UTC, false
	}
	for month := range 12 {
		name, offset := time.Date(2026, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC).In(there).Zone()
		if name == unknown || max(offset, -offset) > 25*60*60 {
			return time.UTC, false
		}
	}
	return there, true
}

// zoneFile is a file as in RFC 8536 with one kind of time and a rule.
func zoneFile(name, rule string) []byte {
	header := func(types, letters int) []byte { // all other counts are 0
		return append(append([]byte("TZif2"), make([]byte, 15+4*4)...), 0, 0, 0, byte(types), 0, 0, 0, byte(letters))
	}
	b := append(header(0, 0), header(1, len(name)+1)...)
	b = append(b, 0, 0, 0, 0, 0, 0) // no offset, no summer time, name at index 0
	b = append(append(b, name...), 0)
	return fmt.Appendf(b, "\n%s\n", rule)
}
