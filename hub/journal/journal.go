package journal

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Store keeps entries. Commit is called by one goroutine; the other methods by any
// number of them, at the same time. The stream "" is always empty.
type Store interface {
	// Epoch names the journal. Positions of another epoch mean nothing here.
	Epoch() uuid.UUID
	// Key is random, made with the journal, and stays with it: for hashes that must not be guessed.
	Key() [32]byte
	// Head is the position of the last entry, 0 if there is none.
	Head() uint64
	// Commit appends the entries in this order and writes the rows, all or none. An entry
	// without a position is given the next, and its event with it; one that has a position must
	// have the next, and its event, too, else Commit returns ErrPosition. Of two rows with the same
	// ID the last counts. When Commit returns nil all are as safe as the store can make them.
	Commit(entries []Entry, rows []Row) error
	// Rows calls f for each row, in the order of IDs, as all of them were at one moment, until
	// f returns an error. It is for a start: commits need not wait for it, but work that waits for
	// readers does, so f must be quick.
	Rows(f func(Row) error) error
	// Read moves the cursor on by at most limit entries, or as many as have
	// PageBytes, never beyond upto, and returns them in order. A page without entries means that cur has
	// reached upto.
	Read(cur *Cursor, upto uint64, limit int) (Page, error)
	// Tail returns the entries of all streams after a position, in order, at most limit.
	// It is for a start, which replays what the rows do not hold.
	Tail(after uint64, limit int) ([]Entry, error)
	// SeqOfLast returns the position after which the last n spoken entries of
	// these streams lie, up to upto; 0 if there are no more than n.
	SeqOfLast(streams []Stream, upto uint64, n int) (uint64, error)
	// Newest returns the last n spoken entries of these streams up to upto, in
	// order, and whether there are more before them.
	Newest(streams []Stream, upto uint64, n int) (entries []Entry, more bool, err error)
	// SeqBefore returns the position of the last entry that was accepted before
	// t, 0 if none is kept.
	SeqBefore(t time.Time) (uint64, error)
	// Search returns the last n spoken entries of these streams up to upto
	// that hold all the words, in order, and the position up to which it has
	// looked: the index may be behind. It ends with ctx; an incomplete search is an error.
	Search(ctx context.Context, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error)
	// KeepAfter keeps entries after a position from pruning, whatever the bounds, until it
	// is called with a higher one. Before it is called nothing is kept back. Redact erases
	// entries after the position, too.
	KeepAfter(position uint64)
	// Redact erases the words of all that author has spoken in these streams up to
	// a position, for ever, and returns how many entries it was. Each keeps its
	// position, with a protocol.Redacted in it. When Redact returns, no search or read shows
	// the words; what a store leaves of them in its file goes later.
	Redact(author uuid.UUID, streams []Stream, upto uint64) (n int, err error)
}

// ErrBroken is what a store returns, and goes on returning, when the disk has
// failed in a way after which only a new start tells what is in the journal.
var ErrBroken = errors.New("the disk did not take what was written: what is in the record is only known after a new start")

// ErrBusy is what Redact and Journal.Search return when too many callers wait already.
var ErrBusy = errors.New("journal: too many wait")

// Proposal is what is committed together or not at all: entries, and the rows that they
// have changed.
type Proposal struct {
	Entries []Entry
	Rows    []Row
}

// Batch is a group of proposals in the order in which they were made. If Err is
// not nil, none of them is in the journal. It is valid until the next one is received.
type Batch struct {
	Proposals []Proposal
	Err       error
}

// Journal puts proposals in order. Make it with New.
type Journal struct {
	Store
	recent   recent
	latest   latest
	searches turns
	long     turns // of long reads, see Begin

	committed chan Batch    // unbuffered; never closed
	wake      chan struct{} // capacity 1: there is something to take

	mu      sync.Mutex
	waiting []Proposal // bounded by the hub: each client has only a few commands in flight
	spare   []Proposal // empty: room for those that come while waiting is committed
	failed  bool       // the last commit failed: nothing is taken before Resume
}

// mostSpare is the longest batch of which the memory is kept.
const mostSpare = 4096

// New makes a journal on a store. It does nothing before Run.
func New(s Store) *Journal {
	head := s.Head()
	return &Journal{
		Store: s, recent: recent{most: recentLines, floor: head}, latest: latest{spoken: head},
		searches: turns{atOnce: 1, most: mostSearches, mostFrom: searchesOfOne}, long: turns{atOnce: longReadsAtOnce},
		committed: make(chan Batch), wake: make(chan struct{}, 1),
	}
}

// SetCacheSize sets how many of the last entries are held in memory for ReadCached,
// whatever the store keeps. It is 8,192 unless it is called, before Run.
func (j *Journal) SetCacheSize(entries int) { j.recent.most = entries }

// ReadCached is Read from memory, for a client that is only a little behind. ok is false
// where some of what is asked for is no longer there.
func (j *Journal) ReadCached(cur *Cursor, upto uint64, limit int) (page Page, ok bool) {
	return j.recent.read(cur, upto, limit)
}

// Redact is Store's, and drops what is in memory, too.
func (j *Journal) Redact(author uuid.UUID, streams []Stream, upto uint64) (int, error) {
	n, err := j.Store.Redact(author, streams, upto)
	j.recent.forget()
	j.latest.forget()
	return n, err
}

// Propose enqueues a proposal. It never waits. A proposal that comes after a batch that failed,
// and before Resume, is dropped: it was made of what has not happened.
func (j *Journal) Propose(p Proposal) {
	j.mu.Lock()
	j.waiting = append(j.waiting, p)
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Resume lets Run commit again after a batch that failed. It drops the proposals that wait, and
// must be called by the goroutine that proposes.
func (j *Journal) Resume() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.waiting)
	j.waiting, j.failed = j.waiting[:0], false
}

// Committed delivers every proposal once, in order, until Run ends, but for those that Resume drops.
func (j *Journal) Committed() <-chan Batch { return j.committed }

// Run commits what is proposed until ctx ends. The proposals that wait by then are dropped:
// a caller that wants them kept waits for them before it ends ctx.
func (j *Journal) Run(ctx context.Context) {
	var entries []Entry
	var rows []Row
	var told []Proposal // the batch before
	for {
		select {
		case <-j.wake:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return
		}
		group := j.take()
		if len(group) == 0 { // the batch before took what this wake was for
			continue
		}
		entries, rows = entries[:0], rows[:0]
		for _, p := range group {
			entries = append(entries, p.Entries...)
			rows = append(rows, p.Rows...)
		}
		epoch := j.recent.now()
		batch := Batch{Proposals: group, Err: j.Commit(entries, lastRows(rows))}
		if batch.Err != nil {
			j.fail()
		}
		if batch.Err == nil {
			for i := range entries {
				entries[i].share()
			}
			j.recent.remember(entries, epoch)
			j.latest.changed(entries)
		}
		rest := entries
		for _, p := range group {
			rest = rest[copy(p.Entries, rest):]
		}
		clear(entries)
		clear(rows)
		select {
		case j.committed <- batch:
		case <-ctx.Done():
			return
		}
		j.reuse(told)
		told = group
	}
}

func (j *Journal) take() []Proposal {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed {
		return nil
	}
	group := j.waiting
	j.waiting, j.spare = j.spare, nil
	return group
}

// reuse keeps the memory of a batch that is over.
func (j *Journal) reuse(group []Proposal) {
	if cap(group) > mostSpare { // one flood must not cost memory for ever
		return
	}
	clear(group)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spare = group[:0]
}

// fail lets Run take nothing more before Resume.
func (j *Journal) fail() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = true
}
