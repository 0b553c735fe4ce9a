package main

import (
	"errors"
	"os"
	"sync"

	"github.com/gdamore/tcell/v2"

	"chinwag/conn/tui"
	"chinwag/protocol"
)

// face is the full-screen chat: scrollback, status line, prompt. The client (join) and the
// operator's console both use it.
type face struct {
	screen  *tui.Screen
	own     bool // the terminal is the process's own
	here    people
	guard   protocol.Guard
	leaving func() string         // what its end would mean for other clients; "": nothing
	asks    chan protocol.Command // capacity 4: its own queries, for the goroutine that sends commands

	told   sync.Mutex
	asked  bool     // under told: /who was typed, so its answer is shown
	listed bool     // under told: the same with /canned
	toured bool     // under told: the same with /rooms
	saving *savedAs // under told: where a transcript goes; nil: to the screen
	after  expected // under told: where lines go when the last command is answered
}

// newFace makes a face for a terminal; nil is the process's own. With operator it is that of the
// server's console.
func newFace(operator, suspend bool, term tcell.Screen) *face {
	f := &face{own: term == nil, asks: make(chan protocol.Command, 4), leaving: func() string { return "" }}
	f.here.console, f.here.operator = operator, operator
	f.screen = tui.New(tui.Options{
		Title:    "chinwag",
		Color:    os.Getenv("NO_COLOR") == "",
		Complete: f.here.complete,
		Secret:   f.secretAfter,
		Leaving:  func() string { return f.leaving() },
		Suspend:  suspend,
		Terminal: term,
	})
	return f
}

// run shows the face until the user or Stop ends it. The terminal is restored when
// it returns, and by the guard when the process dies.
func (f *face) run() error {
	if f.own {
		defer guardTerminal()()
	}
	return f.screen.Run()
}

// parse returns the command of a typed line, or nil; the screen then says why.
func (f *face) parse(typed tui.Typed) protocol.Command {
	if typed.Secret {
		return f.confided(typed.Text)
	}
	line, err := f.saveAs(typed.Text)
	if err != nil {
		f.note(err.Error())
		return nil
	}
	cmd, err := f.understand(line, f.begun(typed.Prompt))
	if f.refused(err) {
		return nil
	}
	f.expect(cmd, typed.Prompt)
	switch c := cmd.(type) {
	case protocol.Who:
		f.told.Lock()
		f.asked = true
		f.told.Unlock()
	case protocol.Rooms:
		f.told.Lock()
		f.toured = true
		f.told.Unlock()
	case protocol.Canned:
		f.told.Lock()
		f.listed = c.Name.IsBlank()
		f.told.Unlock()
	case protocol.Operator:
		switch {
		case f.here.serves():
			f.note("you are an operator already")
		case f.here.hasNoPassword():
			f.guard.Raise() // a password may follow all the same
			return cmd
		}
		return nil // the screen asks for the password
	}
	return cmd
}

// understand parses a line that was begun at a place.
func (f *face) understand(line string, at place) (protocol.Command, error) {
	cmd, err := f.guard.Parse(line)
	if err != nil {
		return nil, err
	}
	if cmd, err = meant(cmd, f.here.hasServed()); err != nil {
		return nil, err
	}
	return f.aimed(cmd, at)
}

// secretAfter is the prompt with which the screen asks for the password after /operator; "" for other lines.
func (f *face) secretAfter(line string) (prompt string) {
	cmd, _ := protocol.ParseCommand(line)
	if _, ok := cmd.(protocol.Operator); ok && !f.here.serves() && !f.here.hasNoPassword() {
		return passwordPrompt
	}
	return ""
}

// confided makes the command of a password that was typed after /operator. The password is neither shown
// nor kept.
func (f *face) confided(line string) protocol.Command {
	cmd, err := password([]byte(line))
	if f.refused(err) {
		f.guard.Raise() // the password may be typed again as a line
		return nil
	}
	return cmd
}

