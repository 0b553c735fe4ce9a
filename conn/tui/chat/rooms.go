package chat

import (
	"slices"
	"strconv"
	"strings"

	"chinwag/protocol"
)

// The rooms of the session. The server keeps them, also over a break: this copy is only for the status line, for
// completion, and for the name before a line of a room that is not in front. The caller holds mu, unless a comment says
// otherwise.

// resetRooms begins with the rooms of a session. The rooms that are not in front are watched; the one in front is known
// to be watched only if this session was seen to watch it.
func (r *Roster) resetRooms(w protocol.Welcome) {
	before := r.watched
	r.others, r.watched = nil, nil
	if len(w.Rooms) > 0 {
		r.setRooms(w.Rooms)
	}
	if w.Resumed && before[w.Room] {
		r.keep(w.Room)
	}
}

// setRooms replaces the rooms of the session. The first is in front.
func (r *Roster) setRooms(rooms []protocol.Room) {
	r.others = nil
	for i, room := range rooms {
		if i > 0 {
			r.watch(room)
		}
	}
}

// keep notes that a room is watched: it is not left when another one comes to the front.
func (r *Roster) keep(room protocol.Room) {
	if r.watched == nil {
		r.watched = map[protocol.Room]bool{}
	}
	r.watched[room] = true
}

func (r *Roster) watch(room protocol.Room) {
	r.keep(room)
	if room != r.room && !slices.Contains(r.others, room) {
		r.others = append(r.others, room)
	}
}

// bringToFront brings a room to the front. The one that was there stays if it is watched. A visitor at the desk is in
// no other.
func (r *Roster) bringToFront(room protocol.Room, here int) {
	was := r.room
	r.room, r.count, r.names = room, here, map[string]bool{}
	r.others = slices.DeleteFunc(r.others, func(o protocol.Room) bool { return o == room })
	switch {
	case room == protocol.DeskRoom:
		r.others, r.watched = nil, nil
	case r.watched[was]:
		r.watch(was)
	}
}

func (r *Roster) part(e protocol.PartedFrom) {
	delete(r.watched, e.Room)
	r.others = slices.DeleteFunc(r.others, func(o protocol.Room) bool { return o == e.Room })
	if e.Front != r.room {
		r.bringToFront(e.Front, 1) // askWho asks for the number
	}
}

// isInFront reports whether an event of one or several rooms happened in the one in front.
func (r *Roster) isInFront(e protocol.Event) bool {
	room := protocol.MetaOf(e).Room
	return room == r.room || room == protocol.Room{} || r.room == protocol.Room{} || slices.Contains(protocol.RoomsOf(e), r.room)
}

const othersShown = 3 // in the status line

// otherRooms names the watched rooms, for the status line.
func (r *Roster) otherRooms() string {
	if len(r.others) == 0 {
		return ""
	}
	var names []string
	for _, room := range r.others[:min(len(r.others), othersShown)] {
		names = append(names, room.String())
	}
	also := " · also " + strings.Join(names, ", ")
	if more := len(r.others) - othersShown; more > 0 {
		also += " and " + strconv.Itoa(more) + " more"
	}
	return also
}

// Named is e with the name of its room, if that is not in front. It takes mu.
func (r *Roster) Named(e protocol.Event) protocol.Event {
	if past, ok := e.(protocol.Replayed); ok {
		past.Event = r.Named(past.Event)
		return past
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if protocol.MetaOf(e).Room == protocol.DeskRoom {
		return e
	}
	switch e.(type) {
	case protocol.Said, protocol.Acted, protocol.Joined, protocol.Left, protocol.Renamed, protocol.TopicSet, protocol.AwaySet, protocol.Redacted:
	default:
		return e
	}
	if r.isInFront(e) {
		return e
	}
	return protocol.Elsewhere{Event: e}
}

// inner is e without the name of its room: Named adds it again where that room is not in front.
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

// completeOwnRoom completes the rooms of the session. It takes mu.
func (r *Roster) completeOwnRoom(word, after string) (words []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, room := range append([]protocol.Room{r.room}, r.others...) {
		if room != (protocol.Room{}) && room != protocol.DeskRoom && hasPrefixFold(strings.TrimPrefix(room.String(), "#"), strings.TrimLeft(word, "#＃")) {
			words = append(words, room.String()+after)
		}
	}
	return words
}
