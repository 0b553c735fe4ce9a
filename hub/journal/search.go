package journal

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"
)

// One search runs at a time, and the queue is bounded: a search may take a processor for as long as it lasts.
const (
	searchTime      = 250 * time.Millisecond
	maxSearches     = 64 // that wait
	maxSearchesFrom = 8  // of them from one address
	maxLongReads    = 2  // see AcquireRead
)

// Errors of Search that are not the store's.
var (
	ErrTooLong  = errors.New("journal: too many words are searched for")
	ErrTooBroad = errors.New("journal: the search takes too long")
)

// Search is Store's. It waits for the turn of an address, and then takes at most searchTime. It returns one of the
// errors above, or ErrBusy, where the store is not to blame, and ctx's own when that ends.
func (j *Journal) Search(ctx context.Context, from netip.Prefix, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error) {
	if ParseQuestion(words).Len() > MaxWords {
		return nil, 0, ErrTooLong
	}
	if err := j.searches.acquire(ctx, from); err != nil {
		return nil, 0, err
	}
	defer j.searches.release()
	work, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	found, looked, err = j.Store.Search(work, streams, words, upto, n)
	if err != nil && work.Err() != nil {
		err = cmp.Or(ctx.Err(), ErrTooBroad)
	}
	return found, looked, err
}

// AcquireRead waits for the turn of an address to read one page, and to deliver it. ReleaseRead gives the turn back.
// Short reads (Newest, SeqOfLast, SeqBefore) need none, so that a new session waits for one page of another reader at
// the most, however many of them read the whole journal.
func (j *Journal) AcquireRead(ctx context.Context, from netip.Prefix) error {
	return j.longReads.acquire(ctx, from)
}

// ReleaseRead gives back the turn that AcquireRead took.
func (j *Journal) ReleaseRead() { j.longReads.release() }
