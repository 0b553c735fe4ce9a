package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"github.com/google/uuid"
)

// Open opens the journal in the file at path, and makes the file if it is not there. Until Close a second Open of the
// file returns a LockedError.
func Open(path string, o Options) (*Store, error) { return open(path, o, migrations) }

func open(path string, o Options, steps []string) (s *Store, err error) {
	o.Sync = cmp.Or(o.Sync, Full)
	o.Mailbox = cmp.Or(o.Mailbox, mailboxKept)
	o.stepTime = cmp.Or(o.stepTime, stepTime)
	o.scrubDelay, o.scrubEvery, o.quiet = cmp.Or(o.scrubDelay, scrubDelay), cmp.Or(o.scrubEvery, scrubEvery), cmp.Or(o.quiet, quietTime)
	o.smallIndex, o.filing = cmp.Or(o.smallIndex, smallIndex), cmp.Or(o.filing, filingBatch)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s = &Store{
		opts: o, path: path, words: wordsFile{path: wordsPath(path)},
		readers: make(chan *reader, readerCount), searcher: make(chan *reader, 1), longWAL: longWAL, longWALAt: longWAL, patience: patience,
		work: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if !o.DeferPruning {
		s.keepAfter.Store(keepNone)
	}
	s.stop, s.end = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			s.end()
			s.release()
			s, err = nil, explain(path, err)
		}
	}()
	if err := checkKind(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return s, err
	}
	if s.lock, err = lockFile(path); err != nil {
		return s, err
	}
	if err := s.connect(steps); err != nil {
		return s, err
	}
	go s.maintain()
	return s, nil
}

// connect opens the file, migrates and checks it, and makes all connections.
func (s *Store) connect(steps []string) (err error) {
	ctx := context.Background()
	if err := makeFile(s.path); err != nil {
		return err
	}
	db, err := s.pool(1, writing(s.path, s.opts.Sync))
	if err != nil {
		return err
	}
	conn, err := s.conn(ctx, db)
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, s.path, steps, s.opts.Log); err != nil {
		return err
	}
	if err := check(ctx, conn, s.path); err != nil {
		return err
	}
	if err := s.load(ctx, conn); err != nil {
		return err
	}
	if s.streams, err = readUnfiled(ctx, conn); err != nil {
		return err
	}
	if len(steps) >= rowsSchema {
		if err := s.loadKey(ctx, conn); err != nil {
			return err
		}
	}
	if s.words.id, err = loadFile(ctx, conn); err != nil {
		return err
	}
	if s.w, err = newWriter(ctx, conn, len(steps) >= rowsSchema); err != nil {
		return err
	}
	if db, err = s.pool(1, writing(s.path, s.opts.Sync)); err != nil {
		return err
	}
	if s.checkpoints, err = s.conn(ctx, db); err != nil {
		return err
	}
	// A checkpoint that another program blocks is put off, and does not wait.
	if _, err = s.checkpoints.ExecContext(ctx, "PRAGMA busy_timeout=0"); err != nil {
		return err
	}
	if db, err = s.pool(readerCount+1, reading(s.path)); err != nil {
		return err
	}
	for i := range readerCount + 1 {
		r, err := newReader(ctx, db, s.streams)
		if err != nil {
			return err
		}
		if i < readerCount {
			s.readers <- r
		} else {
			s.searcher <- r
		}
	}
	if err := s.openWords(ctx); err != nil {
		s.opts.Log.Warn("there is no index of the words for now: searches find nothing", "path", s.words.path, "err", err)
	}
	return nil
}

func (s *Store) pool(size int, dsn string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err == nil {
		db.SetMaxOpenConns(size)
		s.pools = append(s.pools, db)
	}
	return db, err
}

func (s *Store) conn(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	c, err := db.Conn(ctx)
	if err == nil {
		s.conns = append(s.conns, c)
	}
	return c, err
}

// load reads the epoch and the head. The head is known because the last entry is never pruned.
func (s *Store) load(ctx context.Context, c *sql.Conn) error {
	var epoch []byte
	var head, filed uint64
	err := c.QueryRowContext(ctx, "SELECT epoch, filed, ifnull((SELECT max(seq) FROM entries), 0) FROM meta").Scan(&epoch, &filed, &head)
	if err == nil {
		s.epoch, err = uuid.FromBytes(epoch)
	}
	if err != nil && code(err) == 0 { // a value that no store writes
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err != nil {
		return err
	}
	s.head.Store(head)
	s.filed.Store(filed)
	s.pruned.head.Store(head)
	return nil
}

// release closes what open has opened so far. The writer's connection is the last: its end copies the WAL to the file.
func (s *Store) release() (err error) {
	for range len(s.readers) { // open has failed
		(<-s.readers).close()
	}
	for range len(s.searcher) {
		(<-s.searcher).close()
	}
	s.words.mu.Lock()
	s.words.closed = true
	s.words.close()
	s.words.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close() // else its pool leaves it open
	}
	for _, db := range slices.Backward(s.pools) {
		err = cmp.Or(err, db.Close())
	}
	if s.lock != nil {
		err = cmp.Or(err, unlockFile(s.lock))
	}
	return err
}

// loadKey reads the key of the journal.
func (s *Store) loadKey(ctx context.Context, c *sql.Conn) error {
	var key []byte
	err := c.QueryRowContext(ctx, "SELECT key FROM meta").Scan(&key)
	if err == nil && len(key) != keySize {
		err = fmt.Errorf("%w: its key is missing", errDamaged)
	}
	copy(s.key[:], key)
	return err
}

// loadFile reads what names the file.
func loadFile(ctx context.Context, c *sql.Conn) (id []byte, err error) {
	err = c.QueryRowContext(ctx, "SELECT file FROM meta").Scan(&id)
	if err == nil && len(id) != fileSize {
		err = fmt.Errorf("%w: its name is missing", errDamaged)
	}
	return id, err
}
