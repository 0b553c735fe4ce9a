package protocol

import (
	"bytes"
	"slices"
	"strings"
)

// HelpFor answers h in a place: it lists what can be done there, or tells all of one command,
// even if that cannot be done there. A word that is no command is a *Refusal.
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

// verbsMeant are the commands that a word may mean. If some of them can be done in the place, only
// those are meant.
func verbsMeant(words Text, typed bool, p Place) []Verb {
	word, _ := cutWord(narrowed(words.s))
	name, slash := strings.CutPrefix(word, "/")
	switch {
	case strings.HasPrefix(word, "@"):
		name = "reply"
	case name == "text":
		name = "say"
	}
	asTyped := func(v Verb) bool { return v.Name == name && v.HasSlash() }
	asNamed := func(v Verb) bool { return v.Name == name && (v.parse != nil || !typed) }
	meant := verbsThat(func(v Verb) bool { return asTyped(v) || typed && !slash && asNamed(v) })
	if named := verbsThat(asNamed); !typed && !slash && len(named) > 0 {
		meant = named
	}
	if here := verbsThat(func(v Verb) bool { return v.Barred(p) == "" && isAmong(meant, v) }); len(here) > 0 {
		return here
	}
	return meant
}

func verbsThat(are func(Verb) bool) (vs []Verb) {
	for _, v := range Verbs() {
		if are(v) {
			vs = append(vs, v)
		}
	}
	return vs
}

func isAmong(vs []Verb, v Verb) bool {
	return slices.ContainsFunc(vs, func(o Verb) bool { return o.Name == v.Name })
}

// helped is the line of help on v.
func (v Verb) helped(typed bool, p Place) HelpRow {
	if v.Brief != "" {
		v.Args = v.Brief // the forms have the others
	}
	e := HelpRow{Verb: v.Name, Usage: v.Usage(), Text: v.HelpIn(p), Barred: v.Barred(p)}
	if !typed {
		e.Usage, e.Members = v.exampleJSON(), v.Fields()
	}
	return e
}

// forms are the example and the other ways to write v. In JSON the usage is the example.
func (v Verb) forms(typed bool) (told []HelpRow) {
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

func helped(dst []byte, e HelpRow) []byte {
	dst = append(dst, e.Usage...)
	dst = append(dst, bytes.Repeat([]byte(" "), 2+max(0, usageWidth-len(e.Usage)))...)
	if e.Barred != "" {
		return line(dst, e.Text, " (", e.Barred, ")")
	}
	return line(dst, e.Text)
}
