package journal

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// Proposal is what is committed together or not at all: entries, and the rows that they have changed.
type Proposal struct {
	Entries []Entry
	Rows    []Row
}

// Batch is a group of proposals in the order in which they were made. If Err is not nil, none of them is in the
// journal. It is valid until the next one is received.
type Batch struct {
	Proposals []Proposal
	Err       error
}

// Journal puts proposals in order. Make it with New.
type Journal struct {
	Store
	tail      tailCache
	replays   replayCache
	searches  fairQueue
	longReads fairQueue // see AcquireRead

	committed chan Batch    // unbuffered; never closed
	wake      chan struct{} // capacity 1: there is something to take

	mu      sync.Mutex
	waiting []Proposal // bounded by the hub: each client has only a few commands in flight
	spare   []Proposal // empty: room for those that come while waiting is committed
	failed  bool       // the last commit failed: nothing is taken before Resume
}

// maxSpare is the longest batch of which the memory is kept.
const maxSpare = 4096

// New makes a journal on a store. It does nothing before Run.
func New(s Store) *Journal {
	head := s.Head()
	return &Journal{
		Store: s, tail: tailCache{max: tailLines, floor: head}, replays: replayCache{lastMessage: head},
		searches: fairQueue{slots: 1, maxWaiting: maxSearches, maxWaitingFrom: maxSearchesFrom}, longReads: fairQueue{slots: maxLongReads},
		committed: make(chan Batch), wake: make(chan struct{}, 1),
	}
}

// SetCacheSize sets how many of the last entries are held in memory for ReadCached, whatever the store keeps. It is
// 8,192 unless it is called, before Run.
func (j *Journal) SetCacheSize(entries int) { j.tail.max = entries }

// ReadCached is Read from memory, for a client that is only a little behind. ok is false where some of what is asked
// for is no longer there.
func (j *Journal) ReadCached(cur *Cursor, upto uint64, limit int) (page Page, ok bool) {
	return j.tail.read(cur, upto, limit)
}

// Redact is Store's, and drops what is in memory, too.
func (j *Journal) Redact(author uuid.UUID, streams []Stream, upto uint64) (int, error) {
	n, err := j.Store.Redact(author, streams, upto)
	j.tail.redact()
	j.replays.redact()
	return n, err
}

// Propose enqueues a proposal. It never waits. A proposal that comes after a batch that failed, and before Resume, is
// dropped: it was made of what has not happened.
func (j *Journal) Propose(p Proposal) {
	j.mu.Lock()
	j.waiting = append(j.waiting, p)
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Resume lets Run commit again after a batch that failed. It drops the proposals that wait, and must be called by the
// goroutine that proposes.
func (j *Journal) Resume() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.waiting)
	j.waiting, j.failed = j.waiting[:0], false
}

// Committed delivers every proposal once, in order, until Run ends, but for those that Resume drops.
func (j *Journal) Committed() <-chan Batch { return j.committed }

// Run commits what is proposed until ctx ends. The proposals that wait by then are dropped: a caller that wants them
// kept waits for them before it ends ctx.
func (j *Journal) Run(ctx context.Context) {
	var entries []Entry
	var rows []Row
	var delivered []Proposal // the batch before
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
		batch := Batch{Proposals: group, Err: j.commit(entries, lastRows(rows))}
		committed := entries
		for _, p := range group {
			committed = committed[copy(p.Entries, committed):]
		}
		clear(entries)
		clear(rows)
		select {
		case j.committed <- batch:
		case <-ctx.Done():
			return
		}
		j.reuse(delivered)
		delivered = group
	}
}

// commit commits to the store and updates the caches, or lets Run take nothing more.
func (j *Journal) commit(entries []Entry, rows []Row) error {
	redactions := j.tail.redactionCount()
	if err := j.Commit(entries, rows); err != nil {
		j.fail()
		return err
	}
	j.tail.append(entries, redactions)
	j.replays.update(entries)
	return nil
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
	if cap(group) > maxSpare { // one flood must not cost memory for ever
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
