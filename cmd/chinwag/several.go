package main

import (
	"slices"
	"strconv"
	"strings"

	"chinwag/protocol"
)

// The rooms of the session. The server keeps them, also over a break: this copy is only for the status line, for
// completion, and for the name before a line of a room that is not in front. The caller holds mu, unless a comment
// says otherwise.

// welcomed begins with the rooms of a session. The rooms that are not in front are watched; the one in front is known to be
// watched only if this session was seen to watch it.
func (p *people) welcomed(w protocol.Welcome) {
	before := p.watched
	p.others, p.watched = nil, nil
	if len(w.Rooms) > 0 {
		p.list(w.Rooms)
	}
	if w.Resumed && before[w.Room] {
		p.keep(w.Room)
	}
}

// list replaces the rooms of the session. The first is in front.
func (p *people) list(rooms []protocol.Room) {
	p.others = nil
	for i, r := range rooms {
		if i > 0 {
			p.watch(r)
		}
	}
}

// keep notes that a room is watched: it is not left when another one comes to the front.
func (p *people) keep(r protocol.Room) {
	if p.watched == nil {
		p.watched = map[protocol.Room]bool{}
	}
	p.watched[r] = true
}

func (p *people) watch(r protocol.Room) {
	p.keep(r)
	if r != p.room && !slices.Contains(p.others, r) {
		p.others = append(p.others, r)
	}
}

// front brings a room to the front. The one that was there stays if it is watched. A visitor at the desk is in no other.
func (p *people) front(r protocol.Room, here int) {
	was := p.room
	p.room, p.count, p.names = r, here, map[string]bool{}
	p.others = slices.DeleteFunc(p.others, func(o protocol.Room) bool { return o == r })
	switch {
	case r == protocol.DeskRoom:
		p.others, p.watched = nil, nil
	case p.watched[was]:
		p.watch(was)
	}
}

func (p *people) part(e protocol.PartedFrom) {
	delete(p.watched, e.Room)
	p.others = slices.DeleteFunc(p.others, func(o protocol.Room) bool { return o == e.Room })
	if e.Front != p.room {
		p.front(e.Front, 1) // askWho asks for the number
	}
}

// concerns reports whether an event of one or several rooms happened in the one in front.
func (p *people) concerns(e protocol.Event) bool {
	room := protocol.MetaOf(e).Room
	return room == p.room || room == protocol.Room{} || p.room == protocol.Room{} || slices.Contains(protocol.RoomsOf(e), p.room)
}

const othersShown = 3 // in the status line

// besides names the watched rooms, for the status line.
func (p *people) besides() string {
	if len(p.others) == 0 {
		return ""
	}
	var names []string
	for _, r := range p.others[:min(len(p.others), othersShown)] {
		names = append(names, r.String())
	}
	also := " · also " + strings.Join(names, ", ")
	if more := len(p.others) - othersShown; more > 0 {
		also += " and " + strconv.Itoa(more) + " more"
	}
	return also
}

// named is e with the name of its room, if that is not in front. It takes mu.
func (p *people) named(e protocol.Event) protocol.Event {
	if past, ok := e.(protocol.Replayed); ok {
		past.Event = p.named(past.Event)
		return past
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if protocol.MetaOf(e).Room == protocol.DeskRoom {
		return e
	}
	switch e.(type) {
	case protocol.Said, protocol.Acted, protocol.Joined, protocol.Left, protocol.Renamed, protocol.TopicSet, protocol.AwaySet, protocol.Redacted:
	default:
		return e
	}
	if p.concerns(e) {
		return e
	}
	return protocol.Elsewhere{Event: e}
}

// inner is e without the name of its room: named adds it again where that room is not in front.
func inner(e protocol.Event) protocol.Event {
	switch e := e.(type) {
	case protocol.Elsewhere:
		return inner(e.Event)
	case protocol.Replayed:
		e.Event = inner(e.Event)
		return e
	}
	return e
}

// completeOurs completes the rooms of the session. It takes mu.
func (p *people) completeOurs(word, after string) (words []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range append([]protocol.Room{p.room}, p.others...) {
		if r != (protocol.Room{}) && r != protocol.DeskRoom && hasPrefixFold(strings.TrimPrefix(r.String(), "#"), strings.TrimLeft(word, "#＃")) {
			words = append(words, r.String()+after)
		}
	}
	return words
}
