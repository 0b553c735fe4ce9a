package protocol

import "strconv"

// Gap stands where entries are missing.
type Gap struct {
	Lines  int       `json:"lines,omitzero"`  // how many; 0: unknown
	Why    GapReason `json:"why"`             // why
	Before uint64    `json:"before,omitzero"` // Skipped: the position before which they stand
}

// GapReason says why something is missing.
type GapReason string

// The reasons of a Gap, as programs see them.
const (
	Pruned         GapReason = "forgotten" // no longer kept
	OldEpoch       GapReason = "epoch"     // the journal that it was in is gone
	Future         GapReason = "future"    // there has never been such a position
	Skipped        GapReason = "skipped"   // still kept: a person's client was so far behind that they are not all told
	SessionExpired GapReason = "session"   // the session is over, and what was private in it
)

func (e Gap) appendText(dst []byte, _ Room) []byte {
	switch e.Why {
	case OldEpoch:
		return sentence(dst, "what you saw last was in another history: the server has started anew since, and lines may be missing here")
	case Future:
		return sentence(dst, "there has never been the position that you saw last: lines may be missing here")
	case SessionExpired:
		return sentence(dst, "your session is over: lines may be missing here, and private ones are lost")
	case Skipped:
		return sentence(dst, "you were far behind, so ", plural(e.Lines, "line"), " are skipped here: /history before ", strconv.FormatUint(e.Before, 10), " shows them")
	}
	switch e.Lines {
	case 0:
		return sentence(dst, "some lines are missing here: they are no longer kept")
	case 1:
		return sentence(dst, "1 line is missing here: more was said than is kept for those who read slowly")
	}
	return sentence(dst, plural(e.Lines, "line"), " are missing here: more was said than is kept for those who read slowly")
}
