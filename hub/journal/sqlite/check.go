package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func isEmpty(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() == 0
}

// makeFile makes an empty file that only its owner may read. It leaves a file that is there, and rejects one that is no
// database.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		if err := f.Close(); err != nil {
			return err
		}
		if dir, err := os.Open(filepath.Dir(path)); err == nil {
			_ = dir.Sync() // not every system can
			_ = dir.Close()
		}
		return nil
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	return checkHeader(path)
}

// checkKind rejects what is no regular file: to open a pipe would block for ever.
func checkKind(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errFolder
	case !info.Mode().IsRegular():
		return errNotOurs
	}
	return nil
}

// checkHeader rejects a file that is no database, before SQLite touches it.
func checkHeader(path string) error {
	if err := checkKind(path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	switch n, err := f.Read(head); {
	case n == 0:
		if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
			return fmt.Errorf("%w: it is empty, and its WAL is not", errDamaged)
		}
		return nil
	case err != nil:
		return err
	case string(head[:n]) != magic:
		return errNotOurs
	}
	return nil
}

const (
	smallFile = 16 << 20 // bytes that are checked as a whole at each start
	tailLines = 1000     // entries that are checked in any case
)

// check is the check at each start: of a small file all of it, of a large one the small tables and the last entries.
func check(ctx context.Context, c *sql.Conn, path string) error {
	checks := []string{"quick_check('meta')", "quick_check('streams')", "quick_check('rows')"}
	info, err := os.Stat(path)
	isSmall := err == nil && info.Size() <= smallFile
	if isSmall {
		checks = []string{"integrity_check(1)"}
	}
	for _, pragma := range checks {
		var verdict string
		if err := c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return errNotAsMade // Verify says it all
		}
	}
	if isSmall {
		if err := checkPositions(ctx, c); err != nil {
			return err
		}
	}
	return checkTail(ctx, c)
}

// strayPositions counts the positions that are no entry's, and missingPositions the entries that should be filed and
// are not.
const (
	strayPositions   = "SELECT count(*) FROM positions p LEFT JOIN entries e ON e.seq=p.seq WHERE (e.stream, e.spoken) IS NOT (p.stream, p.spoken)"
	missingPositions = "SELECT (SELECT count(*) FROM entries WHERE seq<=(SELECT filed FROM meta)) - (SELECT count(*) FROM positions WHERE seq<=(SELECT filed FROM meta))"
)

// checkPositions compares the positions that are filed with the entries.
func checkPositions(ctx context.Context, c *sql.Conn) error {
	for _, query := range []string{strayPositions, missingPositions} {
		var wrong int
		err := c.QueryRowContext(ctx, query).Scan(&wrong)
		if err == nil && wrong != 0 {
			err = errNotAsMade
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkTail compares the last entries that are filed with the counters of the streams; readUnfiled looks at the others.
func checkTail(ctx context.Context, c *sql.Conn) error {
	var wrong int
	err := c.QueryRowContext(ctx, `
		SELECT count(*) FROM (
			SELECT e.stream, max(e.seq) AS last, max(e.nth) AS nth, m.filed
			FROM (SELECT ifnull(max(filed), 0) AS filed FROM meta) m, (SELECT seq, stream, nth FROM entries WHERE seq <= (SELECT filed FROM meta) ORDER BY seq DESC LIMIT ?) e GROUP BY e.stream
		) tail LEFT JOIN streams s ON s.id = tail.stream
		WHERE s.id IS NULL OR s.last < tail.last OR s.last <= tail.filed AND (s.count <> tail.nth OR s.last <> tail.last)`, tailLines).Scan(&wrong)
	if err == nil && wrong > 0 {
		err = errCounters
	}
	if err != nil {
		return err
	}
	var head, last int64
	err = c.QueryRowContext(ctx, "SELECT ifnull((SELECT max(seq) FROM entries), 0), max(ifnull((SELECT filed FROM meta), 0), ifnull((SELECT max(last) FROM streams), 0))").Scan(&head, &last)
	if err == nil && last > head {
		err = fmt.Errorf("%w: its last entries are missing", errDamaged)
	}
	return err
}
