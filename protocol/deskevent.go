package protocol

import "time"

// The recorded events of the desk. What is said there is recorded twice with
// one id: as Said in the visitor's own stream, and as one of these for the
// operators.
type (
	// Asked is what a visitor said.
	Asked struct {
		Stamp
		Ticket Ticket `json:"ticket"`
		From   Nick   `json:"from"`
		Text   Text   `json:"text"`
	}
	// Replied is what an operator said to a visitor.
	Replied struct {
		Stamp
		Ticket Ticket `json:"ticket"`
		To     Nick   `json:"to"`
		From   Nick   `json:"from"`
		Text   Text   `json:"text"`
		Mine
	}
	// Noted is what an operator said about a visitor. No visitor is told.
	Noted struct {
		Stamp
		Ticket Ticket `json:"ticket"`
		To     Nick   `json:"to"`
		From   Nick   `json:"from"`
		Text   Text   `json:"text"`
		Mine
	}
	// TicketChanged tells the operators what became of a visitor.
	TicketChanged struct {
		Stamp
		Ticket Ticket      `json:"ticket"`
		From   Nick        `json:"from"` // the visitor
		State  TicketState `json:"state"`
		By     Nick        `json:"by,omitzero"`     // the operator whose doing it is
		To     Nick        `json:"to,omitzero"`     // Handed: the operator who has it now; Renamed: the new nick
		Reason Reason      `json:"reason,omitzero"` // Returned: why; Gone: why nobody waits for them any more (Full, Silent)
		Text   Text        `json:"text,omitzero"`
		Many   bool        `json:"many,omitzero"` // it ended together with others: people are told of all in one Notice
	}
	// DutyChanged tells the operators that one of them is on duty, or is not.
	DutyChanged struct {
		Stamp
		From   Nick   `json:"from"`
		On     bool   `json:"on"`
		Reason Reason `json:"reason,omitzero"` // Silent, if that is why
	}
	// AtDesk tells a visitor what became of them. With the state Waiting it is
	// told when the queue has moved, and not recorded.
	AtDesk struct {
		Stamp
		State TicketState `json:"state"`
		By    Nick        `json:"by,omitzero"`
		To    Nick        `json:"to,omitzero"`
		*Queueing
		Text Text `json:"text,omitzero"`
	}
)

// What is told to one at the desk, and never recorded.
type (
	// PasswordWanted asks for the operators' password: the next line is taken
	// for it, whatever it is.
	PasswordWanted struct{}
	// Promoted tells that one is an operator now.
	Promoted struct{}
	// Serving tells an operator what came of a command of the desk's, and where
	// the next typed line goes: to Target, or if that is zero to Room; if Nobody, it is refused
	// until another Serving tells where lines go.
	Serving struct {
		State      TicketState `json:"state,omitzero"`
		Ticket     Ticket      `json:"ticket,omitzero"`
		Nick       Nick        `json:"nick,omitzero"` // the visitor of Ticket
		By         Nick        `json:"by,omitzero"`   // HandedOver: who has it now
		Room       Room        `json:"room"`
		Target     Ticket      `json:"target,omitzero"`
		TargetNick Nick        `json:"target_nick,omitzero"`
		Nobody     bool        `json:"nobody,omitzero"`
		Count      int         `json:"count,omitzero"` // Closed without a Ticket: how many were
		Left       int         `json:"left,omitzero"`  // and how many were not: other operators have them
	}
	// QueueIs is the head of the answer to Queue; a Queued for each visitor follows.
	QueueIs struct {
		Waiting   int      `json:"waiting"`  // without those who have gone and left a message
		Messages  int      `json:"messages"` // which nobody answers yet
		Served    int      `json:"served"`
		Shown     int      `json:"shown"` // how many Queued follow
		Operators []OnDesk `json:"operators"`
		From      Ticket   `json:"from,omitzero"` // as it was asked for
		Next      Ticket   `json:"next,omitzero"` // there are more: this From shows them
	}
	// Queued is one visitor at the desk.
	Queued struct {
		Ticket Ticket      `json:"ticket"`
		Nick   Nick        `json:"nick"`
		State  TicketState `json:"state"`
		By     Nick        `json:"by,omitzero"`
		Since  time.Time   `json:"since"`
		Waited int         `json:"waited"` // seconds
		Addr   string      `json:"addr,omitzero"`
		Text   Text        `json:"text,omitzero"` // their first words
	}
	// Replies lists the names of the ready replies.
	Replies struct {
		Names []string `json:"names"`
	}
)

// TicketState is what became of a visitor at the desk.
type TicketState string

// The states, as programs see them.
const (
	Waiting       TicketState = "waiting"
	Taken         TicketState = "taken"
	HandedOver    TicketState = "handed"
	OnHold        TicketState = "held"
	Returned      TicketState = "returned" // to the queue, at the old place
	Closed        TicketState = "closed"
	Gone          TicketState = "gone"    // left for good
	Disconnected  TicketState = "lost"    // the connection broke, and may come back
	Back          TicketState = "back"    // it came back
	LeftMessage   TicketState = "message" // gone, and what was said waits to be answered
	VisitorRename TicketState = "renamed"
)

// Queueing is where a visitor stands.
type Queueing struct {
	Place  int `json:"place"`   // 1: next
	OnDuty int `json:"on_duty"` // operators
}

// OnDesk is one operator, and whom they answer.
type OnDesk struct {
	Nick    Nick     `json:"nick"`
	Duty    bool     `json:"duty"`
	Tickets []Ticket `json:"tickets"`
}

// TicketOf is the conversation at the desk that e belongs to, as operators are
// told it; zero if there is none.
func TicketOf(e Event) Ticket {
	switch e := e.(type) {
	case Asked:
		return e.Ticket
	case Replied:
		return e.Ticket
	case Noted:
		return e.Ticket
	case TicketChanged:
		return e.Ticket
	case Elsewhere:
		return TicketOf(e.Event)
	}
	return 0
}

func (PasswordWanted) event() {}
func (Promoted) event()       {}
func (Serving) event()        {}
func (QueueIs) event()        {}
func (Queued) event()         {}
func (Replies) event()        {}
func (Asked) event()          {}
func (Replied) event()        {}
func (Noted) event()          {}
func (TicketChanged) event()  {}
func (DutyChanged) event()    {}
func (AtDesk) event()         {}

func (e Asked) Stamped(s Stamp) Recorded         { e.Stamp = s; return e }
func (e Replied) Stamped(s Stamp) Recorded       { e.Stamp = s; return e }
func (e Noted) Stamped(s Stamp) Recorded         { e.Stamp = s; return e }
func (e TicketChanged) Stamped(s Stamp) Recorded { e.Stamp = s; return e }
func (e DutyChanged) Stamped(s Stamp) Recorded   { e.Stamp = s; return e }
func (e AtDesk) Stamped(s Stamp) Recorded        { e.Stamp = s; return e }

func (e Asked) ForOthers() Recorded         { return e }
func (e Replied) ForOthers() Recorded       { e.Mine = Mine{}; return e }
func (e Noted) ForOthers() Recorded         { e.Mine = Mine{}; return e }
func (e TicketChanged) ForOthers() Recorded { return e }
func (e DutyChanged) ForOthers() Recorded   { return e }
func (e AtDesk) ForOthers() Recorded        { return e }

func (Asked) IsSpoken() bool         { return true }
func (Replied) IsSpoken() bool       { return true }
func (Noted) IsSpoken() bool         { return true }
func (TicketChanged) IsSpoken() bool { return false }
func (DutyChanged) IsSpoken() bool   { return false }
func (AtDesk) IsSpoken() bool        { return false }
