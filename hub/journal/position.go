package journal

import (
	"errors"
	"fmt"

	"chinwag/protocol"
)

// ErrPosition is what Commit returns for a given position that is not the next. It is a mistake of the caller, and
// nothing is committed.
var ErrPosition = errors.New("journal: a given position is not the next")

// CheckPositions is for stores. Given positions must be those that follow head, and the position in an event must be
// that of its entry.
func CheckPositions(entries []Entry, head uint64) error {
	for i := range entries {
		e, next := &entries[i], head+1+uint64(i)
		if e.Seq == 0 {
			continue
		}
		if e.Seq != next {
			return fmt.Errorf("%w: an entry of %s has %d, and the next is %d", ErrPosition, e.Stream, e.Seq, next)
		}
		if at := protocol.MetaOf(e.Event).Seq; at != next {
			return fmt.Errorf("%w: the event of an entry at %d says %d", ErrPosition, next, at)
		}
	}
	return nil
}

// SetPosition is for stores. It sets the position of e, and writes it into the event. An event whose position was given
// has it already, and is not copied.
func (e *Entry) SetPosition(seq, nth uint64) {
	given := e.Seq == seq
	e.Seq, e.StreamSeq = seq, nth
	if given {
		return
	}
	stamp := protocol.MetaOf(e.Event)
	stamp.Seq = seq
	e.Event = e.Event.WithMeta(stamp)
}
