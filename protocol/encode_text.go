package protocol

import (
	"strconv"
	"strings"
	"time"
)

// AppendEvent appends e as a person reads it: one line with its line end. User
// text stands only behind a prefix of the server's, so no line can be
// forged. Times are told in the server's zone.
func AppendEvent(dst []byte, e Event) []byte {
	switch e := e.(type) {
	case Said:
		return line(dst, "<", e.From.s, "> ", e.Text.s)
	case Acted:
		return line(dst, "* ", e.From.s, " ", e.Text.s)
	case Whispered:
		if e.You {
			return line(dst, "[you -> ", e.To.s, "] ", e.Text.s)
		}
		return line(dst, "[", e.From.s, " -> you] ", e.Text.s)
	case VisitorSaid:
		return line(dst, "[", e.Ticket.String(), " ", e.From.s, "] ", e.Text.s)
	case Replied:
		if e.You {
			return line(dst, "[you -> ", e.Ticket.String(), " ", e.To.s, "] ", e.Text.s)
		}
		return line(dst, "[", e.From.s, " -> ", e.Ticket.String(), " ", e.To.s, "] ", e.Text.s)
	case Noted:
		return line(dst, "[", e.Ticket.String(), " ", e.To.s, ", note by ", who(e.From, e.Ack), "] ", e.Text.s)
	case Replayed:
		return AppendEvent(appendWhen(append(dst, '['), e), e.Event)
	case Elsewhere:
		return besides(dst, e)
	}
	return sentence(append(dst, "-- "...), e)
}

// appendWhen appends the position of a line that was found, and the time of the line.
func appendWhen(dst []byte, e Replayed) []byte {
	layout := "15:04] "
	if e.Dated {
		layout = "2006-01-02 15:04] "
	}
	at := MetaOf(e.Event)
	if e.Found {
		dst = append(strconv.AppendUint(dst, at.Seq, 10), ' ')
	}
	return at.Time.Local().AppendFormat(dst, layout)
}

