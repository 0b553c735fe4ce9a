package chat

import (
	"errors"
	"sync"

	"github.com/gdamore/tcell/v2"

	"chinwag/conn/tui"
	"chinwag/protocol"
)

// The screen knows no protocol, and takes lines as long as those of the protocol: else this does not compile.
var _ = [1]struct{}{}[tui.MaxLine-protocol.MaxText]

// View is the full-screen chat: scrollback, status line, prompt. The client (join) and the operator's console both use
// it.
type View struct {
	screen     *tui.Screen
	startGuard func() func() // nil: none
	roster     Roster
	guard      protocol.Guard
	queries    chan protocol.Command // capacity 4: its own queries, for the goroutine that sends commands

	mu          sync.Mutex
	showMembers bool            // under mu: /who was typed, so its answer is shown
	showCanned  bool            // under mu: the same with /canned
	showRooms   bool            // under mu: the same with /rooms
	transcript  *transcriptFile // under mu: where a transcript goes; nil: to the screen
	typeAhead   typeAhead       // under mu: where lines go when the last command is answered
}

// Options of a View. Options{} is a client's, on the terminal of the process.
type Options struct {
	Operator bool          // it is the server's console
	Color    bool          // colors may be used
	Suspend  bool          // Ctrl-Z suspends the process
	Leaving  func() string // what its end would mean for other clients, "": nothing; nil: always nothing
	Guard    func() func() // called before the terminal is changed, and its result after it is restored; nil: none
	Terminal tcell.Screen  // nil: the process's own
}

// New makes a View. Run shows it.
func New(o Options) *View {
	v := &View{startGuard: o.Guard, queries: make(chan protocol.Command, 4)}
	v.roster.console, v.roster.operator = o.Operator, o.Operator
	v.screen = tui.New(tui.Options{
		Title:    "chinwag",
		Color:    o.Color,
		Complete: v.roster.complete,
		Secret:   v.secretPrompt,
		Leaving:  o.Leaving,
		Suspend:  o.Suspend,
		Terminal: o.Terminal,
	})
	return v
}

// Run shows the view until the user or Stop ends it. The terminal is restored when it returns.
func (v *View) Run() error {
	if v.startGuard != nil {
		defer v.startGuard()()
	}
	return v.screen.Run()
}

// Stop ends Run from another goroutine. It does not wait until the terminal is restored.
func (v *View) Stop() { v.screen.Stop() }

// Lines are the typed lines, each for Parse. The channel is closed when Run ends.
func (v *View) Lines() <-chan tui.Typed { return v.screen.Lines() }

// Queries are commands of the view's own, to be sent like typed ones.
func (v *View) Queries() <-chan protocol.Command { return v.queries }

// Parse returns the command of a typed line, or nil; the screen then says why.
func (v *View) Parse(typed tui.Typed) protocol.Command {
	if typed.Secret {
		return v.parseSecret(typed.Text)
	}
	line, err := v.openTranscript(typed.Text)
	if err != nil {
		v.Note(err.Error())
		return nil
	}
	cmd, err := v.parseLine(line, v.destinationAt(typed.Prompt))
	if v.ShowRefusal(err) {
		return nil
	}
	v.noteTypeAhead(cmd, typed.Prompt)
	switch c := cmd.(type) {
	case protocol.Who:
		v.mu.Lock()
		v.showMembers = true
		v.mu.Unlock()
	case protocol.Rooms:
		v.mu.Lock()
		v.showRooms = true
		v.mu.Unlock()
	case protocol.Canned:
		v.mu.Lock()
		v.showCanned = c.Name.IsBlank()
		v.mu.Unlock()
	case protocol.Operator:
		switch {
		case v.roster.isOperator():
			v.Note("you are an operator already")
		case v.roster.HasNoPassword():
			v.guard.Raise() // a password may follow all the same
			return cmd
		}
		return nil // the screen asks for the password
	}
	return cmd
}

// parseLine parses a line that was begun at a place.
func (v *View) parseLine(line string, at destination) (protocol.Command, error) {
	cmd, err := v.guard.Parse(line)
	if err != nil {
		return nil, err
	}
	if cmd, err = ReplyOrSay(cmd, v.roster.wasOperator()); err != nil {
		return nil, err
	}
	return v.address(cmd, at)
}

// secretPrompt is the prompt with which the screen asks for the password after /operator; "" for other lines.
func (v *View) secretPrompt(line string) (prompt string) {
	cmd, _ := protocol.ParseCommand(line)
	if _, ok := cmd.(protocol.Operator); ok && !v.roster.isOperator() && !v.roster.HasNoPassword() {
		return PasswordPrompt
	}
	return ""
}

