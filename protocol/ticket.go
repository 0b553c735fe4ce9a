package protocol

import "time"

// The recorded events of the desk. What is said there is recorded twice with
// one id: as Said in the visitor's own stream, and as one of these for the
// operators.
type (
	// VisitorSaid is what a visitor said.
	VisitorSaid struct {
		Meta
		Ticket Ticket `json:"ticket"` // the conversation
		From   Nick   `json:"from"`   // the visitor
		Text   Text   `json:"text"`   // what is said
	}
	// Replied is what an operator said to a visitor.
	Replied struct {
		Meta
		Ticket Ticket `json:"ticket"` // the conversation
		To     Nick   `json:"to"`     // the visitor
		From   Nick   `json:"from"`   // the operator
		Text   Text   `json:"text"`   // what is said
		Ack
	}
	// Noted is what an operator said about a visitor. No visitor is told.
	Noted struct {
		Meta
		Ticket Ticket `json:"ticket"` // the conversation
		To     Nick   `json:"to"`     // the visitor
		From   Nick   `json:"from"`   // the operator
		Text   Text   `json:"text"`   // what is said
		Ack
	}
	// TicketChanged tells the operators what has happened to a visitor.
	TicketChanged struct {
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
	// DutyChanged tells the operators that one of them is on duty, or is not.
	DutyChanged struct {
		Meta
		From   Nick   `json:"from"`            // the operator
		On     bool   `json:"on"`              // takes visitors
		Reason Reason `json:"reason,omitzero"` // Silent, if that is why
	}
	// VisitorNotice tells a visitor what has happened to it. VisitorWaits is
	// told when the queue has moved, and not recorded.
	VisitorNotice struct {
		Meta
		Event          TicketEvent `json:"state"`       // what has happened
		By             Nick        `json:"by,omitzero"` // the operator that caused it
		To             Nick        `json:"to,omitzero"` // VisitorHanded: the operator that has the visitor now
		*QueuePosition             // VisitorWaits, VisitorReturned: the place in the queue
		Text           Text        `json:"text,omitzero"` // the operator's words
	}
)

// The events for one client at the desk, never recorded.
type (
	// PasswordWanted asks for the operators' password: the next line is taken
	// for it, whatever it is.
	PasswordWanted struct{}
	// Promoted tells a session that it is an operator now.
	Promoted struct{}
	// Target tells an operator what came of a command of the desk's, and where
	// the next typed line goes: to Target, or if that is zero to Room. With Nobody it is refused
	// until another Target tells where lines go.
	Target struct {
		Event      TicketEvent `json:"state,omitzero"`       // what the command did to Ticket
		Ticket     Ticket      `json:"ticket,omitzero"`      // the conversation that the command was about
		Nick       Nick        `json:"nick,omitzero"`        // the visitor of Ticket
		By         Nick        `json:"by,omitzero"`          // VisitorHanded: the operator that has it now
		Room       Room        `json:"room"`                 // where lines go if Target is zero
		Target     Ticket      `json:"target,omitzero"`      // the visitor that lines go to
		TargetNick Nick        `json:"target_nick,omitzero"` // its nick
		Nobody     bool        `json:"nobody,omitzero"`      // lines are refused
		Count      int         `json:"count,omitzero"`       // TicketClosed without a Ticket: how many were
		Left       int         `json:"left,omitzero"`        // and how many were not: other operators have them
	}
	// QueueInfo is the head of the answer to Queue; a QueueRow for each visitor follows.
	QueueInfo struct {
		Waiting   int            `json:"waiting"`       // without the visitors that have gone and left a message
		Messages  int            `json:"messages"`      // not answered yet
		Served    int            `json:"served"`        // visitors that an operator has
		Shown     int            `json:"shown"`         // how many QueueRow follow
		Operators []OperatorInfo `json:"operators"`     // cut at a bound
		From      Ticket         `json:"from,omitzero"` // as asked for
		Next      Ticket         `json:"next,omitzero"` // there are more: this From shows them
	}
	// QueueRow is one visitor at the desk.
	QueueRow struct {
		Ticket Ticket      `json:"ticket"`        // the conversation
		Nick   Nick        `json:"nick"`          // the visitor
		State  TicketState `json:"state"`         // of the conversation
		By     Nick        `json:"by,omitzero"`   // the operator that has it
		Since  time.Time   `json:"since"`         // when the waiting began
		Waited int         `json:"waited"`        // seconds
		Addr   string      `json:"addr,omitzero"` // of the visitor, as ParseOrigin reads it
		Text   Text        `json:"text,omitzero"` // the visitor's first words
	}
	// CannedList answers Canned without a name.
	CannedList struct {
		Names []string `json:"names"` // of the ready replies
	}
)

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

// QueuePosition is the place of a visitor in the queue.
type QueuePosition struct {
	Place  int `json:"place"`   // 1: next
	OnDuty int `json:"on_duty"` // operators
}

// OperatorInfo is one operator, and its visitors.
type OperatorInfo struct {
	Nick    Nick     `json:"nick"`    // of the operator
	Duty    bool     `json:"duty"`    // takes visitors
	Tickets []Ticket `json:"tickets"` // its visitors, in order
}

// TicketOf is the conversation at the desk that e belongs to, as operators are
// told it; zero if there is none.
func TicketOf(e Event) Ticket {
	switch e := e.(type) {
	case VisitorSaid:
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
func (Target) event()         {}
func (QueueInfo) event()      {}
func (QueueRow) event()       {}
func (CannedList) event()     {}
func (VisitorSaid) event()    {}
func (Replied) event()        {}
func (Noted) event()          {}
func (TicketChanged) event()  {}
func (DutyChanged) event()    {}
func (VisitorNotice) event()  {}

func (e VisitorSaid) WithMeta(s Meta) Recorded   { e.Meta = s; return e }
func (e Replied) WithMeta(s Meta) Recorded       { e.Meta = s; return e }
func (e Noted) WithMeta(s Meta) Recorded         { e.Meta = s; return e }
func (e TicketChanged) WithMeta(s Meta) Recorded { e.Meta = s; return e }
func (e DutyChanged) WithMeta(s Meta) Recorded   { e.Meta = s; return e }
func (e VisitorNotice) WithMeta(s Meta) Recorded { e.Meta = s; return e }

func (e VisitorSaid) Public() Recorded   { return e }
func (e Replied) Public() Recorded       { e.Ack = Ack{}; return e }
func (e Noted) Public() Recorded         { e.Ack = Ack{}; return e }
func (e TicketChanged) Public() Recorded { return e }
func (e DutyChanged) Public() Recorded   { return e }
func (e VisitorNotice) Public() Recorded { return e }

func (VisitorSaid) IsMessage() bool   { return true }
func (Replied) IsMessage() bool       { return true }
func (Noted) IsMessage() bool         { return true }
func (TicketChanged) IsMessage() bool { return false }
func (DutyChanged) IsMessage() bool   { return false }
func (VisitorNotice) IsMessage() bool { return false }
