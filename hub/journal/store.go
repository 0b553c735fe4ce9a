package journal

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Store keeps entries. Commit is called by one goroutine; the other methods by any number of them, at the same time.
// The stream "" is always empty.
type Store interface {
	// Epoch names the journal. Positions of another epoch mean nothing here.
	Epoch() uuid.UUID
	// Key is random, made with the journal, and stays with it: for hashes that must not be guessed.
	Key() [32]byte
	// Head is the position of the last entry, 0 if there is none.
	Head() uint64
	// Commit appends the entries in this order and writes the rows, all or none. An entry without a position is given
	// the next, and its event with it; one that has a position must have the next, and its event, too, else Commit
	// returns ErrPosition. Of two rows with the same ID the last counts. When Commit returns nil all are as safe as the
	// store can make them.
	Commit(entries []Entry, rows []Row) error
	// Rows calls f for each row, in the order of IDs, as all of them were at one moment, until f returns an error. It
	// is for a start: commits need not wait for it, but work that waits for readers does, so f must be quick.
	Rows(f func(Row) error) error
	// Read moves the cursor on by at most limit entries, or as many as have PageBytes, never beyond upto, and returns
	// them in order. A page without entries means that cur has reached upto.
	Read(cur *Cursor, upto uint64, limit int) (Page, error)
	// Tail returns the entries of all streams after a position, in order, at most limit. It is for a start, which
	// replays what the rows do not hold.
	Tail(after uint64, limit int) ([]Entry, error)
	// SeqOfLast returns the position after which the last n messages of these streams lie, up to upto; 0 if there are
	// no more than n.
	SeqOfLast(streams []Stream, upto uint64, n int) (uint64, error)
	// Newest returns the last n messages of these streams up to upto, in order, and whether there are more before them.
	Newest(streams []Stream, upto uint64, n int) (entries []Entry, more bool, err error)
	// SeqBefore returns the position of the last entry that was accepted before t, 0 if none is kept.
	SeqBefore(t time.Time) (uint64, error)
	// Search returns the last n messages of these streams up to upto that hold all the words, in order, and the
	// position up to which it has looked: the index may be behind. It ends with ctx; an incomplete search is an error.
	Search(ctx context.Context, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error)
	// KeepAfter keeps entries after a position from pruning, whatever the bounds, until it is called with a higher one.
	// Before it is called nothing is kept back. Redact erases entries after the position, too.
	KeepAfter(position uint64)
	// Redact erases the words of all messages of author in these streams up to a position, for ever, and returns how
	// many entries it was. Each keeps its position, with a protocol.Redacted in it. When Redact returns, no search or
	// read shows the words; what a store leaves of them in its file goes later.
	Redact(author uuid.UUID, streams []Stream, upto uint64) (n int, err error)
}

// ErrBroken is what a store returns, and goes on returning, when the disk has failed in a way after which only a new
// start tells what is in the journal.
var ErrBroken = errors.New("the disk did not take what was written: what is in the journal is only known after a new start")

// ErrBusy is what Redact and Journal.Search return when too many callers wait already.
var ErrBusy = errors.New("journal: too many wait")
