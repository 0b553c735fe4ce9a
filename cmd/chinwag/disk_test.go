package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	mega = uint64(1 << 20)
	giga = 1024 * mega
)

// stretch is a time in which the disk and the journal change evenly.
type stretch struct {
	long    time.Duration
	free    int64 // megabytes that are there more at the end
	journal int64 // megabytes that the journal has more
}

func TestWhatIsToldOfADisk(t *testing.T) {
	for name, c := range map[string]struct {
		free, all uint64 // megabytes, at the beginning
		stretches []stretch
		want      []string // with the time since the beginning
	}{
		"room enough": {50_000, 100_000, []stretch{{3 * time.Hour, -1000, 1000}}, nil},
		"full within an hour, then not": {40_000, 100_000, []stretch{{10 * time.Minute, 0, 0}, {10 * time.Minute, -10_000, 10_000}, {30 * time.Minute, 0, 0}}, []string{
			"14m10s: the disk of the journal is full in 53 minutes at this pace: 34 GB are left, and the journal grows by 833 MB a minute. Please make room, or bound the journal with --keep or --keep-size",
			"22m0s: the disk of the journal does not fill up so fast any more: 29 GB are left",
		}},
		"at once": {40_000, 100_000, []stretch{{5 * time.Minute, -6000, 6000}, {time.Minute, 0, 0}}, []string{
			"1m0s: the disk of the journal is full in 32 minutes at this pace: 37 GB are left, and the journal grows by 1.2 GB a minute. Please make room, or bound the journal with --keep or --keep-size",
		}},
		"not the journal": {40_000, 100_000, []stretch{{5 * time.Minute, -5000, 0}}, []string{
			"1m0s: the disk of the journal is full in 39 minutes at this pace: 38 GB are left, and it is not the journal that grows. Please make room",
		}},
		"nine tenths at the start": {9_000, 100_000, []stretch{{time.Hour, 0, 0}, {time.Hour, 20_000, 0}}, []string{
			"0s: the disk of the journal is nine tenths full: 8.8 GB are left. Please make room, or bound the journal with --keep or --keep-size",
			"1h9m10s: the disk of the journal has room again: 11 GB are left",
		}},
		"worse after the first warning": {20_000, 100_000, []stretch{{20 * time.Minute, -15_000, 15_000}}, []string{
			"1m0s: the disk of the journal is full in 25 minutes at this pace: 18 GB are left, and the journal grows by 750 MB a minute. Please make room, or bound the journal with --keep or --keep-size",
			"13m20s: the disk of the journal is nine tenths full: 9.8 GB are left. Please make room, or bound the journal with --keep or --keep-size",
		}},
		"up and down at the edge": {10_100, 100_000, []stretch{{10 * time.Minute, -200, 0}, {10 * time.Minute, 200, 0}, {10 * time.Minute, -200, 0}, {10 * time.Minute, 200, 0}}, []string{
			"5m0s: the disk of the journal is nine tenths full: 9.8 GB are left. Please make room, or bound the journal with --keep or --keep-size",
		}},
		"down and up is told once an hour": {20_000, 100_000, []stretch{
			{10 * time.Second, -15_000, 0}, {30 * time.Second, 15_000, 0}, {10 * time.Minute, 0, 0}, {10 * time.Second, -9_000, 0}, {30 * time.Second, 9_000, 0}, {2 * time.Hour, -12_000, 0},
		}, []string{
			"10s: the disk of the journal is nine tenths full: 4.9 GB are left. Please make room, or bound the journal with --keep or --keep-size",
			"30s: the disk of the journal has room again: 14 GB are left",
			"1h51m20s: the disk of the journal is nine tenths full: 9.8 GB are left. Please make room, or bound the journal with --keep or --keep-size",
		}},
		"what was not told and goes on is told later": {20_000, 100_000, []stretch{
			{10 * time.Second, -15_000, 0}, {30 * time.Second, 15_000, 0}, {10 * time.Minute, 0, 0}, {30 * time.Minute, -12_000, 0}, {time.Hour, 0, 0},
		}, []string{
			"10s: the disk of the journal is nine tenths full: 4.9 GB are left. Please make room, or bound the journal with --keep or --keep-size",
			"30s: the disk of the journal has room again: 14 GB are left",
			"15m10s: the disk of the journal is full in 56 minutes at this pace: 17 GB are left, and it is not the journal that grows. Please make room",
			"1h0m10s: the disk of the journal is nine tenths full: 7.8 GB are left. Please make room, or bound the journal with --keep or --keep-size",
		}},
		"a full disk does not fill up, and is not over": {3_000, 100_000, []stretch{{2 * time.Minute, -3000, 3000}, {time.Hour, 0, 0}}, []string{
			"0s: the disk of the journal is nine tenths full: 2.9 GB are left. Please make room, or bound the journal with --keep or --keep-size",
			"1m0s: the disk of the journal is full in a minute at this pace: 1.5 GB are left, and the journal grows by 1.5 GB a minute. Please make room, or bound the journal with --keep or --keep-size",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var w diskWatch
			var got []string
			free, journal, since := float64(c.free), 0., time.Duration(0)
			see := func() {
				for _, words := range w.add(diskSample{at: time.Unix(0, 0).Add(since), free: uint64(free * float64(mega)), all: c.all * mega, journal: uint64(journal * float64(mega))}) {
					got = append(got, fmt.Sprint(since, ": ", words))
				}
				require.LessOrEqual(t, len(w.samples), int(paceWindow/sampleEvery)+1)
			}
			see()
			for _, s := range c.stretches {
				n := int(s.long / sampleEvery)
				for range n {
					since += sampleEvery
					free = max(0, free+float64(s.free)/float64(n))
					journal += float64(s.journal) / float64(n)
					see()
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// After a time without looks, as of a machine that slept, there is no pace.
func TestTwoLooksAreNoPace(t *testing.T) {
	var w diskWatch
	assert.Empty(t, w.add(diskSample{at: time.Unix(0, 0), free: 50 * giga, all: 100 * giga}))
	assert.Empty(t, w.add(diskSample{at: time.Unix(120, 0), free: 20 * giga, all: 100 * giga}))
	assert.Empty(t, w.add(diskSample{at: time.Unix(10_000, 0), free: 19 * giga, all: 100 * giga}))
}

func TestBytesInWords(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 kB", 2047: "1 kB", 3 * mega: "3.0 MB", 500 * mega: "500 MB", 3*giga + giga/2: "3.5 GB", 12 * giga: "12 GB", 5000 * giga: "4.9 TB"} {
		assert.Equal(t, want, formatBytes(n))
	}
}

func TestTheSpaceOfADisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chinwag.db")
	require.NoError(t, os.WriteFile(path, make([]byte, 1000), 0o600))
	require.NoError(t, os.WriteFile(path+"-wal", make([]byte, 500), 0o600))
	l, err := sampleDisk(context.Background(), path)
	require.NoError(t, err)
	assert.Equal(t, uint64(1500), l.journal)
	assert.NotZero(t, l.all)
	assert.LessOrEqual(t, l.free, l.all)
}

// People read sizes in words, and programs numbers of bytes.
func TestASizeInTheLog(t *testing.T) {
	t.Parallel()
	var screen, machine strings.Builder
	slog.New(slog.NewTextHandler(&screen, nil)).Warn("full", "free", loggedSize(3<<30))
	slog.New(slog.NewJSONHandler(&machine, nil)).Warn("full", "free", loggedSize(3<<30))
	assert.Contains(t, screen.String(), `free="3.0 GB"`)
	assert.Contains(t, machine.String(), `"free":3221225472`)
}
