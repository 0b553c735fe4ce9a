package protocol

import "encoding/json"

// Resume is the last position that a program saw, in the journal of that epoch.
type Resume struct {
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// UnmarshalJSON implements json.Unmarshaler. A program that names no position is refused: it may be newer than the server,
// with positions under another name, and would be told all from the beginning.
func (r *Resume) UnmarshalJSON(b []byte) error {
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
	*r = Resume{*in.Epoch, *in.Seq}
	return nil
}
