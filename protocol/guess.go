package protocol

import (
	"slices"
	"strings"
	"unicode"
)

// The refusal of an unknown command: the word, and a guess at the command meant.

// noVerb is a word that is no command. The zero value is none.
type noVerb struct {
	word  string // as it was written: a Text, cut to a bound
	typed bool   // behind a /
	json  bool   // as the type of a line of JSON
}

// maxWord is how many bytes of a word that is no command are shown.
const maxWord = 48

// unknownCommand refuses a word that was typed behind a /. Only the word is shown: the text behind it may be a secret.
func unknownCommand(word string) *Refusal { return unknownIn(word, false, Place{}) }

// unknownType refuses the type of a line of JSON.
func unknownType(name string) *Refusal {
	word, err := ParseText(name)
	if err != nil {
		word = Text{}
	}
	return unknownIn(word.s, true, Place{})
}

func unknownIn(word string, json bool, p Place) *Refusal {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // it would format the words behind it
			return dropped
		}
		return r
	}, word)
	r := Refuse("unknown-command", "")
	r.noVerb = noVerb{Text{seen}.Short(maxWord).s, !json, json}
	return r.In(p)
}

// In is r as it is told in a place: for a word that is no command it offers only commands that can be done there. All
// other refusals stay as they are.
func (r *Refusal) In(p Place) *Refusal {
	if r.noVerb == (noVerb{}) {
		return r
	}
	told := *r
	told.Text = r.noVerb.sentence(p)
	return &told
}

func (n noVerb) sentence(p Place) string {
	v, near := guess(n.word, n.json, p)
	blank := Text{n.word}.IsBlank()
	switch {
	case n.json && near:
		return `there is no command "` + n.word + `": did you mean "` + v.Name + `"? {"type":"help"} lists all`
	case n.json && blank:
		return `a line begins with the name of a command, as {"type":"say","text":"hello"}: {"type":"help"} lists all`
	case n.json:
		return `there is no command "` + n.word + `": {"type":"help"} lists all`
	case near:
		return "there is no /" + n.word + ": did you mean " + v.typed() + "? /help lists all"
	case blank:
		return "a / alone is no command: /help lists all"
	}
	return "there is no /" + n.word + ": /help lists all; with // in front it is said"
}

// typed is v as people type it.
func (v *Verb) typed() string {
	if !v.HasSlash() {
		return v.Usage()
	}
	return "/" + v.Name
}

// guess is the command most likely meant by a word, of those that can be done in a place: one that has this name in
// other chats, that begins with it, or that is written nearly so.
func guess(word string, json bool, p Place) (best *Verb, ok bool) {
	word = narrowed(word)
	if len(word) > maxWord {
		return best, false
	}
	ours := strings.Fields(otherNames[word])
	bound := min(2, (len(word)+1)/3) // a short word is near too many others
	if len(word) < 2 {
		bound = 0
	}
	near := 4
	for _, v := range Verbs() {
		name := v.Name
		d := bound + 1 // or more
		if max(len(word)-len(name), len(name)-len(word)) <= bound {
			d = Distance(word, name)
		}
		switch {
		case v.Barred(p) != "":
			continue
		case slices.Contains(ours, v.Name):
			d = 0
		case !json && !v.HasSlash():
			continue
		case len(word) >= 2 && strings.HasPrefix(name, word):
			d = 1
		case d > bound:
			continue
		}
		if d < near {
			best, near, ok = v, d, true
		}
	}
	return best, ok
}

// otherNames has the names that other chats give our commands, which stand here by their names in JSON. Of several, the
// first in Verbs that can be done is meant.
var otherNames = map[string]string{
	"action": "me", "emote": "me", "e": "me",
	"ban": "kick", "remove": "kick",
	"block": "ignore", "mute": "ignore", "unignore": "ignore",
	"broadcast": "announce", "wall": "announce", "shout": "announce",
	"channel": "rooms", "channels": "rooms", "list": "rooms", "room": "rooms", "ls": "rooms",
	"follow": "watch", "hear": "watch", "listen": "watch", "unwatch": "part", "unfollow": "part",
	"j": "join", "go": "join", "enter": "join", "switch": "join",
	"exit": "quit", "bye": "quit", "logout": "quit", "disconnect": "quit", "quit!": "quit", "q": "quit",
	"find": "search", "grep": "search", "log": "history",
	"h": "help", "?": "help", "commands": "help",
	"name": "nick", "nickname": "nick", "rename": "nick",
	"names": "who", "users": "who", "whois": "who", "online": "who", "w": "msg",
	"tell": "msg", "whisper": "msg", "m": "msg", "pm": "msg", "dm": "msg", "query": "msg", "message": "msg", "private": "msg",
	"afk": "away", "brb": "away", "back": "away",
	"stop":  "shutdown",
	"reply": "reply", "answer": "reply", "r": "reply",
	"support": "desk", "ticket": "desk", "tickets": "queue", "transfer": "hand",
}

// narrowed is s with its letters of ASCII narrow and in lower case.
func narrowed(s string) string { return strings.Map(narrow, s) }
