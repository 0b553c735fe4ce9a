package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What TZ may say is taken as other programs take it.
func TestZonesAreTakenInEveryForm(t *testing.T) {
	winter, summer := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	const layout = "15:04:05 MST"
	for tz, want := range map[string][2]string{
		"":                                 {"12:00:00 UTC", "12:00:00 UTC"},
		"UTC":                              {"12:00:00 UTC", "12:00:00 UTC"},
		"Asia/Shanghai":                    {"20:00:00 CST", "20:00:00 CST"},
		"Europe/Berlin":                    {"13:00:00 CET", "14:00:00 CEST"},
		"CST-8":                            {"20:00:00 CST", "20:00:00 CST"},
		"CST-08:00":                        {"20:00:00 CST", "20:00:00 CST"},
		"<+08>-8":                          {"20:00:00 +08", "20:00:00 +08"},
		"<+0530>-5:30":                     {"17:30:00 +0530", "17:30:00 +0530"},
		"XYZ+3:30:15":                      {"08:29:45 XYZ", "08:29:45 XYZ"},
		"EST5":                             {"07:00:00 EST", "07:00:00 EST"},
		"EST5EDT":                          {"07:00:00 EST", "08:00:00 EDT"},
		"EST5EDT,M3.2.0,M11.1.0":           {"07:00:00 EST", "08:00:00 EDT"},
		"CET-1CEST,M3.5.0,M10.5.0/3":       {"13:00:00 CET", "14:00:00 CEST"},
		"NZST-12NZDT,M9.5.0,M4.1.0/3":      {"01:00:00 NZDT", "00:00:00 NZST"},
		"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1": {"09:00:00 -03", "10:00:00 -02"},
		"IST-1GMT0,M10.5.0,M3.5.0/1":       {"12:00:00 GMT", "13:00:00 IST"},
		"WST-2WDT,J60/0,J300":              {"14:00:00 WST", "15:00:00 WDT"},
		"WST-2WDT,59/0,299":                {"14:00:00 WST", "15:00:00 WDT"},
		"Etc/GMT-8":                        {"20:00:00 +08", "20:00:00 +08"},
	} {
		there, ok := loadZone(tz)
		assert.True(t, ok, tz)
		assert.Equal(t, want, [2]string{winter.In(there).Format(layout), summer.In(there).Format(layout)}, tz)
	}
	for _, tz := range []string{"Mars/Base", "CST", "CS-8", "CST-99", "CST-8CDT,M13.1.0,M11.1.0", "CST-8CDT,M3.2.0", "-8", "+8", "8", "<>8", "Foo/Bar-1", "../etc/passwd", "/nowhere", "北京-8", "CST-8\nEST5"} {
		there, ok := loadZone(tz)
		assert.False(t, ok, tz)
		assert.Equal(t, time.UTC, there, tz)
	}
}

// A rule changes at the second that it names.
func TestARuleChangesAtItsSecond(t *testing.T) {
	there, ok := zoneByRule("CET-1CEST,M3.5.0,M10.5.0/3")
	require.True(t, ok)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for year := 2000; year < 2100; year += 7 {
		for at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == year; at = at.Add(time.Hour) {
			for _, at := range []time.Time{at, at.Add(-time.Second)} {
				require.Equal(t, at.In(berlin).Format(time.RFC3339), at.In(there).Format(time.RFC3339))
			}
		}
	}
}

func TestAZoneInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone")
	require.NoError(t, os.WriteFile(path, zoneFile("?", "CST-8"), 0o600))
	there, ok := loadZone(path)
	require.True(t, ok)
	assert.Equal(t, "20:00", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).In(there).Format("15:04"))
	require.NoError(t, os.WriteFile(path, []byte("nothing"), 0o600))
	_, ok = loadZone(path)
	assert.False(t, ok)
}
