package protocol

import "encoding/json"

// Words are e as a sentence for the person at the client.
func (e Goodbye) Words() string {
	words := e.Reason.String()
	switch {
	case e.Wait == 0:
	case e.Address:
		words = "somebody at your address was kicked, please come back in " + e.Wait.String()
	default:
		words += ", please stay away for " + e.Wait.String()
	}
	if e.Code != "" {
		words += "; /resume " + e.Code + " within " + e.Back.String() + " makes you again who you were"
	}
	if e.Text.s != "" {
		words += ": " + e.Text.s
	}
	return words
}

// kept is how long older servers, which did not say so, kept a session.
const kept Seconds = 120

// UnmarshalJSON implements json.Unmarshaler. Without "back" it is from an older server,
// which said "shutdown" even when it started again.
func (e *Goodbye) UnmarshalJSON(b []byte) error {
	type members Goodbye
	var g struct {
		members
		Back *Seconds `json:"back"`
	}
	if err := json.Unmarshal(b, &g); err != nil {
		return err
	}
	*e = Goodbye(g.members)
	switch {
	case g.Back != nil:
		e.Back = *g.Back
	case e.Reason == Shutdown, e.Reason.ComesBack():
		e.Back = kept
	}
	return nil
}
