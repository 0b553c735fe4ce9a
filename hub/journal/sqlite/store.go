package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Options of a Store. The zero value keeps everything, as safe as can be.
type Options struct {
	Sync         Sync          // "": Full
	Keep         time.Duration // how long entries are kept; 0: for ever
	Lines        int           // how many lines of each stream are kept, see journal.MaxEntries; 0: all
	Mailbox      time.Duration // how long a mailbox is kept after its last entry; 0: 30 days, below zero: for ever
	Size         int64         // bytes of both files that may be in use, about; free pages and the WAL come on top; 0: no bound
	DeferPruning bool          // nothing is pruned before KeepAfter is called
	Log          *slog.Logger  // nil: nothing is logged

	// For tests. 0: what the constants say.
	stepTime, scrubDelay, scrubEvery, quiet time.Duration
	smallIndex                              int
	filing                                  int                    // how many entries are filed together
	watch                                   func(*maintenanceStep) // called with each step when it is over; nil: not called
}

// Sync is what a commit waits for.
type Sync string

// What a commit can wait for.
const (
	Full   Sync = "full"   // the disk has it: a power cut loses nothing
	Normal Sync = "normal" // the system has it: a power cut may lose the last lines
	Off    Sync = "off"    // the system has it, in any order: a power cut may lose the file
)

const (
	readerCount = 4    // readers that read at the same time; more calls wait
	maxStreams  = 4096 // streams of which all is filed, and whose counters are held in memory
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

	readers   chan *reader // readerCount of them; withReader takes one and gives it back
	searcher  chan *reader // the one of searches
	latch     latch        // through which all readers go
	head      atomic.Uint64
	indexed   atomic.Uint64 // written under words.mu
	keepAfter atomic.Uint64 // position up to which anything may be pruned

	writing writeLock // of what follows
	w       *writer
	broken  error  // not nil: what every commit returns
	filing  filing // under way; its streams are empty between two

	streams *streamTable  // written under writing
	filed   atomic.Uint64 // all entries up to this position are filed, and perhaps some after it; written under writing

	checkpoints  *sql.Conn
	longWAL      int           // as the constant has it; tests have another, here and below
	patience     time.Duration // the same
	longWALAt    int           // pages of the WAL at which readers are kept out; under writing
	checkpointed int           // pages of the WAL after the last checkpoint, if all were in the file; else 0; under writing

	words    wordsFile
	pruning  sync.Mutex    // one step at a time
	pruned   pruneState    // under pruning, but for its counters
	garbage  atomic.Uint64 // entries whose words were taken out of the index since it was merged
	compact  atomic.Bool   // the index is to be merged now
	unmerged atomic.Bool   // parts of the index may have to be merged

	redactCalls atomic.Int32  // calls of Redact, those that wait included
	redacting   sync.Mutex    // held by the one that works
	redactions  atomic.Uint64 // grows with each step that took words out; written under writing
	marked      atomic.Bool   // markEntry stands in the index; written under words.mu
	walScrubDue atomic.Bool   // redacted words are still in the WAL
	scrubs      atomic.Uint64 // that have begun
	mergedBy    atomic.Uint64 // number of the last scrub that has merged the index
	lastCommit  atomic.Int64  // when something was committed last, in nanoseconds since 1970

	work  chan struct{} // capacity 1: something was committed or redacted; never closed
	stop  context.Context
	end   context.CancelFunc
	ended chan struct{} // closed by the maintenance goroutine
}

// Close waits for all calls under way, and releases the file.
func (s *Store) Close() error {
	s.end()
	<-s.ended
	if err := s.fileUpto(s.Head()); err != nil { // the next start does it
		s.opts.Log.Warn("the journal's last lines are filed at the next start", "err", err)
	}
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

// Epoch implements journal.Store.
func (s *Store) Epoch() uuid.UUID { return s.epoch }

// Head implements journal.Store.
func (s *Store) Head() uint64 { return s.head.Load() }
