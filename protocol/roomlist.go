package protocol

import "strconv"

// Rooms asks for the list of rooms.
type Rooms struct {
	Words Text `json:"text,omitzero"`  // only rooms that have all of these words in the name or the topic
	After Room `json:"after,omitzero"` // only rooms that come after this one in the list
}

func (Rooms) verb() *Verb { return roomsVerb }

var roomsVerb = newVerb(Verb{
	Name: "rooms", Args: "[WORDS]", Help: "lists the rooms, or those that are about something", Example: "/rooms tea", Anywhere: true,
	barredIn: func(p Place) string { return where(p.OnlyDesk, noRooms) },
}, syntax[Rooms]{
	parse: func(t Text) (Rooms, error) { return Rooms{Words: t}, nil },
	args:  func(c Rooms) string { return c.Words.s },
})

// RoomList answers Rooms.
type RoomList struct {
	Count int        `json:"count"`         // all of them, or all that have Words
	Rooms []RoomInfo `json:"rooms"`         // the fullest first, cut at a bound
	Words Text       `json:"text,omitzero"` // as asked for: only rooms that have them
}

// RoomInfo is one room in a list of rooms.
type RoomInfo struct {
	Room  Room `json:"room"`           // the room
	Here  int  `json:"here"`           // its connected members
	Topic Text `json:"topic,omitzero"` // empty: it has none
	In    bool `json:"in,omitzero"`    // the session is in it
}

func (e RoomList) appendText(dst []byte, _ Room) []byte {
	if e.Count == 0 { // only with Words: without them the session's own room is listed
		return sentence(dst, "there is no such room")
	}
	dst = append(notice(dst, Room{}), plural(e.Count, "room")+": "...)
	for i, r := range e.Rooms {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(dst, r.Room.s...), " ("...)
		dst = strconv.AppendInt(dst, int64(r.Here), 10)
		if r.In {
			dst = append(dst, ", with you"...)
		}
		dst = append(dst, ')')
	}
	return more(dst, e.Count-len(e.Rooms))
}

func (e RoomList) withLists() Event { e.Rooms = listed(e.Rooms); return e }

// Who asks for the members of a room, which may be any that the session may enter.
type Who struct {
	Room Room `json:"room,omitzero"` // zero: the room in front
}

func (Who) verb() *Verb { return whoVerb }

var whoVerb = newVerb(Verb{
	Name: "who", Args: "[ROOM]", Help: "lists who is here, or in a room", Example: "/who",
	helpIn: func(p Place) string { return where(p.Visitor, "tells whether somebody is on duty, and your place") },
}, syntax[Who]{
	parse: func(t Text) (Who, error) { r, err := roomOrNone(t); return Who{r}, err },
	args:  func(c Who) string { return c.Room.s },
})

// Members answers Who.
type Members struct {
	Room  Room     `json:"room"`  // the room
	Here  int      `json:"here"`  // all members with a connection
	Names []Member `json:"names"` // in the order of coming, cut at a bound
}

// Member is a session in a room.
type Member struct {
	Nick     Nick  `json:"nick"`              // of the session
	Away     bool  `json:"away,omitzero"`     // it has said so
	Attached *bool `json:"attached,omitzero"` // false: it has no connection just now; nil: it has one
}

func (m Member) isAttached() bool { return m.Attached == nil || *m.Attached }

func (e Members) appendText(dst []byte, _ Room) []byte {
	dst = append(strconv.AppendInt(notice(dst, Room{}), int64(e.Here), 10), " in "...)
	dst = append(append(dst, e.Room.s...), ": "...)
	attached := 0
	for i, m := range e.Names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, m.Nick.s...)
		switch {
		case !m.isAttached():
			dst = append(dst, " (not connected)"...)
		case m.Away:
			dst = append(dst, " (away)"...)
		}
		if m.isAttached() {
			attached++
		}
	}
	return more(dst, e.Here-attached)
}

func (e Members) withLists() Event { e.Names = listed(e.Names); return e }

// Topic sets a room's topic, clears it with the text "-", or asks for it.
type Topic struct {
	Text Text `json:"text,omitzero"` // the new topic; empty: asks
	Room Room `json:"room,omitzero"` // zero: the room in front
}

func (Topic) verb() *Verb { return topicVerb }

var topicVerb = newVerb(Verb{
	Name: "topic", Args: "[ROOM] [TEXT|-]", Brief: "[TEXT|-]", Help: "tells or sets what the room is about; - clears it", Example: "/topic tea", InRoom: true,
	Forms: []Form{{"/topic #tea all about tea", "sets that of #tea, if you are in it"}},
}, syntax[Topic]{
	parse: func(t Text) (Topic, error) { room, rest := cutRoom(t); return Topic{Text: rest, Room: room}, nil },
	args:  func(c Topic) string { return inRoom(c.Room, c.Text) },
	words: func(c Topic) string { return c.Text.s },
})

// TopicSet tells the new topic of the room.
type TopicSet struct {
	Meta
	From Nick `json:"from"` // the author
	Text Text `json:"text"` // empty: cleared
	Ack
}

func (e TopicSet) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e TopicSet) Public() Recorded         { e.Ack = Ack{}; return e }
func (TopicSet) IsMessage() bool            { return true }
func (e TopicSet) words() (Nick, Text)      { return e.From, e.Text }

func (e TopicSet) appendText(dst []byte, in Room) []byte {
	if e.Text.s == "" {
		return line(notice(dst, in), e.author(e.From), " cleared the topic")
	}
	return line(notice(dst, in), e.author(e.From), " set the topic: ", e.Text.s)
}

// TopicInfo tells the topic of a room: on entering it, and in answer to Topic.
type TopicInfo struct {
	Room Room `json:"room"` // the room
	Text Text `json:"text"` // empty: it has none
}

func (e TopicInfo) appendText(dst []byte, _ Room) []byte {
	if e.Text.s == "" {
		return sentence(dst, e.Room.s, " has no topic: /topic TEXT sets one")
	}
	return sentence(dst, "topic of ", e.Room.s, ": ", e.Text.s)
}
