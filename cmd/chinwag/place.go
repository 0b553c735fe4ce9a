package main

import (
	"cmp"
	"strconv"
	"strings"

	"chinwag/protocol"
)

// place is the target of a line: a visitor, a room, or none at all (nobody). The zero place leaves
// the target to the server.
type place struct {
	ticket protocol.Ticket
	room   protocol.Room
	nobody bool
}

const (
	promptEnd    = "> "
	nobodyPrompt = "nobody" + promptEnd
)

// placeOf is the place that a prompt names, as people.prompt has written it.
func placeOf(prompt string) place {
	where, isPrompt := strings.CutSuffix(prompt, promptEnd)
	number, _, _ := strings.Cut(where, " ")
	n, err := strconv.ParseUint(strings.TrimPrefix(number, "@"), 10, 64)
	room, bad := protocol.ParseRoom(where)
	switch {
	case !isPrompt:
		return place{}
	case prompt == nobodyPrompt:
		return place{nobody: true}
	case strings.HasPrefix(number, "@") && err == nil:
		return place{ticket: protocol.Ticket(n)}
	case strings.HasPrefix(where, "#") && bad == nil:
		return place{room: room}
	}
	return place{}
}

// expected is the target of lines once a command is answered. It is for lines that are typed ahead or
// pasted with the command: the prompt before which they begin is still the one from before it.
type expected struct {
	prompt string // at which the command was begun; "": nothing is expected
	place  place
}

// expect remembers the target after cmd, if cmd changes it.
func (f *face) expect(cmd protocol.Command, prompt string) {
	e := expected{prompt: prompt}
	switch c := cmd.(type) {
	case protocol.Join:
		e.place.room = c.Room
	case protocol.Desk:
		if f.here.serves() {
			return // an operator's /desk asks for the queue
		}
		e.place.room = protocol.DeskRoom
	case protocol.Take:
		e.place.ticket = c.Ticket
	case protocol.To:
		if e.place.ticket = c.Ticket; c.Ticket == 0 {
			e.place.room = f.here.where()
		}
	case protocol.Part:
		if c.Room != f.here.where() {
			return
		}
	case protocol.Next, protocol.LeaveDesk, protocol.Reply: // the server chooses the target, and rejects lines after a failure
	default:
		return
	}
	f.told.Lock()
	defer f.told.Unlock()
	f.after = e
}

// answered forgets the expected target at an event that answers a command: the prompt is right again.
func (f *face) answered(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Target, protocol.Entered, protocol.Fronted, protocol.PartedFrom, protocol.Refused, protocol.Notice:
	case protocol.Replied:
		if !e.You {
			return
		}
	default:
		return
	}
	f.forgetExpected()
}

func (f *face) forgetExpected() {
	f.told.Lock()
	defer f.told.Unlock()
	f.after = expected{}
}

// begun is the target of a line that was begun at a prompt.
func (f *face) begun(prompt string) place {
	f.told.Lock()
	defer f.told.Unlock()
	if prompt != "" && prompt == f.after.prompt {
		return f.after.place
	}
	return placeOf(prompt)
}

var (
	elsewhereNow = protocol.Refuse("target-changed", "nobody has heard that: where your lines go has changed since you began it")
	whom         = protocol.Refuse("no-target", "whom do you mean? Please name the number, /queue shows them")
)

// aimed is cmd with the place at whose prompt it was begun, so that it reaches
// no other target if that changes before it arrives.
func (f *face) aimed(cmd protocol.Command, at place) (protocol.Command, error) {
	if !f.here.serves() && at.ticket == 0 {
		at.nobody = false // only an operator has visitors as targets
	}
	switch c := cmd.(type) {
	case protocol.Say:
		switch {
		case c.Room != protocol.Room{}: // the line names its room
		case at.nobody:
			return nil, elsewhereNow
		default:
			c.Ticket, c.Room = at.ticket, at.room
		}
		return c, nil
	case protocol.Part: // with its room, so that a repeated one does not leave a second room
		c.Room = cmp.Or(c.Room, at.room, f.here.where())
		return c, nil
	case protocol.Canned:
		var err error
		if !c.Name.IsBlank() {
			c.Ticket, err = f.whom(c.Ticket, at)
		}
		return c, err
	case protocol.Hold:
		n, err := f.whom(c.Ticket, at)
		c.Ticket = n
		return c, err
	case protocol.Close:
		if c.Many() {
			return c, nil
		}
		n, err := f.whom(c.Ticket, at)
		c.Ticket = n
		return c, err
	}
	return cmd, nil
}

// asTyped is cmd without the room in front, which aimed has added.
func (f *face) asTyped(cmd protocol.Command) protocol.Command {
	if say, ok := cmd.(protocol.Say); ok && say.Room == f.here.where() {
		say.Room = protocol.Room{}
		return say
	}
	return cmd
}

// whom is the visitor that an operator means: the one that the command names, or the one in the prompt.
func (f *face) whom(named protocol.Ticket, at place) (protocol.Ticket, error) {
	switch {
	case named != 0 || !f.here.serves():
		return named, nil
	case at.nobody:
		return 0, elsewhereNow
	case at.room != protocol.Room{}:
		return 0, whom
	}
	return at.ticket, nil
}

// meant is the command for a typed line that begins with @ and digits. An operator's is always a
// Reply, even if the session has lost its operator rights when it arrives: it must not be said to a room. For
// all other clients it is a Say, and the server decides.
func meant(cmd protocol.Command, operator bool) (protocol.Command, error) {
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
