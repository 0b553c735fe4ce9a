package bench

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// dialect is the protocol of a server. A row of the table below is all that the rest of the package knows of it.
type dialect struct {
	name    string
	echoes  bool // a sender receives its own lines
	ordered bool // all peers of a room see its lines in one order
	rooms   bool // there can be more rooms than one
	silent  bool // the server sends nothing to a new client
	longest int  // bytes of the words in a line

	// open appends the first lines on a connection.
	open func(dst []byte, p *peer) []byte
	// enter appends the answer to a line of the server before p is in, and reports whether p is in now: it is in all of
	// its rooms, and can talk.
	enter func(dst []byte, p *peer, line []byte) (say []byte, in bool)
	// answer appends the answer that the server expects to a line while p is in.
	answer func(dst, line []byte) []byte
	// say appends a line with words.
	say func(dst []byte, p *peer, words func([]byte) []byte) []byte
	// sayWithID appends a line with words and an id, which stands behind ref in the sender's own copy; nil: there are
	// no ids.
	sayWithID func(dst []byte, id func([]byte) []byte, words func([]byte) []byte) []byte
	ref       string
	// quit is the line to leave with; the server then ends the connection. "": there is none.
	quit string
}

// Dialects are the names of all dialects.
func Dialects() (names []string) {
	for _, d := range dialects {
		names = append(names, d.name)
	}
	return names
}

func dialectNamed(name string) (*dialect, error) {
	i := slices.IndexFunc(dialects, func(d *dialect) bool { return d.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no dialect %q: it is one of %v", name, Dialects())
	}
	return dialects[i], nil
}

var dialects = []*dialect{
	{
		name: "chinwag", echoes: true, ordered: true, rooms: true, longest: 4000, quit: "/quit\n",
		open: openText, answer: answerNothing,
		enter: func(dst []byte, _ *peer, line []byte) ([]byte, bool) {
			return dst, bytes.Equal(line, []byte("-- pong"))
		},
		say: func(dst []byte, _ *peer, words func([]byte) []byte) []byte {
			return append(words(dst), '\n')
		},
	},
	{
		name: "json", echoes: true, ordered: true, rooms: true, longest: 4000, quit: `{"type":"quit"}` + "\n",
		open: openJSON, answer: answerNothing,
		enter: func(dst []byte, p *peer, line []byte) ([]byte, bool) {
			if len(p.ledgers) == 1 {
				return dst, has(line, `"welcome"`)
			}
			return dst, has(line, `"watched"`) && has(line, strconv.Quote(p.lastRoom()))
		},
		say: func(dst []byte, _ *peer, words func([]byte) []byte) []byte {
			return append(words(append(dst, `{"type":"say","text":"`...)), "\"}\n"...)
		},
		ref: `"ref":"`,
		sayWithID: func(dst []byte, id func([]byte) []byte, words func([]byte) []byte) []byte {
			dst = append(id(append(dst, `{"type":"say","id":"`...)), `","text":"`...)
			return append(words(dst), "\"}\n"...)
		},
	},
	{
		name: "irc", rooms: true, longest: 400, quit: "QUIT\r\n",
		open: func(dst []byte, p *peer) []byte {
			return fmt.Appendf(dst, "NICK %s\r\nUSER b 0 * :b\r\n", p.nick())
		},
		enter: enterIRC, answer: answerIRC,
		say: func(dst []byte, p *peer, words func([]byte) []byte) []byte {
			return append(words(fmt.Appendf(dst, "PRIVMSG %s :", p.roomName())), "\r\n"...)
		},
	},
	{
		name: "line", silent: true, longest: 4000,
		open: sayNothing,
		enter: func(dst []byte, _ *peer, _ []byte) ([]byte, bool) {
			return dst, true
		},
		answer: answerNothing,
		say: func(dst []byte, _ *peer, words func([]byte) []byte) []byte {
			return append(words(dst), '\n')
		},
	},
}

func sayNothing(dst []byte, _ *peer) []byte        { return dst }
func answerNothing(dst, _ []byte) []byte           { return dst }
func (p *peer) nick() string                       { return "b" + strconv.Itoa(p.index) }
func (p *peer) roomName() string                   { return p.ledgers[0].roomName() }
func (p *peer) lastRoom() string                   { return p.ledgers[len(p.ledgers)-1].roomName() }
func (c *ledger) roomName() string                 { return "#room" + strconv.Itoa(c.room) }
func has[S string | []byte](line []byte, s S) bool { return bytes.Contains(line, []byte(s)) }

// openText takes a nick, joins the first room, watches the others, and asks for an answer at the end, which shows that
// all is done. A peer that only listens does not ask for an echo.
func openText(dst []byte, p *peer) []byte {
	dst = fmt.Appendf(dst, "/nick %s\n", p.nick())
	if len(p.swarm.rooms) > 1 {
		dst = fmt.Appendf(dst, "/join %s\n", p.roomName())
	}
	for _, c := range p.ledgers[1:] {
		dst = fmt.Appendf(dst, "/watch %s\n", c.roomName())
	}
	if p.sender != nil {
		dst = append(dst, "/echo on\n"...)
	}
	return append(dst, "/ping\n"...)
}

// openJSON says hello as a program in a large room would: it is told of comings and goings together.
func openJSON(dst []byte, p *peer) []byte {
	dst = fmt.Appendf(dst, `{"type":"hello","nick":%q,"replay":0,"presence":"summary"`, p.nick())
	if len(p.swarm.rooms) > 1 {
		dst = fmt.Appendf(dst, `,"room":%q`, p.roomName())
	}
	dst = append(dst, "}\n"...)
	for _, c := range p.ledgers[1:] {
		dst = fmt.Appendf(dst, `{"type":"watch","room":%q}`+"\n", c.roomName())
	}
	return dst
}

// The numeric replies of an IRC server.
const (
	ircWelcome    = " 001 "
	ircEndOfNames = " 366 "
)

func enterIRC(dst []byte, p *peer, line []byte) ([]byte, bool) {
	switch {
	case has(line, ircWelcome):
		for _, c := range p.ledgers {
			dst = fmt.Appendf(dst, "JOIN %s\r\n", c.roomName())
		}
		return dst, false
	case has(line, ircEndOfNames) && has(line, p.lastRoom()+" "):
		return dst, true
	}
	return answerIRC(dst, line), false
}

func answerIRC(dst, line []byte) []byte {
	if token, ok := bytes.CutPrefix(line, []byte("PING ")); ok {
		return append(append(append(dst, "PONG "...), token...), "\r\n"...)
	}
	return dst
}