// parseSecret makes the command of a password that was typed after /operator. The password is neither shown nor kept.
func (v *View) parseSecret(line string) protocol.Command {
	cmd, err := v.guard.ParsePassword([]byte(line))
	if v.ShowRefusal(err) {
		return nil
	}
	return cmd
}

// ShowRefusal shows err and returns true, if err is a refusal.
func (v *View) ShowRefusal(err error) bool {
	refusal, ok := errors.AsType[*protocol.Refusal](err)
	if ok {
		v.Note(refusal.In(v.roster.Place()).Text)
	}
	return ok
}

// Enter begins with a new welcome. It asks for the names, and once for the rooms: of later rooms an event tells when a
// member goes there, and every query counts against the rate limit.
func (v *View) Enter(w protocol.Welcome) {
	v.roster.Enter(w)
	v.clearTypeAhead()
	v.abortTranscript()
	v.askWho(w.Room)
	if w.Room != protocol.DeskRoom && !w.NoRooms {
		v.query(protocol.Rooms{})
	}
	if v.roster.isOperator() {
		v.query(protocol.Canned{})
	}
}

// askWho asks for the names in a room. At the desk a visitor sees no members, and the welcome has told the state of the
// queue.
func (v *View) askWho(in protocol.Room) {
	if in != protocol.DeskRoom {
		v.query(protocol.Who{})
	}
}

// query enqueues a query for the goroutine that sends commands: that one may wait, and this one may not. It drops the
// query where the queue is full.
func (v *View) query(cmd protocol.Command) {
	select {
	case v.queries <- cmd:
	default:
	}
}

// take clears a wish to see an answer, and reports whether there was one.
func (v *View) take(wish *bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	was := *wish
	*wish = false
	return was
}

// Note prints a line of the program's own.
func (v *View) Note(words string) { v.screen.Print(tui.Span{Text: "-- " + words, Style: tui.Dim}) }

// SetStatus updates the status line, which ends with more, and the prompt.
func (v *View) SetStatus(more string) {
	if v.roster.self() == (protocol.Nick{}) {
		return // before the first welcome
	}
	v.screen.SetStatus(v.roster.status() + more)
	v.screen.SetPrompt(v.roster.prompt())
}

// Print prints an event, and updates nothing.
func (v *View) Print(e protocol.Event) { v.screen.Print(render(e)...) }

// Hear updates the view with an event, and prints it unless it answers a query of the view's own.
func (v *View) Hear(e protocol.Event) {
	e = inner(e)
	v.roster.Hear(e)
	v.clearTypeAheadAt(e)
	if v.keepInTranscript(e) {
		return
	}
	switch e := e.(type) {
	case protocol.Entered:
		v.askWho(e.Room)
	case protocol.Fronted:
		v.askWho(e.Room)
	case protocol.PartedFrom:
		v.askWho(e.Front) // its names are unknown if it was not in front
	case protocol.Members:
		if !v.take(&v.showMembers) {
			return
		}
	case protocol.RoomList:
		if !v.take(&v.showRooms) {
			return
		}
	case protocol.Refused:
		switch {
		case IsOfPassword(e.Code) && !v.roster.HasNoPassword(): // else Parse has raised it
			v.guard.Raise()
		case e.Code == errTargetChanged.Code:
			v.Note(e.Text + "; the up arrow brings your words back")
			return
		}
	case protocol.Promoted:
		v.guard.Lower()
		v.query(protocol.Canned{})
	case protocol.CannedList:
		if !v.take(&v.showCanned) {
			return
		}
	case protocol.TicketChanged:
		if e.Many { // one notice tells of all
			return
		}
		if e.Event == protocol.VisitorWaits || e.Event == protocol.VisitorHanded && e.To == v.roster.self() {
			v.highlight(e)
			return
		}
	case protocol.Duplicate:
		return
	case protocol.Whispered:
		if !e.You {
			v.highlight(e)
			return
		}
	default:
		if isMention(e, v.roster.self()) {
			v.highlight(e)
			return
		}
	}
	v.screen.Print(render(v.roster.Named(e))...)
}

// highlight prints an event that needs attention, and rings the bell.
func (v *View) highlight(e protocol.Event) {
	line := render(v.roster.Named(e))
	for i := range line {
		if line[i].Style == tui.Plain {
			line[i].Style = tui.Loud
		}
	}
	v.screen.Print(line...)
	v.screen.Bell()
}
