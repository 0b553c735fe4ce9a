package main

import (
	"errors"
	"os"
	"strconv"
	"sync"

	"github.com/gdamore/tcell/v2"

	tui "chinwag/conn/screen"
	"chinwag/protocol"
)

// face is the room as somebody at a terminal sees it: what is said, who is here,
// and where the next line will go. Join and the operator's console wear the same one.
type face struct {
	screen *tui.Screen
	own    bool // the terminal is the process's own
	here   people
	asks   chan struct{} // capacity 1: it wants to know who is here; whoever sends commands asks

	told  sync.Mutex
	asked bool // under told: somebody typed /who, and sees the answer
}

// newFace makes a face for a terminal; nil is the process's own. An operator's
// completes the operator's commands.
func newFace(operator, suspend bool, term tcell.Screen) *face {
	f := &face{own: term == nil, asks: make(chan struct{}, 1)}
	f.here.operator = operator
	f.screen = tui.New(tui.Options{
		Title:    "chinwag",
		Color:    os.Getenv("NO_COLOR") == "",
		Complete: f.here.complete,
		Suspend:  suspend,
		Terminal: term,
	})
	return f
}

// run shows the face until somebody ends it. The terminal is whole again when
// it returns, and when it cannot return.
func (f *face) run() error {
	if f.own {
		defer guardTerminal()()
	}
	return f.screen.Run()
}

// parse is the command that somebody typed, or nil: then they are told why.
func (f *face) parse(line string) protocol.Command {
	cmd, err := protocol.ParseCommand(line)
	if f.refused(err) {
		return nil
	}
	if _, who := cmd.(protocol.Who); who {
		f.told.Lock()
		f.asked = true
		f.told.Unlock()
	}
	return cmd
}

// refused tells a refusal, if err is one.
func (f *face) refused(err error) bool {
	refusal, ok := errors.AsType[*protocol.Refusal](err)
	if ok {
		f.note(refusal.Text)
	}
	return ok
}

// enter is a new beginning: the names are asked for.
func (f *face) enter(w protocol.Welcome) {
	f.here.enter(w.Nick, w.Room, w.Here)
	f.ask()
}

// ask has the goroutine that sends commands ask who is here: it may wait, and
// this one may not.
func (f *face) ask() {
	select {
	case f.asks <- struct{}{}:
	default:
	}
}

func (f *face) note(words string) { f.screen.Print(tui.Span{Text: "-- " + words, Style: tui.Dim}) }

// tellWhere says who one is, where, and how things are.
func (f *face) tellWhere(how string) {
	nick, room, count := f.here.now()
	f.screen.SetStatus(nick.String() + " in " + room.String() + " · " + strconv.Itoa(count) + " here" + how)
	f.screen.SetPrompt(room.String() + "> ")
}

func (f *face) heard(e protocol.Event) {
	f.here.hear(e)
	switch e := e.(type) {
	case protocol.Entered:
		f.ask()
	case protocol.Members:
		f.told.Lock()
		asked := f.asked
		f.asked = false
		f.told.Unlock()
		if !asked {
			return
		}
	case protocol.Accepted:
		return
	case protocol.Whispered:
		if !e.You {
			f.loud(e)
			return
		}
	default:
		if nick, _, _ := f.here.now(); isCalled(e, nick) {
			f.loud(e)
			return
		}
	}
	f.screen.Print(spans(e)...)
}

// loud is for what somebody should look up for.
func (f *face) loud(e protocol.Event) {
	line := spans(e)
	for i := range line {
		if line[i].Style == tui.Plain {
			line[i].Style = tui.Loud
		}
	}
	f.screen.Print(line...)
	f.screen.Bell()
}