// sentence is what the server says of e. Every line that is not a user's begins
// with "-- ".
func sentence(dst []byte, e Event) []byte {
	switch e := e.(type) {
	case Joined:
		return line(dst, e.From.s, " joined")
	case Left:
		return left(dst, e)
	case Renamed:
		if e.You {
			return line(dst, "you are now ", e.To.s)
		}
		return line(dst, e.From.s, " is now ", e.To.s)
	case TopicSet:
		if e.Text.s == "" {
			return line(dst, who(e.From, e.Ack), " cleared the topic")
		}
		return line(dst, who(e.From, e.Ack), " set the topic: ", e.Text.s)
	case AwaySet:
		return away(dst, e)
	case Announced:
		return line(dst, e.From.s, " to everybody: ", e.Text.s)
	case Redacted:
		return line(dst, "a line of ", e.From.s, "'s was taken out here")
	case Greeting:
		if e.Text.s != "" {
			return line(dst, "This is ", e.Server, ", but ", e.Text.s, " (/resume CODE leads back to a conversation).")
		}
		return line(dst, "Welcome to ", e.Server, ".")
	case Welcome:
		return welcome(dst, e)
	case Entered:
		if e.Desk != nil {
			return line(dst, "you are at the desk now: ", e.Desk.atFirst(), "; /leave leads back")
		}
		return line(dst, "you are in ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
	case Watching:
		return watching(dst, e)
	case Watched:
		return line(dst, "you watch ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
	case PartedFrom:
		return line(dst, "you have left ", e.Room.s, ", and are in ", e.Front.s)
	case Fronted:
		return line(dst, "you are in ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
	case TopicInfo:
		if e.Text.s == "" {
			return line(dst, e.Room.s, " has no topic: /topic TEXT sets one")
		}
		return line(dst, "topic of ", e.Room.s, ": ", e.Text.s)
	case Members:
		return members(dst, e)
	case RoomList:
		return roomList(dst, e)
	case Ignoring:
		if e.On {
			return line(dst, "you do not hear ", e.Nick.s, " any more: /ignore ", e.Nick.s, " again to change that")
		}
		return line(dst, "you hear ", e.Nick.s, " again")
	case IgnoreList:
		return line(dst, "you ignore ", join(e.Names))
	case Echoing:
		if e.On {
			return line(dst, "echo is on: your own line comes back to you when it is safe")
		}
		return line(dst, "echo is off")
	case ReadUpTo:
		return line(dst, "you have read ", e.Room.s, " up to here")
	case Pong:
		return line(dst, "pong")
	case HelpRow:
		return helped(dst, e)
	case Duplicate:
		return line(dst, "that line is safe already")
	case Refused:
		return line(dst, e.Text)
	case HistoryEnd:
		if e.Before > 0 {
			return line(dst, "end of history; /history before ", strconv.FormatUint(e.Before, 10), " goes further back")
		}
		return line(dst, "end of history")
	case Redaction:
		dst = append(dst, "taken out of the record: "+plural(e.Count, "line")+" of yours"...)
		if e.Rest {
			return line(dst, ", but not those of long ago: you were in more places than are remembered")
		}
		return line(dst, "")
	case SearchEnd:
		return searchEnd(dst, e)
	case Gap:
		return gap(dst, e)
	case Notice:
		return line(dst, e.Text.s)
	case TicketChanged:
		return ticketChanged(dst, e)
	case DutyChanged:
		return dutyChanged(dst, e)
	case VisitorNotice:
		return atDesk(dst, e)
	case PasswordWanted:
		return line(dst, "the operators' password, please (what you type next is taken for it, and shown to nobody):")
	case Promoted:
		return line(dst, "you are an operator now, and on duty: /queue shows who waits, /help what you can do")
	case Target:
		return serving(dst, e)
	case QueueInfo:
		return queueIs(dst, e)
	case QueueRow:
		return queued(dst, e)
	case CannedList:
		if len(e.Names) == 0 {
			return line(dst, "there are no ready replies here: chinwag serve --replies FILE brings some")
		}
		return line(dst, "ready replies: ", strings.Join(e.Names, ", "))
	case Goodbye:
		return line(dst, "goodbye: ", e.Words())
	}
	panic("protocol: an event without a sentence")
}

// welcome is what a new client needs, in one line: it comes after all that scrolls.
func welcome(dst []byte, e Welcome) []byte {
	dst = append(append(append(dst, "You are "...), e.Nick.s...), e.where()...)
	dst = append(dst, ". Type to talk, /help for more"...)
	if e.Code != "" {
		return line(dst, "; /resume ", e.Code, " after a break.")
	}
	return line(dst, ".")
}

func (e Welcome) where() string {
	if e.Desk != nil {
		return " at the desk: " + e.Desk.atFirst()
	}
	in := " in " + e.Room.s + " (" + strconv.Itoa(e.Here) + " here)"
	if len(e.Rooms) > 1 {
		others := e.Rooms[1:]
		in += ", and watch " + roomsOf(others[:min(len(others), roomsShown)])
		if more := len(others) - roomsShown; more > 0 {
			in += " and " + strconv.Itoa(more) + " more"
		}
	}
	return in
}

const roomsShown = 10 // of the rooms watched, in a welcome: /watch lists all

func watching(dst []byte, e Watching) []byte {
	switch len(e.Rooms) {
	case 0:
		return line(dst, "you are in no room")
	case 1:
		return line(dst, "you are in ", e.Rooms[0].s, ", and watch no other room: /watch ROOM hears one, too")
	}
	return line(dst, "you are in ", e.Rooms[0].s, ", and watch ", roomsOf(e.Rooms[1:]))
}

func searchEnd(dst []byte, e SearchEnd) []byte {
	behind := ""
	if e.Behind {
		behind = " (what was said last is not searched yet: please try again in a moment)"
	}
	switch {
	case e.Count == 0:
		return line(dst, "nothing found", behind)
	case e.More:
		return line(dst, "the last ", strconv.Itoa(e.Count), " found: /history around N shows more; N stands before the time", behind)
	}
	return line(dst, plural(e.Count, "line"), " found: /history around N shows more; N stands before the time", behind)
}

func line(dst []byte, parts ...string) []byte {
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return append(dst, '\n')
}

// colon ends a sentence with the author's words, if there are any.
func colon(dst []byte, t Text) []byte {
	if t.s == "" {
		return append(dst, '\n')
	}
	return line(dst, ": ", t.s)
}

func who(n Nick, m Ack) string {
	if m.You {
		return "you"
	}
	return n.s
}

func left(dst []byte, e Left) []byte {
	dst = append(dst, e.From.s...)
	switch e.Reason {
	case Kicked:
		dst = append(append(dst, " was kicked by "...), e.By.s...)
	case Moved:
		if e.To == (Room{}) {
			dst = append(dst, " left"...) // to the desk, which members are not told
			break
		}
		dst = append(append(dst, " went to "...), e.To.s...)
	case Lost:
		dst = append(dst, " left (the connection broke)"...)
	case Stalled:
		dst = append(dst, " left (took nothing for too long)"...)
	default:
		dst = append(dst, " left"...)
	}
	return colon(dst, e.Text)
}

func away(dst []byte, e AwaySet) []byte {
	is := " is "
	if e.You {
		is = " are "
	}
	dst = append(append(dst, who(e.From, e.Ack)...), is...)
	if e.Text.s == "" {
		return line(dst, "back")
	}
	return colon(append(dst, "away"...), e.Text)
}

func members(dst []byte, e Members) []byte {
	dst = append(strconv.AppendInt(dst, int64(e.Here), 10), " in "...)
	dst = append(append(dst, e.Room.s...), ": "...)
	for i, m := range e.Names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, m.Nick.s...)
		switch {
		case m.Attached != nil && !*m.Attached:
			dst = append(dst, " (not connected)"...)
		case m.Away:
			dst = append(dst, " (away)"...)
		}
	}
	return more(dst, e.Here-named(e.Names))
}

// named is how many of names have a connection.
func named(names []Member) (n int) {
	for _, m := range names {
		if m.Attached == nil || *m.Attached {
			n++
		}
	}
	return n
}

func roomList(dst []byte, e RoomList) []byte {
	if e.Count == 0 { // only with Words: without them the session's own room is listed
		return line(dst, "there is no such room")
	}
	dst = append(dst, plural(e.Count, "room")+": "...)
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

func more(dst []byte, n int) []byte {
	if n > 0 {
		return line(dst, " and ", strconv.Itoa(n), " more")
	}
	return append(dst, '\n')
}

func gap(dst []byte, e Gap) []byte {
	switch e.Why {
	case OldEpoch:
		return line(dst, "what you saw last was in another record: the server has started anew since, and lines may be missing here")
	case Future:
		return line(dst, "there has never been the position that you saw last: lines may be missing here")
	case SessionExpired:
		return line(dst, "your session is over: lines may be missing here, and private ones are lost")
	}
	if e.Why == Skipped {
		return line(dst, "you were far behind, so ", plural(e.Lines, "line"), " are skipped here: /history before ", strconv.FormatUint(e.Before, 10), " shows them")
	}
	if e.Lines == 0 {
		return line(dst, "some lines are missing here: they are no longer kept")
	}
	verb := " are"
	if e.Lines == 1 {
		verb = " is"
	}
	return line(dst, plural(e.Lines, "line"), verb, " missing here: more was said than is kept for those who read slowly")
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func join(names []Nick) string {
	if len(names) == 0 {
		return "nobody"
	}
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = n.s
	}
	return strings.Join(s, ", ")
}

// ParseEvent reads one line of the text spelling, without its line end, as far as
// text can tell: Said, Acted, Whispered and the lines of the desk, also as a Replayed, and
// everything else as a Notice of the same words. A line of a room that is not in front is
// Elsewhere. AppendEvent makes the same line of the result.
func ParseEvent(s string) (Event, error) {
	t, err := ParseText(s)
	if err != nil {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(t.s, "-- "); ok {
		return Notice{Text{rest}}, nil
	}
	if at, dated, rest, ok := cutTime(t.s); ok {
		e, err := ParseEvent(rest)
		if err != nil {
			return nil, err
		}
		switch e := e.(type) {
		case Recorded:
			return Replayed{Event: e.WithMeta(Meta{Time: at}), Dated: dated}, nil
		case Elsewhere:
			was := e.Event.(Recorded)
			return Replayed{Event: Elsewhere{was.WithMeta(Meta{Time: at, Room: MetaOf(was).Room})}, Dated: dated}, nil
		}
		return nil, errNoEvent
	}
	if strings.HasPrefix(t.s, "#") {
		return parseElsewhere(t.s)
	}
	if rest, ok := strings.CutPrefix(t.s, "<"); ok {
		from, text, err := nickThen(rest, "> ")
		return Said{From: from, Text: text}, err
	}
	if rest, ok := strings.CutPrefix(t.s, "* "); ok {
		from, text, err := nickThen(rest, " ")
		return Acted{From: from, Text: text}, err
	}
	if e, ok := parseDesk(t.s); ok {
		return e, nil
	}
	if rest, ok := strings.CutPrefix(t.s, "[you -> "); ok {
		to, text, err := nickThen(rest, "] ")
		return Whispered{To: to, Text: text, Ack: Ack{You: true}}, err
	}
	if rest, ok := strings.CutPrefix(t.s, "["); ok {
		from, text, err := nickThen(rest, " -> you] ")
		return Whispered{From: from, Text: text}, err
	}
	return nil, errNoEvent
}

var errNoEvent = refuse("no-event", "that line is not chinwag's")

func nickThen(s, sep string) (Nick, Text, error) {
	name, rest, ok := strings.Cut(s, sep)
	if !ok {
		return Nick{}, Text{}, errNoEvent
	}
	n, err := ParseNick(name)
	return n, Text{rest}, err
}

func cutTime(s string) (at time.Time, dated bool, rest string, ok bool) {
	stamp, rest, ok := strings.Cut(s, "] ")
	if !ok || !strings.HasPrefix(stamp, "[") {
		return at, false, "", false
	}
	for _, layout := range []string{"15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, stamp[1:], time.Local); err == nil {
			return at, len(layout) > len("15:04"), rest, true
		}
	}
	return at, false, "", false
}
