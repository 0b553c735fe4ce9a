package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// The operators are warned before the disk of the journal is full: when it will be full within an hour at this pace,
// when it is nine tenths full, and when either is over.

const (
	sampleEvery   = 10 * time.Second
	paceWindow    = 5 * time.Minute // the time over which the pace is measured
	minPaceWindow = time.Minute     // the least time from which it is measured
)

// diskSample is the state of the journal's disk at a time, in bytes.
type diskSample struct {
	at      time.Time
	free    uint64 // can still be written
	all     uint64 // would be free if the disk were empty
	journal uint64 // of the file and its WAL
}

// diskWatch decides what operators are told of a disk. It knows no clock and no disk.
type diskWatch struct {
	samples []diskSample // of the last paceWindow, the oldest first
	soon    alarm        // it will be full within an hour at this pace
	full    alarm        // nine tenths of it are used
}

// add adds a sample, and returns what to tell.
func (w *diskWatch) add(l diskSample) (tell []string) {
	w.samples = append(w.samples, l)
	w.samples = slices.DeleteFunc(w.samples, func(o diskSample) bool { return l.at.Sub(o.at) > paceWindow })
	left, grows := w.pace()
	used := 1 - float64(l.free)/float64(max(1, l.all))
	soon := w.soon.set(left < time.Hour, left < 2*time.Hour || used >= 0.88, l.at) // a full disk does not fill up
	full := w.full.set(used >= 0.9, used >= 0.88, l.at)
	free := formatBytes(l.free) + " are left"
	switch {
	case soon == alarmBegins && grows == 0:
		tell = append(tell, fmt.Sprintf("the disk of the journal is full in %s at this pace: %s, and it is not the journal that grows. Please make room", formatLeft(left), free))
	case soon == alarmBegins:
		tell = append(tell, fmt.Sprintf("the disk of the journal is full in %s at this pace: %s, and the journal grows by %s a minute. %s", formatLeft(left), free, formatBytes(grows), makeRoom))
	case soon == alarmEnds && full != alarmEnds:
		tell = append(tell, "the disk of the journal does not fill up so fast any more: "+free)
	}
	switch full {
	case alarmBegins:
		tell = append(tell, fmt.Sprintf("the disk of the journal is nine tenths full: %s. %s", free, makeRoom))
	case alarmEnds:
		tell = append(tell, "the disk of the journal has room again: "+free)
	}
	return tell
}

const makeRoom = "Please make room, or bound the journal with --keep or --keep-size"

// never is the time left on a disk that does not fill up.
const never = 1<<63 - 1

// pace returns the time until the disk is full, at the rate of all that is written to it, and by how many bytes the
// journal grows in a minute. The slower half of the time counts, so that one large write is no pace.
func (w *diskWatch) pace() (left time.Duration, grows uint64) {
	then, half, now := w.samples[0], w.samples[len(w.samples)/2], w.samples[len(w.samples)-1]
	if len(w.samples) < 3 || now.at.Sub(then.at) < minPaceWindow {
		return never, 0
	}
	slower := min(then.fills(half), half.fills(now))
	if slower <= 0 {
		return never, 0
	}
	if now.journal > then.journal {
		grows = uint64(float64(now.journal-then.journal) / now.at.Sub(then.at).Minutes())
	}
	return time.Duration(min(float64(now.free)/slower*float64(time.Second), never/2)), grows
}

// fills is the bytes a second that the disk has lost between two samples.
func (l diskSample) fills(later diskSample) float64 {
	return (float64(l.free) - float64(later.free)) / later.at.Sub(l.at).Seconds()
}

// alarm is a state whose beginning is told once an hour at the most, and whose end is told if the beginning was.
type alarm struct {
	on, told bool
	at       time.Time // when it was told last
}

// change is what is told of an alarm.
type change int

const (
	alarmStays change = iota
	alarmBegins
	alarmEnds
)

// set switches the alarm on where begin is true, and off where stay is false.
func (a *alarm) set(begin, stay bool, now time.Time) change {
	switch {
	case begin:
		a.on = true
	case !stay && a.on:
		a.on = false
		if a.told {
			a.told = false
			return alarmEnds
		}
	}
	if begin && !a.told && (a.at.IsZero() || now.Sub(a.at) >= time.Hour) {
		a.told, a.at = true, now
		return alarmBegins
	}
	return alarmStays
}

// formatLeft is a time in words.
func formatLeft(d time.Duration) string {
	switch minutes := int(d.Minutes()); minutes {
	case 0:
		return "less than a minute"
	case 1:
		return "a minute"
	default:
		return fmt.Sprintf("%d minutes", minutes)
	}
}

// formatBytes is a number of bytes as df would say it.
func formatBytes(n uint64) string {
	for _, unit := range []struct {
		name string
		size uint64
	}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}} {
		switch {
		case n >= 10*unit.size:
			return fmt.Sprintf("%d %s", n/unit.size, unit.name)
		case n >= unit.size:
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.size), unit.name)
		}
	}
	return fmt.Sprintf("%d kB", n>>10)
}

// loggedSize is a number of bytes that a text log has in words, and a JSON log as a number.
type loggedSize uint64

func (n loggedSize) String() string { return formatBytes(uint64(n)) }

// watchDisk is an actor of a run.Group that samples the disk of the journal at path, and warns the log and the
// connected operators.
func watchDisk(path string, log *slog.Logger, h *hub.Hub) (execute func() error, interrupt func(error)) {
	ctx, cancel := context.WithCancel(context.Background())
	execute = func() error {
		var w diskWatch
		often := time.NewTicker(sampleEvery)
		defer often.Stop()
		for {
			l, err := sampleDisk(ctx, path)
			switch {
			case errors.Is(err, errors.ErrUnsupported), ctx.Err() != nil:
				<-ctx.Done()
				return nil
			case err != nil:
				log.Debug("the free space of the journal's disk is not known", "err", err)
			default:
				for _, words := range w.add(l) {
					log.Warn(words, "journal", path, "free", loggedSize(l.free), "of", loggedSize(l.all), "size", loggedSize(l.journal))
					h.TellOperators(ctx, protocol.MustText(words))
				}
			}
			select {
			case <-often.C:
			case <-ctx.Done():
				return nil
			}
		}
	}
	return execute, func(error) { cancel() }
}

// sampleDisk measures the disk. A disk that hangs must not hold up the end of the server: at the end of ctx sampleDisk
// returns, and leaves a goroutine that waits for the disk.
func sampleDisk(ctx context.Context, path string) (l diskSample, err error) {
	type result struct {
		diskSample
		error
	}
	seen := make(chan result, 1)
	go func() {
		l := diskSample{at: time.Now()}
		var err error
		l.free, l.all, err = spaceOf(path)
		for _, file := range []string{path, path + "-wal", path + "-words", path + "-words-wal"} {
			if at, err := os.Stat(file); err == nil {
				l.journal += uint64(at.Size())
			}
		}
		seen <- result{l, err}
	}()
	select {
	case r := <-seen:
		return r.diskSample, r.error
	case <-ctx.Done():
	}
	select { // a result comes at once unless the disk hangs
	case <-seen:
	case <-time.After(time.Second):
	}
	return l, ctx.Err()
}
