package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"chinwag/conn/fault"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
)

const recordFile = "chinwag.db"

// openRecord opens where what is said is kept: in the file at path, or in memory if that
// is "". close gives it back, when nobody writes any more.
func openRecord(s settings, log *slog.Logger) (store journal.Store, path string, close func() error, err error) {
	if s.Journal == "memory" {
		log.Info("what is said is kept until the server ends, and so are sessions, topics and the desk: the next start has nothing of it", "journal", "memory")
		return journal.NewMemory(journal.Bounds{Lines: limit(s.KeepLines), Bytes: -1}), "", func() error { return nil }, nil
	}
	dir, err := dataFolder(s.Data)
	if err != nil {
		return nil, "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", nil, fmt.Errorf("the folder %s for the record cannot be made: %s; %s", dir, fault.Words(err), elsewhere)
	}
	path = filepath.Join(dir, recordFile)
	db, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Sync(s.Sync), Keep: time.Duration(s.Keep), Lines: s.KeepLines, Size: int64(s.KeepSize), Held: true, Log: log})
	_, folder := errors.AsType[*fs.PathError](err)
	_, inUse := errors.AsType[*sqlite.InUseError](err)
	switch {
	case folder: // and not the record
		err = fmt.Errorf("the record cannot be kept in %s: %s; %s", dir, fault.Words(err), elsewhere)
	case inUse:
		err = fmt.Errorf("%w: end that one, or keep another record with --data FOLDER", err)
	}
	if err != nil {
		return nil, "", nil, err
	}
	log.Info("what is said is kept", "journal", path, "sync", s.Sync, "position", db.Head())
	if s.Sync != "full" {
		log.Warn("a power cut may cost lines that people have seen", "sync", s.Sync)
	}
	return db, path, func() error { return closedRecord(db.Close(), path, log) }, nil
}

// tellFound tells what has come back from before the start.
func tellFound(log *slog.Logger, f hub.Found) {
	if f != (hub.Found{}) {
		log.Info("what was there before the start is back, and sessions wait for who comes back to them",
			"sessions", f.Sessions, "tickets", f.Tickets, "rooms", f.Rooms)
	}
}

// unreadableRecord is why there is no start with the record at path; the log has the rest.
func unreadableRecord(path string) error {
	return fmt.Errorf("the record %s cannot be read: chinwag history verify %[1]s tells more, and --data FOLDER begins another", path)
}

// closedRecord is err in plain words, which the log has in its own: the record at path was not closed in good order.
func closedRecord(err error, path string, log *slog.Logger) error {
	if err == nil {
		return nil
	}
	log.Error("the record was not closed in good order", "err", err)
	return fmt.Errorf("the record %s was not closed in good order: the next start puts it in order", path)
}

const elsewhere = "--data FOLDER names another, --journal memory does without"

// endOfRecord is err in plain words where the record at path has ended the server: the log has all of it.
func endOfRecord(path string, err error) error {
	if errors.Is(err, journal.ErrBroken) {
		return fmt.Errorf("%w: please see what the system's log says of the disk of %s, and start again", journal.ErrBroken, path)
	}
	return err
}

// dataFolder is where programs keep their data on this system.
func dataFolder(chosen string) (string, error) {
	if chosen != "" {
		return chosen, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "chinwag"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil || home == "/" || home == os.DevNull {
		return "", errors.New("there is no home folder to keep the record in: --data FOLDER names one, --journal memory does without")
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "chinwag"), nil
		}
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "chinwag"), nil
	}
	return filepath.Join(home, ".local", "share", "chinwag"), nil
}

// tellTrouble logs that the record does not work, and that it works again. However
// many cannot read it are told of once a minute.
func tellTrouble(log *slog.Logger) func(error) {
	var mu sync.Mutex
	var unread time.Time // when that was told last
	return func(err error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			log.Info("the record works again")
		case errors.Is(err, journal.ErrBroken):
			log.Error("the record is broken: the server ends, and starts again from what the disk has", "err", err)
		case errors.Is(err, hub.ErrSilent):
			log.Error("the disk does not answer, and what is said waits until it does")
		case !errors.Is(err, hub.ErrUnreadable):
			log.Error("the record does not work just now, and what is said is refused", "err", err)
		case time.Since(unread) > time.Minute:
			unread = time.Now()
			log.Error("the record cannot be read just now, nor words be taken out of it", "err", err)
		}
	}
}
