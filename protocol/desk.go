package protocol

import "strconv"

// Desk goes to the desk, and says Text there; for an operator it is Queue.
type Desk struct {
	Ref  Ref  `json:"id,omitzero"`   // the client's own id
	Text Text `json:"text,omitzero"` // the first words
}

func (Desk) verb() *Verb { return deskVerb }

var deskVerb = newVerb(Verb{
	Name: "desk", Args: "[TEXT]", Help: "goes to the desk, where only the operators hear you", Example: "/desk my screen is black",
	barredIn: func(p Place) string {
		switch {
		case p.Operator:
			return "you are an operator: /queue shows who is there"
		case p.Visitor:
			return "you are there: just type what you need"
		}
		return ""
	},
}, syntax[Desk]{
	parse:   func(t Text) (Desk, error) { return Desk{Text: t}, nil },
	args:    func(c Desk) string { return c.Text.s },
	ref:     func(c Desk) Ref { return c.Ref },
	withRef: func(c Desk, r Ref) Desk { c.Ref = r; return c },
	says:    func(c Desk) bool { return !c.Text.IsBlank() },
	words:   func(c Desk) string { return c.Text.s },
})

// LeaveDesk leaves the desk for the room that the visitor came from.
type LeaveDesk struct{}

func (LeaveDesk) verb() *Verb { return leaveDeskVerb }

var leaveDeskVerb = newVerb(Verb{
	Name: "leave", Help: "leaves the desk for the room", Example: "/leave",
	barredIn: func(p Place) string {
		switch {
		case !p.Visitor:
			return "you are not at the desk: /part leaves a room, /quit the server"
		case p.OnlyDesk:
			return "there is only the desk here, so it is the same as /quit"
		}
		return ""
	},
}, syntax[LeaveDesk]{parse: alone[LeaveDesk]})

// QueuePosition is the place of a visitor in the queue.
type QueuePosition struct {
	Place  int `json:"place"`   // 1: next
	OnDuty int `json:"on_duty"` // operators
}

// atFirst is what a visitor is told on coming to the desk.
func (q *QueuePosition) atFirst() string {
	switch {
	case q.OnDuty == 1:
		return "an operator is on duty, and " + q.sentence()
	case q.OnDuty > 1:
		return strconv.Itoa(q.OnDuty) + " operators are on duty, and " + q.sentence()
	}
	return q.sentence()
}

// sentence tells a visitor the place in the queue.
func (q *QueuePosition) sentence() string {
	switch {
	case q.Place == 0:
		return "an operator is with you"
	case q.OnDuty == 0:
		return "nobody is on duty just now, so please leave a message: it is answered when somebody comes"
	case q.Place == 1:
		return "you are next"
	}
	return "you are number " + strconv.Itoa(q.Place) + " in the queue"
}

// VisitorNotice tells a visitor what has happened to it. VisitorWaits is told when the queue has moved, and not
// recorded.
type VisitorNotice struct {
	Meta
	Event          TicketEvent `json:"state"`       // what has happened
	By             Nick        `json:"by,omitzero"` // the operator that caused it
	To             Nick        `json:"to,omitzero"` // VisitorHanded: the operator that has the visitor now
	*QueuePosition             // VisitorWaits, VisitorReturned: the place in the queue
	Text           Text        `json:"text,omitzero"` // the operator's words
}

func (e VisitorNotice) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e VisitorNotice) Public() Recorded         { return e }

func (e VisitorNotice) appendText(dst []byte, in Room) []byte {
	dst = notice(dst, in)
	switch e.Event {
	case VisitorTaken:
		return line(dst, e.By.s, " is with you now")
	case VisitorHanded:
		return line(dst, e.By.s, " hands you over to ", e.To.s, ", who is with you now")
	case VisitorHeld:
		return colon(append(append(dst, e.By.s...), " asks you to wait a moment"...), e.Text)
	case TicketClosed:
		return colon(append(append(dst, e.By.s...), " has closed this conversation"...), e.Text)
	case VisitorReturned:
		dst = append(append(dst, e.By.s...), " had to go"...)
		if e.QueuePosition == nil {
			return line(dst, "")
		}
		dst = append(dst, ": "...)
	}
	if e.QueuePosition == nil {
		return line(dst, "you are at the desk")
	}
	return line(dst, e.QueuePosition.sentence())
}

// appendTranscript is appendText for readers other than the visitor. The event has no nick of its recipient, which is
// called the visitor.
func (e VisitorNotice) appendTranscript(dst []byte) []byte {
	switch e.Event {
	case VisitorTaken:
		return sentence(dst, e.By.s, " is with the visitor now")
	case VisitorHanded:
		return sentence(dst, e.By.s, " hands the visitor over to ", e.To.s)
	case VisitorHeld:
		return colon(append(append(notice(dst, Room{}), e.By.s...), " asks the visitor to wait a moment"...), e.Text)
	case TicketClosed:
		return e.appendText(dst, Room{})
	case VisitorReturned:
		return sentence(dst, e.By.s, " had to go: the visitor waits again")
	}
	return sentence(dst, "the visitor waits at the desk")
}
