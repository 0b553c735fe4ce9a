package protocol

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

// What people write for a time, seen on Friday, 27 November 2026, 15:30:20 in Berlin.
func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 27, 15, 30, 20, 0, zone(t, "Europe/Berlin"))
	for in, want := range map[string]string{
		"today": "2026-11-27T00:00:00+01:00", "今天": "2026-11-27T00:00:00+01:00", "Today 14:00": "2026-11-27T14:00:00+01:00",
		"yesterday": "2026-11-26T00:00:00+01:00", "YESTERDAY": "2026-11-26T00:00:00+01:00", "昨天": "2026-11-26T00:00:00+01:00",
		"yesterday 23:15": "2026-11-26T23:15:00+01:00", "昨天14:00": "2026-11-26T14:00:00+01:00", "昨天 9：05": "2026-11-26T09:05:00+01:00", "前天": "2026-11-25T00:00:00+01:00",
		"3h": "2026-11-27T12:30:20+01:00", "90m": "2026-11-27T14:00:20+01:00", "45s": "2026-11-27T15:29:35+01:00", "2d": "2026-11-25T15:30:20+01:00",
		"3小时": "2026-11-27T12:30:20+01:00", "90分钟": "2026-11-27T14:00:20+01:00", "2天": "2026-11-25T15:30:20+01:00",
		"14:00": "2026-11-27T14:00:00+01:00", "9:05": "2026-11-27T09:05:00+01:00", "15:30": "2026-11-27T15:30:00+01:00", "12:30:15": "2026-11-27T12:30:15+01:00",
		"15:31": "2026-11-26T15:31:00+01:00", "23:59:59": "2026-11-26T23:59:59+01:00", "0:00": "2026-11-27T00:00:00+01:00",
		"2026-11-24": "2026-11-24T00:00:00+01:00", "2026-11-24 14:00": "2026-11-24T14:00:00+01:00", "2026-11-24  14:00:05": "2026-11-24T14:00:05+01:00",
		"2026-11-24T14:00": "2026-11-24T14:00:00+01:00", "2026-11-24T14:00:05Z": "2026-11-24T15:00:05+01:00", "2026-11-24T14:00:05.5+02:00": "2026-11-24T13:00:05.5+01:00",
		"2026-11-24t14:00:05z": "2026-11-24T15:00:05+01:00", "2026/11/24": "2026-11-24T00:00:00+01:00", "2026年11月24日": "2026-11-24T00:00:00+01:00", "11月24日14:00": "2026-11-24T14:00:00+01:00",
		"24 Nov": "2026-11-24T00:00:00+01:00", "24 nov 14:00": "2026-11-24T14:00:00+01:00", "24 November 14:00": "2026-11-24T14:00:00+01:00",
		"Nov 24": "2026-11-24T00:00:00+01:00", "24 Nov 2024 14:00": "2024-11-24T14:00:00+01:00", "Nov 24 2024": "2024-11-24T00:00:00+01:00",
		"28 Nov": "2025-11-28T00:00:00+01:00", "27 Nov": "2026-11-27T00:00:00+01:00", "27 Nov 15:31": "2025-11-27T15:31:00+01:00", "29 Feb": "2024-02-29T00:00:00+01:00",
		"1 jul": "2026-07-01T00:00:00+02:00", "12月31日": "2025-12-31T00:00:00+01:00",
		"Friday": "2026-11-27T00:00:00+01:00", "fri 16:00": "2026-11-20T16:00:00+01:00", "monday": "2026-11-23T00:00:00+01:00", "sat": "2026-11-21T00:00:00+01:00",
		"Sunday 10:00": "2026-11-22T10:00:00+01:00", "周一": "2026-11-23T00:00:00+01:00", "星期天": "2026-11-22T00:00:00+01:00", "周日 10:00": "2026-11-22T10:00:00+01:00",
		"2027-01-01": "2027-01-01T00:00:00+01:00", // it tells nothing, and is what was asked
	} {
		at, ok := parseSince(in, now)
		if assert.True(t, ok, in) {
			assert.Equal(t, want, at.Format(time.RFC3339Nano), in)
		}
	}
	for _, in := range []string{
		"", " ", "tomorrow", "3", "h", "-3h", "3x", "1.5h", "25:00", "14:60", "14", "1:2:3", "114:00", "14:00 today", "2026-13-01", "2026-02-29", "31 Feb", "0 Nov", "24 Foo",
		"2026-11", "2026-11-24T", "24 Nov 26", "yesterday yesterday", "5000000h 1m", "99999999999999999999h", "since 14:00", "\U0001F600", "14:00 \xff",
	} {
		_, ok := parseSince(in, now)
		assert.False(t, ok, in)
	}
}