// refused shows err and returns true, if err is a refusal.
func (f *face) refused(err error) bool {
	refusal, ok := errors.AsType[*protocol.Refusal](err)
	if ok {
		f.note(refusal.In(f.here.place()).Text)
	}
	return ok
}

// enter begins with a new welcome. It asks for the names, and once for the rooms: of later rooms
// an event tells when a member goes there, and every query counts against the rate limit.
func (f *face) enter(w protocol.Welcome) {
	f.here.enter(w)
	f.forgetExpected()
	f.giveUpSaving()
	f.askWho(w.Room)
	if w.Room != protocol.DeskRoom && !w.NoRooms {
		f.ask(protocol.Rooms{})
	}
	if f.here.serves() {
		f.ask(protocol.Canned{})
	}
}

// askWho asks for the names in a room. At the desk a visitor sees no members, and the
// welcome has told the state of the queue.
func (f *face) askWho(in protocol.Room) {
	if in != protocol.DeskRoom {
		f.ask(protocol.Who{})
	}
}

// ask enqueues a query for the goroutine that sends commands: that one
// may wait, and this one may not. It drops the query where the queue is full.
func (f *face) ask(cmd protocol.Command) {
	select {
	case f.asks <- cmd:
	default:
	}
}

// wanted clears a wish to see an answer, and reports whether there was one.
func (f *face) wanted(wish *bool) bool {
	f.told.Lock()
	defer f.told.Unlock()
	was := *wish
	*wish = false
	return was
}

func (f *face) note(words string) { f.screen.Print(tui.Span{Text: "-- " + words, Style: tui.Dim}) }

// tellWhere updates the status line and the prompt.
func (f *face) tellWhere(how string) {
	if f.here.self() == (protocol.Nick{}) {
		return // before the first welcome
	}
	f.screen.SetStatus(f.here.status() + how)
	f.screen.SetPrompt(f.here.prompt())
}

func (f *face) heard(e protocol.Event) {
	e = inner(e)
	f.here.hear(e)
	f.answered(e)
	if f.save(e) {
		return
	}
	switch e := e.(type) {
	case protocol.Entered:
		f.askWho(e.Room)
	case protocol.Fronted:
		f.askWho(e.Room)
	case protocol.PartedFrom:
		f.askWho(e.Front) // its names are unknown if it was not in front
	case protocol.Members:
		if !f.wanted(&f.asked) {
			return
		}
	case protocol.RoomList:
		if !f.wanted(&f.toured) {
			return
		}
	case protocol.Refused:
		switch {
		case isOfPassword(e.Code) && !f.here.hasNoPassword(): // else parse has raised it
			f.guard.Raise()
		case e.Code == elsewhereNow.Code:
			f.note(e.Text + "; the up arrow brings your words back")
			return
		}
	case protocol.Promoted:
		f.guard.Lower()
		f.ask(protocol.Canned{})
	case protocol.CannedList:
		if !f.wanted(&f.listed) {
			return
		}
	case protocol.TicketChanged:
		if e.Many { // one notice tells of all
			return
		}
		if e.Event == protocol.VisitorWaits || e.Event == protocol.VisitorHanded && e.To == f.here.self() {
			f.loud(e)
			return
		}
	case protocol.Duplicate:
		return
	case protocol.Whispered:
		if !e.You {
			f.loud(e)
			return
		}
	default:
		if isCalled(e, f.here.self()) {
			f.loud(e)
			return
		}
	}
	f.screen.Print(spans(f.here.named(e))...)
}

// loud prints an event that needs attention, and rings the bell.
func (f *face) loud(e protocol.Event) {
	line := spans(f.here.named(e))
	for i := range line {
		if line[i].Style == tui.Plain {
			line[i].Style = tui.Loud
		}
	}
	f.screen.Print(line...)
	f.screen.Bell()
}
