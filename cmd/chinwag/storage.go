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

const journalFile = "chinwag.db"

// openJournal opens the store of the journal: the file at path, or memory if path is "". The caller calls close when
// the hub has ended.
func openJournal(s settings, log *slog.Logger) (store journal.Store, path string, close func() error, err error) {
	if s.Journal == "memory" {
		log.Info("what is said is kept until the server ends, and so are sessions, topics and the desk: the next start has nothing of it", "journal", "memory")
		return journal.NewMemory(s.memoryBounds()), "", func() error { return nil }, nil
	}
	dir, err := dataFolder(s.Data)
	if err != nil {
		return nil, "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", nil, fmt.Errorf("the folder %s for the journal cannot be made: %s; %s", dir, fault.Words(err), elsewhere)
	}
	path = filepath.Join(dir, journalFile)
	db, err := sqlite.Open(path, s.fileOptions(log))
	_, folder := errors.AsType[*fs.PathError](err)
	_, inUse := errors.AsType[*sqlite.LockedError](err)
	switch {
	case folder: // the folder is wrong, and not the file
		err = fmt.Errorf("the journal cannot be kept in %s: %s; %s", dir, fault.Words(err), elsewhere)
	case inUse:
		err = fmt.Errorf("%w: end that one, or keep another journal with --data FOLDER", err)
	}
	if err != nil {
		return nil, "", nil, err
	}
	log.Info("what is said is kept", "journal", path, "sync", s.Sync, "position", db.Head())
	if s.Sync != "full" {
		log.Warn("a power cut may cost lines that people have seen", "sync", s.Sync)
	}
	return db, path, func() error { return logClose(db.Close(), path, log) }, nil
}

// logRestored logs what the start has restored.
func logRestored(log *slog.Logger, f hub.Inventory) {
	if f != (hub.Inventory{}) {
		log.Info("what was there before the start is back, and sessions wait for who comes back to them",
			"sessions", f.Sessions, "tickets", f.Tickets, "rooms", f.Rooms)
	}
}

// unreadableJournal is the error of a start whose journal cannot be read; the log has the details.
func unreadableJournal(path string) error {
	return fmt.Errorf("the journal %s cannot be read: chinwag history verify %[1]s tells more, and --data FOLDER begins another", path)
}

// logClose logs an error of the store's Close, and returns it in plain words.
func logClose(err error, path string, log *slog.Logger) error {
	if err == nil {
		return nil
	}
	log.Error("the journal was not closed in good order", "err", err)
	return fmt.Errorf("the journal %s was not closed in good order: the next start puts it in order", path)
}

const elsewhere = "--data FOLDER names another, --journal memory does without"

// brokenJournal is err in plain words where a broken store has ended the server. The log has the details.
func brokenJournal(path string, err error) error {
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
		return "", errors.New("there is no home folder to keep the journal in: --data FOLDER names one, --journal memory does without")
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

// logJournalErrors logs that the journal does not work, and that it works again. It logs failed reads once a minute at
// the most, however many there are.
func logJournalErrors(log *slog.Logger) func(error) {
	var mu sync.Mutex
	var unread time.Time // when a failed read was logged last
	return func(err error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			log.Info("the journal works again")
		case errors.Is(err, journal.ErrBroken):
			log.Error("the journal is broken: the server ends, and starts again from what the disk has", "err", err)
		case errors.Is(err, hub.ErrSilent):
			log.Error("the disk does not answer, and what is said waits until it does")
		case !errors.Is(err, hub.ErrUnreadable):
			log.Error("the journal does not work just now, and what is said is refused", "err", err)
		case time.Since(unread) > time.Minute:
			unread = time.Now()
			log.Error("the journal cannot be read just now, nor words be taken out of it", "err", err)
		}
	}
}
