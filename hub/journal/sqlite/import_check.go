package sqlite

import (
	"fmt"

	"github.com/google/uuid"
)

// finish is called at the end of the export: it rejects what is incomplete, or makes the rest of the journal.
func (in *importer) finish() error {
	if err := in.compareCounts(); err != nil {
		return err
	}
	if err := in.s.w.flush(1); err != nil {
		return err
	}
	if err := in.adjustCounters(); err != nil {
		return err
	}
	if in.header.Version == 1 {
		if _, err := in.s.w.conn.ExecContext(in.s.stop, moveOperators+endMove); err != nil {
			return err
		}
	}
	return in.fileAll()
}

// fileAll files all entries, some at a time, so that SQLite has no more to sort.
func (in *importer) fileAll() error {
	for from := uint64(0); ; {
		var upto uint64
		err := in.s.w.conn.QueryRowContext(in.s.stop, "SELECT ifnull(max(seq), 0) FROM (SELECT seq FROM entries WHERE seq>? ORDER BY seq LIMIT ?)", int64(from), filingBatch).Scan(&upto)
		if err != nil {
			return err
		}
		if upto == 0 {
			_, err := in.s.w.setFiled.Exec(int64(from))
			return err
		}
		if _, err := in.s.w.conn.ExecContext(in.s.stop, fileBetween, int64(from), int64(upto)); err != nil {
			return err
		}
		from = upto
	}
}

const fileBetween = "INSERT INTO positions SELECT stream, spoken, seq FROM entries WHERE seq>? AND seq<=? ORDER BY stream, spoken, seq"

// isCut reports whether the export has lost its end, so that an unknown number of entries is missing.
func (in *importer) isCut() bool { return in.end == nil && in.header.Version > 2 }

// compareCounts compares the entries that are there with the counters of the streams and of the end.
func (in *importer) compareCounts() error {
	var promised uint64
	for _, st := range in.streams {
		promised += st.Count - st.PrunedNth
	}
	missing := promised - min(promised, in.done.Entries)
	fits := in.end == nil || in.end.Streams == len(in.streams) && in.end.Entries == in.done.Entries && in.end.Last == in.last
	switch {
	case fits && in.end != nil && in.end.Lost > 0:
		in.done.Lost = in.end.Lost
		return nil
	case fits && !in.isCut() && missing == 0 && in.gap == 0:
		return nil
	case in.partial:
		in.done.Missing = missing
		return nil
	}
	var what string
	switch {
	case in.isCut():
		what = fmt.Sprintf("is cut off after line %d: %d of its %d entries are missing", in.line, missing, promised)
	case missing > 0 && in.gap > 0:
		what = fmt.Sprintf("has lost %d of its %d entries, the first of them before line %d", missing, promised, in.gap)
	case missing > 0:
		what = fmt.Sprintf("has lost %d of its %d entries, up to the last", missing, promised)
	default:
		what = "is not as it was written: its lines do not fit what it counts"
	}
	return fmt.Errorf("the export %s; nothing is imported: please export once more, or take what is there with --partial", what)
}

// adjustCounters makes the counters fit the entries that are there. Where the last entries are missing, or may be,
// their positions will be used again, so the journal gets another epoch.
func (in *importer) adjustCounters() error {
	conn, stop := in.s.w.conn, in.s.stop
	var last uint64
	for _, st := range in.streams {
		last = max(last, st.Last)
		end := st.seq
		if st.nth == st.PrunedNth { // there is none
			end = min(st.Last, in.last)
		}
		prunedSeq := min(st.PrunedSeq, in.last)
		if st.nth == st.Count && end == st.Last && prunedSeq == st.PrunedSeq {
			continue
		}
		if _, err := conn.ExecContext(stop, "UPDATE streams SET count=?, last=?, pruned_seq=? WHERE id=?", int64(st.nth), int64(end), int64(prunedSeq), st.ID); err != nil {
			return err
		}
	}
	h := &in.header
	if last > in.last || in.isCut() {
		h.Epoch, h.Gone = uuid.New(), min(h.Gone, in.last)
	}
	_, err := conn.ExecContext(stop, "UPDATE meta SET epoch=?, gone=?", h.Epoch[:], int64(h.Gone))
	return err
}
