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

// The operators are warned before the disk of the journal is full: when it will be full within an
// hour at this pace, when it is nine tenths full, and when either is over.

const (
	lookOften = 10 * time.Second
	paceOver  = 5 * time.Minute // the time over which the pace is measured
	paceLeast = time.Minute     // the least time from which it is measured
)

// look is the state of the journal's disk at a time, in bytes.
type look struct {
	at      time.Time
	free    uint64 // can still be written
	all     uint64 // would be free if the disk were empty
	journal uint64 // of the file and its WAL
}

// diskWatch decides what operators are told of a disk. It knows no clock and no disk.
type diskWatch struct {
	looks []look // of the last paceOver, the oldest first
	soon  alarm  // it will be full within an hour at this pace
	full  alarm  // nine tenths of it are used
}

// see adds a look, and returns what to tell.
func (w *diskWatch) see(l look) (tell []string) {
	w.looks = append(w.looks, l)
	w.looks = slices.DeleteFunc(w.looks, func(o look) bool { return l.at.Sub(o.at) > paceOver })
	left, grows := w.pace()
	used := 1 - float64(l.free)/float64(max(1, l.all))
	soon := w.soon.set(left < time.Hour, left < 2*time.Hour || used >= 0.88, l.at) // a full disk does not fill up
	full := w.full.set(used >= 0.9, used >= 0.88, l.at)
	free := bytesInWords(l.free) + " are left"
	switch {
	case soon == alarmBegins && grows == 0:
		tell = append(tell, fmt.Sprintf("the disk of the record is full in %s at this pace: %s, and it is not the record that grows. Please make room", inWords(left), free))
	case soon == alarmBegins:
		tell = append(tell, fmt.Sprintf("the disk of the record is full in %s at this pace: %s, and the record grows by %s a minute. %s", inWords(left), free, bytesInWords(grows), makeRoom))
	case soon == alarmEnds && full != alarmEnds:
		tell = append(tell, "the disk of the record does not fill up so fast any more: "+free)
	}
	switch full {
	case alarmBegins:
		tell = append(tell, fmt.Sprintf("the disk of the record is nine tenths full: %s. %s", free, makeRoom))
	case alarmEnds:
		tell = append(tell, "the disk of the record has room again: "+free)
	}
	return tell
}

const makeRoom = "Please make room, or bound the record with --keep or --keep-size"

// never is the time left on a disk that does not fill up.
const never = 1<<63 - 1

// pace returns the time until the disk is full, at the rate of all that is written to it, and by how
// many bytes the journal grows in a minute. The slower half of the time counts, so that one large
// write is no pace.
func (w *diskWatch) pace() (left time.Duration, grows uint64) {
	then, half, now := w.looks[0], w.looks[len(w.looks)/2], w.looks[len(w.looks)-1]
	if len(w.looks) < 3 || now.at.Sub(then.at) < paceLeast {
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

// fills is the bytes a second that the disk has lost between two looks.
func (l look) fills(later look) float64 {
	return (float64(l.free) - float64(later.free)) / later.at.Sub(l.at).Seconds()
}

// alarm is a state whose beginning is told once an hour at the most, and whose
// end is told if the beginning was.
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

// inWords is a time in words.
func inWords(d time.Duration) string {
	switch minutes := int(d.Minutes()); minutes {
	case 0:
		return "less than a minute"
	case 1:
		return "a minute"
	default:
		return fmt.Sprintf("%d minutes", minutes)
	}
}

// bytesInWords is a number of bytes as df would say it.
func bytesInWords(n uint64) string {
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

// sizeInLog is a number of bytes that a text log has in words, and a JSON log as a number.
type sizeInLog uint64

func (n sizeInLog) String() string { return bytesInWords(uint64(n)) }

// watchDisk is an actor of a run.Group that looks at the disk of the journal at path, and warns
// the log and the connected operators.
func watchDisk(path string, log *slog.Logger, h *hub.Hub) (execute func() error, interrupt func(error)) {
	ctx, cancel := context.WithCancel(context.Background())
	execute = func() error {
		var w diskWatch
		often := time.NewTicker(lookOften)
		defer often.Stop()
		for {
			l, err := lookAt(ctx, path)
			switch {
			case errors.Is(err, errors.ErrUnsupported), ctx.Err() != nil:
				<-ctx.Done()
				return nil
			case err != nil:
				log.Debug("the free space of the record's disk is not known", "err", err)
			default:
				for _, words := range w.see(l) {
					log.Warn(words, "journal", path, "free", sizeInLog(l.free), "of", sizeInLog(l.all), "record", sizeInLog(l.journal))
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

// lookAt looks at the disk. A disk that hangs must not hold up the end of the server: at the end of
// ctx lookAt returns, and leaves a goroutine that waits for the disk.
func lookAt(ctx context.Context, path string) (l look, err error) {
	type result struct {
		look
		error
	}
	seen := make(chan result, 1)
	go func() {
		l := look{at: time.Now()}
		var err error
		l.free, l.all, err = spaceOf(path)
		for _, file := range []string{path, path + "-wal"} {
			if at, err := os.Stat(file); err == nil {
				l.journal += uint64(at.Size())
			}
		}
		seen <- result{l, err}
	}()
	select {
	case r := <-seen:
		return r.look, r.error
	case <-ctx.Done():
	}
	select { // a result comes at once unless the disk hangs
	case <-seen:
	case <-time.After(time.Second):
	}
	return l, ctx.Err()
}
