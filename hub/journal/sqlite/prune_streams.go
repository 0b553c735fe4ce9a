package sqlite

import (
	"context"
	"time"

	"chinwag/hub/journal"
)

const streamsBatch = 512 // that are looked at in one step

// pruneStreams looks at the next streams. It prunes what is before the last Options.Lines of one, and mailboxes of
// sessions that have been silent for long (a session is given up long before, so no client can read them any more), and
// drops streams that hold nothing. It reports whether the round goes on.
func (s *Store) pruneStreams() (more bool, err error) {
	s.pruning.Lock()
	defer s.pruning.Unlock()
	if s.pruned.after == 0 { // so that the counters of the file are those of all entries
		if err := s.fileUpto(s.Head()); err != nil {
			return false, err
		}
	}
	streams, err := s.streamsAfter(s.pruned.after)
	if err != nil {
		return false, err
	}
	silent, err := s.silent()
	if err != nil {
		return false, err
	}
	var empty []int64
	for _, st := range streams {
		held, excess := int64(st.Count)-int64(st.PrunedNth), int64(0)
		switch _, session := st.Name.Session(); {
		case held <= 0:
			empty = append(empty, st.ID)
		case session && st.Last <= silent && len(s.streams.places(st.Name)) == 0:
			excess = held
		case s.opts.Lines > 0 && held > int64(s.opts.Lines):
			if excess, err = s.excess(st, held); err != nil {
				return false, err
			}
		}
		if excess > 0 {
			n, err := s.prune(firstOfStream, int(min(excess, pruneBatch)), st.ID)
			if n > 0 || err != nil {
				return err == nil, err // the same again
			}
		}
		s.pruned.after = st.ID
	}
	if err := s.dropStreams(empty); err != nil {
		return false, err
	}
	if len(streams) == streamsBatch {
		return true, nil
	}
	s.pruned.after = 0
	return false, nil
}

// beforeLines finds the newest line of a stream before its last lines, of which it skips a number.
const beforeLines = "SELECT nth FROM entries WHERE seq=(SELECT seq FROM positions WHERE stream=? AND spoken=1 ORDER BY seq DESC LIMIT 1 OFFSET ?)"

// excess is by how many entries a stream is too long: up to the line of beforeLines or, if there are few lines, beyond
// journal.MaxEntries.
func (s *Store) excess(st streamRow, held int64) (int64, error) {
	upto := int64(st.PrunedNth)
	err := s.withReader(func(r *reader) error {
		return noRow(r.conn.QueryRowContext(s.stop, beforeLines, st.ID, s.opts.Lines).Scan(&upto))
	})
	return max(upto-int64(st.PrunedNth), held-int64(journal.MaxEntries(s.opts.Lines))), s.unlessStopped(err)
}

// silent is a position: a mailbox whose last entry is not after it is pruned.
func (s *Store) silent() (uint64, error) {
	if s.opts.Mailbox < 0 {
		return 0, nil
	}
	kept := s.opts.Mailbox
	if s.opts.Keep > 0 {
		kept = min(kept, s.opts.Keep)
	}
	return s.SeqBefore(time.Now().Add(-kept))
}

const streamsFrom = "SELECT id, name, count, last, pruned_nth, pruned_seq FROM streams WHERE id>? ORDER BY id LIMIT ?"

func (s *Store) streamsAfter(id int64) (found []streamRow, err error) {
	err = s.withReader(func(r *reader) error {
		found, err = scanStreams(r.conn.QueryContext(s.stop, streamsFrom, id, streamsBatch))
		return err
	})
	return found, s.unlessStopped(err)
}

var firstOfStream = filedOf(rawAfterSeq, "p.stream=?2") + " LIMIT ?1"

// dropStreams drops those of the streams that hold nothing.
func (s *Store) dropStreams(ids []int64) error {
	for len(ids) > 0 {
		err := s.runStep(lazy, func(step *maintenanceStep) error {
			for len(ids) > 0 {
				if err := s.dropIfEmpty(ids[0]); err != nil {
					return err
				}
				if ids = ids[1:]; !step.spend(0) {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropIfEmpty drops a stream that holds nothing. A room or a mailbox begins anew with the next entry, and a client that
// read it before is told that an unknown number of lines is missing.
func (s *Store) dropIfEmpty(id int64) error {
	var name string
	var last int64
	err := s.w.emptyStream.QueryRow(id).Scan(&name, &last)
	if err != nil || len(s.streams.places(journal.Stream(name))) > 0 {
		return noRow(err)
	}
	if _, err := s.w.dropStream.Exec(id); err != nil {
		return err
	}
	s.streams.remove(journal.Stream(name))
	_, err = s.w.conn.ExecContext(context.Background(), "UPDATE meta SET gone=max(gone, ?)", last)
	return err
}
