package protocol

import "fmt"

// Refusal is the answer to a command that cannot be followed. It is an error
// meant for the person who sent the command, and for nobody else: Text is a
// plain sentence that says what to do instead; Code is for programs and never
// changes its meaning.
type Refusal struct {
	Code string `json:"code"`
	Text string `json:"text"`

	noVerb noVerb // of the code unknown-command: see In
}

func (r *Refusal) Error() string { return r.Text }

// Refuse makes a Refusal. The words must be the server's own; what a user sent
// gets into them only as a Nick, a Room or a Text.
func Refuse(code, format string, args ...any) *Refusal { return refuse(code, format, args...) }

func refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Text: fmt.Sprintf(format, args...)}
}

// HelloRefused is the refusal of what a program has begun with: it is nowhere before a
// good hello. Unwrap gives the Refusal.
type HelloRefused struct {
	Why  *Refusal
	Ref  Ref  // the id that it has
	Last bool // it may not try again
}

func (h *HelloRefused) Error() string { return h.Why.Text }

// Unwrap is for errors.As.
func (h *HelloRefused) Unwrap() error { return h.Why }
