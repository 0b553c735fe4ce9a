package protocol

import (
	"strconv"
	"time"
)

// Queue asks for the visitors at the desk, the first few of them by default.
type Queue struct {
	All  bool   `json:"all,omitzero"`  // as many as one answer holds
	From Ticket `json:"from,omitzero"` // as many, from this number on and in the order of the numbers
}

func (Queue) verb() *Verb { return queueVerb }

var queueVerb = newVerb(Verb{
	Name: "queue", Args: "[all|N]", Help: "shows who is at the desk, and which operators are", Example: "/queue", Operator: true,
	Forms: []Form{{"/queue all", "shows up to 200 of them"}, {"/queue 57", "shows those from number 57 on"}},
}, syntax[Queue]{
	parse: func(t Text) (Queue, error) {
		switch n, rest := ticketAnd(t); {
		case n != 0:
			return only(Queue{From: n}, rest)
		case t.s == "all":
			return Queue{All: true}, nil
		}
		return only(Queue{}, t)
	},
	args: func(c Queue) string {
		if c.All {
			return "all"
		}
		return ticketArgs(c.From, Text{})
	},
})

// QueueInfo is the head of the answer to Queue; a QueueRow for each visitor follows.
type QueueInfo struct {
	Waiting   int            `json:"waiting"`       // without the visitors that have gone and left a message
	Messages  int            `json:"messages"`      // not answered yet
	Served    int            `json:"served"`        // visitors that an operator has
	Shown     int            `json:"shown"`         // how many QueueRow follow
	Operators []OperatorInfo `json:"operators"`     // cut at a bound
	From      Ticket         `json:"from,omitzero"` // as asked for
	Next      Ticket         `json:"next,omitzero"` // there are more: this From shows them
}

// OperatorInfo is one operator, and its visitors.
type OperatorInfo struct {
	Nick    Nick     `json:"nick"`    // of the operator
	Duty    bool     `json:"duty"`    // takes visitors
	Tickets []Ticket `json:"tickets"` // its visitors, in order
}

func (e QueueInfo) appendText(dst []byte, _ Room) []byte {
	dst = append(notice(dst, Room{}), strconv.Itoa(e.Waiting)+" waiting, "...)
	if e.Messages > 0 {
		dst = append(dst, plural(e.Messages, "message")+", "...)
	}
	dst = append(dst, strconv.Itoa(e.Served)+" being answered. Operators: "...)
	for i, o := range e.Operators {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, o.Nick.s...)
		if !o.Duty {
			dst = append(dst, " (off duty)"...)
		}
		for _, t := range o.Tickets {
			dst = append(append(dst, ' '), t.String()...)
		}
	}
	switch {
	case e.Next > 1:
		return line(dst, ". Shown are ", strconv.Itoa(e.Shown), ", /queue ", strconv.FormatUint(uint64(e.Next), 10), " goes on")
	case e.Next == 1:
		return line(dst, ". Shown are ", strconv.Itoa(e.Shown), ", /queue 1 shows all, in the order of their numbers")
	case e.From > 0:
		return line(dst, ". Shown are ", strconv.Itoa(e.Shown), ", from ", e.From.String(), " on")
	case e.Waiting+e.Messages+e.Served > e.Shown:
		return line(dst, ". Shown are ", strconv.Itoa(e.Shown), ", /queue all shows more")
	}
	return append(dst, '\n')
}

func (e QueueInfo) withLists() Event {
	e.Operators = append([]OperatorInfo{}, e.Operators...)
	for i, o := range e.Operators {
		e.Operators[i].Tickets = listed(o.Tickets)
	}
	return e
}

// QueueRow is one visitor at the desk.
type QueueRow struct {
	Ticket Ticket      `json:"ticket"`        // the conversation
	Nick   Nick        `json:"nick"`          // the visitor
	State  TicketState `json:"state"`         // of the conversation
	By     Nick        `json:"by,omitzero"`   // the operator that has it
	Since  time.Time   `json:"since"`         // when the waiting began
	Waited int         `json:"waited"`        // seconds
	Addr   string      `json:"addr,omitzero"` // of the visitor, as ParseOrigin reads it
	Text   Text        `json:"text,omitzero"` // the visitor's first words
}

func (e QueueRow) appendText(dst []byte, _ Room) []byte {
	dst = append(append(append(notice(dst, Room{}), e.Ticket.String()...), ' '), e.Nick.s...)
	dst = append(append(append(dst, ' '), e.standing()...), " ("...)
	dst = append(dst, (time.Duration(e.Waited) * time.Second).String()...)
	if e.Addr != "" {
		dst = append(append(dst, ", from "...), e.Addr...)
	}
	return colon(append(dst, ')'), e.Text)
}

func (e QueueRow) standing() string {
	switch e.State {
	case Taken:
		return "is with " + e.By.s
	case OnHold:
		return "is with " + e.By.s + ", and asked to wait"
	case Disconnected:
		return "has lost the connection" + alsoWith(e.By)
	case LeftMessage:
		return "has left a message" + alsoWith(e.By)
	}
	return "waits"
}

// alsoWith names the operator of a visitor that has no connection; none: the zero Nick.
func alsoWith(by Nick) string {
	if by == (Nick{}) {
		return ""
	}
	return ", and is with " + by.s
}

// Duty says whether the operator takes visitors.
type Duty struct {
	On bool `json:"on"` // required
}

func (Duty) verb() *Verb { return dutyVerb }

var dutyVerb = newVerb(Verb{
	Name: "duty", Args: "on|off", Help: "tells whether you take visitors", Example: "/duty off", Operator: true,
}, syntax[Duty]{
	parse: func(t Text) (Duty, error) { on, err := parseSwitch("duty", t); return Duty{on}, err },
	args:  func(c Duty) string { return switchArgs(c.On) },
})

// UnmarshalJSON implements json.Unmarshaler.
func (d *Duty) UnmarshalJSON(b []byte) (err error) {
	d.On, err = decodeOn(b, "duty")
	return err
}

// DutyChanged tells the operators that one of them is on duty, or is not.
type DutyChanged struct {
	Meta
	From   Nick   `json:"from"`            // the operator
	On     bool   `json:"on"`              // takes visitors
	Reason Reason `json:"reason,omitzero"` // Silent, if that is why
}

func (e DutyChanged) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e DutyChanged) Public() Recorded         { return e }

func (e DutyChanged) appendText(dst []byte, in Room) []byte {
	dst = notice(dst, in)
	switch {
	case e.On:
		return line(dst, e.From.s, " is on duty")
	case e.Reason == Silent:
		return line(dst, e.From.s, " is off duty, after a long silence")
	}
	return line(dst, e.From.s, " is off duty")
}
