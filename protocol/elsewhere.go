package protocol

import "strings"

// RoomsOf are the rooms in which an event stands with one id, if there are several: see Renamed.
func RoomsOf(e Event) []Room {
	switch e := e.(type) {
	case Left:
		return e.Rooms
	case Renamed:
		return e.Rooms
	case AwaySet:
		return e.Rooms
	case Elsewhere:
		return RoomsOf(e.Event)
	}
	return nil
}

// besides is an event with its room: "#tea <bob> hi", or "-- #tea: bob joined".
func besides(dst []byte, e Elsewhere) []byte {
	room := MetaOf(e.Event).Room.s
	switch inner := e.Event.(type) {
	case Replayed:
		inner.Event = Elsewhere{inner.Event}
		return AppendEvent(dst, inner)
	case Elsewhere:
		return besides(dst, inner)
	case Said, Acted, VisitorSaid, Replied, Noted:
		return AppendEvent(append(append(dst, room...), ' '), inner)
	case Joined, Left, Renamed, TopicSet, AwaySet, Redacted, TicketChanged, DutyChanged, VisitorNotice:
		return sentence(append(append(append(dst, "-- "...), room...), ": "...), inner)
	default: // it is of no room
		return AppendEvent(dst, inner)
	}
}

// parseElsewhere reads what was said in a room that is not in front.
func parseElsewhere(s string) (Event, error) {
	name, rest, _ := strings.Cut(s, " ")
	room, err := ParseRoom(name)
	if err != nil || room.s != name {
		return nil, errNoEvent
	}
	e, err := ParseEvent(rest)
	switch e := e.(type) {
	case Said, Acted, VisitorSaid, Replied, Noted:
		return Elsewhere{e.(Recorded).WithMeta(Meta{Room: room})}, err
	}
	return nil, errNoEvent
}
