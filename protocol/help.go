package protocol

import (
	"bytes"
	"slices"
	"strings"
)

// Help asks which commands there are.
type Help struct {
	Verb  Text `json:"verb,omitzero"`  // only this command
	Typed bool `json:"typed,omitzero"` // as people type it, else as programs write it
}

func (Help) verb() *Verb { return helpVerb }

var helpVerb = newVerb(Verb{
	Name: "help", Args: "[COMMAND]", Help: "tells what you can type; of one command, more", Example: "/help history", Anywhere: true,
}, syntax[Help]{
	parse: func(t Text) (Help, error) { return Help{Verb: t, Typed: true}, nil },
	args:  func(c Help) string { return c.Verb.s },
})

// HelpRow is one line of help: how a command is written, as people type it or as a line of JSON, and what it does.
type HelpRow struct {
	Verb    string  `json:"verb,omitzero"`   // its name in JSON
	Usage   string  `json:"usage"`           // as people type it, or a line that a program can send
	Text    string  `json:"text"`            // what it does
	Barred  string  `json:"barred,omitzero"` // why this session cannot do it here and now; empty: it can
	Members []Field `json:"members"`         // for programs: all that it can have
}

func (e HelpRow) appendText(dst []byte, _ Room) []byte {
	dst = append(notice(dst, Room{}), e.Usage...)
	dst = append(dst, bytes.Repeat([]byte(" "), 2+max(0, usageWidth-len(e.Usage)))...)
	if e.Barred != "" {
		return line(dst, e.Text, " (", e.Barred, ")")
	}
	return line(dst, e.Text)
}

func (e HelpRow) withLists() Event { e.Members = listed(e.Members); return e }

// HelpFor answers h in a place: it lists what can be done there, or tells all of one command, even if that cannot be
// done there. A word that is no command is a *Refusal.
func HelpFor(h Help, p Place) ([]HelpRow, error) {
	var told []HelpRow
	if h.Verb.IsBlank() {
		for _, v := range Verbs() {
			if (!h.Typed || v.parse != nil) && v.Barred(p) == "" {
				told = append(told, v.helped(h.Typed, p))
			}
		}
		return told, nil
	}
	meant := verbsMeant(h.Verb, h.Typed, p)
	if len(meant) == 0 {
		return nil, unknownIn(strings.TrimPrefix(narrowed(h.Verb.s), "/"), !h.Typed, p)
	}
	for _, v := range meant {
		told = append(told, v.helped(h.Typed, p))
		for _, f := range v.forms(h.Typed) {
			if f.Verb = v.Name; !h.Typed {
				f.Members = v.Fields()
			}
			told = append(told, f)
		}
	}
	return told, nil
}

// verbsMeant are the commands that a word may mean. If some of them can be done in the place, only those are meant.
func verbsMeant(words Text, typed bool, p Place) []*Verb {
	word, _ := cutWord(narrowed(words.s))
	name, slash := strings.CutPrefix(word, "/")
	switch {
	case strings.HasPrefix(word, "@"):
		name = "reply"
	case name == "text":
		name = "say"
	}
	asTyped := func(v *Verb) bool { return v.Name == name && v.HasSlash() }
	asNamed := func(v *Verb) bool { return v.Name == name && (v.parse != nil || !typed) }
	meant := verbsThat(func(v *Verb) bool { return asTyped(v) || typed && !slash && asNamed(v) })
	if named := verbsThat(asNamed); !typed && !slash && len(named) > 0 {
		meant = named
	}
	if here := verbsThat(func(v *Verb) bool { return v.Barred(p) == "" && slices.Contains(meant, v) }); len(here) > 0 {
		return here
	}
	return meant
}

func verbsThat(is func(*Verb) bool) (vs []*Verb) {
	for _, v := range Verbs() {
		if is(v) {
			vs = append(vs, v)
		}
	}
	return vs
}

// helped is the line of help on v.
func (v *Verb) helped(typed bool, p Place) HelpRow {
	e := HelpRow{Verb: v.Name, Usage: v.Usage(), Text: v.HelpIn(p), Barred: v.Barred(p)}
	if v.Brief != "" {
		e.Usage = "/" + v.Name + " " + v.Brief // the forms have the others
	}
	if !typed {
		e.Usage, e.Members = v.exampleJSON(), v.Fields()
	}
	return e
}

// forms are the example and the other ways to write v. In JSON the usage is the example.
func (v *Verb) forms(typed bool) (told []HelpRow) {
	if typed && v.Example != v.Usage() {
		told = append(told, HelpRow{Usage: "for example:", Text: v.Example})
	}
	for _, f := range v.Forms {
		if typed {
			told = append(told, HelpRow{Usage: f.Line, Text: f.Help})
		} else if c, err := ParseCommand(f.Line); err == nil {
			told = append(told, HelpRow{Usage: strings.TrimSuffix(string(AppendCommandJSON(nil, c)), "\n"), Text: f.Help})
		}
	}
	if typed && v.More != "" {
		told = append(told, HelpRow{Usage: "and:", Text: v.More})
	}
	return told
}

// usageWidth is the column of a line of help at which the words begin.
const usageWidth = 20
