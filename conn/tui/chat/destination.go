package chat

import (
	"cmp"
	"strconv"
	"strings"

	"chinwag/protocol"
)

// destination is where a line goes: to a visitor, to a room, or nowhere (nobody). The zero destination leaves that to
// the server.
type destination struct {
	ticket protocol.Ticket
	room   protocol.Room
	nobody bool
}

const (
	promptEnd    = "> "
	nobodyPrompt = "nobody" + promptEnd
)

// destinationOf is the destination that a prompt names, as Roster.prompt has written it.
func destinationOf(prompt string) destination {
	where, isPrompt := strings.CutSuffix(prompt, promptEnd)
	number, _, _ := strings.Cut(where, " ")
	n, err := strconv.ParseUint(strings.TrimPrefix(number, "@"), 10, 64)
	room, bad := protocol.ParseRoom(where)
	switch {
	case !isPrompt:
		return destination{}
	case prompt == nobodyPrompt:
		return destination{nobody: true}
	case strings.HasPrefix(number, "@") && err == nil:
		return destination{ticket: protocol.Ticket(n)}
	case strings.HasPrefix(where, "#") && bad == nil:
		return destination{room: room}
	}
	return destination{}
}

// typeAhead is the destination of lines once a command is answered. It is for lines that are typed ahead or pasted with
// the command: the prompt before which they begin is still the one from before it.
type typeAhead struct {
	prompt string // at which the command was begun; "": nothing is expected
	to     destination
}

// noteTypeAhead remembers the destination after cmd, if cmd changes it.
func (v *View) noteTypeAhead(cmd protocol.Command, prompt string) {
	e := typeAhead{prompt: prompt}
	switch c := cmd.(type) {
	case protocol.Join:
		e.to.room = c.Room
	case protocol.Desk:
		if v.roster.isOperator() {
			return // an operator's /desk asks for the queue
		}
		e.to.room = protocol.DeskRoom
	case protocol.Take:
		e.to.ticket = c.Ticket
	case protocol.To:
		if e.to.ticket = c.Ticket; c.Ticket == 0 {
			e.to.room = v.roster.front()
		}
	case protocol.Part:
		if c.Room != v.roster.front() {
			return
		}
	case protocol.Next, protocol.LeaveDesk, protocol.Reply: // the server chooses the target, and rejects lines after a failure
	default:
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.typeAhead = e
}

// clearTypeAheadAt forgets the typeAhead at an event that answers a command: the prompt is right again.
func (v *View) clearTypeAheadAt(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Target, protocol.Entered, protocol.Fronted, protocol.PartedFrom, protocol.Refused, protocol.Notice:
	case protocol.Replied:
		if !e.You {
			return
		}
	default:
		return
	}
	v.clearTypeAhead()
}

func (v *View) clearTypeAhead() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.typeAhead = typeAhead{}
}

// destinationAt is the destination of a line that was begun at a prompt.
func (v *View) destinationAt(prompt string) destination {
	v.mu.Lock()
	defer v.mu.Unlock()
	if prompt != "" && prompt == v.typeAhead.prompt {
		return v.typeAhead.to
	}
	return destinationOf(prompt)
}

var (
	errTargetChanged = protocol.Refuse("target-changed", "nobody has heard that: where your lines go has changed since you began it")
	errNoTarget      = protocol.Refuse("no-target", "whom do you mean? Please name the number, /queue shows them")
)

// address is cmd with the destination at whose prompt it was begun, so that it reaches no other if that changes before
// it arrives.
func (v *View) address(cmd protocol.Command, at destination) (protocol.Command, error) {
	if !v.roster.isOperator() && at.ticket == 0 {
		at.nobody = false // only an operator has visitors as targets
	}
	switch c := cmd.(type) {
	case protocol.Say:
		switch {
		case c.Room != protocol.Room{}: // the line names its room
		case at.nobody:
			return nil, errTargetChanged
		default:
			c.Ticket, c.Room = at.ticket, at.room
		}
		return c, nil
	case protocol.Part: // with its room, so that a repeated one does not leave a second room
		c.Room = cmp.Or(c.Room, at.room, v.roster.front())
		return c, nil
	case protocol.Canned:
		var err error
		if !c.Name.IsBlank() {
			c.Ticket, err = v.visitorMeant(c.Ticket, at)
		}
		return c, err
	case protocol.Hold:
		n, err := v.visitorMeant(c.Ticket, at)
		c.Ticket = n
		return c, err
	case protocol.Close:
		if c.Many() {
			return c, nil
		}
		n, err := v.visitorMeant(c.Ticket, at)
		c.Ticket = n
		return c, err
	}
	return cmd, nil
}

// AsTyped is cmd without the room in front, which address has added.
func (v *View) AsTyped(cmd protocol.Command) protocol.Command {
	if say, ok := cmd.(protocol.Say); ok && say.Room == v.roster.front() {
		say.Room = protocol.Room{}
		return say
	}
	return cmd
}

// visitorMeant is the visitor that an operator means: the one that the command names, or the one in the prompt.
func (v *View) visitorMeant(named protocol.Ticket, at destination) (protocol.Ticket, error) {
	switch {
	case named != 0 || !v.roster.isOperator():
		return named, nil
	case at.nobody:
		return 0, errTargetChanged
	case at.room != protocol.Room{}:
		return 0, errNoTarget
	}
	return at.ticket, nil
}

// ReplyOrSay is the command for a typed line that begins with @ and digits. An operator's is always a Reply, even if
// the session has lost its operator rights when it arrives: it must not be said to a room. For all other clients it is
// a Say, and the server decides.
func ReplyOrSay(cmd protocol.Command, operator bool) (protocol.Command, error) {
	switch c := cmd.(type) {
	case protocol.Reply:
		if !operator {
			return protocol.Say{Text: c.Line()}, nil
		}
	case protocol.Say:
		no, rest, found := protocol.AddressOf(c.Text)
		switch {
		case !found || !operator:
		case rest.IsBlank():
			return nil, protocol.BadReply(no)
		default:
			return protocol.Reply{Ticket: no, Text: rest}, nil
		}
	}
	return cmd, nil
}
