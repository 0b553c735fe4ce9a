package protocol

import "encoding/json"

// ResumeFrom is the last position that a program saw.
type ResumeFrom struct {
	Epoch string `json:"epoch"` // of the journal
	Seq   uint64 `json:"seq"`   // the position
}

// UnmarshalJSON implements json.Unmarshaler. A program that names no position is refused: it may be newer than the server,
// with positions under another name, and would receive the journal from the beginning.
func (r *ResumeFrom) UnmarshalJSON(b []byte) error {
	var in struct {
		Epoch *string
		Seq   *uint64
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in.Epoch == nil || in.Seq == nil {
		return byName["hello"].lacks(`"epoch" and "seq" in its "resume"`)
	}
	*r = ResumeFrom{*in.Epoch, *in.Seq}
	return nil
}
