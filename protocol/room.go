package protocol

import "strings"

// The ways to name a room, and to refuse a command for the room that it names.

// NotInRoom refuses what is only for the members of a room.
func NotInRoom(r Room) *Refusal {
	return refuse("not-in-room", "you are not in %s: /watch %s hears it, too, and /join %s goes there", r, r, r)
}

// NotHeardIn refuses a line for a room of which its author is no member.
func NotHeardIn(r Room) *Refusal {
	return refuse("not-in-room", "nobody has heard that: you are not in %s; /watch %s hears it, too, and /join %s goes there", r, r, r)
}

// OnlyRoom refuses to leave the only room of a session.
func OnlyRoom() *Refusal {
	return refuse("only-room", "you are in no other room: /join ROOM goes to one, and /quit leaves the server")
}

// TooManyRooms refuses another room to a session that is in as many as it may be.
func TooManyRooms(most int) *Refusal {
	return refuse("too-many-of-yours", "you are in %s, and nobody is in more: /part ROOM leaves one", plural(most, "room"))
}

// parseSay reads the arguments of /say: the room and what is said there. The refusal names /canned,
// since ready replies were once written as /say NAME.
func parseSay(t Text) (Command, error) {
	room, rest := cutRoom(t)
	if (room == Room{}) || rest.IsBlank() {
		return nil, refuse("usage", "to say something here, just type it: /say #ROOM TEXT says it in another of your rooms, and a ready reply is /canned NAME")
	}
	return Say{Text: rest, Room: room}, nil
}

func parseTopic(t Text) (Command, error) {
	room, rest := cutRoom(t)
	return Topic{Text: rest, Room: room}, nil
}

// cutRoom reads the room that t begins with, if it is written with its #. Without one the rest is all
// of t.
func cutRoom(t Text) (Room, Text) {
	word, rest := cutWord(t.s)
	if strings.HasPrefix(word, "#") {
		if r, err := ParseRoom(word); err == nil {
			return r, Text{rest}
		}
	}
	return Room{}, t
}

// inRoom is the inverse of cutRoom.
func inRoom(r Room, rest Text) string {
	if r == (Room{}) {
		return rest.s
	}
	return strings.TrimSpace(r.s + " " + rest.s)
}

// roomOrNone reads a room that may be left out.
func roomOrNone(t Text) (Room, error) {
	if t.s == "" {
		return Room{}, nil
	}
	return ParseRoom(t.s)
}

// roomsOf names rooms in a sentence.
func roomsOf(rooms []Room) string {
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.s
	}
	return strings.Join(names, ", ")
}
