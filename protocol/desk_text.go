package protocol

import (
	"regexp"
	"strconv"
	"time"
)

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

// atDesk is what a visitor is told.
func atDesk(dst []byte, e VisitorNotice) []byte {
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

// ticketChanged is what the operators are told of a visitor.
func ticketChanged(dst []byte, e TicketChanged) []byte {
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

func dutyChanged(dst []byte, e DutyChanged) []byte {
	switch {
	case e.On:
		return line(dst, e.From.s, " is on duty")
	case e.Reason == Silent:
		return line(dst, e.From.s, " is off duty, after a long silence")
	}
	return line(dst, e.From.s, " is off duty")
}

// serving answers an operator, and always names the target of the next line.
func serving(dst []byte, e Target) []byte {
	visitor := e.Ticket.String() + " " + e.Nick.s
	switch e.Event {
	case VisitorTaken:
		if e.Nobody {
			return line(dst, visitor, " comes to you: what you type goes to nobody for a moment")
		}
		dst = append(append(append(dst, "you have "...), visitor...), ": "...)
	case VisitorHanded:
		dst = append(append(append(append(dst, e.By.s...), " has "...), visitor...), " now: "...)
	case VisitorHeld:
		dst = append(append(dst, visitor...), " is asked to wait: "...)
	case TicketClosed:
		if e.Ticket == 0 {
			dst = append(closedMany(dst, e), ": "...)
			break
		}
		dst = append(append(dst, visitor...), " is closed: "...)
	case VisitorReturned:
		dst = append(append(dst, visitor...), " waits again: "...)
	case VisitorLeft:
		dst = append(append(dst, visitor...), " has gone: "...)
	}
	switch {
	case e.Nobody:
		return line(dst, "what you type goes to nobody for a moment")
	case e.Target == 0:
		return line(dst, "what you type goes to ", e.Room.s)
	case e.Target == e.Ticket:
		return line(dst, "what you type goes there")
	}
	return line(dst, "what you type goes to ", e.Target.String(), " ", e.TargetNick.s)
}

// closedMany tells how many conversations were closed.
func closedMany(dst []byte, e Target) []byte {
	is := " are closed"
	if e.Count == 1 {
		is = " is closed"
	}
	dst = append(dst, plural(e.Count, "conversation")+is...)
	switch e.Left {
	case 0:
		return dst
	case 1:
		return append(dst, ", and 1 is left to the operator who has it"...)
	}
	return append(dst, ", and "+strconv.Itoa(e.Left)+" are left to the operators who have them"...)
}

func queueIs(dst []byte, e QueueInfo) []byte {
	dst = append(dst, strconv.Itoa(e.Waiting)+" waiting, "...)
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

func queued(dst []byte, e QueueRow) []byte {
	dst = append(append(append(dst, e.Ticket.String()...), ' '), e.Nick.s...)
	dst = append(append(append(dst, ' '), queuedAs(e)...), " ("...)
	dst = append(dst, (time.Duration(e.Waited) * time.Second).String()...)
	if e.Addr != "" {
		dst = append(append(dst, ", from "...), e.Addr...)
	}
	return colon(append(dst, ')'), e.Text)
}

func queuedAs(e QueueRow) string {
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

// deskLine is a line said at the desk, as operators are told it. No nick holds
// any of its signs.
var deskLine = regexp.MustCompile(`^\[(?:([^ \]]+) -> )?(@[1-9][0-9]{0,18}) ([^ ,\]]+)(?:, note by ([^ \]]+))?\] (.*)$`)

func parseDesk(s string) (Event, bool) {
	m := deskLine.FindStringSubmatch(s)
	if m == nil || m[1] != "" && m[4] != "" {
		return nil, false
	}
	n, err := strconv.ParseUint(m[2][1:], 10, 64)
	visitor, err2 := ParseNick(m[3])
	by, mine := m[1]+m[4], Ack{}
	var operator Nick
	var err3 error
	if by == "you" {
		mine.You = true
	} else if by != "" {
		operator, err3 = ParseNick(by)
	}
	if err != nil || err2 != nil || err3 != nil {
		return nil, false
	}
	switch text := (Text{m[5]}); {
	case m[1] != "":
		return Replied{Ticket: Ticket(n), To: visitor, From: operator, Text: text, Ack: mine}, true
	case m[4] != "":
		return Noted{Ticket: Ticket(n), To: visitor, From: operator, Text: text, Ack: mine}, true
	default:
		return VisitorSaid{Ticket: Ticket(n), From: visitor, Text: text}, true
	}
}
