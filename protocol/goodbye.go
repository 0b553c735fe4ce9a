package protocol

import "encoding/json"

// Quit says goodbye.
type Quit struct {
	Text Text `json:"text,omitzero"` // the parting words
}

func (Quit) verb() *Verb { return quitVerb }

var quitVerb = newVerb(Verb{
	Name: "quit", Args: "[TEXT]", Help: "says goodbye", Example: "/quit see you", Anywhere: true,
	barredIn: func(p Place) string {
		return where(p.Console, "this is the server's own console: /shutdown ends the server")
	},
}, syntax[Quit]{
	parse: func(t Text) (Quit, error) { return Quit{t}, nil },
	args:  func(c Quit) string { return c.Text.s },
	words: func(c Quit) string { return c.Text.s },
})

// Goodbye is the last event of a connection.
type Goodbye struct {
	Reason  Reason  `json:"reason"`           // why
	Back    Seconds `json:"back"`             // how long the session can be resumed at most; 0: do not come back
	Wait    Seconds `json:"wait,omitzero"`    // Kicked: how long the client is kept out
	Address bool    `json:"address,omitzero"` // Kicked: and with it all clients from its address
	Code    string  `json:"code,omitzero"`    // for people, for Resume: the session is kept
	Text    Text    `json:"text,omitzero"`    // the words of the operator, or of the server
}

func (e Goodbye) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "goodbye: ", e.Words())
}

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

// UnmarshalJSON implements json.Unmarshaler. Without "back" it is from an older server, which said "shutdown" even when
// it started again.
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
