package chat

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"chinwag/protocol"
)

// complete returns the completions of the word at the end of before: a command at the beginning of the line, an
// argument of that command, or a member's name.
func (r *Roster) complete(before string) (words []string) {
	at := r.Place()
	word := before[strings.LastIndexByte(before, ' ')+1:]
	begins := word == before
	if slash, isCommand := cutSlash(before); isCommand {
		if begins {
			return completeVerb(slash, at)
		}
		name, args, _ := strings.Cut(slash, " ")
		i := slices.IndexFunc(protocol.Verbs(), func(v *protocol.Verb) bool {
			return strings.EqualFold(v.Name, name) && v.HasSlash()
		})
		if i < 0 || protocol.Verbs()[i].Barred(at) != "" {
			return nil
		}
		said := strings.Fields(strings.TrimSuffix(args, word))
		if offers, known := r.completeArgument(protocol.Verbs()[i], said, word); known {
			return offers
		}
	}
	if offers, mentions := r.completeMention(word, begins && at.Operator); mentions {
		return offers
	}
	after := " "
	if begins {
		after = ": "
	}
	return r.completeName(word, after)
}

// cutSlash is what stands behind the / that a command begins with, in either width.
func cutSlash(before string) (rest string, found bool) {
	if rest, found = strings.CutPrefix(before, "/"); !found {
		rest, found = strings.CutPrefix(before, "／")
	}
	return rest, found && !strings.HasPrefix(rest, "/")
}

// completeVerb completes the commands that are allowed at this place.
func completeVerb(word string, at protocol.Place) (words []string) {
	for _, v := range protocol.Verbs() {
		if v.Barred(at) != "" || !v.HasSlash() || !hasPrefixFold(v.Name, word) {
			continue
		}
		if v.Args != "" {
			words = append(words, "/"+v.Name+" ")
		} else {
			words = append(words, "/"+v.Name)
		}
	}
	return words
}

// completeArgument completes the next argument of a command, after those in said. If known is false, the argument is a
// text, and names are completed in it as in any other.
func (r *Roster) completeArgument(v *protocol.Verb, said []string, word string) (words []string, known bool) {
	first := len(said) == 0
	switch name := v.Name; {
	case (name == "join" || name == "watch" || name == "who") && first:
		return r.completeRoom(word), true
	case name == "part" && first:
		return r.completeOwnRoom(word, ""), true
	case name == "say" && first, name == "topic" && first && strings.ContainsAny(word, "#＃"):
		return r.completeOwnRoom(word, " "), true
	case name == "help" && first:
		return r.completeHelp(word), true
	case name == "history" && first:
		return among(word, "all", "since ", "before ", "around "), true
	case name == "history" && len(said) == 1 && said[0] == "since":
		return among(word, "yesterday"), true
	case (name == "echo" || name == "duty") && first:
		return among(word, "on", "off"), true
	case name == "forget" && first:
		return among(word, "yes"), true
	case name == "queue" && first:
		return among(word, "all"), true
	case name == "canned" && first:
		return r.completeReply(word), true
	case name == "canned" && len(said) == 1:
		return r.completeVisitor(word, ""), true
	case name == "hand" && len(said) == 1:
		return r.completeOperator(word), true
	case name == "close" && len(said) == 1 && said[0] == "from":
		return r.completeAddress(word), true
	case name == "close" && first:
		return append(r.completeVisitor(word, " "), among(word, "from ")...), true
	case v.Tickets && first:
		return r.completeVisitor(word, " "), true
	case name == "nick" || v.Args == "":
		return nil, true
	case v.Nicks && first:
		return r.completeName(strings.TrimLeft(word, "@＠"), " "), true
	case strings.Contains(v.Args, "TEXT"):
		return nil, false
	}
	return nil, true
}

// among are the words of a list that begin with word, in any case.
func among(word string, of ...string) (words []string) {
	for _, w := range of {
		if hasPrefixFold(w, word) {
			words = append(words, w)
		}
	}
	return words
}

// completeMention completes @NAME at the beginning of a word, and after a letter of a script without blanks. At the
// beginning of an operator's line it is also the number of a visitor.
func (r *Roster) completeMention(word string, answers bool) (words []string, mentions bool) {
	i := max(strings.LastIndex(word, "@"), strings.LastIndex(word, "＠"))
	if i < 0 {
		return nil, false
	}
	before, _ := utf8.DecodeLastRuneInString(word[:i])
	if i > 0 && before < utf8.RuneSelf && before != '(' {
		return nil, false // an address of mail, say
	}
	name := strings.TrimLeft(word[i:], "@＠")
	if answers && i == 0 {
		for _, w := range r.completeVisitor(name, " ") {
			words = append(words, "@"+w)
		}
	}
	for _, w := range r.completeName(name, " ") {
		words = append(words, word[:i]+"@"+w)
	}
	return words, true
}

func (r *Roster) completeName(word, after string) (words []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(r.names)) {
		if name != r.nick.String() && hasPrefixFold(name, word) {
			words = append(words, name+after)
		}
	}
	return words
}

func (r *Roster) completeReply(word string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return among(word, r.canned...)
}

// completeRoom completes the rooms that were seen, but for the one in front.
func (r *Roster) completeRoom(word string) (words []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, room := range slices.Sorted(maps.Keys(r.known.rooms)) {
		if room != r.room.String() && hasPrefixFold(strings.TrimPrefix(room, "#"), strings.TrimLeft(word, "#＃")) {
			words = append(words, room)
		}
	}
	return words
}

// completeHelp completes the commands that are allowed here, with a / or without.
func (r *Roster) completeHelp(word string) (words []string) {
	rest, slash := cutSlash(word)
	for _, w := range completeVerb(rest, r.Place()) {
		if w = strings.TrimSpace(w); !slash {
			w = w[1:]
		}
		words = append(words, w)
	}
	return words
}

// completeVisitor completes the number of a visitor, from its beginning or from that of the name.
func (r *Roster) completeVisitor(word, after string) (words []string) {
	word = strings.TrimLeft(word, "@＠")
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, no := range slices.Sorted(maps.Keys(r.known.visitors)) {
		v, number := r.known.visitors[no], strings.TrimPrefix(no.String(), "@")
		if strings.HasPrefix(number, word) || hasPrefixFold(v.nick.String(), word) {
			words = append(words, number+after+"\t"+v.nick.String())
		}
	}
	return words
}

func (r *Roster) completeAddress(word string) (words []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.known.visitors {
		if v.addr != "" && strings.HasPrefix(v.addr, word) {
			words = append(words, v.addr)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// completeOperator completes an operator's name, or a member's where no operator was seen whose name begins so.
func (r *Roster) completeOperator(word string) []string {
	r.mu.Lock()
	var words []string
	for _, name := range slices.Sorted(maps.Keys(r.known.operators)) {
		if name != r.nick.String() && hasPrefixFold(name, word) {
			words = append(words, name+" ")
		}
	}
	r.mu.Unlock()
	if len(words) > 0 {
		return words
	}
	return r.completeName(word, " ")
}

func hasPrefixFold(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix))
}