// Around a change of clocks a time that comes twice is the earlier one, and one that does not come is the moment at
// which the clock leaps.
func TestSinceWhereTheClockIsChanged(t *testing.T) {
	for _, row := range []struct{ zone, now, in, want string }{
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-10-25 02:10", "2026-10-25T00:10:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-10-25 02:00", "2026-10-25T00:00:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-10-25 02:59:59", "2026-10-25T00:59:59Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-10-25 03:00", "2026-10-25T02:00:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-10-25 01:59", "2026-10-24T23:59:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-03-29 02:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-03-29 02:30", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-03-29 03:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-11-27T12:00:00Z", "2026-03-29 03:01", "2026-03-29T01:01:00Z"},
		// a clock alone, on such a day
		{"Europe/Berlin", "2026-10-25T00:20:00Z", "02:10", "2026-10-25T00:10:00Z"}, // 02:20 summer time
		{"Europe/Berlin", "2026-10-25T01:05:00Z", "02:10", "2026-10-25T00:10:00Z"}, // 02:05 winter time
		{"Europe/Berlin", "2026-10-25T09:00:00Z", "02:10", "2026-10-25T00:10:00Z"},
		{"Europe/Berlin", "2026-10-25T00:05:00Z", "02:10", "2026-10-24T00:10:00Z"}, // 02:05 summer time: not yet
		{"Europe/Berlin", "2026-03-29T00:30:00Z", "02:30", "2026-03-28T01:30:00Z"}, // 01:30, not yet
		{"Europe/Berlin", "2026-03-29T01:10:00Z", "02:30", "2026-03-29T01:00:00Z"}, // 03:10
		{"Europe/Berlin", "2026-03-30T00:10:00Z", "02:30", "2026-03-29T01:00:00Z"}, // 02:10 a day later
		// the days themselves, which have 25 and 23 hours
		{"Europe/Berlin", "2026-10-26T11:00:00Z", "yesterday", "2026-10-24T22:00:00Z"},
		{"Europe/Berlin", "2026-10-25T11:00:00Z", "yesterday", "2026-10-23T22:00:00Z"},
		{"Europe/Berlin", "2026-03-30T11:00:00Z", "yesterday", "2026-03-28T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29T11:00:00Z", "today", "2026-03-28T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29T11:00:00Z", "1d", "2026-03-28T11:00:00Z"},
		// midnight that is not, that comes twice, and a day that is not
		{"America/Santiago", "2026-09-07T12:00:00Z", "yesterday", "2026-09-06T04:00:00Z"},
		{"America/Havana", "2026-11-02T12:00:00Z", "yesterday", "2026-11-01T04:00:00Z"},
		{"Pacific/Apia", "2012-01-05T12:00:00Z", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"Australia/Lord_Howe", "2026-05-01T12:00:00Z", "2026-04-05 01:45", "2026-04-04T14:45:00Z"}, // half an hour
		{"Asia/Shanghai", "2026-11-27T12:00:00Z", "昨天", "2026-11-25T16:00:00Z"},
		{"Asia/Kathmandu", "2026-11-27T12:00:00Z", "0:00", "2026-11-26T18:15:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, row.now)
		require.NoError(t, err)
		at, ok := parseSince(row.in, now.In(zone(t, row.zone)))
		if assert.True(t, ok, "%+v", row) {
			assert.Equal(t, row.want, at.UTC().Format(time.RFC3339), "%+v", row)
		}
	}
}

