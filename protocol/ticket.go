package protocol

import (
	"strconv"
	"strings"
)

// Ticket is the number of a conversation at the desk. It is never used twice while a server runs; zero is none.
type Ticket uint64

func (t Ticket) String() string { return "@" + strconv.FormatUint(uint64(t), 10) }

// TicketEvent is what has happened to a visitor at the desk.
type TicketEvent string

// What happens to visitors, as programs see it.
const (
	VisitorWaits       TicketEvent = "waiting"  // came to the desk, or has another place in the queue
	VisitorTaken       TicketEvent = "taken"    // an operator took the visitor
	VisitorHanded      TicketEvent = "handed"   // to another operator
	VisitorHeld        TicketEvent = "held"     // was asked to wait a moment
	VisitorReturned    TicketEvent = "returned" // to the queue, at the old place
	TicketClosed       TicketEvent = "closed"   // an operator ended the conversation
	VisitorLeft        TicketEvent = "gone"     // left for good
	VisitorLost        TicketEvent = "lost"     // the connection broke, and may come back
	VisitorBack        TicketEvent = "back"     // the connection came back
	VisitorLeftMessage TicketEvent = "message"  // left, and its lines wait to be answered
	VisitorRenamed     TicketEvent = "renamed"  // has another nick
)

// TicketState is the state of a conversation in the queue.
type TicketState string

// The states, as programs see them.
const (
	Waiting      TicketState = "waiting" // for an operator
	Taken        TicketState = "taken"   // by an operator
	OnHold       TicketState = "held"    // taken, and asked to wait a moment
	Disconnected TicketState = "lost"    // the visitor has no connection, and may come back
	LeftMessage  TicketState = "message" // the visitor has left, and its lines wait to be answered
)

// TicketChanged tells the operators what has happened to a visitor.
type TicketChanged struct {
	Meta
	Ticket Ticket      `json:"ticket"`          // the conversation
	From   Nick        `json:"from"`            // the visitor
	Event  TicketEvent `json:"state"`           // what has happened
	By     Nick        `json:"by,omitzero"`     // the operator that caused it
	To     Nick        `json:"to,omitzero"`     // VisitorHanded: the operator that has it now; VisitorRenamed: the new nick
	Reason Reason      `json:"reason,omitzero"` // VisitorReturned: why; VisitorLeft: why the message is evicted (Full, Silent)
	Text   Text        `json:"text,omitzero"`   // the words with it
	Many   bool        `json:"many,omitzero"`   // it ended together with others: people are told of all in one Notice
}

func (e TicketChanged) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e TicketChanged) Public() Recorded         { return e }
func (e TicketChanged) ticket() Ticket           { return e.Ticket }

func (e TicketChanged) appendText(dst []byte, in Room) []byte {
	dst = notice(dst, in)
	visitor := e.Ticket.String() + " " + e.From.s
	switch e.Event {
	case VisitorWaits:
		return line(dst, visitor, " waits at the desk")
	case VisitorTaken:
		return line(dst, e.By.s, " has ", visitor)
	case VisitorHanded:
		return line(dst, e.By.s, " hands ", visitor, " over to ", e.To.s)
	case VisitorHeld:
		return colon(append(append(append(append(dst, e.By.s...), " asks "...), visitor...), " to wait"...), e.Text)
	case VisitorReturned:
		why := " has left"
		switch e.Reason {
		case Lost, Stalled:
			why = " has lost the connection"
		case Silent:
			why = " has said nothing for too long"
		}
		return line(dst, visitor, " waits again, since ", e.By.s, why)
	case TicketClosed:
		return colon(append(append(append(dst, e.By.s...), " closed the conversation with "...), visitor...), e.Text)
	case VisitorLeft:
		switch e.Reason {
		case Full:
			return line(dst, visitor, " waits no more: there were too many, and the oldest go first")
		case Silent:
			return line(dst, visitor, " waits no more: nobody has answered for too long")
		}
		return line(dst, visitor, " has gone")
	case VisitorLost:
		return line(dst, visitor, " has lost the connection, and may come back")
	case VisitorBack:
		return line(dst, visitor, " is back")
	case VisitorLeftMessage:
		return line(dst, visitor, " has gone, and what was said waits to be answered")
	case VisitorRenamed:
		return line(dst, visitor, " is now ", e.To.s)
	}
	return line(dst, visitor, ": ", string(e.Event))
}

// only is c if nothing follows its arguments.
func only[C Command](c C, rest Text) (C, error) {
	if rest.s != "" {
		return c, badArgs(c.verb().Name)
	}
	return c, nil
}

// numbered is c if its arguments begin with a number: a text alone would go to the target, which may have changed since
// it was typed.
func numbered[C Command](c C, n Ticket, rest Text) (C, error) {
	if n == 0 {
		return only(c, rest)
	}
	return c, nil
}

// ticketAnd reads the number of a visitor, with or without its @; 0 if there is none.
func ticketAnd(t Text) (Ticket, Text) {
	word, rest := cutWord(t.s)
	n, ok := ticketOf(word)
	if !ok {
		return 0, t
	}
	return n, Text{rest}
}

func ticketArgs(n Ticket, rest Text) string {
	if n == 0 {
		return rest.s
	}
	return strings.TrimSpace(strconv.FormatUint(uint64(n), 10) + " " + rest.s)
}
