package main

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"chinwag/protocol"
)

// people is who is here, as far as we were told. The screen asks for names
// while events change them.
type people struct {
	operator bool // knows the operator's commands

	mu    sync.Mutex
	nick  protocol.Nick // our own
	room  protocol.Room
	count int
	names map[string]bool
}

func (p *people) now() (nick protocol.Nick, room protocol.Room, count int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nick, p.room, p.count
}

func (p *people) enter(nick protocol.Nick, room protocol.Room, count int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nick, p.room, p.count, p.names = nick, room, count, map[string]bool{}
}

// hear keeps up with comings and goings. The answer to a /who is the truth: it
// sets right what was missed.
func (p *people) hear(e protocol.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case protocol.Entered:
		p.room, p.count, p.names = e.Room, e.Here, map[string]bool{}
	case protocol.Members:
		if e.Room != p.room {
			return
		}
		p.count, p.names = e.Here, map[string]bool{}
		for _, m := range e.Names {
			p.names[m.Nick.String()] = true
		}
	case protocol.Joined:
		if e.Room == p.room && !p.names[e.From.String()] {
			p.names[e.From.String()] = true
			p.count++
		}
	case protocol.Left:
		if e.Room == p.room {
			delete(p.names, e.From.String())
			p.count = max(1, p.count-1)
		}
	case protocol.Renamed:
		delete(p.names, e.From.String())
		p.names[e.To.String()] = true
		if e.You {
			p.nick = e.To
		}
	}
}

// complete is what the word at the end of before may become: a command at the
// beginning of the line, or somebody's name.
func (p *people) complete(before string) (words []string) {
	word := before[strings.LastIndexByte(before, ' ')+1:]
	begins := word == before
	if begins && strings.HasPrefix(word, "/") {
		return completeVerb(word, p.operator)
	}
	after := " "
	if begins {
		after = ": "
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(p.names)) {
		if name != p.nick.String() && hasPrefixFold(name, word) {
			words = append(words, name+after)
		}
	}
	return words
}

func completeVerb(word string, operator bool) (words []string) {
	for _, v := range protocol.Verbs() {
		usage := v.Usage()
		if v.Operator && !operator || !strings.HasPrefix(usage, "/") || !hasPrefixFold(usage, word) {
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

func hasPrefixFold(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix))
}
