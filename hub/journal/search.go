package journal

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"
)

// One search is under way at a time, and only so many wait for it: a search may take a
// processor for as long as it lasts.
const (
	searchTime      = 250 * time.Millisecond
	mostSearches    = 64 // that wait
	searchesOfOne   = 8  // of them from one address
	longReadsAtOnce = 2  // see Begin
)

// What Search refuses.
var (
	ErrTooLong  = errors.New("journal: too many words are searched for")
	ErrTooBroad = errors.New("journal: the search takes too long")
)

// Search is Store's, when the turn of a caller from an address has come. From then on it takes a bounded time.
// It returns one of the errors above, or ErrBusy, where the store is not to blame, and ctx's own when that ends.
func (j *Journal) Search(ctx context.Context, from netip.Prefix, streams []Stream, words string, upto uint64, n int) (found []Entry, looked uint64, err error) {
	if CountWords(words) > MaxWords {
		return nil, 0, ErrTooLong
	}
	if err := j.searches.take(ctx, from); err != nil {
		return nil, 0, err
	}
	defer j.searches.leave()
	work, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	found, looked, err = j.Store.Search(work, streams, words, upto, n)
	if err != nil && work.Err() != nil {
		err = cmp.Or(ctx.Err(), ErrTooBroad)
	}
	return found, looked, err
}

// Begin waits for the turn of a caller from an address that reads much of the record: for one page, and
// what is made of it. End gives the turn back. What is short (Last, Back, Before) needs none: so a
// newcomer waits for one page of another reader at the most, however many read all there is.
func (j *Journal) Begin(ctx context.Context, from netip.Prefix) error { return j.long.take(ctx, from) }

// End is the end of what Begin began.
func (j *Journal) End() { j.long.leave() }
