package protocol

// Place is the situation of a session, as far as it decides which commands it can use. The zero value is a member of a
// room at a server with rooms.
type Place struct {
	Operator   bool
	Visitor    bool // at the desk
	Aimed      bool // an operator, with a visitor as the target
	Nowhere    bool // in no room yet
	Watching   bool // in other rooms, besides the one in front
	Console    bool // an operator, at the server's own terminal
	OnlyDesk   bool // the server has no rooms
	NoPassword bool // no session becomes an operator here
	Program    bool // its session is a program's
}

// Barred is why v cannot be done in a place, or would do nothing there; "": it can be done. Help, completion and
// guesses show what is not barred. A command that the server refuses because of the place is barred.
func (v *Verb) Barred(p Place) (why string) {
	switch {
	case v.Operator && !p.Operator:
		return "only an operator can do that"
	case p.Nowhere && !v.Anywhere:
		return "you are not in a room yet: /join ROOM brings you there"
	case p.Visitor && v.InRoom:
		return "not at the desk, where you talk to the operators only"
	case v.barredIn != nil:
		return v.barredIn(p)
	}
	return ""
}

// HelpIn is what v does in a place.
func (v *Verb) HelpIn(p Place) string {
	if v.helpIn != nil {
		if help := v.helpIn(p); help != "" {
			return help
		}
	}
	return v.Help
}

// where is words if so, else "".
func where(so bool, words string) string {
	if so {
		return words
	}
	return ""
}