// Every time that a clock shows is found again, for a year in zones of many kinds; of what it shows twice, the earlier.
func TestEachTimeIsFoundAgain(t *testing.T) {
	begin := time.Date(2011, 1, 15, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut", "Pacific/Apia"} {
		z := zone(t, name)
		seen, twice := map[time.Time]bool{}, 0
		for at := begin; at.Before(begin.AddDate(1, 0, 0)); at = at.Add(30 * time.Minute) {
			_, offset := at.In(z).Zone()
			shown := at.Add(time.Duration(offset) * time.Second)
			got := onClock(shown, z)
			if seen[shown] {
				twice++
				require.True(t, got.Before(at), "%s %s", name, shown)
				continue
			}
			seen[shown] = true
			require.True(t, got.Equal(at), "%s %s: %s", name, shown, got)
		}
		assert.Equal(t, name != "UTC", twice > 0, name)
	}
}

func TestHistorySinceInText(t *testing.T) {
	for _, in := range []string{"/history since yesterday", "/history Since 昨天", "/history since 2026-11-24 14:00"} {
		c, err := ParseCommand(in)
		require.NoError(t, err, in)
		h := c.(History)
		assert.False(t, h.Since.IsZero(), in)
		assert.Equal(t, time.UTC, h.Since.Location())
		again, err := ParseCommand(string(AppendCommand(nil, h)[:len(AppendCommand(nil, h))-1]))
		require.NoError(t, err)
		assert.Equal(t, c, again)
	}
	for _, in := range []string{"/history since", "/history since soon", "/history since 1.5h"} {
		_, err := ParseCommand(in)
		require.Error(t, err, in)
		assert.Equal(t, "usage", err.(*Refusal).Code)
		for _, form := range []string{"14:00", "yesterday", "3h", "24 Nov 14:00", "2026-11-24 14:00", "it is"} {
			assert.Contains(t, err.Error(), form, in)
		}
	}
	for _, in := range []string{"/history 0", "/history x", "/history before", "/history before 0", "/history around yesterday", "/history 3 4"} {
		_, err := ParseCommand(in)
		require.Error(t, err, in)
	}
	c, err := ParseCommand("/history 99999999999")
	require.NoError(t, err)
	assert.Equal(t, History{Lines: 1<<31 - 1}, c)
}

// What contradicts itself is refused, and what makes sense is not.
func TestHistoryInJSON(t *testing.T) {
	since := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	for in, want := range map[string]History{
		``:                                {},
		`,"lines":5`:                      {Lines: 5},
		`,"lines":5,"before":9`:           {Lines: 5, Before: 9},
		`,"all":true,"before":9`:          {All: true, Before: 9},
		`,"since":"2026-11-24T14:00:00Z"`: {Since: since},
		`,"since":"2026-11-24T15:00:00+01:00","before":9`: {Since: since, Before: 9},
		`,"around":9`: {Around: 9},
		`,"around":9,"lines":0,"all":false,"since":null`: {Around: 9},
		`,"lines":4000000000000`:                         {Lines: 1<<31 - 1},
	} {
		c, err := DecodeCommand([]byte(`{"type":"history"` + in + `}`))
		if assert.NoError(t, err, in) {
			assert.Equal(t, want, c, in)
		}
	}
	for in, code := range map[string]string{
		`,"before":9,"around":9`: "usage", `,"lines":5,"around":9`: "usage", `,"all":true,"around":9`: "usage", `,"since":"2026-11-24T14:00:00Z","around":9`: "usage",
		`,"all":true,"lines":5`: "usage", `,"since":"2026-11-24T14:00:00Z","lines":5`: "usage", `,"since":"2026-11-24T14:00:00Z","all":true`: "usage", `,"lines":-1`: "usage",
		`,"since":"yesterday"`: "usage", `,"since":""`: "usage", `,"since":5`: "bad-json", `,"before":-1`: "bad-json", `,"before":"9"`: "bad-json",
		`,"lines":1e99`: "bad-json", `,"lines":2.5`: "bad-json", `,"before":99999999999999999999`: "bad-json",
	} {
		_, err := DecodeCommand([]byte(`{"type":"history"` + in + `}`))
		if assert.Error(t, err, in) {
			refusal, _ := errors.AsType[*Refusal](err)
			assert.Equal(t, code, refusal.Code, "%s: %s", in, err)
		}
	}
}

// A time like 3h has whole seconds, as a clock shows them.
func TestSinceHasNoFractions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 15, 30, 20, 123456789, time.UTC)
	at, ok := parseSince("3h", now)
	assert.True(t, ok)
	assert.Equal(t, time.Date(2026, 11, 27, 12, 30, 20, 0, time.UTC), at)
}
