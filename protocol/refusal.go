package protocol

import "fmt"

// Refusal is the answer to a command that cannot be followed. It is an error for the sender of the command only: Text
// is a plain sentence that says what to do instead; Code is for programs and never changes its meaning.
type Refusal struct {
	Code string `json:"code"` // of a RefusalCode
	Text string `json:"text"` // a plain sentence

	noVerb noVerb // of the code unknown-command: see In
}

func (r *Refusal) Error() string { return r.Text }

// Refuse makes a Refusal. The words must be the server's own; user input gets into them only as a Nick, a Room or a
// Text.
func Refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Refused answers a command that the server does not follow.
type Refused struct {
	Refusal
	Ref Ref `json:"ref,omitzero"` // the id of the command
}

func (e Refused) appendText(dst []byte, _ Room) []byte { return sentence(dst, e.Text) }

// HelloRefused is the refusal of a program's first lines: it has no session before a good hello. Unwrap returns the
// Refusal.
type HelloRefused struct {
	Why  *Refusal
	Ref  Ref  // the id of the line
	Last bool // the program may not try again
}

func (h *HelloRefused) Error() string { return h.Why.Text }

// Unwrap is for errors.As.
func (h *HelloRefused) Unwrap() error { return h.Why }
