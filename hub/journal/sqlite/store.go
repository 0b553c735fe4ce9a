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
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
)

// Options of a Store. The zero value keeps everything, as safe as can be.
type Options struct {
	Sync         Sync          // "": Full
	Keep         time.Duration // how long entries are kept; 0: for ever
	Lines        int           // how many lines of each stream are kept, see journal.MaxEntries; 0: all
	Mailbox      time.Duration // how long a mailbox is kept after its last entry; 0: 30 days, below zero: for ever
	Size         int64         // bytes of the file that may be in use, about; free pages and the WAL come on top; 0: no bound
	DeferPruning bool          // nothing is pruned before KeepAfter is called
	Log          *slog.Logger  // nil: nothing is logged

	// For tests. 0: what the constants say.
	sliceTime, scrubDelay, scrubEvery, quiet time.Duration
	smallIndex                               int
	watch                                    func(*slice) // called with each slice when it is over; nil: not called
}

// Sync is what a commit waits for.
type Sync string

const (
	Full   Sync = "full"   // the disk has it: a power cut loses nothing
	Normal Sync = "normal" // the system has it: a power cut may lose the last lines
	Off    Sync = "off"    // the system has it, in any order: a power cut may lose the file
)

// ParseSync parses the value of a setting.
func ParseSync(s string) (Sync, error) {
	switch y := Sync(s); y {
	case Full, Normal, Off:
		return y, nil
	}
	return "", fmt.Errorf("sync is full, normal or off, not %q", s)
}

const (
	readerCount = 4    // readers that read at the same time; more calls wait
	maxStreams  = 4096 // counters that are held in memory
	mailboxKept = 30 * 24 * time.Hour
)

// Store is a journal in a file. Make it with Open.
type Store struct {
	// static after Open
	opts  Options
	path  string
	epoch uuid.UUID
	key   [keySize]byte
	lock  *os.File
	pools []*sql.DB
	conns []*sql.Conn // the writer's, and that of checkpoints

	readers  chan *reader // readerCount of them; borrow takes one and gives it back
	searcher chan *reader // the one of searches
	gate     gate         // through which all readers go
	head     atomic.Uint64
	indexed  atomic.Uint64 // written under writing
	kept     atomic.Uint64 // position up to which anything may be pruned

	writing turn // of what follows
	w       *writer
	streams map[journal.Stream]*stream // a cache of the committed counters
	broken  error                      // not nil: what every commit returns

	checkpoints *sql.Conn
	longLog     int           // as the constant has it; tests have another, here and below
	patience    time.Duration // the same
	longAt      int           // pages of the WAL at which readers are kept out; under writing
	emptied     int           // pages of the WAL after the last checkpoint, if all were in the file; else 0; under writing

	pruning  sync.Mutex    // one step at a time
	pruned   pruning       // under pruning, but for its counters
	garbage  atomic.Uint64 // entries whose words were taken out of the index since it was merged
	compact  atomic.Bool   // the index is to be merged now
	unmerged atomic.Bool   // parts of the index may have to be merged

	forgetters atomic.Int32  // calls of Redact, those that wait included
	forgetting sync.Mutex    // held by the one that works
	forgotten  atomic.Uint64 // grows with each slice that took words out; written under writing
	marked     atomic.Bool   // theMark stands in the index; written under writing
	scrub      atomic.Bool   // forgotten words are still in the WAL
	scrubs     atomic.Uint64 // that have begun
	mergedBy   atomic.Uint64 // number of the last scrub that has merged the index
	spoke      atomic.Int64  // when something was committed last, in nanoseconds since 1970

	work  chan struct{} // capacity 1: something was committed or forgotten; never closed
	stop  context.Context
	end   context.CancelFunc
	ended chan struct{} // closed by the maintenance goroutine
}

// Open opens the journal in the file at path, and makes the file if it is not there.
// Until Close a second Open of the file returns an LockedError.
func Open(path string, o Options) (*Store, error) { return open(path, o, migrations) }

func open(path string, o Options, steps []string) (s *Store, err error) {
	o.Sync = cmp.Or(o.Sync, Full)
	o.Mailbox = cmp.Or(o.Mailbox, mailboxKept)
	o.sliceTime = cmp.Or(o.sliceTime, sliceTime)
	o.scrubDelay, o.scrubEvery, o.quiet = cmp.Or(o.scrubDelay, scrubDelay), cmp.Or(o.scrubEvery, scrubEvery), cmp.Or(o.quiet, quietTime)
	o.smallIndex = cmp.Or(o.smallIndex, smallIndex)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s = &Store{
		opts: o, path: path,
		readers: make(chan *reader, readerCount), searcher: make(chan *reader, 1), longLog: longLog, longAt: longLog, patience: patience, streams: map[journal.Stream]*stream{},
		work: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if !o.DeferPruning {
		s.kept.Store(keepsNothing)
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
	if err := setIndex(ctx, conn); err != nil {
		return err
	}
	if len(steps) >= rowsSchema {
		if err := s.loadKey(ctx, conn); err != nil {
			return err
		}
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
		r, err := newReader(ctx, db)
		if err != nil {
			return err
		}
		if i < readerCount {
			s.readers <- r
		} else {
			s.searcher <- r
		}
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

// load reads the epoch, the head and how far the index is. The head is known because the last entry is never pruned.
func (s *Store) load(ctx context.Context, c *sql.Conn) error {
	var epoch []byte
	var head, indexed uint64
	err := c.QueryRowContext(ctx, "SELECT epoch, indexed, ifnull((SELECT max(seq) FROM entries), 0) FROM meta").Scan(&epoch, &indexed, &head)
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
	s.indexed.Store(indexed)
	s.pruned.head.Store(head)
	var marked int
	if err := c.QueryRowContext(ctx, isMarked).Scan(&marked); err != nil {
		return err
	}
	s.marked.Store(marked > 0)
	return nil
}

// Close waits for all calls under way, and releases the file.
func (s *Store) Close() error {
	s.end()
	<-s.ended
	for range readerCount {
		(<-s.readers).close()
	}
	(<-s.searcher).close()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.broken = cmp.Or(s.broken, errClosed)
	s.w.close()
	return s.release()
}

// release closes what open has opened so far. The writer's connection is the
// last: its end copies the WAL to the file.
func (s *Store) release() (err error) {
	for range len(s.readers) { // open has failed
		(<-s.readers).close()
	}
	for range len(s.searcher) {
		(<-s.searcher).close()
	}
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

// Epoch implements journal.Store.
func (s *Store) Epoch() uuid.UUID { return s.epoch }

// Head implements journal.Store.
func (s *Store) Head() uint64 { return s.head.Load() }
